import type { OutboundPorts, ReportDelivery } from '#app/mail/send-outbound.ts';
import type { OutboundMessage } from '#app/ports/outbound.ts';
import type { MailEnvelope } from '#domain/mail/envelope.ts';
import type { AttemptOutcome } from '#domain/mail/outbound.ts';
import { outboundLifeMs } from '#domain/mail/retry.ts';
import type { Database } from '#store/database.ts';
import { accountsByAddresses } from '#store/mail/accounts-by-addresses.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { createOutboundQueue, enqueueOutbound, transactionBehind } from '#store/mail/outbound-queue.ts';
import { storeMessage } from '#store/mail/store-message.ts';
import { preparedMessage } from './mail-fixture.ts';

export interface QueuedMessage {
  readonly sender?: string;
  readonly recipients: readonly string[];
  readonly text?: string;
  readonly at: Date;
  readonly envelope?: Partial<MailEnvelope>;
  readonly verifiedSender?: boolean;
  readonly submittedBy?: string;
}

/** Stores a message and puts its recipients into the queue, as a delivery does; gives its id. */
export async function queueMessage(database: Database, input: QueuedMessage): Promise<string> {
  return database.transaction(async (tx) => {
    const messageId = await storeMessage(tx, preparedMessage(input.text ?? 'Công văn\n\nNội dung'), input.at);
    await enqueueOutbound(tx, outboundOf(messageId, input));
    return messageId;
  });
}

export function outboundOf(messageId: string, input: QueuedMessage) {
  return {
    messageId,
    envelope: {
      sender: input.sender ?? 'lan@vpubnd.binhthuan.example',
      recipients: input.recipients.map((address) => ({ address })),
      requireTls: false,
      smtpUtf8: false,
      ...input.envelope,
    },
    verifiedSender: input.verifiedSender ?? true,
    submittedBy: input.submittedBy,
    at: input.at,
    expiresAt: new Date(input.at.getTime() + outboundLifeMs),
  };
}

export interface OutboundRowFacts {
  readonly id: number;
  readonly recipient: string;
  readonly state: string;
  readonly attempts: number;
  readonly claim: string | null;
  readonly last_status: string | null;
  readonly notified_at: Date | null;
}

export function outboundRows(database: Database, messageId: string): Promise<OutboundRowFacts[]> {
  return database.rows<OutboundRowFacts>(
    `select id, recipient, state, attempts, claim, last_status, notified_at
     from outbound_delivery where message_id = $1 order by id`,
    [messageId],
  );
}

/** A report as a subject that names each recipient with what became of it, filed in the commit that settles them. */
export function filedReports(): Pick<OutboundPorts, 'composeReport' | 'reports'> {
  const reports: ReportDelivery = {
    async report(outbound, { to, report, requireTls, smtpUtf8, at }) {
      const tx = transactionBehind(outbound);
      const accountId = (await accountsByAddresses(tx, [to])).get(to);
      if (accountId === undefined) {
        const messageId = await storeMessage(tx, report, at);
        const envelope = { sender: '', requireTls, smtpUtf8 };
        await outbound.enqueue(
          outboundOf(messageId, { recipients: [to], at, envelope, verifiedSender: false }),
        );
        return [];
      }
      const { messageId } = await deliverMessage(tx, {
        message: report,
        receivedAt: at,
        to: { kind: 'accounts', accountIds: [accountId] },
        flags: 0,
        keywords: [],
      });
      return [{ type: 'mail.delivered', messageId, accountIds: [accountId] }];
    },
  };
  return {
    reports,
    composeReport: ({ recipients }) =>
      Promise.resolve(
        preparedMessage(
          `DSN ${recipients.map(({ address, action, status }) => `${address} ${action} ${status}`).join('; ')}`,
        ),
      ),
  };
}

/** Subjects of the reports that have been stored, oldest first. */
export async function reportsAbout(database: Database, address: string): Promise<string[]> {
  const rows = await database.rows<{ subject: string }>(
    `select subject from message where subject like 'DSN %' and subject like $1 order by id`,
    [`%${address}%`],
  );
  return rows.map((row) => row.subject);
}

/** A worker with a transport and a clock of the test's own. */
export function outboundWorker(
  database: Database,
  input: {
    readonly now: () => Date;
    readonly send: (message: OutboundMessage) => Promise<readonly AttemptOutcome[]>;
    /** Given each renewal of a lease, to run it when the test says. */
    readonly onLease?: (renew: () => Promise<void>) => void;
  },
): OutboundPorts {
  return {
    ...filedReports(),
    queue: createOutboundQueue(database),
    transport: { send: input.send },
    clock: { now: input.now },
    random: () => 0.5,
    repeat(work) {
      input.onLease?.(work);
      return { now: work, stop: () => Promise.resolve() };
    },
    committed: () => undefined,
    onFault(error) {
      throw error;
    },
  };
}

export const takenOutcome: AttemptOutcome = {
  kind: 'delivered',
  status: '2.0.0',
  reply: '250 ok',
  host: 'mx.khach.example',
  tls: true,
  dsn: true,
};
export const refusedOutcome: AttemptOutcome = {
  kind: 'failed',
  status: '5.1.1',
  reply: '550 nobody',
  host: 'mx.khach.example',
  tls: true,
};
export const laterOutcome: AttemptOutcome = {
  kind: 'deferred',
  status: '4.2.0',
  reply: '450 later',
  tls: true,
};
