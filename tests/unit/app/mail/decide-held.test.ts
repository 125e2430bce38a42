import { describe, expect, it } from 'vitest';

import {
  cancelHeld,
  type DueFinding,
  type HeldPorts,
  readHeld,
  refuseHeld,
  releaseDue,
  releaseHeld,
} from '#app/mail/decide-held.ts';
import type { HeldMail } from '#app/ports/held-mail.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';

const now = new Date('2026-05-11T02:00:00Z');
const past = new Date(now.getTime() - 1000);

const actor = (accountId: string, kind: Actor['kind'] = 'personal'): Actor => ({
  accountId,
  address: `${accountId}@vpubnd.binhthuan.example`,
  name: accountId,
  kind,
  locale: 'vi',
  positions: [],
});
const people: Readonly<Record<string, Actor>> = {
  sender: actor('sender'),
  moderator: actor('moderator'),
  administrator: actor('administrator', 'system'),
  stranger: actor('stranger'),
};

/** Without a group and without an account here that sent it. */
function heldMail(over: Partial<HeldMail> = {}): HeldMail {
  return {
    id: 'held',
    kind: 'moderation',
    state: 'held',
    messageId: '7',
    route: {
      envelope: {
        sender: 'sender@vpubnd.binhthuan.example',
        recipients: [{ address: 'toan-tinh@hub.binhthuan.example' }],
        requireTls: false,
        smtpUtf8: false,
      },
      writer: { accountId: 'sender', address: 'sender@vpubnd.binhthuan.example' },
      into: 'inbox',
      verifiedSender: true,
      facts: {
        from: undefined,
        subject: undefined,
        to: [],
        listId: undefined,
        hasAttachment: false,
        bytes: 1,
        automatic: false,
      },
    },
    heldAt: past,
    size: 1,
    ...over,
  };
}

const sent = { accountId: 'sender' };
const moderated = heldMail({ ...sent, groupId: 'group' });
const orphan = heldMail(sent);
const limited = heldMail({ ...sent, kind: 'sending_limit', releaseAt: past });
const scheduled = heldMail({ ...sent, kind: 'scheduled', releaseAt: past });
const scan = heldMail({ ...sent, kind: 'scan', releaseAt: past });

/** One held message; `done` tells in order what was done with it. A transaction that rejects has done nothing. */
function portsOf(start: HeldMail, options: { finding?: DueFinding; routeFails?: HubError } = {}) {
  let held = start;
  let done: string[] = [];
  const events: HubEvent[] = [];
  const tx: Parameters<Parameters<HeldPorts<object>['transaction']>[0]>[0] = {
    lock: (id) => Promise.resolve(id === held.id ? held : undefined),
    decide(_id, { state, by, note }) {
      held = { ...held, state };
      done.push([state, by, note].filter((word) => word !== undefined).join(' '));
      return Promise.resolve();
    },
    postpone(_id, releaseAt, reason) {
      held = { ...held, releaseAt };
      done.push(`postponed ${releaseAt.toISOString()} ${reason}`);
      return Promise.resolve();
    },
    moderatorsOf: () => Promise.resolve(['moderator']),
    trace(entries) {
      done.push(...entries.map(({ step }) => `trace ${step}`));
      return Promise.resolve();
    },
    record(recorded) {
      events.push(...recorded);
      return Promise.resolve();
    },
  };
  const ports: HeldPorts<object> = {
    async transaction(work) {
      const before = { held, done: [...done], events: [...events] };
      try {
        return await work(tx);
      } catch (error) {
        ({ held, done } = before);
        events.splice(0, events.length, ...before.events);
        throw error;
      }
    },
    reads: {
      forModerator: () => Promise.resolve([]),
      ofSender: () => Promise.resolve([]),
      due: () => Promise.resolve([]),
      find: (id) => Promise.resolve(id === held.id ? held : undefined),
      moderatorsOf: tx.moderatorsOf,
      octets: () => Promise.resolve(Buffer.from('octets')),
    },
    route(_tx, { route }) {
      done.push(`routed into ${route.into}`);
      if (options.routeFails !== undefined) return Promise.reject(options.routeFails);
      return Promise.resolve([{ type: 'mail.delivered', messageId: '7', accountIds: ['lan'] }]);
    },
    tellSender(_tx, _held, note) {
      done.push(`told ${note}`);
      return Promise.resolve([]);
    },
    examine: () => Promise.resolve(options.finding ?? { finding: 'release' }),
    clock: { now: () => now },
    committed: () => undefined,
  };
  return { ports, done: () => done, events };
}

