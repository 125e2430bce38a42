import type { Clock } from '#domain/clock.ts';
import type { HubEvent } from '#domain/event.ts';
import type { TraceDetail, TraceEntry, TraceStep } from '#domain/mail/mail-trace.ts';
import { type AttemptOutcome, hereDomain, type OutboundDelivery } from '#domain/mail/outbound.ts';
import { type AttemptDecision, decideAttempt, type ReportedAction } from '#domain/mail/retry.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type {
  ClaimedBatch,
  OutboundQueue,
  OutboundTransaction,
  OutboundTransport,
} from '#app/ports/outbound.ts';
import { leaseFrom, type LeasePorts, underLease } from './keep-lease.ts';

/** What a delivery status notification (RFC 3464) is made of: one for all recipients of whom something is told at once. */
export interface DeliveryReport {
  /** The sender of the message it is about. */
  readonly to: string;
  /** The message it is about. */
  readonly messageId: string;
  readonly bytes: Buffer;
  /** How much of it goes back; `full` only with a failure, and only when the sender asked for it. */
  readonly returnPart: 'full' | 'headers';
  readonly envelopeId?: string;
  readonly smtpUtf8: boolean;
  /** When the hub took over the message. */
  readonly arrivedAt: Date;
  readonly at: Date;
  readonly recipients: readonly ReportedRecipient[];
}

export interface ReportedRecipient {
  readonly address: string;
  /** ORCPT as it was given. */
  readonly originalRecipient?: string;
  readonly action: ReportedAction;
  readonly status: string;
  readonly reply: string;
  readonly host?: string;
  /** Until when it is tried, of a delay. */
  readonly retriedUntil?: Date;
}

/** Makes the message; the octets of the original may be anything. */
export type ComposeReport = (report: DeliveryReport) => Promise<PreparedMessage>;

/** Where reports go, inside the transaction that makes them true. */
export interface ReportDelivery {
  /**
   * Puts the report into the mailbox of the account behind `to`, or, when the address is not of ours, into the outbound
   * queue with the null sender and NOTIFY=NEVER. Gives the events, which the caller records last.
   */
  report(
    tx: OutboundTransaction,
    input: {
      /** The sender that is told. */
      readonly to: string;
      readonly report: PreparedMessage;
      /** Id of the message that it is about. */
      readonly about: string;
      /** What speaks of such a message is protected as it was (RFC 8689, section 5). */
      readonly requireTls: boolean;
      readonly smtpUtf8: boolean;
      readonly at: Date;
    },
  ): Promise<readonly HubEvent[]>;
}

export interface ReportPorts {
  readonly composeReport: ComposeReport;
  readonly reports: ReportDelivery;
  readonly clock: Clock;
  /** Wakes the relay; called after the commit. */
  readonly committed: () => void;
  /** Told of what is broken here and did not stop the queue. */
  readonly onFault: (error: unknown) => void;
}

