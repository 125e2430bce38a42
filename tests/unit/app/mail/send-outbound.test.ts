import { describe, expect, it } from 'vitest';

import { type DeliveryReport, type OutboundPorts, sendDomain } from '#app/mail/send-outbound.ts';
import type { ClaimedBatch, OutboundMessage, SettledDelivery } from '#app/ports/outbound.ts';
import type { HubEvent } from '#domain/event.ts';
import type { TraceEntry } from '#domain/mail/mail-trace.ts';
import type { AttemptOutcome, OutboundDelivery } from '#domain/mail/outbound.ts';
import { outboundLifeMs } from '#domain/mail/retry.ts';
import { preparedMessage } from '#support/mail-fixture.ts';

const now = new Date('2016-05-11T01:45:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const hourMs = 3_600_000;

const delivery = (id: number, over: Partial<OutboundDelivery> = {}): OutboundDelivery => ({
  id,
  messageId: '7',
  sender: 'lan@vpubnd.binhthuan.example',
  recipient: `nguoi.nhan.${id}@khach.example`,
  domain: 'khach.example',
  state: 'queued',
  attempts: 0,
  queuedAt: now,
  nextAttemptAt: now,
  expiresAt: new Date(now.getTime() + outboundLifeMs),
  requireTls: false,
  smtpUtf8: false,
  verifiedSender: true,
  submittedBy: 'lan',
  ...over,
});
const batchOf = (deliveries: readonly OutboundDelivery[], claim = 'claim'): ClaimedBatch => ({
  claim,
  messageId: '7',
  bytes: Buffer.from('Subject: x\r\n\r\n'),
  deliveries,
});
const taken = (dsn: boolean): AttemptOutcome => ({
  kind: 'delivered',
  status: '2.0.0',
  reply: '250 ok',
  host: 'mx.khach.example',
  tls: true,
  dsn,
});
const not = (kind: 'deferred' | 'failed', status: string, reply: string): AttemptOutcome => ({
  kind,
  status,
  reply,
  tls: false,
});

/** Ports that play the given batches and keep what they were told. */
function rehearsal(
  batches: readonly ClaimedBatch[],
  send: (message: OutboundMessage) => Promise<readonly AttemptOutcome[]>,
  over: Partial<OutboundPorts> = {},
) {
  const waiting = [...batches];
  const seen = {
    messages: [] as OutboundMessage[],
    settled: [] as SettledDelivery[],
    trace: [] as TraceEntry[],
    events: [] as HubEvent[],
    composed: [] as DeliveryReport[],
    filed: [] as string[],
    released: [] as string[],
    faults: [] as unknown[],
    commits: 0,
  };
  const ports: OutboundPorts = {
    queue: {
      claim: () => Promise.resolve(waiting.shift()),
      release: async (claim) => void seen.released.push(claim),
      renew: () => Promise.resolve(),
      dueDomains: () => Promise.resolve([]),
      transaction: (work) =>
        work({
          enqueue: () => Promise.resolve(),
          settle(_claim, settled) {
            seen.settled.push(...settled);
            return Promise.resolve(settled.map(({ id }) => id));
          },
          trace: async (entries) => void seen.trace.push(...entries),
          record: async (events) => void seen.events.push(...events),
        }),
    },
    transport: {
      send(message) {
        seen.messages.push(message);
        return send(message);
      },
    },
    composeReport(report) {
      seen.composed.push(report);
      return Promise.resolve(preparedMessage('report'));
    },
    reports: {
      report(_tx, { to }) {
        seen.filed.push(to);
        return Promise.resolve([{ type: 'mail.delivered', messageId: '8', accountIds: ['lan'] }]);
      },
    },
    clock: { now: () => now },
    random: () => 0.5,
    repeat: (work) => ({ now: work, stop: () => Promise.resolve() }),
    committed: () => (seen.commits += 1),
    onFault: (error) => seen.faults.push(error),
    ...over,
  };
  return { ports, seen };
}

/** What other servers and the network do (threats F15), with the state and the word to the sender that each comes to. */
const behaviours: readonly (readonly [
  string,
  AttemptOutcome,
  Partial<OutboundDelivery>,
  SettledDelivery['state'],
  'failed' | 'delayed' | 'relayed' | undefined,
])[] = [
  ['takes it', taken(true), {}, 'delivered', undefined],
  ['takes it, without DSN', taken(false), {}, 'delivered', undefined],
  [
    'takes it, without DSN, and success was asked for',
    taken(false),
    { notify: ['success'] },
    'delivered',
    'relayed',
  ],
  [
    'takes it with DSN, and success was asked for',
    taken(true),
    { notify: ['success'] },
    'delivered',
    undefined,
  ],
  ['does not exist (NXDOMAIN)', not('failed', '5.1.2', 'no such domain'), {}, 'failed', 'failed'],
  ['takes no mail (null MX)', not('failed', '5.1.10', 'null MX'), {}, 'failed', 'failed'],
  ['has no answer in the DNS', not('deferred', '4.4.3', 'SERVFAIL'), {}, 'queued', undefined],
  ['refuses the connection', not('deferred', '4.4.1', 'refused'), {}, 'queued', undefined],
  ['says nothing (tarpit)', not('deferred', '4.4.2', 'no greeting'), {}, 'queued', undefined],
  ['is busy (421)', not('deferred', '4.3.2', '421 busy'), {}, 'queued', undefined],
  ['greylists', not('deferred', '4.2.0', '450 greylisted'), {}, 'queued', undefined],
  [
    'greylists for four hours',
    not('deferred', '4.2.0', '450 greylisted'),
    { queuedAt: ago(4 * hourMs) },
    'queued',
    'delayed',
  ],
  [
    'still greylists after the notice',
    not('deferred', '4.2.0', '450 greylisted'),
    { queuedAt: ago(9 * hourMs), delayNotifiedAt: ago(5 * hourMs) },
    'queued',
    undefined,
  ],
  [
    'greylists for five days',
    not('deferred', '4.2.0', '450 greylisted'),
    { queuedAt: ago(outboundLifeMs), expiresAt: now },
    'failed',
    'failed',
  ],
  ['knows nobody of the name', not('failed', '5.1.1', '550 nobody'), {}, 'failed', 'failed'],
  [
    'knows nobody, and the sender wants to hear nothing',
    not('failed', '5.1.1', '550 nobody'),
    { notify: ['never'] },
    'failed',
    undefined,
  ],
  ['refuses the content', not('failed', '5.7.1', '554 refused'), {}, 'failed', 'failed'],
  ['is full', not('deferred', '4.2.2', '452 full'), {}, 'queued', undefined],
  ['breaks off in DATA', not('deferred', '4.4.2', 'connection lost'), {}, 'queued', undefined],
  ['has no TLS that must be', not('deferred', '4.7.10', 'STARTTLS required'), {}, 'queued', undefined],
];

describe('sendDomain', () => {
  it.each(behaviours)('F15 knows what to do when a server %s', async (_, outcome, over, state, told) => {
    const { ports, seen } = rehearsal([batchOf([delivery(1, over)])], () => Promise.resolve([outcome]));
    await expect(sendDomain(ports, 'khach.example')).resolves.toEqual({ more: false });
    expect(seen.settled).toMatchObject([{ id: 1, state, delayNotified: told === 'delayed' }]);
    expect(seen.settled[0]?.notified).toBe(told === 'failed' || told === 'relayed');
    expect(seen.composed.map(({ recipients }) => recipients[0]?.action)).toEqual(
      told === undefined ? [] : [told],
    );
  });

  it('F15 tells of all of them in one report', async () => {
    const deliveries = behaviours.map(([, , over], index) => delivery(index + 1, over));
    const { ports, seen } = rehearsal([batchOf(deliveries)], () =>
      Promise.resolve(behaviours.map(([, outcome]) => outcome)),
    );
    await sendDomain(ports, 'khach.example');
    expect(seen.settled.map(({ state }) => state)).toEqual(behaviours.map(([, , , state]) => state));
    expect(seen.filed).toEqual(['lan@vpubnd.binhthuan.example']);
    expect(seen.composed.map(({ recipients }) => recipients.map(({ action }) => action))).toEqual([
      behaviours.flatMap(([, , , , told]) => (told === undefined ? [] : [told])),
    ]);
    expect(seen.events.map(({ type }) => type)).toEqual(['mail.delivered', 'outbound.settled']);
    expect(seen.commits).toBe(1);
  });

  it('hands the transport what the sender asked for', async () => {
    const asked = delivery(1, {
      notify: ['success'],
      originalRecipient: 'rfc822;an@khach.example',
      returnPart: 'full',
      envelopeId: 'QQ314159',
      requireTls: true,
      smtpUtf8: true,
    });
    const { ports, seen } = rehearsal([batchOf([asked])], () => Promise.resolve([taken(true)]));
    await sendDomain(ports, 'khach.example');
    expect(seen.messages).toEqual([
      {
        bytes: Buffer.from('Subject: x\r\n\r\n'),
        domain: 'khach.example',
        sender: asked.sender,
        recipients: [
          { address: asked.recipient, notify: ['success'], originalRecipient: 'rfc822;an@khach.example' },
        ],
        returnPart: 'full',
        envelopeId: 'QQ314159',
        requireTls: true,
        smtpUtf8: true,
      },
    ]);
  });

  it.each([
    ['full', false, not('failed', '5.1.1', '550'), 'full'],
    ['full', true, not('failed', '5.1.1', '550'), 'headers'],
    ['headers', false, not('failed', '5.1.1', '550'), 'headers'],
    ['full', false, taken(false), 'headers'],
  ] as const)(
    'returns of RET=%s, REQUIRETLS %s, only what it may',
    async (returnPart, requireTls, outcome, part) => {
      const asked = delivery(1, { notify: ['success', 'failure'], returnPart, requireTls });
      const { ports, seen } = rehearsal([batchOf([asked])], () => Promise.resolve([outcome]));
      await sendDomain(ports, 'khach.example');
      expect(seen.composed).toMatchObject([{ returnPart: part }]);
    },
  );

  it('writes a step for each answer, and who has come to an end', async () => {
    const { ports, seen } = rehearsal([batchOf([delivery(1), delivery(2), delivery(3)])], () =>
      Promise.resolve([taken(true), not('failed', '5.1.1', '550 nobody'), taken(true)]),
    );
    await sendDomain(ports, 'khach.example');
    expect(seen.trace.map(({ step, recipients }) => [step, recipients.length])).toEqual([
      ['relayed', 2],
      ['failed', 1],
      ['reported', 1],
    ]);
    expect(seen.events.at(-1)).toEqual({
      type: 'outbound.settled',
      messageId: '7',
      submittedBy: 'lan',
      settled: [
        { recipient: 'nguoi.nhan.1@khach.example', state: 'delivered' },
        { recipient: 'nguoi.nhan.2@khach.example', state: 'failed' },
        { recipient: 'nguoi.nhan.3@khach.example', state: 'delivered' },
      ],
    });
  });

  it('takes a transport that throws for a server that does not answer, and goes on', async () => {
    const { ports, seen } = rehearsal([batchOf([delivery(1)]), batchOf([delivery(2)])], ({ recipients }) =>
      recipients[0]?.address.includes('.1@') === true
        ? Promise.reject(new Error('poison'))
        : Promise.resolve([taken(true)]),
    );
    await sendDomain(ports, 'khach.example');
    expect(seen.settled).toMatchObject([
      { id: 1, state: 'queued', outcome: { status: '4.3.0' } },
      { id: 2, state: 'delivered' },
    ]);
    expect(seen.faults).toEqual([new Error('poison')]);
  });

  it('settles what was taken even when no report can be made of the rest', async () => {
    const { ports, seen } = rehearsal(
      [batchOf([delivery(1), delivery(2)])],
      () => Promise.resolve([taken(true), not('failed', '5.1.1', '550')]),
      { composeReport: () => Promise.reject(new Error('unreadable')) },
    );
    await sendDomain(ports, 'khach.example');
    expect(seen.settled.slice(-2)).toMatchObject([
      { id: 1, state: 'delivered', notified: false },
      { id: 2, state: 'failed', notified: false },
    ]);
    expect(seen.filed).toEqual([]);
    expect(seen.faults.length).toBeGreaterThan(0);
  });

  it('F14 tells nobody of recipients that another worker has taken meanwhile', async () => {
    const { ports, seen } = rehearsal([batchOf([delivery(1), delivery(2)])], () =>
      Promise.resolve([not('failed', '5.1.1', '550'), not('failed', '5.1.1', '550')]),
    );
    const { transaction } = ports.queue;
    const partly: OutboundPorts = {
      ...ports,
      queue: {
        ...ports.queue,
        transaction: (work) => transaction((tx) => work({ ...tx, settle: () => Promise.resolve([2]) })),
      },
    };
    await sendDomain(partly, 'khach.example');
    expect(seen.composed.at(-1)?.recipients.map(({ address }) => address)).toEqual([
      'nguoi.nhan.2@khach.example',
    ]);
    expect(seen.filed).toHaveLength(1);
    expect(seen.events.at(-1)).toMatchObject({ settled: [{ recipient: 'nguoi.nhan.2@khach.example' }] });
  });

  it('stops after fifty batches and says that there may be more', async () => {
    const many = Array.from({ length: 51 }, (_, index) => batchOf([delivery(index + 1)]));
    const { ports, seen } = rehearsal(many, () => Promise.resolve([taken(true)]));
    await expect(sendDomain(ports, 'khach.example')).resolves.toEqual({ more: true });
    expect(seen.settled).toHaveLength(50);
  });

  it('F15 gives the worker to other domains when a server lets it wait', async () => {
    let time = now;
    const { ports, seen } = rehearsal(
      [batchOf([delivery(1)]), batchOf([delivery(2)])],
      () => {
        time = new Date(time.getTime() + 60_000);
        return Promise.resolve([not('deferred', '4.4.2', 'tarpit')]);
      },
      { clock: { now: () => time } },
    );
    await expect(sendDomain(ports, 'khach.example')).resolves.toEqual({ more: true });
    expect(seen.settled).toHaveLength(1);
  });

  it('gives a lease back unused when the worker is closing', async () => {
    const closing = new AbortController();
    const { ports, seen } = rehearsal([batchOf([delivery(1)])], () => Promise.resolve([taken(true)]));
    const { claim } = ports.queue;
    const closed: OutboundPorts = {
      ...ports,
      queue: {
        ...ports.queue,
        claim(input) {
          closing.abort();
          return claim(input);
        },
      },
    };
    await expect(sendDomain(closed, 'khach.example', closing.signal)).resolves.toEqual({ more: true });
    expect([seen.released, seen.messages]).toEqual([['claim'], []]);
  });
});
