import { Type } from 'typebox';
import { numberings } from '#domain/document/register.ts';
import { signingAuthorities } from '#domain/document/signing-authority.ts';
import { circulationSchema, typeSchema } from './document-view.ts';
import { roleSchema, urgencySchema } from './view.ts';

/**
 * Bodies about documents. Lengths are only walls against absurd input; the rules with their codes are the domain's, so
 * that every door refuses alike.
 */
const strict = { additionalProperties: false };
const id = Type.String({ format: 'uuid' });
const line = Type.String({ maxLength: 20_000 });
const day = Type.String({ maxLength: 20 });
/** Anything but `none` is refused: the hub takes no secret content (Law 29/2018/QH14). */
const secrecy = Type.Optional(Type.String({ maxLength: 40 }));

const incomingFields = {
  issuerName: line,
  issuerOrganId: Type.Optional(line),
  symbol: Type.Optional(line),
  issuedOn: Type.Optional(day),
  typeCode: typeSchema,
  subject: line,
  signer: Type.Optional(
    Type.Object(
      {
        authority: Type.Enum([...signingAuthorities]),
        onBehalfOf: Type.Optional(line),
        position: line,
        fullName: line,
      },
      strict,
    ),
  ),
  urgency: urgencySchema,
  circulation: circulationSchema,
  dueOn: Type.Optional(day),
  language: Type.Optional(line),
  pageAmount: Type.Optional(Type.Integer()),
  copies: Type.Optional(Type.Integer()),
  field: Type.Optional(line),
  description: Type.Optional(line),
  exchangeId: Type.Optional(line),
};

const registering = {
  arrivedOn: Type.Optional(day),
  registerAnyway: Type.Optional(
    Type.Boolean({ description: 'It looks like one that is registered already.' }),
  ),
};

export const registerRequest = Type.Object(
  {
    ...incomingFields,
    ...registering,
    secrecy,
    messageId: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,18}$',
        description: 'The mail it came with, in a mailbox of the caller.',
      }),
    ),
  },
  strict,
);

export const registerArrivedRequest = Type.Object(registering, strict);
export const reasonRequest = Type.Object({ reason: line }, strict);
export const noteRequest = Type.Object({ note: Type.Optional(line) }, strict);
export const submitRequest = Type.Object({ positionId: id, note: Type.Optional(line) }, strict);
export const handOverRequest = Type.Object(
  {
    to: Type.Object({ kind: Type.Enum(['unit', 'person']), id }, strict),
    note: Type.Optional(line),
  },
  strict,
);
export const fileRequest = Type.Object({ fileNotation: line }, strict);
export const assignRequest = Type.Object(
  {
    opinion: line,
    assignees: Type.Array(
      Type.Object(
        { role: roleSchema, kind: Type.Enum(['unit', 'person']), id, dueOn: Type.Optional(day) },
        strict,
      ),
      { maxItems: 2000 },
    ),
    dueOn: Type.Optional(day),
    acknowledgeWithinMinutes: Type.Optional(Type.Integer()),
  },
  strict,
);

const draftContent = Type.Object(
  {
    typeCode: typeSchema,
    subject: line,
    body: Type.String({ maxLength: 400_000 }),
    urgency: urgencySchema,
    circulation: circulationSchema,
    isNormative: Type.Boolean(),
    advisoryCode: Type.Optional(line),
    unitCode: Type.Optional(line),
    language: Type.Optional(line),
    place: Type.Optional(line),
    field: Type.Optional(line),
    dueOn: Type.Optional(day),
    pageAmount: Type.Optional(Type.Integer()),
    copies: Type.Optional(Type.Integer()),
    replyToId: Type.Optional(id),
    replacesId: Type.Optional(id),
    correctsId: Type.Optional(id),
    signer: Type.Object(
      { positionId: id, authority: Type.Enum([...signingAuthorities]), onBehalfOf: Type.Optional(line) },
      strict,
    ),
    recipients: Type.Array(
      Type.Object(
        {
          kind: Type.Enum(['organ', 'unit', 'person', 'outside']),
          id: Type.Optional(id),
          name: Type.Optional(line),
        },
        strict,
      ),
      { maxItems: 2000 },
    ),
  },
  strict,
);

export const draftRequest = Type.Object(
  {
    direction: Type.Enum(['outgoing', 'internal']),
    unitId: Type.Optional(id),
    content: draftContent,
    secrecy,
  },
  strict,
);
export const editRequest = Type.Object({ content: draftContent, secrecy }, strict);
export const numberingRequest = Type.Object(
  { year: Type.Integer(), numbering: Type.Enum([...numberings]) },
  strict,
);
