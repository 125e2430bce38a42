import { Type, type Static } from 'typebox';
import { deliveryStatuses, takeBackStatuses } from '#domain/document/delivery-status.ts';
import { circulations, directions, documentSources } from '#domain/document/document.ts';
import { typeCodes } from '#domain/document/document-type.ts';
import { incomingStates } from '#domain/document/incoming-state.ts';
import { outgoingStates } from '#domain/document/outgoing-state.ts';
import { signingAuthorities } from '#domain/document/signing-authority.ts';
import { urgencySchema } from './view.ts';

/** Official documents as they cross the wire. Days are `2016-05-11` in Asia/Ho_Chi_Minh, times ISO 8601 in UTC. */

const oneOf = <Value extends string>(values: readonly Value[]) => Type.Enum([...values] as Value[]);
const time = Type.String({ format: 'date-time' });
const day = Type.String({ format: 'date' });
const text = Type.Optional(Type.String());

export const typeSchema = oneOf(typeCodes);
export const circulationSchema = oneOf(circulations);
export const stateSchema = oneOf([...new Set([...incomingStates, ...outgoingStates])]);

export const documentView = Type.Object({
  id: Type.String(),
  direction: oneOf(directions),
  organId: Type.String(),
  state: stateSchema,
  version: Type.Integer({ description: 'The ETag; grows with every change.' }),
  typeCode: typeSchema,
  typeName: Type.String(),
  symbol: Type.Optional(Type.String({ description: 'Số, ký hiệu.' })),
  subject: Type.String({ description: 'Trích yếu.' }),
  issuedOn: Type.Optional(day),
  issuerName: Type.String(),
  urgency: urgencySchema,
  circulation: circulationSchema,
  dueOn: Type.Optional(day),
  source: oneOf(documentSources),
  createdAt: time,
  changedAt: time,
  arrivalNumber: Type.Optional(Type.String({ description: 'Số đến.' })),
  arrivedAt: Type.Optional(time),
  signerName: text,
  takeBackAsked: Type.Optional(Type.Boolean()),
});
export type DocumentView = Static<typeof documentView>;

export const deliveryView = Type.Object({
  ordinal: Type.Integer(),
  kind: oneOf(['organ', 'unit', 'person', 'outside'] as const),
  recipientId: text,
  recipientName: Type.String(),
  status: Type.Optional(oneOf(deliveryStatuses)),
  statusAt: Type.Optional(time),
  reason: text,
  takeBack: Type.Optional(oneOf(takeBackStatuses)),
  takeBackAt: Type.Optional(time),
  takeBackReason: text,
});
export type DeliveryView = Static<typeof deliveryView>;

export const stepView = Type.Object({
  ordinal: Type.Integer(),
  act: Type.String(),
  state: stateSchema,
  at: time,
  byName: Type.String(),
  byTitle: Type.String(),
  note: text,
});

export const contentView = Type.Object({
  typeCode: typeSchema,
  subject: Type.String(),
  body: Type.String(),
  urgency: urgencySchema,
  circulation: circulationSchema,
  isNormative: Type.Boolean(),
  advisoryCode: text,
  unitCode: text,
  language: text,
  place: text,
  field: text,
  dueOn: Type.Optional(day),
  pageAmount: Type.Optional(Type.Integer()),
  copies: Type.Optional(Type.Integer()),
  replyToId: text,
  replacesId: text,
  correctsId: text,
  signer: Type.Object({
    positionId: Type.String(),
    authority: oneOf(signingAuthorities),
    onBehalfOf: text,
  }),
  recipients: Type.Array(
    Type.Object({
      kind: oneOf(['organ', 'unit', 'person', 'outside'] as const),
      id: text,
      name: text,
    }),
  ),
});

/** Dấu "ĐẾN" (Decree 30/2020, Appendix IV). */
const stampView = Type.Object({
  organName: Type.String(),
  number: Type.String(),
  day,
  handedTo: text,
  fileNotation: text,
});

export const documentDetailView = Type.Object({
  position: Type.Integer({ description: 'The log position that this state includes.' }),
  document: documentView,
  signer: Type.Optional(
    Type.Object({
      authority: oneOf(signingAuthorities),
      onBehalfOf: text,
      position: Type.String(),
      fullName: Type.String(),
      lines: Type.Array(Type.String()),
    }),
  ),
  issuerOrganId: text,
  place: text,
  language: Type.String(),
  pageAmount: Type.Optional(Type.Integer()),
  copies: Type.Optional(Type.Integer()),
  field: text,
  description: text,
  exchangeId: text,
  messageId: text,
  replyToId: text,
  replacesId: text,
  correctsId: text,
  takeBackReason: text,
  contentHash: Type.Optional(Type.String({ description: 'SHA-256 of what was signed, in hex.' })),
  content: Type.Optional(contentView),
  stamp: Type.Optional(stampView),
  steps: Type.Array(stepView),
  deliveries: Type.Array(deliveryView),
  handovers: Type.Array(
    Type.Object({
      ordinal: Type.Integer(),
      toKind: oneOf(['unit', 'person'] as const),
      toId: Type.String(),
      toName: Type.String(),
      handedAt: time,
      handedByName: Type.String(),
      signedAt: Type.Optional(time),
      signedByName: text,
    }),
  ),
  assignees: Type.Array(
    Type.Object({
      ordinal: Type.Integer(),
      role: oneOf(['lead', 'coord', 'info'] as const),
      kind: oneOf(['unit', 'person'] as const),
      id: Type.String(),
      name: Type.String(),
      dueOn: Type.Optional(day),
      directiveId: Type.String(),
    }),
  ),
});
export type DocumentDetailView = Static<typeof documentDetailView>;

export const documentWorkView = Type.Object({
  position: Type.Integer({ description: 'The log position that this state includes.' }),
  items: Type.Array(documentView, { description: 'Open documents, newest first.' }),
});
export type DocumentWorkView = Static<typeof documentWorkView>;

export const actedView = Type.Object({ id: Type.String(), version: Type.Integer() });
