import { HubError } from '#domain/hub-error.ts';
import type { AccountKind } from '#domain/organisation/organisation.ts';

/** What an account may send in one hour. */
export interface SendingLimit {
  readonly messagesPerHour: number;
  readonly recipientsPerHour: number;
}

/** What was sent in one hour. */
export interface SendingUse {
  readonly messages: number;
  readonly recipients: number;
}

/** docs/limits.md: far above what a person writes, far below what a stolen password is worth to a spammer. */
export const sendingLimitDefaults = { messagesPerHour: 200, recipientsPerHour: 2000 } as const;

/** An office writes for many. */
const officeFactor = 5;

/** No administrator needs more; a figure beyond it is a slip of the hand. */
const sendingLimitCeilings = { messagesPerHour: 100_000, recipientsPerHour: 1_000_000 } as const;

const sendingHourMs = 3_600_000;

/** The hub's own limit for an account of this kind. */
export function defaultSendingLimit(kind: AccountKind): SendingLimit {
  const factor = kind === 'role' || kind === 'unit' ? officeFactor : 1;
  return {
    messagesPerHour: sendingLimitDefaults.messagesPerHour * factor,
    recipientsPerHour: sendingLimitDefaults.recipientsPerHour * factor,
  };
}

/** Whether what is added to the use of an hour goes out now, or waits. A limit of 0 lets nothing out. */
export function decideSending(use: SendingUse, limit: SendingLimit, adding: SendingUse): 'send' | 'hold' {
  const within =
    use.messages + adding.messages <= limit.messagesPerHour &&
    use.recipients + adding.recipients <= limit.recipientsPerHour;
  return within ? 'send' : 'hold';
}

/** The clock hour that a moment belongs to. */
export function sendingHour(at: Date): { readonly hour: Date; readonly until: Date } {
  const hour = Math.floor(at.getTime() / sendingHourMs) * sendingHourMs;
  return { hour: new Date(hour), until: new Date(hour + sendingHourMs) };
}

/** A figure that is absent is the hub's own. Throws `bad_input`. */
export function checkSendingLimit(limit: Partial<SendingLimit>): Partial<SendingLimit> {
  for (const field of ['messagesPerHour', 'recipientsPerHour'] as const) {
    const figure = limit[field];
    if (figure === undefined) continue;
    if (!Number.isInteger(figure) || figure < 0 || figure > sendingLimitCeilings[field])
      throw new HubError('bad_input', { field });
  }
  return limit;
}
