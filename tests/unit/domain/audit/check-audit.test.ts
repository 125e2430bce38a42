import { describe, expect, it } from 'vitest';
import type { AuditAnchor, AuditEntry, ChainHead } from '#domain/audit/audit-entry.ts';
import { anchorHash, type LoggedEvent, sealEvents } from '#domain/audit/chain.ts';
import { createAuditCheck } from '#domain/audit/check-audit.ts';

const at = new Date('2026-05-11T02:00:00Z');
const log: readonly LoggedEvent[] = Array.from({ length: 40 }, (_, index) => ({
  position: index + 1,
  at,
  payload:
    index % 3 === 0
      ? { type: 'mail.delivered', messageId: String(index) }
      : { type: 'content.read', accountId: index % 2 === 0 ? 'a' : 'b', object: { kind: 'mail', id: 'm' } },
}));
const accounts = new Map([
  ['a', { address: 'a@x.example', organId: 'organ-a' }],
  ['b', { address: 'b@x.example' }],
]);

interface Kept {
  readonly entries: readonly AuditEntry[];
  readonly events: readonly LoggedEvent[];
  readonly heads: ReadonlyMap<string, ChainHead>;
  readonly position: number;
}

/** Sealed in two steps, as a hub does. */
function sealed(): Kept {
  const first = sealEvents(log.slice(0, 25), { position: 0, seq: 0 }, accounts, new Map());
  const from = { position: 25, seq: first.entries.length };
  const second = sealEvents(log.slice(25), from, accounts, first.heads);
  return {
    entries: [...first.entries, ...second.entries],
    events: log,
    heads: second.heads,
    position: log.length,
  };
}

function anchorOf({ entries, heads, position }: Kept): AuditAnchor {
  const said = {
    day: '2026-05-10',
    at: at.toISOString(),
    seq: entries.length,
    position,
    heads: Object.fromEntries(heads),
    prevHash: '0'.repeat(64),
  };
  return { ...said, hash: anchorHash(said) };
}

function faultsOf(kept: Kept, anchors: readonly AuditAnchor[] = [], exported: readonly AuditAnchor[] = []) {
  const check = createAuditCheck(anchors, exported);
  check.entries(kept.entries, new Map(kept.events.map((event) => [event.position, event])));
  return check
    .finish({ seq: sealed().entries.length, position: kept.position, chains: kept.heads })
    .map(({ fault }) => fault);
}

describe('a check of the audit', () => {
  it('finds nothing in what was sealed, with and without anchors', () => {
    expect(faultsOf(sealed())).toEqual([]);
    const anchor = anchorOf(sealed());
    expect(faultsOf(sealed(), [anchor], [anchor])).toEqual([]);
  });

  it('chains each organ for itself', () => {
    const { entries } = sealed();
    expect(new Set(entries.map(({ chain }) => chain))).toEqual(new Set(['organ-a', 'hub']));
    expect(entries.filter(({ action }) => action === 'mail.batch')).toHaveLength(2);
  });

  it('finds every entry that was removed, whichever', () => {
    const kept = sealed();
    for (const index of kept.entries.keys())
      expect(faultsOf({ ...kept, entries: kept.entries.toSpliced(index, 1) })).not.toEqual([]);
  });

  it('finds every field of every entry that was changed', () => {
    const kept = sealed();
    for (const [index, entry] of kept.entries.entries())
      for (const name of Object.keys(entry)) {
        const value = entry[name as keyof AuditEntry];
        const changed =
          typeof value === 'number' ? value + 1 : Array.isArray(value) ? ['x'] : `${String(value)}0`;
        const entries = kept.entries.with(index, { ...entry, [name]: changed });
        expect(faultsOf({ ...kept, entries }), `${name} of ${entry.seq}`).not.toEqual([]);
      }
  });

  it('finds an entry that was put in, and two that changed places', () => {
    const kept = sealed();
    const [first, second, third] = kept.entries;
    if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
    expect(faultsOf({ ...kept, entries: kept.entries.toSpliced(1, 0, first) })).not.toEqual([]);
    const swapped = kept.entries.with(0, { ...second, seq: 1 }).with(1, { ...first, seq: 2 });
    expect(faultsOf({ ...kept, entries: swapped })).not.toEqual([]);
  });

  it('finds every event of the log that was changed or removed', () => {
    const kept = sealed();
    for (const index of kept.events.keys()) {
      expect(faultsOf({ ...kept, events: kept.events.toSpliced(index, 1) })).not.toEqual([]);
      const event = kept.events[index];
      if (event === undefined) continue;
      const changed = { ...event, payload: { ...event.payload, messageId: 'x' } };
      expect(faultsOf({ ...kept, events: kept.events.with(index, changed) })).not.toEqual([]);
    }
  });

  it('finds a log and audit that were rewritten together, by the anchor that was kept elsewhere', () => {
    const anchor = anchorOf(sealed());
    const forgedLog = log.with(4, { position: 5, at, payload: { type: 'content.read' } });
    const forged = sealEvents(forgedLog, { position: 0, seq: 0 }, accounts, new Map());
    const check = createAuditCheck([], [anchor]);
    check.entries(forged.entries, new Map(forgedLog.map((event) => [event.position, event])));
    const faults = check.finish({ seq: forged.entries.length, position: 40, chains: forged.heads });
    expect(faults.map(({ fault }) => fault)).toEqual(
      expect.arrayContaining(['anchor_missing', 'anchored_entry_changed']),
    );
  });

  it('finds an anchor that was changed or is gone', () => {
    const anchor = anchorOf(sealed());
    expect(faultsOf(sealed(), [{ ...anchor, position: 1 }])).toContain('anchor_changed');
    expect(faultsOf(sealed(), [], [anchor])).toContain('anchor_missing');
  });

  it('tells what was cut off the end', () => {
    const kept = sealed();
    expect(faultsOf({ ...kept, entries: kept.entries.slice(0, -2) })).toEqual(
      expect.arrayContaining(['entry_missing', 'head_changed', 'event_uncovered']),
    );
  });
});

describe('sealEvents', () => {
  it('says of a position that the log has lost that it is missing', () => {
    const kept = sealEvents(log.toSpliced(10, 2), { position: 0, seq: 0 }, accounts, new Map());
    expect(kept.entries.filter(({ action }) => action === 'log.missing')).toMatchObject([
      { firstPosition: 11, lastPosition: 12, eventCount: 0 },
    ]);
  });
});
