import { Migration } from '@mikro-orm/migrations';

const statements: readonly string[] = [
  // none | testing | enforce; null: nobody has decided. The moment makes the id of the policy one of its own.
  `alter table mail_domain add column sts_mode text, add column sts_set_at timestamptz`,
];

export class StsMode0007 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
