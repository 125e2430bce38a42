import { describe, expect, it } from 'vitest';

import { createMailboxWatch } from '#app/mail/mailbox-watch.ts';
import { audienceOf, type HubEvent, type LogEntry } from '#domain/event.ts';
import { rooms } from '#domain/room.ts';

function entryOf(event: HubEvent, names = audienceOf(event)): LogEntry {
  return { position: 1, at: new Date(0), event, rooms: names };
}

const changed = (accountId: string): HubEvent => ({ type: 'mailbox.changed', accountId, mailboxIds: ['1'] });
const recalled: HubEvent = {
  type: 'directive.recalled',
  directiveId: 'd',
  issuerAccountId: 'boss',
  recalledAt: '2016-05-11T00:00:00Z',
  reason: 'r',
  rooms: [rooms.everyone, rooms.unit('u1')],
};

function watchOf(roomsByAccount: Record<string, string[]> = {}) {
  const calls: string[] = [];
  const watch = createMailboxWatch((id) => [
    rooms.account(id),
    rooms.everyone,
    ...(roomsByAccount[id] ?? []),
  ]);
  return { watch, calls, hear: (id: string) => watch.onChange(id, () => calls.push(id)) };
}

describe('createMailboxWatch', () => {
  it('tells the accounts that an entry is for, each listener once', () => {
    const { watch, calls, hear } = watchOf({ a: [rooms.unit('u1')] });
    hear('a');
    hear('b');
    watch.deliver(entryOf(changed('a')));
    expect(calls).toEqual(['a']);
    watch.deliver(entryOf(recalled));
    expect(calls.sort()).toEqual(['a', 'a', 'b']);
  });

  it('says which mailboxes have moved and how far, where the entry does', () => {
    const { watch } = watchOf();
    const heard: unknown[] = [];
    watch.onChange('a', (moved) => heard.push(moved?.mailboxIds, moved?.modseqs));
    watch.deliver(entryOf({ type: 'mailbox.changed', accountId: 'a', mailboxIds: ['1'], modseqs: { 1: 7 } }));
    watch.deliver(entryOf(recalled));
    expect(heard).toEqual([['1'], { 1: 7 }, undefined, undefined]);
  });

  it('keeps still for events that touch no mailbox and after it is stopped', () => {
    const { watch, calls, hear } = watchOf();
    const stop = hear('a');
    watch.deliver(entryOf({ type: 'mail.queued', messageId: 'm', domains: [] }, [rooms.account('a')]));
    stop();
    watch.deliver(entryOf(changed('a')));
    expect(calls).toEqual([]);
  });

  it('asks for the rooms again when the membership has changed, and lets the session look at its rights', () => {
    const own: Record<string, string[]> = { a: [] };
    const { watch, calls, hear } = watchOf(own);
    const stop = hear('a');
    const toUnit = entryOf({ ...recalled, rooms: [] }, [rooms.unit('u9')]);
    watch.deliver(toUnit);
    own['a'] = [rooms.unit('u9')];
    watch.deliver(entryOf({ type: 'membership.changed', accountId: 'a' }));
    expect(calls).toEqual(['a']);
    watch.deliver(toUnit);
    expect(calls).toEqual(['a', 'a']);
    stop();
    watch.deliver(toUnit);
    expect(calls).toEqual(['a', 'a']);
  });

  it('revokes when every session of the account has ended, not when one has', () => {
    const { watch } = watchOf();
    let revoked = 0;
    const stop = watch.onRevoked('a', () => (revoked += 1));
    watch.deliver(entryOf({ type: 'session.ended', accountId: 'a', sessionId: 's' }));
    watch.deliver(entryOf({ type: 'session.ended', accountId: 'b' }));
    expect(revoked).toBe(0);
    watch.deliver(entryOf({ type: 'session.ended', accountId: 'a' }));
    stop();
    watch.deliver(entryOf({ type: 'session.ended', accountId: 'a' }));
    expect(revoked).toBe(1);
  });
});
