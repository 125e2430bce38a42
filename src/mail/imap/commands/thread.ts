import { scanCharset } from '#mail/imap/grammar/charset.ts';
import { scanSearchKeys, type SearchKey } from '#mail/imap/grammar/search-key.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import { CommandRefused, type Completion, completed } from '#mail/imap/responses.ts';
import { searchDeadline } from '#mail/imap/search/deadline.ts';
import { searchMessages } from '#mail/imap/search/search-messages.ts';
import type { Session } from '#mail/imap/session.ts';
import { encodeThreads } from '#mail/imap/thread/encode-threads.ts';
import { readThreadMessages } from '#mail/imap/thread/thread-messages.ts';
import { threadByReferences } from '#mail/imap/thread/thread-references.ts';
import { threadBySubject } from '#mail/imap/thread/thread-subject.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';

import { defineCommand, type ImapCommand, type Tells, withMailbox } from './command.ts';

export const thread = threadCommand('THREAD', false, 'all_but_expunges');
export const uidThread = threadCommand('UID THREAD', true, 'all');

interface ThreadInput {
  readonly algorithm: 'ORDEREDSUBJECT' | 'REFERENCES';
  readonly key: SearchKey;
}

/** RFC 5256, section 3: the messages that a search finds, as trees. */
function threadCommand(name: string, byUid: boolean, tells: Tells): ImapCommand {
  return defineCommand({ name, states: withMailbox, tells, parse: scanThread, run });

  async function run(session: Session, { algorithm, key }: ThreadInput): Promise<Completion> {
    const keepGoing = searchDeadline(session.limits);
    const found = await searchMessages(session, key);
    const refs = found.map((one) => one.ref);
    const messages = await readThreadMessages(session, refs, {
      withReferences: algorithm === 'REFERENCES',
      keepGoing,
    });
    const threads =
      algorithm === 'REFERENCES' ? threadByReferences(messages, keepGoing) : threadBySubject(messages);
    const shown = encodeThreads(threads, ({ ref }) => (byUid ? ref.uid : ref.sequence));
    session.output.line(`* THREAD${shown === '' ? '' : ` ${shown}`}`);
    return completed(`${name} completed`);
  }
}

function scanThread(scanner: Scanner, limits: ImapLimits): ThreadInput {
  scanner.space();
  const algorithm = scanner.keyword();
  if (algorithm !== 'ORDEREDSUBJECT' && algorithm !== 'REFERENCES')
    throw new CommandRefused('No such threading algorithm', undefined, 'BAD');
  scanner.space();
  scanCharset(scanner);
  return { algorithm, key: scanSearchKeys(scanner, limits) };
}
