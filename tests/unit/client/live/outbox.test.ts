import { describe, expect, it } from 'vitest';
import { createOutbox, type OutboxStorage } from '#client/live/outbox.ts';

function memory(): OutboxStorage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}

function open(storage: OutboxStorage, accountId = 'account-1') {
  let number = 0;
  return createOutbox({
    storage,
    accountId,
    newKey: () => `key-${accountId}-${(number += 1)}`,
    changed() {},
  });
}

const acknowledge = { command: 'assignment.acknowledge', assignmentId: 'a1', directiveId: 'd1' } as const;

describe('createOutbox', () => {
  it('gives the same act the same key, and another act another', () => {
    const outbox = open(memory());
    const first = outbox.add(acknowledge);
    expect(outbox.add(acknowledge)).toBe(first);
    expect(outbox.add({ ...acknowledge, command: 'assignment.open' }).key).not.toBe(first.key);
    expect(outbox.add({ ...acknowledge, assignmentId: 'a2' }).key).not.toBe(first.key);
  });

  it('keeps key and order over a reload', () => {
    const storage = memory();
    const before = open(storage);
    before.add({ ...acknowledge, command: 'assignment.open' });
    before.add(acknowledge);
    const after = open(storage);
    expect(after.entries()).toEqual(before.entries());
    expect(after.add(acknowledge).key).toBe('key-account-1-2');
  });

  it('does not send again after a reload what the hub has answered', () => {
    const storage = memory();
    const before = open(storage);
    before.answered(before.add(acknowledge).key);
    expect(before.entries()).toHaveLength(1);
    expect(open(storage).entries()).toEqual([]);
  });

  it('does not show one account the acts of another', () => {
    const storage = memory();
    open(storage, 'account-1').add(acknowledge);
    expect(open(storage, 'account-2').entries()).toEqual([]);
  });

  it('leaves nothing on the device when cleared', () => {
    const storage = memory();
    const outbox = open(storage);
    outbox.add(acknowledge);
    outbox.clear();
    expect(storage.kept.size).toBe(0);
  });

  it.each(['{', '"text"', '[{"key":1}]', '[null]', '{"key":"k"}'])('starts empty from %s', (kept) => {
    const storage = memory();
    storage.setItem('chidao.outbox.account-1', kept);
    expect(open(storage).entries()).toEqual([]);
  });
});
