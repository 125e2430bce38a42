import { Migration } from '@mikro-orm/migrations';

/** Who made and took back a delegation, and whether its delegate was told when it began and when it ended. */
const statements = [
  `alter table delegation
     add column created_at timestamptz, add column created_by uuid references account,
     add column revoked_by uuid references account,
     add column start_told boolean not null default false, add column end_told boolean not null default false`,
  `update delegation set end_told = revoked_at is not null`,
  `create index delegation_from on delegation (from_position_id)`,
  `create index delegation_untold on delegation (valid_from) where not start_told or not end_told`,
];

export class DelegationLife0032 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
