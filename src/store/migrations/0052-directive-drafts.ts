import { Migration } from '@mikro-orm/migrations';

/** Directives before their issue, what an account keeps to write them faster, and where they come from. */
const statements = [
  `alter table directive add column due_kind text, add column origin_kind text, add column origin_reference text`,
  // state: draft | scheduled | issued | discarded. failure: the code of the refusal that stopped a scheduled issue.
  `create table directive_draft (
     id uuid primary key, account_id uuid not null references account, version int not null, content jsonb not null,
     state text not null, issue_at timestamptz, directive_id uuid references directive, failure text,
     created_at timestamptz not null, updated_at timestamptz not null)`,
  `create index directive_draft_account on directive_draft (account_id, created_at desc, id)
     where state in ('draft', 'scheduled')`,
  `create index directive_draft_due on directive_draft (issue_at) where state = 'scheduled'`,
  // kind: quick_list | template.
  `create table directive_preset (
     id uuid primary key, account_id uuid not null references account, kind text not null, name text not null,
     version int not null, content jsonb not null, unique (account_id, kind, name))`,
];

export class DirectiveDrafts0052 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
