import { randomUUID } from 'node:crypto';
import { answerAbsence } from '#app/mail/answer-absence.ts';
import { type HeldPorts, releaseDue } from '#app/mail/decide-held.ts';
import type { ManageOutboundPorts } from '#app/mail/manage-outbound.ts';
import type { ReadOutboundPorts } from '#app/mail/read-outbound.ts';
import { warnQuota } from '#app/mail/mail-settings.ts';
import type { DeliveryPorts } from '#app/mail/receive-mail.ts';
import { fileNotice } from '#app/mail/route-held.ts';
import { sendDomain, type ReportPorts } from '#app/mail/send-outbound.ts';
import type { Clock } from '#domain/clock.ts';
import type { HeldMail } from '#app/ports/held-mail.ts';
import type { ScanMail } from '#app/ports/mail-checks.ts';
import type { Absences } from '#app/ports/mail-settings.ts';
import type { MailDeliveryTransaction } from '#app/ports/mail-delivery.ts';
import type { OutboundQueue, OutboundTransport } from '#app/ports/outbound.ts';
import type { Quiet } from '#lib/quiet.ts';
import { answerableHeader, composeAbsence } from '#mail/message/compose-absence.ts';
import { composeQuotaWarning } from '#mail/message/compose-quota-warning.ts';
import { composeRefusalNotice } from '#mail/message/compose-refusal-notice.ts';
import type { ParsePool } from '#mail/message/parse-pool.ts';
import { readableMessage } from '#mail/message/readable-message.ts';
import { prepareMessage } from '#mail/official-mail.ts';
import { composeDeliveryReport } from '#mail/outbound/delivery-report.ts';
import { repeat } from '#lib/repeat.ts';
import type { Database } from '#store/database.ts';
import { createAbsences } from '#store/mail/absence-store.ts';
import { createMailDelivery, deliveryTransaction } from '#store/mail/mail-delivery.ts';
import { createOutboundAdmin } from '#store/mail/outbound-admin.ts';
import { createOutboundQueue, transactionBehind } from '#store/mail/outbound-queue.ts';
import { createQuotas } from '#store/mail/quota.ts';
import { systemDomain } from '#store/organisation/system-domain.ts';
import { createHeldPorts } from './held-parts.ts';

export interface MailPartsOptions {
  readonly clock: Clock;
  readonly committed: () => void;
  readonly database: Database;
  readonly pool: ParsePool;
  /** Name of this mail server, in reports. */
  readonly hostname: string;
  readonly transport: OutboundTransport;
  /** The scanners that are configured. */
  readonly scan: ScanMail;
  readonly logFault: (error: unknown) => string;
  /** Delivery notes itself here, and what can wait gives way to it. */
  readonly quiet: Quiet;
}

/** Official mail beyond the mailbox: what the worker does for it and what people may do to it. */
export interface MailParts {
  readonly delivery: DeliveryPorts;
  readonly quiet: Quiet;
  readonly queue: OutboundQueue;
  readonly absences: Absences;
  readonly outbound: ManageOutboundPorts & ReadOutboundPorts;
  readonly held: HeldPorts<MailDeliveryTransaction>;
  sendDomain(domain: string, closing?: AbortSignal): Promise<{ readonly more: boolean }>;
  releaseDue(id: string): Promise<void>;
  answerAbsence(input: { readonly messageId: string; readonly accountIds: readonly string[] }): Promise<void>;
  warnQuota(accountIds: readonly string[]): Promise<void>;
}

export function createMailParts(options: MailPartsOptions): MailParts {
  const { clock, committed, database, pool, transport, logFault, quiet } = options;
  const onFault = (error: unknown) => void logFault(error);
  const prepare = (bytes: Buffer) => prepareMessage(pool, bytes);
  const queue = createOutboundQueue(database);
  const reporting: ReportPorts = {
    async composeReport({ bytes, messageId: _about, recipients, ...report }) {
      const domain = await systemDomain(database);
      return prepare(
        composeDeliveryReport({
          ...report,
          recipients: recipients.map(({ retriedUntil, ...recipient }) => ({
            ...recipient,
            lastAttemptAt: report.at,
            ...(retriedUntil === undefined ? {} : { retryUntil: retriedUntil }),
          })),
          messageId: `<${randomUUID()}@${domain}>`,
          hostname: options.hostname,
          systemDomain: domain,
          original: bytes,
        }),
      );
    },
    reports: {
      report: (tx, { to, report, requireTls, smtpUtf8, at }) =>
        fileNotice(deliveryTransaction(transactionBehind(tx)), {
          to,
          message: report,
          requireTls,
          smtpUtf8,
          at,
        }),
    },
    clock,
    committed,
    onFault,
  };
  const held = createHeldPorts({
    database,
    clock,
    committed,
    scan: options.scan,
    tellSender: (tx, refused, note) => tellRefused(tx, { refused, note, at: clock.now() }),
  });

  /** A short mail into the INBOX of who sent what was refused. */
  async function tellRefused(
    tx: MailDeliveryTransaction,
    { refused, note, at }: { readonly refused: HeldMail; readonly note: string; readonly at: Date },
  ) {
    const domain = await systemDomain(database);
    const { envelope } = refused.route;
    if (envelope.sender === '') return [];
    const message = await prepare(
      composeRefusalNotice({
        messageId: `<${randomUUID()}@${domain}>`,
        date: at,
        from: await systemAuthor(database),
        to: envelope.sender,
        subject: refused.subject,
        recipients: envelope.recipients.map(({ address }) => address),
        note,
      }),
    );
    return fileNotice(tx, { to: envelope.sender, message, requireTls: false, smtpUtf8: false, at });
  }

  const absences = createAbsences(database, {
    async sendReply(tx, { fromAccountId, to, message, at }) {
      const delivery = deliveryTransaction(tx);
      await delivery.trace(
        [{ step: 'answered', sender: '', recipients: [to], submittedBy: fromAccountId, detail: {} }],
        at,
      );
      const events = await fileNotice(delivery, { to, message, requireTls: false, smtpUtf8: false, at });
      await delivery.record(events, at);
    },
  });
  const quotas = createQuotas(database);

  return {
    delivery: {
      delivery: createMailDelivery(database),
      clock,
      committed() {
        quiet.note();
        committed();
      },
    },
    quiet,
    queue,
    absences,
    outbound: {
      ...reporting,
      outbound: createOutboundAdmin(database),
      readMessage: (bytes) => readableMessage(pool, bytes),
    },
    held,
    sendDomain: (domain, closing) =>
      sendDomain({ ...reporting, queue, transport, repeat, random: Math.random }, domain, closing),
    releaseDue: (id) => releaseDue(held, id),
    async answerAbsence(input) {
      await answerAbsence(
        {
          absences,
          readHeader: answerableHeader,
          compose: async (reply) =>
            prepare(
              composeAbsence({ ...reply, messageId: `<${randomUUID()}@${await systemDomain(database)}>` }),
            ),
          clock,
          committed,
        },
        input,
      );
    },
    async warnQuota(accountIds) {
      await warnQuota(
        {
          quotas,
          compose: async (account, date) =>
            prepare(
              composeQuotaWarning({
                messageId: `<${randomUUID()}@${await systemDomain(database)}>`,
                date,
                from: await systemAuthor(database),
                account,
              }),
            ),
          clock,
          committed,
        },
        accountIds,
      );
    },
  };
}

/** Who signs what the hub itself writes. */
async function systemAuthor(
  database: Database,
): Promise<{ readonly name: string; readonly address: string }> {
  return { name: 'Quản trị thư điện tử', address: `postmaster@${await systemDomain(database)}` };
}
