import { administeredBy } from '#domain/access/administered.ts';
import { type Actor, isAdministrator } from '#domain/access/actor.ts';
import { mayReadSubmitted } from '#domain/access/policy.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import type { TraceStep } from '#domain/mail/mail-trace.ts';
import type { OutboundDelivery } from '#domain/mail/outbound.ts';
import { wantsReport } from '#domain/mail/retry.ts';
import type { Page } from '#app/ports/hub-store.ts';
import type {
  ChangedDelivery,
  OutboundAdmin,
  OutboundEntry,
  OutboundFilter,
} from '#app/ports/outbound-admin.ts';
import {
  type Owed,
  outboundTrace,
  reportComposer,
  reportedRecipient,
  type ReportPorts,
  reportTraces,
} from './send-outbound.ts';

export interface ManageOutboundPorts extends ReportPorts {
  readonly outbound: OutboundAdmin;
}

export interface ManageOutbound {
  readonly actor: Actor;
  readonly ids: readonly number[];
}

/** Deliveries that the command changed; others have come to their end, or a worker has them at this moment. */
export interface OutboundManaged {
  readonly changed: readonly number[];
}

export const outboundPageMax = 200;
export const outboundIdsMax = 100;

/** The queue for an administrator, what the account itself submitted for everyone else; metadata only. Throws `bad_input`. */
export async function listOutbound(
  ports: Pick<ManageOutboundPorts, 'outbound' | 'clock'>,
  input: {
    readonly actor: Actor;
    readonly filter: OutboundFilter;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<OutboundEntry>> {
  const { actor, filter, limit, cursor } = input;
  if (!Number.isInteger(limit) || limit < 1 || limit > outboundPageMax)
    throw new HubError('bad_input', { field: 'limit' });
  const visible = isAdministrator(actor) ? filter : { ...filter, submittedBy: actor.accountId };
  const page = await ports.outbound.list(visible, { limit, cursor, at: ports.clock.now() });
  return { ...page, items: page.items.map((entry) => asSeenBy(actor, entry)) };
}

/** A subject is content. */
function asSeenBy(actor: Actor, { subject, ...entry }: OutboundEntry): OutboundEntry {
  return subject !== undefined && mayReadSubmitted(actor, entry) ? { ...entry, subject } : entry;
}

/** Keeps deliveries back until they are retried. Throws `not_permitted`, `not_found`, `bad_input`. */
export async function holdOutbound(
  ports: ManageOutboundPorts,
  input: ManageOutbound,
): Promise<OutboundManaged> {
  await requireAdministered(ports, input);
  const at = ports.clock.now();
  return managed(ports, (tx) => tx.hold(input.ids), { step: 'held', actor: input.actor, at });
}

/** Makes deliveries due now, held ones too. Throws `not_permitted`, `not_found`, `bad_input`. */
export async function retryOutbound(
  ports: ManageOutboundPorts,
  input: ManageOutbound,
): Promise<OutboundManaged> {
  await requireAdministered(ports, input);
  const at = ports.clock.now();
  return managed(ports, (tx) => tx.retry(input.ids, at), { step: 'released', actor: input.actor, at });
}

/**
 * Gives deliveries up before their time: an administrator any, an account what it submitted. With a notice their
 * senders are told as of a failure, where they may be told at all (threats S17). Each message is its own commit, so
 * that the mailboxes of two senders are never locked together. Throws `not_found`, `bad_input`.
 */
export async function cancelOutbound(
  ports: ManageOutboundPorts,
  input: ManageOutbound & { readonly notice: boolean },
): Promise<OutboundManaged> {
  const { actor } = input;
  const deliveries = await requireFound(ports, input);
  // To a stranger what is not its own is not there.
  if (!isAdministrator(actor) && deliveries.some(({ submittedBy }) => submittedBy !== actor.accountId))
    throw new HubError('not_found');
  const changed: number[] = [];
  for (const [first, ...more] of perMessage(deliveries))
    if (first !== undefined) changed.push(...(await cancelMessage(ports, input, [first, ...more])));
  return { changed };
}

async function cancelMessage(
  ports: ManageOutboundPorts,
  { actor, notice }: { readonly actor: Actor; readonly notice: boolean },
  deliveries: readonly [OutboundDelivery, ...OutboundDelivery[]],
): Promise<readonly number[]> {
  const [{ messageId }] = deliveries;
  const at = ports.clock.now();
  const bytes = notice ? await ports.outbound.bytes(messageId) : Buffer.alloc(0);
  const compose = reportComposer(ports, { messageId, bytes }, at);
  const ids = deliveries.map(({ id }) => id);
  const told = (among: readonly OutboundDelivery[]) => (notice ? among.flatMap(cancellation(actor)) : []);
  // Made before the transaction, which then waits for nothing.
  await compose(told(deliveries));
  const cancelled = await ports.outbound.transaction(async (tx) => {
    const changed = await tx.cancel(ids, at);
    const owed = told(changed);
    const report = await compose(owed);
    const events = report === undefined ? [] : await ports.reports.report(tx, report);
    await tx.markNotified(
      owed.map(({ delivery }) => delivery.id),
      at,
    );
    await tx.trace([...actTraces('cancelled', changed, actor), ...reportTraces(owed)], at);
    // Who takes back what they sent administers nothing.
    const acts = isAdministrator(actor) ? administered('delivery.cancelled', changed, { actor, owed }) : [];
    await tx.record([...events, ...acts], at);
    return changed;
  });
  ports.committed();
  return cancelled.map(({ id }) => id);
}

/** What the sender is told of it; RFC 3463, section 3.8: refused by somebody's decision. */
function cancellation(actor: Actor): (delivery: OutboundDelivery) => Owed[] {
  return (delivery) => {
    if (!wantsReport(delivery, 'failed')) return [];
    const own = delivery.submittedBy === actor.accountId;
    const reply = own ? 'cancelled by its sender' : 'cancelled by the administrator';
    return [{ delivery, recipient: reportedRecipient(delivery, 'failed', { status: '5.7.1', reply }) }];
  };
}

async function managed(
  ports: ManageOutboundPorts,
  change: (
    tx: Parameters<Parameters<OutboundAdmin['transaction']>[0]>[0],
  ) => Promise<readonly ChangedDelivery[]>,
  { step, actor, at }: { readonly step: 'held' | 'released'; readonly actor: Actor; readonly at: Date },
): Promise<OutboundManaged> {
  const changed = await ports.outbound.transaction(async (tx) => {
    const deliveries = await change(tx);
    await tx.trace(actTraces(step, deliveries, actor), at);
    // What is due again wakes the workers as new mail does.
    const woken = step === 'released' ? queuedEvents(deliveries) : [];
    const act = step === 'released' ? 'delivery.retried' : 'delivery.held';
    await tx.record([...woken, ...administered(act, deliveries, { actor })], at);
    return deliveries;
  });
  ports.committed();
  return { changed: changed.map(({ id }) => id) };
}

function queuedEvents(deliveries: readonly OutboundDelivery[]): readonly HubEvent[] {
  return [...Map.groupBy(deliveries, ({ messageId }) => messageId)].map(([messageId, of]) => ({
    type: 'mail.queued',
    messageId,
    domains: [...new Set(of.map(({ domain }) => domain))],
  }));
}

function administered(
  act: 'delivery.held' | 'delivery.retried' | 'delivery.cancelled',
  changed: readonly ChangedDelivery[],
  { actor, owed }: { readonly actor: Actor; readonly owed?: readonly Owed[] },
): readonly HubEvent[] {
  const told = new Set(owed?.map(({ delivery }) => delivery.id));
  return changed.map(({ id, recipient, was, state }) => ({
    type: 'administration.changed',
    act,
    by: administeredBy(actor),
    object: recipient,
    before: { delivery: id, state: was },
    after: { delivery: id, state, ...(owed === undefined ? {} : { notice: told.has(id) ? 'sent' : 'none' }) },
  }));
}

/** Who did it stands in the message's trace. */
function actTraces(step: TraceStep, deliveries: readonly OutboundDelivery[], actor: Actor) {
  return perMessage(deliveries).map((of) => outboundTrace(step, of, { reason: `by ${actor.address}` }));
}

function perMessage(deliveries: readonly OutboundDelivery[]): readonly (readonly OutboundDelivery[])[] {
  return [
    ...Map.groupBy(deliveries, ({ messageId, sender }) => JSON.stringify([messageId, sender])).values(),
  ];
}

async function requireAdministered(ports: ManageOutboundPorts, input: ManageOutbound): Promise<void> {
  if (!isAdministrator(input.actor)) throw new HubError('not_permitted');
  await requireFound(ports, input);
}

async function requireFound(
  { outbound }: ManageOutboundPorts,
  { ids }: ManageOutbound,
): Promise<readonly OutboundDelivery[]> {
  const asked = new Set(ids);
  const whole = ids.every((id) => Number.isSafeInteger(id) && id > 0);
  if (!whole || asked.size === 0 || asked.size > outboundIdsMax)
    throw new HubError('bad_input', { field: 'ids' });
  const deliveries = await outbound.find([...asked]);
  if (deliveries.length < asked.size) throw new HubError('not_found');
  return deliveries;
}