const acts = {
  release: (ports: HeldPorts<object>, by: Actor) => releaseHeld(ports, { actor: by, id: 'held' }),
  refuse: (ports: HeldPorts<object>, by: Actor) =>
    refuseHeld(ports, { actor: by, id: 'held', note: 'Không' }),
  cancel: (ports: HeldPorts<object>, by: Actor) => cancelHeld(ports, { actor: by, id: 'held' }),
} as const;

/** For each of `people`: what the act comes to. */
async function outcomes(act: keyof typeof acts, held: HeldMail): Promise<readonly string[]> {
  const found: string[] = [];
  for (const by of Object.values(people)) {
    const { ports, done } = portsOf(held);
    try {
      found.push((await acts[act](ports, by)).state);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      expect(done()).toEqual([]);
      found.push(error.code);
    }
  }
  return found;
}

const unseen = 'not_found';
const denied = 'not_permitted';

describe('a decision', () => {
  it('is open to who may make it and hides the message from who has nothing to do with it', async () => {
    //                                            sender       moderator   administrator  stranger
    expect(await outcomes('release', moderated)).toEqual([denied, 'released', unseen, unseen]);
    expect(await outcomes('refuse', moderated)).toEqual([denied, 'refused', unseen, unseen]);
    expect(await outcomes('cancel', moderated)).toEqual(['cancelled', denied, unseen, unseen]);
    expect(await outcomes('release', limited)).toEqual([denied, unseen, 'released', unseen]);
    expect(await outcomes('refuse', limited)).toEqual([denied, unseen, 'refused', unseen]);
    expect(await outcomes('release', scheduled)).toEqual([denied, unseen, unseen, unseen]);
    expect(await outcomes('cancel', scheduled)).toEqual(['cancelled', unseen, unseen, unseen]);
    expect(await outcomes('release', scan)).toEqual([denied, unseen, unseen, unseen]);
    expect(await outcomes('release', orphan)).toEqual([denied, unseen, denied, unseen]);
    expect(await outcomes('refuse', orphan)).toEqual([denied, unseen, 'refused', unseen]);
  });

  it('is the first one, and who comes later is told it', async () => {
    const { ports, done } = portsOf(moderated);
    await acts.release(ports, actor('moderator'));
    const once = [...done()];
    expect(await acts.release(ports, actor('moderator'))).toEqual({ id: 'held', state: 'released' });
    expect(await acts.refuse(ports, actor('moderator'))).toEqual({ id: 'held', state: 'released' });
    expect(await acts.cancel(ports, actor('sender'))).toEqual({ id: 'held', state: 'released' });
    expect(done()).toEqual(once);
  });

  it('cannot be made on what is not there', async () => {
    const { ports } = portsOf(moderated);
    await expect(releaseHeld(ports, { actor: actor('moderator'), id: 'other' })).rejects.toThrow('not_found');
  });
});

describe('releaseHeld', () => {
  it('traces, routes, decides and records in one transaction', async () => {
    const { ports, done, events } = portsOf(moderated);
    await releaseHeld(ports, { actor: actor('moderator'), id: 'held', note: ' Được ' });
    expect(done()).toEqual(['trace released', 'routed into inbox', 'released moderator Được']);
    expect(events).toEqual([
      { type: 'mail.delivered', messageId: '7', accountIds: ['lan'] },
      {
        type: 'mail.decided',
        heldId: 'held',
        kind: 'moderation',
        state: 'released',
        accountId: 'sender',
        moderatorIds: ['moderator'],
      },
    ]);
  });

  it('decides nothing when it cannot be routed', async () => {
    const { ports, done, events } = portsOf(moderated, { routeFails: new HubError('unavailable') });
    await expect(acts.release(ports, actor('moderator'))).rejects.toThrow('unavailable');
    expect([done(), events]).toEqual([[], []]);
  });
});

