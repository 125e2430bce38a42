import { Migration } from '@mikro-orm/migrations';

const statements: readonly string[] = [
  // A reply to a directive whose act is owed from the commit of its message on. held: the message itself still waits.
  // settled_at and the note to its writer are one commit. No foreign keys, as in recipient.
  `create table reply_act (
     message_id bigint primary key, directive_id uuid not null, account_id uuid not null,
     taken_at timestamptz not null, held boolean not null default false, settled_at timestamptz, outcome text)`,
  `create index reply_act_owed on reply_act (taken_at) where settled_at is null and not held`,
];

export class ReplyAct0016 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
