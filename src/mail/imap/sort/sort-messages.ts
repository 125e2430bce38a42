import type { EnvelopeAddress } from '#domain/mail/structure.ts';
import type { SortCriterion, SortKey } from '#mail/imap/grammar/sort-criteria.ts';
import type { KeepGoing } from '#mail/imap/search/deadline.ts';
import { type Headed, readHeadings } from '#mail/imap/search/read-headings.ts';
import type { Found } from '#mail/imap/search/search-messages.ts';
import type { Session } from '#mail/imap/session.ts';
import { decodeWords } from '#mail/message/header-fields.ts';
import { parseMessageDate } from '#mail/message/message-date.ts';

import { baseSubject } from './base-subject.ts';
import { casemap } from './casemap.ts';

type Value = string | number;

interface Keyed {
  readonly found: Found;
  readonly values: readonly Value[];
}

/**
 * The messages in the order of the criteria, and among equals in that of the mailbox (RFC 5256, section 3). Keys come
 * from the index and from what was parsed at delivery; no body is read.
 */
export async function sortMessages(
  session: Session,
  found: readonly Found[],
  criteria: readonly SortCriterion[],
  keepGoing: KeepGoing,
): Promise<readonly Found[]> {
  const keyed = criteria.every(({ key }) => isOfIndex(key))
    ? keyByIndex(session, found, criteria)
    : await keyByHeading(session, found, criteria, keepGoing);
  keepGoing();
  const signs = criteria.map(({ reverse }) => (reverse ? -1 : 1));
  return keyed.sort((one, other) => compare(one, other, signs)).map((each) => each.found);
}

function isOfIndex(key: SortKey): boolean {
  return key === 'ARRIVAL' || key === 'SIZE';
}

function keyByIndex(session: Session, found: readonly Found[], criteria: readonly SortCriterion[]): Keyed[] {
  return found.flatMap((one) => {
    const row = session.view.index.row(one.ref.uid);
    if (row === undefined) return [];
    const values = criteria.map(({ key }) => (key === 'SIZE' ? row.size : row.internalDate));
    return [{ found: one, values }];
  });
}

async function keyByHeading(
  session: Session,
  found: readonly Found[],
  criteria: readonly SortCriterion[],
  keepGoing: KeepGoing,
): Promise<Keyed[]> {
  const byUid = new Map(found.map((one) => [one.ref.uid, one]));
  const keyed: Keyed[] = [];
  const refs = found.map((one) => one.ref);
  for await (const headed of readHeadings(session, refs, keepGoing)) {
    const one = byUid.get(headed.ref.uid);
    if (one !== undefined)
      keyed.push({ found: one, values: criteria.map(({ key }) => valueOf(key, headed)) });
  }
  return keyed;
}

function compare(one: Keyed, other: Keyed, signs: readonly number[]): number {
  for (const [at, sign] of signs.entries()) {
    const [left, right] = [one.values[at] ?? 0, other.values[at] ?? 0];
    if (left !== right) return left < right ? -sign : sign;
  }
  return one.found.ref.sequence - other.found.ref.sequence;
}

function valueOf(key: SortKey, headed: Headed): Value {
  const { row, heading } = headed;
  const { envelope } = heading;
  switch (key) {
    case 'ARRIVAL':
      return row.internalDate;
    case 'SIZE':
      return row.size;
    case 'DATE':
      return sentDate(headed);
    case 'SUBJECT':
      return casemap(baseSubject(envelope.subject ?? '').text);
    case 'CC':
      return casemap(envelope.cc?.[0]?.mailbox ?? '');
    case 'FROM':
      return casemap(envelope.from?.[0]?.mailbox ?? '');
    case 'TO':
      return casemap(envelope.to?.[0]?.mailbox ?? '');
    case 'DISPLAYFROM':
      return casemap(displayName(envelope.from?.[0]));
    case 'DISPLAYTO':
      return casemap(displayName(envelope.to?.[0]));
  }
}

/** In universal time; a message that does not say when it was sent was sent when it came in (RFC 5256, section 2.2). */
export function sentDate({ row, heading }: Pick<Headed, 'row' | 'heading'>): number {
  return parseMessageDate(heading.envelope.date ?? '')?.getTime() ?? row.internalDate;
}

/** RFC 5957, section 3: the decoded name, else the address; a group by its own name. */
function displayName(address: EnvelopeAddress | undefined): string {
  if (address === undefined) return '';
  const name = decodeWords(address.name ?? '').trim();
  if (name !== '') return name;
  const { mailbox = '', host } = address;
  return host === undefined ? decodeWords(mailbox) : `${mailbox}@${host}`;
}
