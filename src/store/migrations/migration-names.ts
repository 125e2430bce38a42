/** In order. A name never changes once it has run anywhere. */
export const migrationNames = [
  '0001-foundation',
  '0002-official-mail',
  '0004-imap-sync',
  '0005-shared-mailboxes',
  '0006-imap-search',
  '0007-sts-mode',
  '0008-mail-import',
  '0009-stamp-log',
  '0011-search-part-headers',
  '0012-directive-work',
  '0013-calendar',
  '0014-documents',
  '0016-reply-act',
  '0015-attachments',
  '0017-discussion',
  '0023-audit',
  '0027-search',
  '0032-delegation-life',
  '0036-outside-recipient',
  '0043-act-origin',
  '0052-directive-drafts',
] as const;

export type MigrationName = (typeof migrationNames)[number];
