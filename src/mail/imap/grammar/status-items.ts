import type { Mailbox } from '#app/ports/mail.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { mailboxObjectId } from './object-id.ts';

const valueOf = {
  MESSAGES: (mailbox: Mailbox) => mailbox.messages,
  RECENT: () => 0,
  UIDNEXT: (mailbox: Mailbox) => mailbox.uidNext,
  UIDVALIDITY: (mailbox: Mailbox) => mailbox.uidValidity,
  UNSEEN: (mailbox: Mailbox) => mailbox.unseen,
  /** RFC 9051, section 6.3.11. */
  DELETED: (mailbox: Mailbox) => mailbox.deleted,
  /** RFC 9208, section 4.1.4. */
  'DELETED-STORAGE': (mailbox: Mailbox) => mailbox.deletedSize,
  /** RFC 8438. */
  SIZE: (mailbox: Mailbox) => mailbox.size,
  /** RFC 7162; it is never zero on the wire. */
  HIGHESTMODSEQ: (mailbox: Mailbox) => Math.max(1, mailbox.highestModseq),
  /** RFC 8474, section 4.3. */
  MAILBOXID: (mailbox: Mailbox) => `(${mailboxObjectId(mailbox)})`,
} as const;

export type StatusItem = keyof typeof valueOf;

/** `(MESSAGES UNSEEN)`. */
export function scanStatusItems(scanner: Scanner): readonly StatusItem[] {
  const items = scanner.list(
    () => {
      const name = scanner.keyword();
      if (!isStatusItem(name)) throw new ImapSyntaxError('Unknown status item');
      return name;
    },
    { itemsMax: 20 },
  );
  return [...new Set(items)];
}

/** `(MESSAGES 3 UNSEEN 1)`. */
export function encodeStatus(mailbox: Mailbox, items: readonly StatusItem[]): string {
  return `(${items.map((item) => `${item} ${valueOf[item](mailbox)}`).join(' ')})`;
}

function isStatusItem(name: string): name is StatusItem {
  return Object.hasOwn(valueOf, name);
}
