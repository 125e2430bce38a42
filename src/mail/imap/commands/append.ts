import { composeMessages } from '#mail/imap/append/compose-messages.ts';
import { orTryCreate } from '#mail/imap/error-responses.ts';
import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { scanNewMessage, type WrittenMessage } from '#mail/imap/grammar/new-message.ts';
import { completed } from '#mail/imap/responses.ts';
import { encodeNumberSet } from '#mail/imap/wire/encode.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { defineCommand, signedIn } from './command.ts';

/**
 * One message or several (RFC 3502). All are whole before storage hears of them, so that an APPEND cut half-way leaves
 * nothing (I12).
 */
export const append = defineCommand({
  name: 'APPEND',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    const messages: WrittenMessage[] = [];
    do {
      scanner.space();
      messages.push(scanNewMessage(scanner, limits));
      if (messages.length > limits.appendMessagesMax) throw new ImapSyntaxError('Too many messages');
    } while (scanner.peekIs(' '));
    return { path, written: messages };
  },
  run: async (session, { path, written }) => {
    const { access } = session;
    const messages = await composeMessages(session, written);
    const { accountId } = access;
    const appended = await orTryCreate(access.appendAll({ accountId, path, messages }));
    if (session.state === 'selected' && session.view.mailbox.path === path) session.noteChange();
    const uids = encodeNumberSet(appended.uids);
    return completed('APPEND completed', `APPENDUID ${appended.uidValidity} ${uids}`);
  },
});