export interface OutboundPorts extends ReportPorts, LeasePorts {
  readonly queue: OutboundQueue;
  readonly transport: OutboundTransport;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** RFC 5321, section 4.5.3.1.8, lets every server refuse more. */
const batchRecipientsMax = 100;
/** Then other domains get the worker: after so many, or after so long, which is one when a server lets us wait. */
const runBatchesMax = 50;
const runMsMax = 60_000;

/**
 * Sends what is due for a domain, batch after batch, until nothing is or the worker is closing. `more`: it stopped
 * because others wait too, and wants to be called again. A slow domain holds the caller and nobody else.
 */
export async function sendDomain(
  ports: OutboundPorts,
  domain: string,
  closing?: AbortSignal,
): Promise<{ readonly more: boolean }> {
  const isClosing = () => closing?.aborted === true;
  const startedMs = ports.clock.now().getTime();
  for (let batches = 0; batches < runBatchesMax && !isClosing(); batches += 1) {
    const at = ports.clock.now();
    if (at.getTime() - startedMs >= runMsMax) break;
    const batch = await ports.queue.claim({
      domain,
      at,
      leaseUntil: leaseFrom(at),
      recipientsMax: batchRecipientsMax,
    });
    if (batch === undefined) return { more: false };
    if (isClosing()) await ports.queue.release(batch.claim);
    else
      await underLease(ports, batch.claim, async () =>
        settleAttempts(ports, batch, await attempt(ports, domain, batch)),
      );
  }
  return { more: true };
}

/** It is in the mailbox since the commit that queued its report. */
const arrivedHere: AttemptOutcome = {
  kind: 'delivered',
  status: '2.1.5',
  reply: 'in the mailbox',
  tls: false,
  dsn: false,
};

async function attempt(
  { transport, onFault }: OutboundPorts,
  domain: string,
  { bytes, deliveries }: ClaimedBatch,
): Promise<readonly AttemptOutcome[]> {
  if (domain === hereDomain) return deliveries.map(() => arrivedHere);
  const [first] = deliveries;
  try {
    const outcomes = await transport.send({
      bytes,
      domain,
      sender: first?.sender ?? '',
      recipients: deliveries.map(({ recipient, notify, originalRecipient }) => ({
        address: recipient,
        ...(notify === undefined ? {} : { notify }),
        ...(originalRecipient === undefined ? {} : { originalRecipient }),
      })),
      ...(first?.returnPart === undefined ? {} : { returnPart: first.returnPart }),
      ...(first?.envelopeId === undefined ? {} : { envelopeId: first.envelopeId }),
      requireTls: first?.requireTls ?? false,
      smtpUtf8: first?.smtpUtf8 ?? false,
    });
    if (outcomes.length === deliveries.length) return outcomes;
    throw new Error(`${deliveries.length} recipients, but ${outcomes.length} outcomes`);
  } catch (error) {
    // A fault of our own waits like a server's, so that one message that breaks the transport holds back no other.
    onFault(error);
    return deliveries.map(() => ({ kind: 'deferred', status: '4.3.0', reply: 'local error', tls: false }));
  }
}

interface Decided {
  readonly delivery: OutboundDelivery;
  readonly decision: AttemptDecision;
}

/**
 * Writes what an attempt came to, with the sender's report in the same commit: told once, whatever crashes. A report
 * that cannot be made or filed must not undo what another server has taken, which would send it again for ever.
 */
async function settleAttempts(
  ports: OutboundPorts,
  batch: ClaimedBatch,
  outcomes: readonly AttemptOutcome[],
): Promise<void> {
  const at = ports.clock.now();
  // One for all, so that recipients of one message stay together.
  const random = ports.random();
  const decided = batch.deliveries.flatMap((delivery, index): Decided[] => {
    const outcome = outcomes[index];
    return outcome === undefined
      ? []
      : [{ delivery, decision: decideAttempt(delivery, outcome, at, random) }];
  });
  const compose = reportComposer(ports, batch, at);
  // Made before the transaction, which then waits for nothing.
  await compose(owed(decided)).catch(ports.onFault);
  for (const reported of [decided, decided, withoutReports(decided)])
    try {
      await ports.queue.transaction((tx) =>
        writeAttempts(ports, { tx, batch, decided: reported, at, compose }),
      );
      ports.committed();
      return;
    } catch (error) {
      if (owed(reported).length === 0) throw error;
      ports.onFault(error);
    }
}

interface AttemptsToWrite {
  readonly tx: OutboundTransaction;
  readonly batch: ClaimedBatch;
  readonly decided: readonly Decided[];
  readonly at: Date;
  readonly compose: ReturnType<typeof reportComposer>;
}

async function writeAttempts(
  ports: OutboundPorts,
  { tx, batch, decided, at, compose }: AttemptsToWrite,
): Promise<void> {
  const ids = await tx.settle(
    batch.claim,
    decided.map(({ delivery, decision: { tell, ...decision } }) => ({
      ...decision,
      id: delivery.id,
      delayNotified: tell === 'delayed',
      notified: tell !== undefined && tell !== 'delayed',
    })),
    at,
  );
  // Rows that another has taken meanwhile are for that one to tell of (threats F14).
  const settled = decided.filter(({ delivery }) => ids.includes(delivery.id));
  const report = await compose(owed(settled));
  const filed = report === undefined ? [] : await ports.reports.report(tx, report);
  // What is here already was traced and told when it arrived.
  const sent = settled.filter(({ delivery }) => delivery.domain !== hereDomain);
  await tx.trace([...attemptTraces(sent), ...reportTraces(owed(settled))], at);
  await tx.record([...filed, ...settledEvents(batch.messageId, sent)], at);
}

/** Of whom the sender is told. */
export interface Owed {
  readonly delivery: OutboundDelivery;
  readonly recipient: ReportedRecipient;
}

function owed(decided: readonly Decided[]): readonly Owed[] {
  return decided.flatMap(({ delivery, decision: { tell, outcome } }) =>
    tell === undefined ? [] : [{ delivery, recipient: reportedRecipient(delivery, tell, outcome) }],
  );
}

export function reportedRecipient(
  delivery: OutboundDelivery,
  action: ReportedAction,
  outcome: Pick<AttemptOutcome, 'status' | 'reply' | 'host'>,
): ReportedRecipient {
  return {
    address: delivery.recipient,
    ...(delivery.originalRecipient === undefined ? {} : { originalRecipient: delivery.originalRecipient }),
    action,
    status: outcome.status,
    reply: outcome.reply,
    ...(outcome.host === undefined ? {} : { host: outcome.host }),
    ...(action === 'delayed' ? { retriedUntil: delivery.expiresAt } : {}),
  };
}

/** Composes one report for all recipients, and not again for the same ones; nothing when nobody is to be told. */
export function reportComposer(
  { composeReport }: ReportPorts,
  message: Pick<ClaimedBatch, 'messageId' | 'bytes'>,
  at: Date,
): (told: readonly Owed[]) => Promise<Parameters<ReportDelivery['report']>[1] | undefined> {
  let made: { readonly key: string; readonly report: PreparedMessage } | undefined;
  return async (told) => {
    const [first] = told;
    if (first === undefined) return undefined;
    const { sender: to, requireTls, smtpUtf8, returnPart, envelopeId, queuedAt: arrivedAt } = first.delivery;
    const recipients = told.map(({ recipient }) => recipient);
    const key = told.map(({ delivery }) => delivery.id).join();
    if (made?.key !== key) {
      const full =
        returnPart === 'full' && !requireTls && recipients.some(({ action }) => action === 'failed');
      made = {
        key,
        report: await composeReport({
          ...message,
          to,
          returnPart: full ? 'full' : 'headers',
          ...(envelopeId === undefined ? {} : { envelopeId }),
          smtpUtf8,
          arrivedAt,
          at,
          recipients,
        }),
      };
    }
    return { to, report: made.report, about: message.messageId, requireTls, smtpUtf8, at };
  };
}

function withoutReports(decided: readonly Decided[]): readonly Decided[] {
  return decided.map(({ delivery, decision }) => ({ delivery, decision: { ...decision, tell: undefined } }));
}

const stepOf = { queued: 'deferred', delivered: 'relayed', failed: 'failed' } as const satisfies Record<
  AttemptDecision['state'],
  TraceStep
>;

/** One step for all recipients with the same answer. */
function attemptTraces(settled: readonly Decided[]): readonly TraceEntry[] {
  const steps = settled.map(({ delivery, decision: { state, outcome, nextAttemptAt } }) => ({
    delivery,
    step: stepOf[state],
    detail: {
      status: outcome.status,
      reply: outcome.reply,
      ...(outcome.host === undefined ? {} : { host: outcome.host }),
      tls: outcome.tls,
      ...(state === 'queued' ? { nextAttemptAt: nextAttemptAt.toISOString() } : {}),
    },
  }));
  return [...Map.groupBy(steps, ({ step, detail }) => JSON.stringify([step, detail])).values()].flatMap(
    ([first, ...more]) =>
      first === undefined
        ? []
        : [
            outboundTrace(
              first.step,
              [first, ...more].map(({ delivery }) => delivery),
              first.detail,
            ),
          ],
  );
}

export function reportTraces(told: readonly Owed[]): readonly TraceEntry[] {
  const actions = [...new Set(told.map(({ recipient }) => recipient.action))];
  return told.length === 0
    ? []
    : [
        outboundTrace(
          'reported',
          told.map(({ delivery }) => delivery),
          { reason: actions.join(', ') },
        ),
      ];
}

/** One step of recipients of one message and sender. */
export function outboundTrace(
  step: TraceStep,
  deliveries: readonly OutboundDelivery[],
  detail: TraceDetail,
): TraceEntry {
  const [first] = deliveries;
  return {
    step,
    ...(first === undefined ? {} : { messageId: first.messageId }),
    sender: first?.sender ?? '',
    recipients: deliveries.map(({ recipient }) => recipient),
    ...(first?.submittedBy === undefined ? {} : { submittedBy: first.submittedBy }),
    detail,
  };
}

function settledEvents(messageId: string, decided: readonly Decided[]): readonly HubEvent[] {
  const submittedBy = decided[0]?.delivery.submittedBy;
  const settled = decided.flatMap(({ delivery: { recipient }, decision: { state } }) =>
    state === 'queued' ? [] : [{ recipient, state }],
  );
  return settled.length === 0
    ? []
    : [
        {
          type: 'outbound.settled',
          messageId,
          ...(submittedBy === undefined ? {} : { submittedBy }),
          settled,
        },
      ];
}
