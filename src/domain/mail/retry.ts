import { type AttemptOutcome, hereDomain, type OutboundDelivery } from './outbound.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long a message is tried before it comes back (RFC 5321, section 4.5.4.1: four to five days). */
export const outboundLifeMs = 5 * 24 * hourMs;
/** After this long its sender is told, once, that it is still on its way. */
export const delayNoticeAfterMs = 4 * hourMs;

const firstRetryMs = 300_000;
const longestRetryMs = 4_000_000;
/** Messages that failed at one moment do not all come back at one moment. */
const jitterShare = 0.1;

/**
 * When to try again after the last of `attempts` attempts, at least one. `random` is at least 0 and less than 1; the
 * recipients of one SMTP transaction share it, so that they stay together.
 */
export function nextAttemptAt(attempts: number, at: Date, random: number): Date {
  const pauseMs = Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs);
  return new Date(at.getTime() + Math.round(pauseMs * (1 + jitterShare * (2 * random - 1))));
}

/** What a sender can be told of a recipient, in the words of RFC 3464, section 2.3.3. */
export type ReportedAction = 'failed' | 'delayed' | 'relayed' | 'delivered';

export interface AttemptDecision {
  readonly state: 'queued' | 'delivered' | 'failed';
  /** As it was, or the failure that it has become because its time is over. */
  readonly outcome: AttemptOutcome;
  /** When it is still queued. */
  readonly nextAttemptAt: Date;
  /** Of what the sender must be told now. */
  readonly tell: ReportedAction | undefined;
}

/** What an attempt makes of a delivery. `random` as in `nextAttemptAt`. */
export function decideAttempt(
  delivery: OutboundDelivery,
  outcome: AttemptOutcome,
  at: Date,
  random: number,
): AttemptDecision {
  switch (outcome.kind) {
    case 'delivered':
      return {
        state: 'delivered',
        outcome,
        nextAttemptAt: at,
        // A server that knows DSN has taken over the duty to report success (RFC 3461, section 5.2.2).
        tell: !outcome.dsn && wantsReport(delivery, 'relayed') ? successOf(delivery) : undefined,
      };
    case 'failed':
      return failed(delivery, outcome, at);
    case 'deferred':
      if (at >= delivery.expiresAt) return failed(delivery, expired(outcome), at);
      return {
        state: 'queued',
        outcome,
        // One more attempt is made when its time ends, and not later.
        nextAttemptAt: earlier(nextAttemptAt(delivery.attempts + 1, at, random), delivery.expiresAt),
        tell: isDelayNoticeDue(delivery, at) ? 'delayed' : undefined,
      };
  }
}

function successOf({ domain }: OutboundDelivery): ReportedAction {
  return domain === hereDomain ? 'delivered' : 'relayed';
}

type Undelivered = Extract<AttemptOutcome, { kind: 'deferred' | 'failed' }>;

function failed(delivery: OutboundDelivery, outcome: Undelivered, at: Date): AttemptDecision {
  return {
    state: 'failed',
    outcome,
    nextAttemptAt: at,
    tell: wantsReport(delivery, 'failed') ? 'failed' : undefined,
  };
}

/** RFC 3463, section 3.5: X.4.7, made permanent. What the other server said last stays to be read. */
function expired(outcome: Undelivered): Undelivered {
  return {
    ...outcome,
    kind: 'failed',
    status: '5.4.7',
    reply: `delivery time expired; last answer: ${outcome.reply}`,
  };
}

function isDelayNoticeDue(delivery: OutboundDelivery, at: Date): boolean {
  return (
    delivery.delayNotifiedAt === undefined &&
    at.getTime() - delivery.queuedAt.getTime() >= delayNoticeAfterMs &&
    wantsReport(delivery, 'delayed')
  );
}

/**
 * Whether the sender is to be told. Never the null sender, nor one that is not proven (threats S17, S18); otherwise as
 * it asked with NOTIFY, which defaults to failure and delay (RFC 3461, section 4.1).
 */
export function wantsReport(
  delivery: Pick<OutboundDelivery, 'sender' | 'verifiedSender' | 'notify'>,
  action: ReportedAction,
): boolean {
  if (delivery.sender === '' || !delivery.verifiedSender) return false;
  const notify = delivery.notify ?? ['failure', 'delay'];
  if (notify.includes('never')) return false;
  switch (action) {
    case 'failed':
      return notify.includes('failure');
    case 'delayed':
      return notify.includes('delay');
    case 'relayed':
    case 'delivered':
      return notify.includes('success');
  }
}

function earlier(left: Date, right: Date): Date {
  return left < right ? left : right;
}
