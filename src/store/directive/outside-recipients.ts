import type { OutsideRecipient, OutsideRecipients, OutsideWay } from '#app/ports/outside-recipients.ts';
import type { DirectiveState } from '#domain/directive/directive-state.ts';
import type { Database, Transaction } from '#store/database.ts';
import { deliveryTransaction } from '#store/mail/mail-delivery.ts';
import { hubTransaction } from './directive-transaction.ts';

interface OutsideRow {
  readonly id: number;
  readonly directive_id: string;
  readonly address: string;
  readonly sent_at: Date;
  readonly expires_at: Date;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_via: OutsideWay | null;
}

interface StandingRow extends OutsideRow {
  readonly content_hash: Buffer;
  readonly code: string;
  readonly subject: string;
  readonly issuer: string;
  readonly state: DirectiveState;
  readonly issuer_account_id: string;
  readonly issuer_position_id: string | null;
}

export function createOutsideRecipients(database: Database): OutsideRecipients {
  return {
    async of(directiveId) {
      const rows = await database.rows<OutsideRow>(
        'select * from outside_recipient where directive_id = $1 order by address',
        [directiveId],
      );
      return rows.map(recipientOf);
    },
    async standing(id) {
      const [row] = await database.rows<StandingRow>(
        `select o.*, d.content_hash, d.code, d.subject, d.state, d.issuer_account_id, d.issuer_position_id,
           concat_ws(' ', d.issuer_title, d.issuer_name) || ', ' || d.issuer_unit_name as issuer
         from outside_recipient o join directive d on d.id = o.directive_id where o.id = $1`,
        [id],
      );
      if (row === undefined) return undefined;
      return {
        ...recipientOf(row),
        contentHash: row.content_hash.toString('hex'),
        code: row.code,
        subject: row.subject,
        issuer: row.issuer,
        state: row.state,
        issuerAccountId: row.issuer_account_id,
        ...(row.issuer_position_id === null ? {} : { issuerPositionId: row.issuer_position_id }),
      };
    },
    async nextIds(count) {
      const rows = await database.rows<{ id: number }>(
        `select nextval('outside_recipient_id') as id from generate_series(1, $1::int)`,
        [count],
      );
      return rows.map(({ id }) => id);
    },
    async issuerAddress(directiveId) {
      const [row] = await database.rows<{ address: string }>(
        'select a.address from directive d join account a on a.id = d.issuer_account_id where d.id = $1',
        [directiveId],
      );
      return row?.address;
    },
    async octets(messageId) {
      const [row] = await database.rows<{ bytes: Buffer }>(
        'select b.bytes from message m join blob b on b.sha256 = m.blob_sha256 where m.id = $1',
        [messageId],
      );
      return row?.bytes;
    },
    transaction: (work) =>
      database.transaction((tx) => {
        const { deliver, enqueue, trace } = deliveryTransaction(tx);
        return work({
          ...hubTransaction(tx),
          deliver,
          enqueue,
          trace,
          addOutside: (recipient) => addOutside(tx, recipient),
          acknowledgeOutside: (id, at, via) => acknowledgeOutside(tx, id, at, via),
        });
      }),
  };
}

async function addOutside(tx: Transaction, recipient: OutsideRecipient): Promise<boolean> {
  const rows = await tx.rows(
    `insert into outside_recipient (id, directive_id, address, sent_at, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (directive_id, address) do nothing returning 1`,
    [recipient.id, recipient.directiveId, recipient.address, recipient.sentAt, recipient.expiresAt],
  );
  return rows.length > 0;
}

/** The directive is locked first, so that a recall at the same moment is before or after. */
async function acknowledgeOutside(tx: Transaction, id: number, at: Date, via: OutsideWay): Promise<boolean> {
  const open = await tx.rows(
    `select 1 from directive d join outside_recipient o on o.directive_id = d.id
     where o.id = $1 and d.state = 'issued' for no key update of d`,
    [id],
  );
  if (open.length === 0) return false;
  const rows = await tx.rows(
    `update outside_recipient set acknowledged_at = $2, acknowledged_via = $3
     where id = $1 and acknowledged_at is null returning 1`,
    [id, at, via],
  );
  return rows.length > 0;
}

function recipientOf(row: OutsideRow): OutsideRecipient {
  return {
    id: row.id,
    directiveId: row.directive_id,
    address: row.address,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
    ...(row.acknowledged_at === null ? {} : { acknowledgedAt: row.acknowledged_at }),
    ...(row.acknowledged_via === null ? {} : { acknowledgedVia: row.acknowledged_via }),
  };
}
