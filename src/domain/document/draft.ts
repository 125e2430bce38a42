import { urgencies, type Urgency } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { circulations, type Circulation, type Direction } from './document.ts';
import {
  checkCirculation,
  countOf,
  dayOf,
  documentLimits,
  lineOf,
  optionalLineOf,
  textOf,
} from './document-limits.ts';
import { documentType, typeCodes, type TypeCode } from './document-type.ts';
import { signingAuthorities, type SigningAuthority } from './signing-authority.ts';

/** Nơi nhận: an organ of the hub, a unit or person of the own organ, or somebody who is in no directory of ours. */
export interface DraftRecipient {
  readonly kind: 'organ' | 'unit' | 'person' | 'outside';
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

/** The words of a draft (dự thảo): one version of it. */
export interface DraftContent {
  readonly typeCode: TypeCode;
  readonly subject: string;
  readonly body: string;
  readonly urgency: Urgency;
  readonly circulation: Circulation;
  readonly isNormative: boolean;
  /** Of an advisory body that uses the organ's seal. */
  readonly advisoryCode?: string | undefined;
  /** For công văn: the unit or field in the notation; the drafting unit's own when absent. */
  readonly unitCode?: string | undefined;
  readonly language?: string | undefined;
  readonly place?: string | undefined;
  readonly field?: string | undefined;
  readonly dueOn?: string | undefined;
  readonly pageAmount?: number | undefined;
  readonly copies?: number | undefined;
  readonly replyToId?: string | undefined;
  /** Another of equal form in its place, or a correction by công văn (Decree 30/2020, Article 18.3). */
  readonly replacesId?: string | undefined;
  readonly correctsId?: string | undefined;
  readonly signer: {
    readonly positionId: string;
    readonly authority: SigningAuthority;
    readonly onBehalfOf?: string | undefined;
  };
  readonly recipients: readonly DraftRecipient[];
}

/**
 * A draft in the form it is kept in. Throws `bad_input`, `line_break_in_field`, `text_too_long`, `no_recipient`,
 * `too_many_recipients`.
 */
export function checkedDraft(direction: Direction, draft: DraftContent): DraftContent {
  const { length } = draft.recipients;
  if (!typeCodes.includes(draft.typeCode)) throw new HubError('bad_input', { field: 'typeCode' });
  if (!urgencies.includes(draft.urgency)) throw new HubError('bad_input', { field: 'urgency' });
  if (!circulations.includes(draft.circulation)) throw new HubError('bad_input', { field: 'circulation' });
  if (!signingAuthorities.includes(draft.signer.authority))
    throw new HubError('bad_input', { field: 'signer.authority' });
  if (length === 0) throw new HubError('no_recipient', { field: 'recipients' });
  if (length > documentLimits.recipientsPerDocumentMax)
    throw new HubError('too_many_recipients', { field: 'recipients' });
  if (draft.isNormative && (direction === 'internal' || documentType(draft.typeCode).isCopy))
    throw new HubError('bad_input', { field: 'isNormative' });
  if (draft.correctsId !== undefined && draft.typeCode !== 'CV')
    throw new HubError('bad_input', { field: 'correctsId' });
  checkCirculation(draft.circulation, direction !== 'internal');
  const recipients = draft.recipients.map((recipient) => checkedRecipient(direction, recipient));
  checkPlaces(recipients);
  return withoutUndefined({
    ...draft,
    subject: lineOf('subject', draft.subject, documentLimits.subjectCharactersMax),
    body: textOf('body', draft.body, documentLimits.bodyCharactersMax, false),
    language: optionalLineOf('language', draft.language, documentLimits.languageCharactersMax),
    place: optionalLineOf('place', draft.place, documentLimits.organNameCharactersMax),
    field: optionalLineOf('field', draft.field, documentLimits.descriptionCharactersMax),
    dueOn: draft.dueOn === undefined ? undefined : dayOf('dueOn', draft.dueOn),
    pageAmount: countOf('pageAmount', draft.pageAmount, documentLimits.pageAmountMax),
    copies: countOf('copies', draft.copies, documentLimits.issuedAmountMax),
    recipients,
  });
}

function checkedRecipient(direction: Direction, recipient: DraftRecipient): DraftRecipient {
  const { kind, id } = recipient;
  const inside = kind === 'unit' || kind === 'person';
  if (inside !== (direction === 'internal')) throw new HubError('bad_input', { field: 'recipients' });
  if ((kind === 'outside') === (id !== undefined)) throw new HubError('bad_input', { field: 'recipients' });
  if (kind !== 'outside') return { kind, id };
  return { kind, name: lineOf('recipients', recipient.name ?? '', documentLimits.organNameCharactersMax) };
}

/** Named twice is sent once. */
function checkPlaces(recipients: readonly DraftRecipient[]): void {
  const keys = recipients.map(({ kind, id, name }) => `${kind} ${id ?? name ?? ''}`);
  if (new Set(keys).size !== keys.length) throw new HubError('bad_input', { field: 'recipients' });
}

function withoutUndefined<Shape extends object>(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape;
}

/** What is signed, in one unambiguous form: every receipt and signature is of the SHA-256 of exactly this. */
export function signedWords(input: {
  readonly content: DraftContent;
  readonly symbol: string;
  readonly issuedOn: string;
  readonly organName: string;
  readonly signerLines: readonly string[];
  readonly signerName: string;
}): string {
  const { content, symbol, issuedOn, organName, signerLines, signerName } = input;
  return JSON.stringify([
    organName,
    symbol,
    issuedOn,
    content.typeCode,
    content.subject,
    content.body,
    content.urgency,
    content.circulation,
    content.dueOn ?? '',
    content.recipients.map(({ kind, id, name }) => [kind, id ?? name ?? '']),
    signerLines,
    signerName,
  ]);
}
