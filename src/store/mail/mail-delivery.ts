import type {
  AnsweredDirective,
  MailDelivery,
  MailDeliveryTransaction,
  MailSender,
} from '#app/ports/mail-delivery.ts';
import { rightBit } from '#domain/mail/mailbox-rights.ts';
import type { HubEvent } from '#domain/event.ts';
import type { AccountKind } from '#domain/organisation/organisation.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import { recordReceipts } from '#store/directive/record-receipts.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { rightsSql } from './asker.ts';
import { accountsByAddresses } from './accounts-by-addresses.ts';
import { absentAmong } from './absence-store.ts';
import { createDeliveryBatches } from './delivery-batches.ts';
import { deliverMessage } from './deliver.ts';
import { expandRecipients } from './expand-recipients.ts';
import { holdMail } from './held-mail.ts';
import { recordTrace } from './mail-trace-write.ts';
import { placementsOf } from './mail-rules.ts';
import { enqueueOutbound } from './outbound-queue.ts';
import { createRecipientLookup } from './recipient-of.ts';
import { countSending } from './sending-use.ts';
import { oweReply, releaseReply } from './reply-owed.ts';
import { takeOnce } from './taken-mail.ts';
import { markSeen } from './official-receipts.ts';

export function createMailDelivery(database: Database): MailDelivery {
  const transaction: MailDelivery['transaction'] = (work) =>
    database.transaction((tx) => work(deliveryTransaction(tx)));
  return {
    recipient: createRecipientLookup(database),
    sender: (address, by) => senderOf(database, address, by),
    transaction,
    together: createDeliveryBatches(database, transaction),
  };
}

export function deliveryTransaction(tx: Transaction): MailDeliveryTransaction {
  return {
    async takeOnce(key, at) {
      const [isFirst = false] = await takeOnce(tx, [{ key, at }]);
      return isFirst;
    },
    expand: (addresses, writer, approved) => expandRecipients(tx, addresses, writer, approved),
    placements: (accountIds, facts) => placementsOf(tx, accountIds, facts),
    absent: (accountIds, at) => absentAmong(tx, accountIds, at),
    hold: (input) => holdMail(tx, input),
    countSending: (accountId, recipients, at) => countSending(tx, accountId, recipients, at),
    sender: (address, by) => senderOf(tx, address, by),
    answeredDirective: (headers, accountId) => answeredDirective(tx, headers, accountId),
    lockForReply: (accountId, recipientIds) => lockForReply(tx, accountId, recipientIds),
    oweReply: (reply) => oweReply(tx, reply),
    releaseReply: (messageId, accountIds) => releaseReply(tx, messageId, accountIds),
    deliver: ({ accountIds, ...input }) =>
      deliverMessage(tx, { ...input, to: { kind: 'accounts', accountIds }, flags: 0, keywords: [] }),
    acknowledge: (answered, accountId, at) => acknowledge(tx, answered, accountId, at),
    enqueue: (input) => enqueueOutbound(tx, input),
    trace: (entries, at) => recordTrace(tx, entries, at),
    record: (events, at) => recordEvents(tx, events, at),
  };
}

async function senderOf(sql: Sql, address: string, by: string | undefined): Promise<MailSender | undefined> {
  const accountId = (await accountsByAddresses(sql, [address])).get(address);
  if (accountId === undefined) return undefined;
  const [row] = await sql.rows<{ kind: AccountKind; sent_copy: string; may_post: boolean | null }>(
    `select a.kind, a.sent_copy,
       (select (${rightsSql('$2', 'now()')}) & ${rightBit.p} <> 0 from mailbox b
        where b.account_id = a.id and b.path = 'INBOX') as may_post
     from account a where a.id = $1`,
    [accountId, by ?? null],
  );
  if (row === undefined) return undefined;
  return {
    accountId,
    kind: row.kind,
    mayPost: row.may_post === true,
    keepsSentCopy: row.sent_copy === 'hub',
  };
}

/** Anybody can write a message with a directive's id in it; only the message that the directive points to counts. */
async function answeredDirective(
  tx: Transaction,
  headers: readonly string[],
  accountId: string,
): Promise<AnsweredDirective | undefined> {
  const [row] = await tx.rows<{ id: string; issuer_account_id: string; message_id: number }>(
    `select d.id, d.issuer_account_id, d.message_id
     from unnest($1::text[]) with ordinality as named(header, place)
     join message m on m.message_id_header = named.header
     join directive d on d.message_id = m.id
     join recipient r on r.directive_id = d.id and r.account_id = $2
     order by named.place limit 1`,
    [headers, accountId],
  );
  if (row === undefined) return undefined;
  return {
    directiveId: row.id,
    issuerAccountId: row.issuer_account_id,
    messageId: String(row.message_id),
  };
}

async function lockForReply(
  tx: Transaction,
  accountId: string,
  recipientIds: readonly string[],
): Promise<void> {
  await tx.rows('select id from account where id = $1 for no key update', [accountId]);
  await tx.rows(
    `select id from mailbox where account_id = $1 or (account_id = any($2::uuid[]) and path = 'INBOX')
     order by id for no key update`,
    [accountId, recipientIds],
  );
}

/** The directive's lock is taken before its state is read, so a recall at the same moment is before or after, not both. */
async function acknowledge(
  tx: Transaction,
  answered: AnsweredDirective,
  accountId: string,
  at: Date,
): Promise<readonly HubEvent[]> {
  const { directiveId, messageId } = answered;
  const inForce = await tx.rows(
    `select 1 from directive where id = $1 and state = 'issued' for no key update`,
    [directiveId],
  );
  if (inForce.length === 0) return [];
  const mailboxIds = await markSeen(tx, { accountId, messageId });
  const receipts = await recordReceipts(tx, {
    kind: 'acknowledged',
    at,
    receipts: [{ directiveId, accountId }],
  });
  return mailboxIds.length === 0
    ? receipts
    : [...receipts, { type: 'mailbox.changed', accountId, mailboxIds }];
}
