import type { HeldTask } from '#app/ports/hub-store.ts';
import type { Sql } from '#store/database.ts';

/** What waits for the account's word as a moderator, oldest first. */
export async function heldTasksOf(sql: Sql, accountId: string): Promise<readonly HeldTask[]> {
  const rows = await sql.rows<{
    id: string;
    name: string;
    sender: string;
    subject: string | null;
    held_at: Date;
  }>(
    `select h.id, g.name, h.envelope -> 'envelope' ->> 'sender' as sender, m.subject, h.held_at
     from mail_group_officer o join mail_group g on g.id = o.group_id
     join held_mail h on h.group_id = g.id and h.state = 'held' and h.kind = 'moderation'
     join message m on m.id = h.message_id
     where o.account_id = $1 and o.role = 'moderator'
     order by h.held_at, h.id`,
    [accountId],
  );
  return rows.map(({ id, name, sender, subject, held_at }) => ({
    id,
    group: name,
    sender,
    ...(subject === null ? {} : { subject }),
    heldAt: held_at,
  }));
}
