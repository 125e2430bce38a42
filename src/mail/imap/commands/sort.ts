import { scanCharset } from '#mail/imap/grammar/charset.ts';
import { type ReturnOptions, scanReturnOptions } from '#mail/imap/grammar/return-options.ts';
import { scanSearchKeys, type SearchKey } from '#mail/imap/grammar/search-key.ts';
import { scanSortCriteria, type SortCriterion } from '#mail/imap/grammar/sort-criteria.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import { type Completion, completed } from '#mail/imap/responses.ts';
import { searchDeadline } from '#mail/imap/search/deadline.ts';
import { answerExtended } from '#mail/imap/search/extended-answer.ts';
import { searchSaving } from '#mail/imap/search/search-saving.ts';
import { someKey } from '#mail/imap/search/search-messages.ts';
import type { Session } from '#mail/imap/session.ts';
import { sortMessages } from '#mail/imap/sort/sort-messages.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';

import { defineCommand, type ImapCommand, type Tells, withMailbox } from './command.ts';

export const sort = sortCommand('SORT', false, 'all_but_expunges');
export const uidSort = sortCommand('UID SORT', true, 'all');

interface SortInput {
  /** Of ESORT (RFC 5267, section 3.1). */
  readonly returns: ReturnOptions | undefined;
  readonly criteria: readonly SortCriterion[];
  readonly key: SearchKey;
}

/** RFC 5256, section 3; MIN and MAX of ESORT are the first and the last in the order asked for. */
function sortCommand(name: string, byUid: boolean, tells: Tells): ImapCommand {
  return defineCommand({ name, states: withMailbox, tells, parse: scanSort, run });

  async function run(session: Session, input: SortInput, tag: string): Promise<Completion> {
    const { criteria, key, returns } = input;
    const usesModseq = someKey(key, (one) => one.kind === 'modseq');
    if (usesModseq) session.useCondstore();
    const keepGoing = searchDeadline(session.limits);
    const matching = await searchSaving(session, key, returns);
    const found = await sortMessages(session, matching, criteria, keepGoing);
    if (returns !== undefined) {
      answerExtended(session, { found, returns, byUid, usesModseq, tag });
      return completed(`${name} completed`);
    }
    const numbers = found.map(({ ref }) => ` ${byUid ? ref.uid : ref.sequence}`).join('');
    session.output.line(`* SORT${numbers}`);
    return completed(`${name} completed`);
  }
}

function scanSort(scanner: Scanner, limits: ImapLimits): SortInput {
  scanner.space();
  const returns = scanReturnOptions(scanner);
  const criteria = scanSortCriteria(scanner);
  scanner.space();
  scanCharset(scanner);
  return { returns, criteria, key: scanSearchKeys(scanner, limits) };
}
