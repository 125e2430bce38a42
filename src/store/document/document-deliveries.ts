import type { DocumentTransaction } from '#app/ports/documents.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { rooms } from '#domain/room.ts';
import type { Transaction } from '#store/database.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { deliveryColumns, deliveryOf, withoutNulls, type DeliveryRow } from './document-rows.ts';

type Part = Pick<
  DocumentTransaction,
  | 'placeRecipients'
  | 'addDeliveries'
  | 'deliveries'
  | 'deliveryOf'
  | 'changeDelivery'
  | 'deliverNotice'
  | 'messageFor'
>;

/** Recipients of a document, and what becomes of it there. */
export function deliveryTransaction(tx: Transaction): Part {
  return {
    placeRecipients: (recipients, organId, at) => placeRecipients(tx, recipients, organId, at),
    async addDeliveries(documentId, deliveries) {
      const rows = deliveries.map((delivery) => ({
        ordinal: delivery.ordinal,
        kind: delivery.kind,
        recipient_id: delivery.recipientId ?? null,
        recipient_name: delivery.recipientName,
        incoming_id: delivery.incomingId ?? null,
        status: delivery.status ?? null,
        status_at: delivery.statusAt?.toISOString() ?? null,
      }));
      await tx.rows(
        `insert into document_delivery (document_id, ordinal, kind, recipient_id, recipient_name, incoming_id, status, status_at)
         select $1, r.ordinal, r.kind, r.recipient_id, r.recipient_name, r.incoming_id, r.status, r.status_at
         from jsonb_to_recordset($2::jsonb) as r(ordinal int, kind text, recipient_id uuid, recipient_name text,
           incoming_id uuid, status text, status_at timestamptz)`,
        [documentId, JSON.stringify(rows)],
      );
    },
    async deliveries(documentId) {
      const rows = await tx.rows<DeliveryRow>(
        `select ${deliveryColumns} from document_delivery v where v.document_id = $1 order by v.ordinal`,
        [documentId],
      );
      return rows.map(deliveryOf);
    },
    async deliveryOf(incomingId) {
      const [row] = await tx.rows<DeliveryRow & { documentId: string; rooms: string[] }>(
        `select ${deliveryColumns}, v.document_id as "documentId", d.rooms
         from document_delivery v join document d on d.id = v.document_id where v.incoming_id = $1`,
        [incomingId],
      );
      if (row === undefined) return undefined;
      const { documentId, rooms: senderRooms, ...delivery } = row;
      return { documentId, rooms: senderRooms, delivery: deliveryOf(delivery) };
    },
    async changeDelivery(documentId, ordinal, patch, at) {
      const [row] = await tx.rows<DeliveryRow>(
        `update document_delivery v set status = coalesce($3, status),
           status_at = case when $3::text is null then status_at else $7 end, reason = coalesce($4, reason),
           take_back = coalesce($5, take_back), take_back_at = case when $5::text is null then take_back_at else $7 end,
           take_back_reason = coalesce($6, take_back_reason)
         where document_id = $1 and ordinal = $2 returning ${deliveryColumns}`,
        [
          documentId,
          ordinal,
          patch.status ?? null,
          patch.reason ?? null,
          patch.takeBack ?? null,
          patch.takeBackReason ?? null,
          at,
        ],
      );
      if (row === undefined) throw new Error(`document ${documentId} has no delivery ${ordinal}`);
      return deliveryOf(row);
    },
    deliverNotice: (message, to, at, isUrgent) => deliverNotice(tx, message, to, at, isUrgent),
    async messageFor(accountId, messageId) {
      const [row] = await tx.rows<{
        id: number;
        subject: string | null;
        from: string | null;
        messageIdHeader: string | null;
      }>(
        `select m.id, m.subject, m.from_address as "from", m.message_id_header as "messageIdHeader"
         from message m where m.id = $2 and exists (
           select from mailbox_message e join mailbox b on b.id = e.mailbox_id
           where e.message_id = m.id and b.account_id = $1)`,
        [accountId, messageId],
      );
      if (row === undefined) return undefined;
      const { id, ...rest } = row;
      return { id: String(id), ...withoutNulls(rest) };
    },
  };
}

