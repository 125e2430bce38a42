import { Migration } from '@mikro-orm/migrations';

/** What was brought from which place, so that an import goes on where it was and doubles nothing. */
const statements = [
  // uid_validity: of the source; 0 where it has none. mailbox_id: null when the mailbox was deleted. keeps_uids: true
  // while the UIDs of the mailbox are those of the source, false when they were or never can be, null when undecided.
  `create table mail_import (
     id bigint generated always as identity primary key,
     account_id uuid not null references account on delete cascade, source text not null, folder text not null,
     uid_validity bigint not null, mailbox_id bigint references mailbox on delete set null,
     keeps_uids boolean, started_at timestamptz not null,
     unique (account_id, source, folder, uid_validity))`,
  `create index mail_import_mailbox on mail_import (mailbox_id)`,
  // item: the source's UID, the unique part of a file name, or a SHA-256 with a count. refusal: null when it was filed.
  `create table mail_import_message (
     import_id bigint not null references mail_import on delete cascade, item text not null, place text,
     refusal text, at timestamptz not null, primary key (import_id, item))`,
];

export class MailImport0008 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