describe('refuseHeld', () => {
  it('tells the sender why', async () => {
    const { ports, done, events } = portsOf(moderated);
    await acts.refuse(ports, actor('moderator'));
    expect(done()).toEqual(['trace refused', 'told Không', 'refused moderator Không']);
    expect(events).toMatchObject([{ type: 'mail.decided', state: 'refused' }]);
  });

  it('S17 tells nobody when the sender is not an account here', async () => {
    const { ports, done } = portsOf(heldMail({ groupId: 'group' }));
    await acts.refuse(ports, actor('moderator'));
    expect(done()).toEqual(['trace refused', 'refused moderator Không']);
  });

  it.each([
    ['   ', 'bad_input'],
    ['a\0b', 'bad_input'],
    ['a'.repeat(2001), 'text_too_long'],
  ])('wants a reason that can be sent (%#)', async (note, code) => {
    const { ports, done } = portsOf(moderated);
    await expect(refuseHeld(ports, { actor: actor('moderator'), id: 'held', note })).rejects.toThrow(code);
    expect(done()).toEqual([]);
  });
});

describe('releaseDue', () => {
  it.each([limited, scheduled, scan])('lets $kind go on when its time has come', async (held) => {
    const { ports, done } = portsOf(held);
    await releaseDue(ports, 'held');
    expect(done()).toEqual(['trace released', 'routed into inbox', 'released']);
  });

  it('never ends moderation, nor what is not due or decided already', async () => {
    for (const held of [
      { ...moderated, releaseAt: past },
      heldMail({ kind: 'scheduled', releaseAt: new Date(now.getTime() + 1) }),
      heldMail({ kind: 'scheduled', releaseAt: past, state: 'cancelled' }),
    ]) {
      const { ports, done } = portsOf(held);
      await releaseDue(ports, 'held');
      expect(done()).toEqual([]);
    }
  });

  it('M8 F21 keeps what a scanner still gives no answer to', async () => {
    const until = new Date(now.getTime() + 60_000);
    const { ports, done } = portsOf(scan, { finding: { finding: 'wait', until, reason: 'clamd' } });
    await releaseDue(ports, 'held');
    expect(done()).toEqual([`postponed ${until.toISOString()} clamd`]);
  });

  it('M8 refuses what a scanner has found, and puts what it suspects into Junk', async () => {
    const infected = portsOf(scan, { finding: { finding: 'refuse', reason: 'Eicar' } });
    await releaseDue(infected.ports, 'held');
    expect(infected.done()).toEqual(['trace refused', 'told Eicar', 'refused Eicar']);
    const spam = portsOf(scan, { finding: { finding: 'release', into: 'junk' } });
    await releaseDue(spam.ports, 'held');
    expect(spam.done()).toEqual(['trace released', 'routed into junk', 'released']);
  });

  it('tries again later when it cannot be sent now, and refuses what may not be sent any more', async () => {
    const later = portsOf(scheduled, { routeFails: new HubError('unavailable') });
    await releaseDue(later.ports, 'held');
    expect(later.done()).toEqual(['postponed 2026-05-11T02:05:00.000Z unavailable']);
    const never = portsOf(scheduled, { routeFails: new HubError('not_permitted') });
    await releaseDue(never.ports, 'held');
    expect(never.done()).toEqual(['trace refused', 'told not_permitted', 'refused not_permitted']);
  });
});

describe('readHeld', () => {
  it('is for the sender, and for moderators while they decide', async () => {
    const read = (held: HeldMail, by: string) =>
      readHeld(portsOf(held).ports, { actor: people[by] ?? actor(by), id: 'held' }).then(
        () => 'read',
        (error: unknown) => (error as Error).message,
      );
    expect(await read(moderated, 'sender')).toBe('read');
    expect(await read(moderated, 'moderator')).toBe('read');
    expect(await read({ ...moderated, state: 'released' }, 'moderator')).toBe('not_found');
    expect(await read(moderated, 'stranger')).toBe('not_found');
    expect(await read(limited, 'administrator')).toBe('not_found');
    expect(await read(orphan, 'administrator')).toBe('not_found');
  });
});
