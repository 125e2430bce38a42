import type { ResolvedAssignee, StoredDirective } from '#app/ports/hub-store.ts';
import type { NewPart } from '#app/ports/work-store.ts';
import type { BoardCounts } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Transaction } from '#store/database.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { directiveKeyword } from '#store/mail/keywords.ts';

/**
 * The message is locked first, which lets one delivery of a directive after another find who has had it, and keeps a
 * recall out until it can see what was delivered.
 */
export async function deliverToAssignees(
  tx: Transaction,
  directive: StoredDirective,
  assignees: readonly ResolvedAssignee[],
  at: Date,
): Promise<readonly string[]> {
  const [message] = await tx.rows<{ size: number }>(
    `select size from message where id = $1 for no key update`,
    [directive.messageId],
  );
  if (message === undefined) throw new Error(`directive ${directive.id} has no mail`);
  const rows = await tx.rows<{ account_id: string }>(
    `select account_id from (
       select ac.id as account_id from account ac
         where ac.person_id = any($2::uuid[]) and ac.status = 'active'
       union
       select o.account_id from unit_officer($4) o where o.unit_id = any($3::uuid[])) wanted
     where not exists (select from recipient r where r.directive_id = $1 and r.account_id = wanted.account_id)
     order by account_id`,
    [directive.id, idsOf(assignees, 'person'), idsOf(assignees, 'unit'), at],
  );
  const accountIds = rows.map((row) => row.account_id);
  if (accountIds.length > 0)
    await deliverMessage(tx, {
      message: { storedId: directive.messageId, size: message.size },
      receivedAt: at,
      to: { kind: 'accounts', accountIds },
      flags: 0,
      keywords: [directiveKeyword],
    });
  return accountIds;
}

/** One statement in the order of ids, so that what follows takes no lock that it does not have. */
export async function lockMailboxesOf(
  tx: Transaction,
  directive: StoredDirective,
  assignees: readonly ResolvedAssignee[],
  at: Date,
): Promise<void> {
  await tx.rows(`select id from message where id = $1 for update`, [directive.messageId]);
  await tx.rows(
    `select id from mailbox where id = any(array(
       select mailbox_id from mailbox_message where message_id = $1
       union
       select b.id from mailbox b where b.path = 'INBOX' and b.account_id in (
         select ac.id from account ac where ac.status = 'active'
           and (ac.person_id = any($2::uuid[]) or ($4::boolean and ac.kind <> 'system'))
         union select o.account_id from unit_officer($5) o where o.unit_id = any($3::uuid[]))))
     order by id for no key update`,
    [
      directive.messageId,
      idsOf(assignees, 'person'),
      idsOf(assignees, 'unit'),
      assignees.some(({ kind }) => kind === 'everyone'),
      at,
    ],
  );
}

function idsOf(assignees: readonly ResolvedAssignee[], kind: 'person' | 'unit'): string[] {
  return assignees.flatMap((assignee) =>
    assignee.kind === kind && assignee.id !== undefined ? [assignee.id] : [],
  );
}

/** New assignments take the ordinals after the last; a recipient who is there already gets them added. */
export async function addAssignments(
  tx: Transaction,
  directiveId: string,
  parts: readonly NewPart[],
  at: Date,
): Promise<BoardCounts> {
  const ids = parts.map(({ id }) => id);
  await insertParts(tx, directiveId, parts, at);
  await addRecipients(tx, directiveId, ids, at);
  const unreached = await tx.rows(
    `update assignment a set recipient_count = c.recipients, arrived_at = c.arrived_at
     from (select a.id, count(r.account_id)::int as recipients,
             case when count(r.arrived_at) > 0 then $3::timestamptz end as arrived_at
           from assignment a left join recipient r on r.directive_id = a.directive_id and a.ordinal = any(r.ordinals)
           where a.directive_id = $1 and a.id = any($2::uuid[]) group by a.id) c
     where a.id = c.id returning case when c.recipients = 0 then a.id end as unreached`,
    [directiveId, ids, at],
  );
  if ((unreached as { unreached: string | null }[]).some((row) => row.unreached !== null))
    throw new HubError('no_recipient', { field: 'recipients' });
  const [row] = await tx.rows<{
    recipient_count: number;
    arrived_count: number;
    opened_count: number;
    acknowledged_count: number;
  }>(
    `update directive d set recipient_count = (select count(*) from recipient where directive_id = $1),
       rooms = array(select distinct unnest(d.rooms || $2::text[]))
     where id = $1 returning recipient_count, arrived_count, opened_count, acknowledged_count`,
    [directiveId, parts.map(({ assignee }) => assignee.room)],
  );
  if (row === undefined) throw new Error(`there is no directive ${directiveId}`);
  return {
    recipients: row.recipient_count,
    delivered: row.recipient_count,
    arrived: row.arrived_count,
    opened: row.opened_count,
    acknowledged: row.acknowledged_count,
  };
}

async function insertParts(
  tx: Transaction,
  directiveId: string,
  parts: readonly NewPart[],
  at: Date,
): Promise<void> {
  const rows = parts.map((part, place) => ({
    place,
    id: part.id,
    role: part.role,
    kind: part.assignee.kind,
    assignee_id: part.assignee.id ?? null,
    name: part.assignee.name,
    room: part.assignee.room,
    title: part.title ?? null,
    due_at: part.dueAt?.toISOString() ?? null,
    parent_id: part.parentId ?? null,
    above: part.above.length === 0 ? null : part.above,
    replaces_id: part.replacesId ?? null,
  }));
  await tx.rows(
    `insert into assignment (id, directive_id, ordinal, role, assignee_kind, assignee_id, assignee_name, room,
       recipient_count, given_at, due_at, title, parent_id, above, replaces_id)
     select p.id, $1, last.ordinal + 1 + p.place, p.role, p.kind, p.assignee_id, p.name, p.room, 0, $3, p.due_at, p.title,
       p.parent_id, case when p.above is not null then array(select jsonb_array_elements_text(p.above)) end, p.replaces_id
     from jsonb_to_recordset($2::jsonb) as p(place smallint, id uuid, role text, kind text, assignee_id uuid, name text,
         room text, title text, due_at timestamptz, parent_id uuid, above jsonb, replaces_id uuid),
       (select max(ordinal) as ordinal from assignment where directive_id = $1) last`,
    [directiveId, JSON.stringify(rows), at],
  );
}

async function addRecipients(
  tx: Transaction,
  directiveId: string,
  ids: readonly string[],
  at: Date,
): Promise<void> {
  await tx.rows(
    `with wanted as (
       select ac.id as account_id, a.ordinal from assignment a
         join account ac on ac.person_id = a.assignee_id and ac.status = 'active'
         where a.id = any($2::uuid[]) and a.assignee_kind = 'person'
       union
       select o.account_id, a.ordinal from assignment a join unit_officer($3) o on o.unit_id = a.assignee_id
         where a.id = any($2::uuid[]) and a.assignee_kind = 'unit')
     insert into recipient (directive_id, account_id, ordinals, delivered_at)
     select $1, account_id, array_agg(ordinal order by ordinal), $3 from wanted group by account_id
     on conflict (directive_id, account_id) do update set ordinals = recipient.ordinals || excluded.ordinals`,
    [directiveId, ids, at],
  );
}
