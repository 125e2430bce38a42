import type {
  HeldMail,
  HeldMailReads,
  HeldMailTransaction,
  HeldRoute,
  HeldState,
  NewHeldMail,
} from '#app/ports/held-mail.ts';
import type { HeldBy } from '#app/ports/mail-delivery.ts';
import type { GroupModerators } from '#app/ports/mail-groups.ts';
import { isAdministrator } from '#domain/access/actor.ts';
import type { HeldKind } from '#domain/mail/held-kind.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { moderatorsOf } from './mail-groups.ts';
import { storableJson, storableText } from './sql-text.ts';

/** Keeps a stored message back; gives who decides on it, for its event. Only a group's mail has moderators. */
export async function holdMail(tx: Transaction, input: NewHeldMail): Promise<HeldBy> {
  await tx.rows(
    `insert into held_mail (id, kind, state, message_id, group_id, account_id, envelope, reason, held_at, release_at)
     values ($1, $2, 'held', $3, $4, $5, $6::jsonb, $7, $8, $9)`,
    [
      input.id,
      input.kind,
      input.messageId,
      input.groupId ?? null,
      input.accountId ?? null,
      storableJson(input.route),
      input.reason === undefined ? null : storableText(input.reason),
      input.heldAt,
      input.releaseAt ?? null,
    ],
  );
  if (input.groupId === undefined) return { moderatorIds: [] };
  const [group] = await tx.rows<{ name: string }>('select name from mail_group where id = $1', [
    input.groupId,
  ]);
  return {
    moderatorIds: await moderatorsOf(tx, input.groupId),
    ...(group === undefined ? {} : { groupName: group.name }),
  };
}

interface HeldRow {
  readonly id: string;
  readonly kind: HeldKind;
  readonly state: HeldState;
  readonly message_id: number;
  readonly group_id: string | null;
  readonly group_name: string | null;
  readonly account_id: string | null;
  readonly envelope: HeldRoute;
  readonly reason: string | null;
  readonly held_at: Date;
  readonly release_at: Date | null;
  readonly decided_at: Date | null;
  readonly decision_note: string | null;
  readonly size: number;
  readonly subject: string | null;
  readonly from_address: string | null;
}

const heldSql = `
  select h.id, h.kind, h.state, h.message_id, h.group_id, g.name as group_name, h.account_id, h.envelope, h.reason,
         h.held_at, h.release_at, h.decided_at, h.decision_note, m.size, m.subject, m.from_address
  from held_mail h join message m on m.id = h.message_id left join mail_group g on g.id = h.group_id`;

function heldOf(row: HeldRow): HeldMail {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    messageId: String(row.message_id),
    route: row.envelope,
    heldAt: row.held_at,
    size: row.size,
    ...(row.group_id === null ? {} : { groupId: row.group_id }),
    ...(row.group_name === null ? {} : { groupName: row.group_name }),
    ...(row.account_id === null ? {} : { accountId: row.account_id }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.release_at === null ? {} : { releaseAt: row.release_at }),
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.from_address === null ? {} : { fromAddress: row.from_address }),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at }),
    ...(row.decision_note === null ? {} : { decisionNote: row.decision_note }),
  };
}

async function findHeld(sql: Sql, id: string): Promise<HeldMail | undefined> {
  const [row] = await sql.rows<HeldRow>(`${heldSql} where h.id = $1`, [id]);
  return row === undefined ? undefined : heldOf(row);
}

export function createHeldMailReads(
  database: Database,
): HeldMailReads & GroupModerators & { octets(id: string): Promise<Buffer | undefined> } {
  return {
    async forModerator(actor, limit) {
      // An administrator decides on what a sending limit holds, and on what a deleted group has left behind.
      const rows = await database.rows<HeldRow>(
        `${heldSql}
         where h.state = 'held' and (
           (h.kind = 'moderation' and h.group_id = any(array(
              select group_id from mail_group_officer where account_id = $1 and role = 'moderator')))
           or ($2 and (h.kind = 'sending_limit' or (h.kind = 'moderation' and h.group_id is null))))
         order by h.held_at, h.id limit $3`,
        [actor.accountId, isAdministrator(actor), limit],
      );
      return rows.map(heldOf);
    },
    async ofSender(accountId, limit) {
      const rows = await database.rows<HeldRow>(
        `${heldSql} where h.state = 'held' and h.account_id = $1 order by h.held_at, h.id limit $2`,
        [accountId, limit],
      );
      return rows.map(heldOf);
    },
    async due(at, limit) {
      const rows = await database.rows<{ id: string }>(
        `select id from held_mail
         where state = 'held' and kind in ('scan', 'sending_limit', 'scheduled') and release_at <= $1
         order by release_at, id limit $2`,
        [at, limit],
      );
      return rows.map(({ id }) => id);
    },
    find: (id) => findHeld(database, id),
    async octets(id) {
      const [row] = await database.rows<{ bytes: Buffer }>(
        `select b.bytes from held_mail h join message m on m.id = h.message_id join blob b on b.sha256 = m.blob_sha256
         where h.id = $1`,
        [id],
      );
      return row?.bytes;
    },
    moderatorsOf: (groupId) => moderatorsOf(database, groupId),
  };
}

export function heldMailTransaction(tx: Transaction): HeldMailTransaction & GroupModerators {
  return {
    async lock(id) {
      // The lock first and the reading after it: what a waiting statement joins is from before its wait.
      await tx.rows('select 1 from held_mail where id = $1 for no key update', [id]);
      return findHeld(tx, id);
    },
    async decide(id, { state, at, by, note }) {
      await tx.rows(
        `update held_mail set state = $2, decided_at = $3, decided_by = $4, decision_note = $5
         where id = $1 and state = 'held'`,
        [id, state, at, by ?? null, note === undefined ? null : storableText(note)],
      );
    },
    async postpone(id, releaseAt, reason) {
      await tx.rows(`update held_mail set release_at = $2, reason = $3 where id = $1 and state = 'held'`, [
        id,
        releaseAt,
        storableText(reason),
      ]);
    },
    record: (events, at) => recordEvents(tx, events, at),
    moderatorsOf: (groupId) => moderatorsOf(tx, groupId),
  };
}
