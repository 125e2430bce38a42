import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Notify } from '#domain/mail/envelope.ts';
import type { AttemptOutcome, OutboundDelivery } from '#domain/mail/outbound.ts';
import {
  decideAttempt,
  delayNoticeAfterMs,
  nextAttemptAt,
  outboundLifeMs,
  wantsReport,
} from '#domain/mail/retry.ts';

const queuedAt = new Date('2016-05-11T01:45:00Z');
const after = (ms: number) => new Date(queuedAt.getTime() + ms);

const delivery = (over: Partial<OutboundDelivery> = {}): OutboundDelivery => ({
  id: 1,
  messageId: '7',
  sender: 'lan@vpubnd.binhthuan.example',
  recipient: 'an@khach.example',
  domain: 'khach.example',
  state: 'queued',
  attempts: 0,
  queuedAt,
  nextAttemptAt: queuedAt,
  expiresAt: after(outboundLifeMs),
  requireTls: false,
  smtpUtf8: false,
  verifiedSender: true,
  ...over,
});
const taken = (dsn: boolean): AttemptOutcome => ({
  kind: 'delivered',
  status: '2.0.0',
  reply: '250 ok',
  host: 'mx.khach.example',
  tls: true,
  dsn,
});
const deferred: AttemptOutcome = { kind: 'deferred', status: '4.2.0', reply: '450 later', tls: true };
const refused: AttemptOutcome = { kind: 'failed', status: '5.1.1', reply: '550 nobody', tls: true };

describe('nextAttemptAt', () => {
  it('waits 300 s, doubling to 4,000 s (F15)', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 40, 2000].map(
      (attempts) => (nextAttemptAt(attempts, queuedAt, 0.5).getTime() - queuedAt.getTime()) / 1000,
    );
    expect(pauses).toEqual([300, 600, 1200, 2400, 4000, 4000, 4000, 4000]);
  });

  it('strays by at most a tenth', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, random) => {
          const middleMs = nextAttemptAt(attempts, queuedAt, 0.5).getTime() - queuedAt.getTime();
          const pauseMs = nextAttemptAt(attempts, queuedAt, random).getTime() - queuedAt.getTime();
          expect(Math.abs(pauseMs - middleMs)).toBeLessThanOrEqual(middleMs * 0.1 + 1);
        },
      ),
    );
  });
});

describe('decideAttempt', () => {
  it('ends with what another server took', () => {
    expect(decideAttempt(delivery(), taken(true), after(5), 0.5)).toMatchObject({
      state: 'delivered',
      tell: undefined,
    });
  });

  it('ends with what another server refused, and tells the sender', () => {
    expect(decideAttempt(delivery(), refused, after(5), 0.5)).toMatchObject({
      state: 'failed',
      outcome: refused,
      tell: 'failed',
    });
  });

  it('tries again, counting the attempt that was made', () => {
    expect(decideAttempt(delivery({ attempts: 1 }), deferred, after(0), 0.5)).toEqual({
      state: 'queued',
      outcome: deferred,
      nextAttemptAt: after(600_000),
      tell: undefined,
    });
  });

  it('tries for the last time when its life ends, not later', () => {
    const at = after(outboundLifeMs - 1000);
    expect(decideAttempt(delivery({ attempts: 99 }), deferred, at, 0.5)).toMatchObject({
      state: 'queued',
      nextAttemptAt: after(outboundLifeMs),
    });
  });

  it('gives up after five days, keeping the last answer', () => {
    expect(decideAttempt(delivery({ attempts: 99 }), deferred, after(outboundLifeMs), 0.5)).toMatchObject({
      state: 'failed',
      tell: 'failed',
      outcome: {
        kind: 'failed',
        status: '5.4.7',
        reply: 'delivery time expired; last answer: 450 later',
        tls: true,
      },
    });
  });

  it('tells of a delay once, from four hours on', () => {
    const tellAt = (ms: number, over: Partial<OutboundDelivery> = {}) =>
      decideAttempt(delivery(over), deferred, after(ms), 0.5).tell;
    expect(tellAt(delayNoticeAfterMs - 1)).toBeUndefined();
    expect(tellAt(delayNoticeAfterMs)).toBe('delayed');
    expect(tellAt(delayNoticeAfterMs * 2, { delayNotifiedAt: after(delayNoticeAfterMs) })).toBeUndefined();
  });

  it('tells of success only when asked, and when the next server will not', () => {
    const asked = delivery({ notify: ['success', 'failure'] });
    expect(decideAttempt(asked, taken(false), after(5), 0.5).tell).toBe('relayed');
    expect(decideAttempt(asked, taken(true), after(5), 0.5).tell).toBeUndefined();
    expect(decideAttempt(delivery(), taken(false), after(5), 0.5).tell).toBeUndefined();
  });
});

describe('wantsReport', () => {
  const told = (notify: readonly Notify[] | undefined) =>
    (['failed', 'delayed', 'relayed'] as const).filter((action) =>
      wantsReport(delivery(notify === undefined ? {} : { notify }), action),
    );

  it.each([
    ['nothing, which is failure and delay', undefined, ['failed', 'delayed']],
    ['never', ['never'], []],
    ['failure', ['failure'], ['failed']],
    ['delay', ['delay'], ['delayed']],
    ['success', ['success'], ['relayed']],
    ['all three', ['success', 'failure', 'delay'], ['failed', 'delayed', 'relayed']],
  ] as const)('tells what NOTIFY asks for: %s', (_, notify, actions) => {
    expect(told(notify)).toEqual(actions);
  });

  it('S17 never tells a sender that is not proven', () => {
    const notify: readonly Notify[] = ['success', 'failure', 'delay'];
    for (const action of ['failed', 'delayed', 'relayed'] as const)
      expect(wantsReport(delivery({ notify, verifiedSender: false }), action)).toBe(false);
  });

  it('S18 never tells the null sender', () => {
    const notify: readonly Notify[] = ['success', 'failure', 'delay'];
    for (const action of ['failed', 'delayed', 'relayed'] as const)
      expect(wantsReport(delivery({ notify, sender: '' }), action)).toBe(false);
  });
});
