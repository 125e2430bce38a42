import { HubError } from '#domain/hub-error.ts';
import { composeMessages } from '#mail/imap/append/compose-messages.ts';
import { orTryCreate } from '#mail/imap/error-responses.ts';
import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { scanNewMessage } from '#mail/imap/grammar/new-message.ts';
import { scanSequenceNumber } from '#mail/imap/grammar/sequence-set.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';

import { defineCommand, type ImapCommand, withMailbox } from './command.ts';

export const replace = replaceCommand('REPLACE', false);
export const uidReplace = replaceCommand('UID REPLACE', true);

/** RFC 8508: one message in place of another, so that a draft is never there twice and never not at all. */
function replaceCommand(name: string, byUid: boolean): ImapCommand {
  return defineCommand({
    name,
    states: withMailbox,
    tells: 'all',
    parse: (scanner, limits) => {
      scanner.space();
      const set = scanSequenceNumber(scanner);
      scanner.space();
      const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
      scanner.space();
      return { set, path, message: scanNewMessage(scanner, limits) };
    },
    run: async (session, { set, path, message }) => {
      const { view, access } = session;
      if (view.readOnly) throw new CommandRefused('The mailbox is open for reading only', 'CANNOT');
      const messages = await composeMessages(session, [message]);
      const [ref] = view.resolve(set, byUid);
      if (ref === undefined) throw noSuchMessage();
      const replaces = { mailboxId: view.mailbox.id, uid: ref.uid };
      const { accountId } = access;
      const appended = await orNoMessage(
        orTryCreate(access.appendAll({ accountId, path, messages, replaces })),
      );
      session.noteChange();
      const [uid] = appended.uids;
      session.output.line(`* OK [APPENDUID ${appended.uidValidity} ${uid}] Replacement ready`);
      return completed(`${name} completed`);
    },
  });
}

async function orNoMessage<Result>(attempt: Promise<Result>): Promise<Result> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof HubError && error.code === 'not_found') throw noSuchMessage();
    throw error;
  }
}

function noSuchMessage(): CommandRefused {
  return new CommandRefused('There is no such message', 'NONEXISTENT');
}
