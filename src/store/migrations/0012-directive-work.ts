import { Migration } from '@mikro-orm/migrations';

/** Work on assignments: parts, deadlines, requests for time, results, and the record of who did what. */
const statements = [
  // above: rooms of the assignments it is a part of, which see it; null for those of the directive itself.
  // work_state: what somebody did; null: the state is computed from receipts.
  `alter table assignment
     add column parent_id uuid references assignment, add column above text[], add column title text,
     add column given_at timestamptz, add column due_at timestamptz, add column original_due_at timestamptz,
     add column work_state text, add column progress smallint, add column extension_count smallint not null default 0,
     add column extension_id uuid, add column extension_due_at timestamptz, add column extension_reason text,
     add column submitted_at timestamptz, add column completed_at timestamptz, add column confirmed_at timestamptz,
     add column evaluation text, add column replaces_id uuid references assignment`,
  `update assignment a set given_at = d.issued_at, due_at = d.due_at from directive d where d.id = a.directive_id`,
  `alter table assignment alter column given_at set not null`,
  `create index assignment_assignee on assignment (assignee_id, given_at desc, id) where assignee_id is not null`,
  `create index directive_issuer_position on directive (issuer_position_id, issued_at desc)`,
  `create index assignment_parent on assignment (parent_id) where parent_id is not null`,
  `alter table directive
     add column completed_at timestamptz, add column supersedes_id uuid references directive,
     add column superseded_by_id uuid references directive,
     add column superseded_at timestamptz`,
  // Append-only: the timeline of a directive, and the history of its assignments.
  `create table work_record (
     seq bigint generated always as identity primary key, id uuid not null unique,
     directive_id uuid not null references directive, assignment_id uuid not null references assignment,
     kind text not null, at timestamptz not null, by_account_id uuid not null references account,
     on_behalf_of_position_id uuid references position, content jsonb not null)`,
  `create index work_record_directive on work_record (directive_id, seq)`,
  `create index work_record_assignment on work_record (assignment_id, seq)`,
  // state: pending | approved | denied | withdrawn. The assignment's row says what waits.
  `create table extension_request (
     id uuid primary key, assignment_id uuid not null references assignment, state text not null,
     previous_due_at timestamptz not null, new_due_at timestamptz not null, reason text not null,
     requested_at timestamptz not null, requested_by uuid not null references account,
     decided_at timestamptz, decided_by uuid references account, decision_note text)`,
  `create unique index extension_request_pending on extension_request (assignment_id) where state = 'pending'`,
  `create index extension_request_assignment on extension_request (assignment_id, requested_at)`,
  // Mail that reached a device is known by the event that told of it (arrivedDirectives).
  `create index outbox_added on outbox (((payload ->> 'directiveId')::uuid))
     where type in ('assignment.delegated', 'assignment.reassigned')`,
];

export class DirectiveWork0012 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
