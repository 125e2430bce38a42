import type { ActOrigin } from '#lib/act-origin.ts';
import { sha256, sha256After, sha256OfHashes } from '#lib/sha256.ts';
import {
  type AuditAnchor,
  type AuditEntry,
  type AuditFacts,
  batchedTypes,
  type ChainHead,
  chainStart,
  hubChain,
} from './audit-entry.ts';
import { auditedOf } from './audited.ts';
import { canonicalJson } from './canonical-json.ts';

/** A row of the log, as it is hashed. */
export interface LoggedEvent {
  readonly position: number;
  readonly at: Date;
  readonly payload: { readonly type: string };
  /** Whose request wrote it. */
  readonly origin?: ActOrigin | null;
}

/** How an account stood when its act was sealed. */
export interface AuditedAccount {
  readonly address: string;
  /** Undefined: of no organ. */
  readonly organId?: string;
}

/** SHA-256 over the events, each by its own hash, in the order of their positions. */
export function eventsHash(events: readonly LoggedEvent[]): string {
  return sha256OfHashes(
    events.map(({ position, at, payload, origin }) =>
      sha256(canonicalJson({ position, at, payload, origin: origin ?? undefined })),
    ),
  );
}

/** SHA-256(hash before it ‖ canonical JSON of the entry) (domain.md §5.8). */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  const { prevHash, ...said } = entry;
  return sha256After(prevHash, canonicalJson({ ...said, hash: undefined }));
}

/** The same of an anchor. */
export function anchorHash(anchor: Omit<AuditAnchor, 'hash'>): string {
  const { prevHash, ...said } = anchor;
  return sha256After(prevHash, canonicalJson({ ...said, hash: undefined }));
}

/** The account whose act it was, for the events that have one: to look up before they are sealed. */
export function accountsOf(events: readonly LoggedEvent[]): readonly string[] {
  const ids = events.flatMap((event) => doerOf(event) ?? []);
  return [...new Set(ids)];
}

/**
 * Entries for the events after `sealed`, in their order. A position that the log no longer has is an entry of its own,
 * `log.missing`: it is never passed over in silence.
 */
export function sealEvents(
  events: readonly LoggedEvent[],
  from: { readonly position: number; readonly seq: number },
  accounts: ReadonlyMap<string, AuditedAccount>,
  heads: ReadonlyMap<string, ChainHead>,
): { readonly entries: readonly AuditEntry[]; readonly heads: ReadonlyMap<string, ChainHead> } {
  const next = new Map(heads);
  const entries = factsOf(events, from.position, accounts).map((facts, index) => {
    const head = next.get(facts.chain) ?? chainStart;
    const chained = { ...facts, seq: from.seq + index + 1, chainSeq: head.chainSeq + 1, prevHash: head.hash };
    const entry = { ...chained, hash: entryHash(chained) };
    next.set(facts.chain, { chainSeq: entry.chainSeq, hash: entry.hash });
    return entry;
  });
  return { entries, heads: next };
}

type Unplaced = Omit<AuditFacts, 'seq'>;

function factsOf(
  events: readonly LoggedEvent[],
  sealed: number,
  accounts: ReadonlyMap<string, AuditedAccount>,
): readonly Unplaced[] {
  const facts: Unplaced[] = [];
  let last = sealed;
  for (const event of events) {
    if (event.position > last + 1) facts.push(missing(last + 1, event.position - 1, event.at));
    last = event.position;
    if (!batchedTypes.has(event.payload.type)) facts.push(single(event, accounts));
  }
  const batched = events.filter(({ payload }) => batchedTypes.has(payload.type));
  return batched.length === 0 ? facts : [...facts, batch(batched)];
}

function single(event: LoggedEvent, accounts: ReadonlyMap<string, AuditedAccount>): Unplaced {
  const audited = auditedOf(event.payload);
  const accountId = doerOf(event);
  const account = accountId === undefined ? undefined : accounts.get(accountId);
  const ip = audited.ip ?? event.origin?.ip;
  const actor = audited.actor ?? account?.address;
  return {
    at: event.at.toISOString(),
    action: audited.action,
    chain: account?.organId ?? hubChain,
    ...(accountId === undefined ? {} : { accountId }),
    ...(actor === undefined ? {} : { actor }),
    ...(audited.onBehalfOfPositionId === undefined ? {} : { onBehalfOf: audited.onBehalfOfPositionId }),
    ...(audited.object === undefined ? {} : { object: audited.object }),
    ...(ip === undefined ? {} : { ip }),
    ...covering([event]),
    ...(audited.before === undefined ? {} : { beforeHash: hashOf(audited.before) }),
    ...(audited.after === undefined ? {} : { afterHash: hashOf(audited.after) }),
  };
}

function batch(events: readonly LoggedEvent[]): Unplaced {
  const at = events.at(-1)?.at ?? new Date(0);
  return { at: at.toISOString(), action: 'mail.batch', chain: hubChain, ...covering(events) };
}

function missing(firstPosition: number, lastPosition: number, at: Date): Unplaced {
  return {
    at: at.toISOString(),
    action: 'log.missing',
    chain: hubChain,
    firstPosition,
    lastPosition,
    types: [],
    eventCount: 0,
    eventsHash: eventsHash([]),
  };
}

function covering(events: readonly LoggedEvent[]) {
  return {
    firstPosition: events[0]?.position ?? 0,
    lastPosition: events.at(-1)?.position ?? 0,
    types: [...new Set(events.map(({ payload }) => payload.type))].toSorted(),
    eventCount: events.length,
    eventsHash: eventsHash(events),
  };
}

/** Whose request it was, or else whom the event names: a delegate recalls what somebody else has issued. */
function doerOf({ payload, origin }: LoggedEvent): string | undefined {
  return origin?.accountId ?? auditedOf(payload).accountId;
}

/** What already is a SHA-256 stays as it is. */
function hashOf(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
  return sha256(canonicalJson(value));
}
