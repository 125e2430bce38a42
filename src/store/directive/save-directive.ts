import type { NewDirective, SavedDirective } from '#app/ports/hub-store.ts';
import type { Assignment } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { directiveKeyword } from '#store/mail/keywords.ts';

/**
 * Writes the directive, its assignments, its recipients and its mail. Every step over recipients is one statement
 * whatever their number, because 9,850 of them are the case it is built for.
 */
export async function saveDirective(tx: Transaction, input: NewDirective): Promise<SavedDirective> {
  const { directive } = input;
  await insertDirective(tx, input);
  await insertAssignments(tx, input);
  const recipients = await insertRecipients(tx, directive.id, directive.issuedAt);
  if (recipients === 0) throw new HubError('no_recipient', { field: 'recipients' });
  // A recipient without a mailbox makes this throw: nobody is told of mail that was not delivered.
  const { messageId, delivered } = await deliverMessage(tx, {
    message: input.mail,
    receivedAt: directive.issuedAt,
    to: { kind: 'recipientsOf', directiveId: directive.id },
    // Hỏa tốc also stands out in a mail client that knows no keywords.
    flags: directive.urgency === 'hoa_toc' ? flagBit.flagged : 0,
    keywords: [directiveKeyword],
  });
  await tx.rows(`update directive set recipient_count = $2, message_id = $3 where id = $1`, [
    directive.id,
    recipients,
    messageId,
  ]);
  const assignments = await countAssignments(tx, input);
  const counts = { recipients, delivered, arrived: 0, opened: 0, acknowledged: 0 };
  return { assignments, counts, messageId };
}

async function insertDirective(tx: Transaction, input: NewDirective): Promise<void> {
  const { directive } = input;
  const rooms = [...new Set(input.assignees.map((assignee) => assignee.room))];
  await tx.rows(
    `insert into directive (id, code, subject, text, urgency, issuer_account_id, issuer_position_id,
       on_behalf_of_position_id, issuer_name, issuer_title, issuer_unit_name, issued_at, due_at,
       acknowledge_within_minutes, content_hash, state, rooms, recipient_count, supersedes_id, due_kind,
       origin_kind, origin_reference)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'issued', $16, 0, $17, $18, $19, $20)`,
    [
      directive.id,
      directive.code,
      directive.subject,
      directive.text,
      directive.urgency,
      directive.issuerAccountId,
      input.issuerPositionId,
      input.onBehalfOfPositionId ?? null,
      directive.issuer.name,
      directive.issuer.title,
      directive.issuer.unit,
      directive.issuedAt,
      directive.dueAt ?? null,
      directive.acknowledgeWithinMinutes ?? null,
      Buffer.from(directive.contentHash, 'hex'),
      rooms,
      directive.supersedesId ?? null,
      directive.dueKind ?? null,
      directive.origin?.kind ?? null,
      directive.origin?.reference ?? null,
    ],
  );
}

async function insertAssignments(tx: Transaction, input: NewDirective): Promise<void> {
  const rows = input.assignees.map((assignee, ordinal) => ({
    id: assignee.assignmentId,
    ordinal,
    role: assignee.role,
    kind: assignee.kind,
    assignee_id: assignee.id ?? null,
    name: assignee.name,
    room: assignee.room,
  }));
  await tx.rows(
    `insert into assignment (id, directive_id, ordinal, role, assignee_kind, assignee_id, assignee_name, room, recipient_count,
       given_at, due_at)
     select a.id, $1, a.ordinal, a.role, a.kind, a.assignee_id, a.name, a.room, 0, $3, $4
     from jsonb_to_recordset($2::jsonb)
       as a(id uuid, ordinal smallint, role text, kind text, assignee_id uuid, name text, room text)`,
    [input.directive.id, JSON.stringify(rows), input.directive.issuedAt, input.directive.dueAt ?? null],
  );
}

/** People by their account, units by those who answer for them, everyone by all active accounts but the system's. */
async function insertRecipients(tx: Transaction, directiveId: string, at: Date): Promise<number> {
  const [row] = await tx.rows<{ count: number }>(
    `with wanted as (
       select ac.id as account_id, a.ordinal from assignment a
         join account ac on ac.person_id = a.assignee_id and ac.status = 'active'
         where a.directive_id = $1 and a.assignee_kind = 'person'
       union
       select o.account_id, a.ordinal from assignment a join unit_officer($2) o on o.unit_id = a.assignee_id
         where a.directive_id = $1 and a.assignee_kind = 'unit'
       union
       select ac.id, a.ordinal from assignment a
         join account ac on ac.status = 'active' and ac.kind <> 'system'
         where a.directive_id = $1 and a.assignee_kind = 'everyone'),
     written as (
       insert into recipient (directive_id, account_id, ordinals, delivered_at)
       select $1, account_id, array_agg(ordinal order by ordinal), $2 from wanted group by account_id
       returning 1)
     select count(*) as count from written`,
    [directiveId, at],
  );
  return row?.count ?? 0;
}

async function countAssignments(tx: Transaction, input: NewDirective): Promise<Assignment[]> {
  const rows = await tx.rows<{ ordinal: number; recipient_count: number }>(
    `update assignment a set recipient_count = c.recipients
     from (select o.ordinal, count(*) as recipients from recipient r, unnest(r.ordinals) as o(ordinal)
           where r.directive_id = $1 group by o.ordinal) c
     where a.directive_id = $1 and a.ordinal = c.ordinal returning a.ordinal, a.recipient_count`,
    [input.directive.id],
  );
  const counts = new Map(rows.map((row) => [row.ordinal, row.recipient_count]));
  return input.assignees.map((assignee, ordinal) => ({
    id: assignee.assignmentId,
    directiveId: input.directive.id,
    ordinal,
    role: assignee.role,
    assigneeKind: assignee.kind,
    ...(assignee.id === undefined ? {} : { assigneeId: assignee.id }),
    assigneeName: assignee.name,
    room: assignee.room,
    recipientCount: counts.get(ordinal) ?? 0,
    state: 'sent',
    ...(input.directive.dueAt === undefined ? {} : { dueAt: input.directive.dueAt }),
  }));
}