const placeRecipients: (
  tx: Transaction,
  ...rest: Parameters<Part['placeRecipients']>
) => ReturnType<Part['placeRecipients']> = async (tx, recipients, organId, at) => {
  const ids = (kind: string) =>
    recipients.flatMap((recipient) =>
      recipient.kind === kind && recipient.id !== undefined ? [recipient.id] : [],
    );
  const found = await tx.rows<{ kind: string; id: string; name: string; account_id: string | null }>(
    `select 'organ' as kind, id, name, null::uuid as account_id from org_unit
       where id = any($1::uuid[]) and is_organ and id <> $4 and valid_from <= $5 and (valid_to is null or $5 < valid_to)
     union all
     select 'unit', id, name, null from org_unit
       where id = any($2::uuid[]) and organ_of(id) = $4 and valid_from <= $5 and (valid_to is null or $5 < valid_to)
     union all
     select 'person', p.id, p.display_name, a.id from person p
       join account a on a.person_id = p.id and a.status = 'active'
       where p.id = any($3::uuid[]) and exists (select from position o where o.person_id = p.id
         and organ_of(o.unit_id) = $4 and o.valid_from <= $5 and (o.valid_to is null or $5 < o.valid_to))`,
    [ids('organ'), ids('unit'), ids('person'), organId, at],
  );
  const byKey = new Map(found.map((row) => [`${row.kind} ${row.id}`, row]));
  return recipients.map((recipient) => {
    if (recipient.kind === 'outside') return { kind: recipient.kind, name: recipient.name ?? '' };
    const row = byKey.get(`${recipient.kind} ${recipient.id ?? ''}`);
    if (row === undefined) throw new HubError('recipient_unknown', { field: 'recipients' });
    const room = row.kind === 'unit' ? rooms.unit(row.id) : rooms.account(row.account_id ?? '');
    return {
      kind: recipient.kind,
      id: row.id,
      name: row.name,
      ...(row.kind === 'organ' ? {} : { room }),
    };
  });
};

const deliverNotice: (
  tx: Transaction,
  ...rest: Parameters<Part['deliverNotice']>
) => ReturnType<Part['deliverNotice']> = async (tx, message, to, at, isUrgent) => {
  const unitRooms = to.rooms.flatMap((room) => (room.startsWith('unit:') ? [room.slice(5)] : []));
  const accountRooms = to.rooms.flatMap((room) => (room.startsWith('account:') ? [room.slice(8)] : []));
  const rows = await tx.rows<{ id: string }>(
    `with recursive inside as (
       select id, id as organ_id from org_unit where id = any($1::uuid[])
       union all
       select u.id, i.organ_id from org_unit u join inside i on u.parent_id = i.id where not u.is_organ)
     select a.id from account a join position p on p.person_id = a.person_id join inside i on i.id = p.unit_id
       where a.status = 'active' and a.kind in ('personal', 'role') and p.authority = 'clerk'
         and p.valid_from <= $4 and (p.valid_to is null or $4 < p.valid_to)
     union select a.id from account a
       where a.status = 'active' and a.kind in ('role', 'unit') and a.unit_id = any($1::uuid[])
     union select o.account_id from unit_officer($4) o where o.unit_id = any($2::uuid[])
     union select a.id from account a where a.status = 'active' and a.id = any($3::uuid[])`,
    [to.organIds, unitRooms, accountRooms, at],
  );
  const accountIds = rows.map(({ id }) => id).toSorted();
  const { messageId } = await deliverMessage(tx, {
    message,
    receivedAt: at,
    to: { kind: 'accounts', accountIds },
    flags: isUrgent ? flagBit.flagged : 0,
    keywords: [],
  });
  return { messageId, accountIds };
};
