import { Migration } from '@mikro-orm/migrations';

/** What SORT, THREAD and SEARCH read instead of the messages, and subscriptions that outlive their mailboxes. */
const statements = [
  // The References field (RFC 5322, section 3.6.4), with angle brackets. Null: not kept, the header is read instead.
  `alter table message add column reference_ids text[]`,

  // Names that an account has subscribed to beside the marks in mailbox and mailbox_reader: of mailboxes of its own that
  // were deleted, and of others' by the name it knew (RFC 9051, section 6.3.7). A name may be longer than a key.
  `create table subscription (
     account_id uuid not null references account on delete cascade, name text not null)`,
  `create unique index subscription_name on subscription (account_id, md5(name))`,
];

export class ImapSearch0006 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
