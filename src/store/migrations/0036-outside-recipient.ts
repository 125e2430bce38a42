import { Migration } from '@mikro-orm/migrations';

const statements: readonly string[] = [
  // Who gets a directive outside the hub, by a mail with a signed token of their own.
  `create sequence outside_recipient_id`,
  `create table outside_recipient (
     id bigint primary key, directive_id uuid not null references directive, address text not null,
     sent_at timestamptz not null, expires_at timestamptz not null,
     acknowledged_at timestamptz, acknowledged_via text, unique (directive_id, address))`,
];

export class OutsideRecipient0036 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
