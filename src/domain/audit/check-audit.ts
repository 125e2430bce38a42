import { type AuditAnchor, type AuditEntry, type ChainHead, chainStart } from './audit-entry.ts';
import { anchorHash, entryHash, eventsHash, type LoggedEvent } from './chain.ts';

/** What does not fit, and where. Anything at all means that the audit or the log was changed from outside. */
export interface AuditFault {
  readonly fault:
    | 'entry_missing'
    | 'entry_changed'
    | 'chain_broken'
    | 'event_changed'
    | 'event_missing'
    | 'event_covered_twice'
    | 'event_uncovered'
    | 'head_changed'
    | 'anchor_changed'
    | 'anchor_missing'
    | 'anchored_entry_changed';
  /** An entry's number, a position of the log, a chain or a day. */
  readonly where: string;
}

/** Where the hub says that the audit stands. */
export interface AuditHead {
  readonly seq: number;
  readonly position: number;
  readonly chains: ReadonlyMap<string, ChainHead>;
}

export interface AuditCheck {
  /** Entries in the order of their numbers, with the events from their first to their last position, by position. */
  entries(entries: readonly AuditEntry[], events: ReadonlyMap<number, LoggedEvent>): void;
  finish(head: AuditHead): readonly AuditFault[];
}

/**
 * Computes everything again. `anchors` are those that the hub keeps, in order; `exported` those that were taken elsewhere
 * before, which whoever rewrites the whole database cannot reach.
 */
export function createAuditCheck(
  anchors: readonly AuditAnchor[],
  exported: readonly AuditAnchor[] = [],
): AuditCheck {
  const faults: AuditFault[] = [...anchorFaults(anchors, exported)];
  const heads = new Map<string, ChainHead>();
  const owed = anchoredHashes([...anchors, ...exported]);
  const covered = createCoverage(faults);
  let seq = 0;

  function check(entry: AuditEntry, events: ReadonlyMap<number, LoggedEvent>): void {
    if (entry.seq !== seq + 1) faults.push({ fault: 'entry_missing', where: String(seq + 1) });
    seq = entry.seq;
    const head = heads.get(entry.chain) ?? chainStart;
    if (entry.prevHash !== head.hash || entry.chainSeq !== head.chainSeq + 1)
      faults.push({ fault: 'chain_broken', where: String(entry.seq) });
    const hash = entryHash(entry);
    if (hash !== entry.hash) faults.push({ fault: 'entry_changed', where: String(entry.seq) });
    heads.set(entry.chain, { chainSeq: entry.chainSeq, hash: entry.hash });
    const place = placeOf(entry.chain, entry.chainSeq);
    const anchored = owed.get(place);
    if (anchored !== undefined && anchored !== hash)
      faults.push({ fault: 'anchored_entry_changed', where: String(entry.seq) });
    owed.delete(place);
    checkEvents(entry, events);
  }

  function checkEvents(entry: AuditEntry, events: ReadonlyMap<number, LoggedEvent>): void {
    if (entry.action === 'log.missing') {
      for (let position = entry.firstPosition; position <= entry.lastPosition; position += 1)
        covered.add(position);
      faults.push({ fault: 'event_missing', where: `${entry.firstPosition}-${entry.lastPosition}` });
      return;
    }
    const own = coveredBy(entry, events);
    for (const { position } of own) covered.add(position);
    if (own.length < entry.eventCount)
      faults.push({ fault: 'event_missing', where: `${entry.firstPosition}-${entry.lastPosition}` });
    else if (eventsHash(own) !== entry.eventsHash)
      faults.push({ fault: 'event_changed', where: `${entry.firstPosition}-${entry.lastPosition}` });
  }

  return {
    entries(entries, events) {
      for (const entry of entries) check(entry, events);
    },
    finish(head) {
      if (head.seq !== seq) faults.push({ fault: 'entry_missing', where: String(seq + 1) });
      for (const chain of new Set([...heads.keys(), ...head.chains.keys()]))
        if (heads.get(chain)?.hash !== head.chains.get(chain)?.hash)
          faults.push({ fault: 'head_changed', where: chain });
      for (const place of owed.keys()) faults.push({ fault: 'anchored_entry_changed', where: place });
      covered.finish(head.position);
      return faults;
    },
  };
}

function coveredBy(entry: AuditEntry, events: ReadonlyMap<number, LoggedEvent>): readonly LoggedEvent[] {
  const own: LoggedEvent[] = [];
  for (let position = entry.firstPosition; position <= entry.lastPosition; position += 1) {
    const event = events.get(position);
    if (event !== undefined && entry.types.includes(event.payload.type)) own.push(event);
  }
  return own;
}

function anchorFaults(
  anchors: readonly AuditAnchor[],
  exported: readonly AuditAnchor[],
): readonly AuditFault[] {
  const faults: AuditFault[] = [];
  let prevHash = chainStart.hash;
  for (const anchor of anchors) {
    if (anchor.prevHash !== prevHash || anchorHash(anchor) !== anchor.hash)
      faults.push({ fault: 'anchor_changed', where: anchor.day });
    prevHash = anchor.hash;
  }
  const kept = new Map(anchors.map((anchor) => [anchor.day, anchor.hash]));
  for (const { day, hash } of exported)
    if (kept.get(day) !== hash)
      faults.push({ fault: kept.has(day) ? 'anchor_changed' : 'anchor_missing', where: day });
  return faults;
}

/** What the entry at each place of a chain must hash to. */
function anchoredHashes(anchors: readonly AuditAnchor[]): Map<string, string> {
  return new Map(
    anchors.flatMap(({ heads }) =>
      Object.entries(heads).map(([chain, head]) => [placeOf(chain, head.chainSeq), head.hash] as const),
    ),
  );
}

function placeOf(chain: string, chainSeq: number): string {
  return `${chain}#${chainSeq}`;
}

/** Every position up to the head in exactly one entry. Only those ahead of the first gap are kept in memory. */
function createCoverage(faults: AuditFault[]) {
  const ahead = new Set<number>();
  let upTo = 0;
  return {
    add(position: number): void {
      if (position <= upTo || ahead.has(position))
        faults.push({ fault: 'event_covered_twice', where: String(position) });
      else ahead.add(position);
      while (ahead.delete(upTo + 1)) upTo += 1;
    },
    finish(head: number): void {
      const uncovered = ahead.size > 0 || upTo !== head;
      if (uncovered) faults.push({ fault: 'event_uncovered', where: String(Math.min(upTo, head) + 1) });
    },
  };
}
