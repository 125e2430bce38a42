import { scanCharset } from '#mail/imap/grammar/charset.ts';
import { returnAll, type ReturnOptions, scanReturnOptions } from '#mail/imap/grammar/return-options.ts';
import { scanSearchKeys, type SearchKey } from '#mail/imap/grammar/search-key.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import { CommandRefused, type Completion, completed } from '#mail/imap/responses.ts';
import { answerExtended, highest } from '#mail/imap/search/extended-answer.ts';
import { searchSaving } from '#mail/imap/search/search-saving.ts';
import { someKey } from '#mail/imap/search/search-messages.ts';
import type { Session } from '#mail/imap/session.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';

import { defineCommand, type ImapCommand, type Tells, withMailbox } from './command.ts';

export const search = searchCommand('SEARCH', false, 'all_but_expunges');
export const uidSearch = searchCommand('UID SEARCH', true, 'all');

interface SearchInput {
  /** The RETURN options of ESEARCH (RFC 4731); undefined for the old answer. */
  readonly returns: ReturnOptions | undefined;
  readonly namesCharset: boolean;
  readonly key: SearchKey;
}

function searchCommand(name: string, byUid: boolean, tells: Tells): ImapCommand {
  return defineCommand({ name, states: withMailbox, tells, parse: scanSearch, run });

  async function run(session: Session, input: SearchInput, tag: string): Promise<Completion> {
    // RFC 6855, section 3: whoever has asked for UTF-8 has named the charset.
    if (input.namesCharset && session.enabled.has('UTF8=ACCEPT'))
      throw new CommandRefused('The charset is UTF-8 already', undefined, 'BAD');
    const usesModseq = someKey(input.key, (key) => key.kind === 'modseq');
    if (usesModseq) session.useCondstore();
    const found = await searchSaving(session, input.key, input.returns);
    // RFC 9051, section 6.4.4: there is no other answer than ESEARCH.
    const returns = input.returns ?? (session.enabled.has('IMAP4REV2') ? returnAll : undefined);
    if (returns !== undefined) {
      answerExtended(session, { found, returns, byUid, usesModseq, tag });
      return completed(`${name} completed`);
    }
    const numbers = found.map(({ ref }) => ` ${byUid ? ref.uid : ref.sequence}`).join('');
    const modseq = usesModseq && found.length > 0 ? ` (MODSEQ ${highest(found)})` : '';
    session.output.line(`* SEARCH${numbers}${modseq}`);
    return completed(`${name} completed`);
  }
}

function scanSearch(scanner: Scanner, limits: ImapLimits): SearchInput {
  scanner.space();
  const returns = scanReturnOptions(scanner);
  const namesCharset = scanner.skipKeyword('CHARSET');
  if (namesCharset) {
    scanner.space();
    scanCharset(scanner);
  }
  return { returns, namesCharset, key: scanSearchKeys(scanner, limits) };
}
