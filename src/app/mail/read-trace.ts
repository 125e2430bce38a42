import { type Actor, isAdministrator } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Page } from '#app/ports/hub-store.ts';
import type { MailTrace, TracedStep, TraceFilter, TraceScope } from '#app/ports/mail-trace.ts';

export const tracePageMax = 500;

/**
 * What happened to mail: for its sender and the clerk of the sender's organ with its subject, for an administrator
 * without; nobody else learns that it was sent. Throws `bad_input`.
 */
export async function findTrace(
  ports: { readonly trace: MailTrace },
  input: {
    readonly actor: Actor;
    readonly filter: TraceFilter;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<TracedStep>> {
  const { actor, filter, limit, cursor } = input;
  if (!Number.isInteger(limit) || limit < 1 || limit > tracePageMax)
    throw new HubError('bad_input', { field: 'limit' });
  return ports.trace.find(filter, scopeOf(actor), { limit, cursor });
}

/** A post that is only delegated shows nobody's mail. */
export function scopeOf(actor: Actor): TraceScope {
  return {
    accountId: actor.accountId,
    clerkOf: actor.positions
      .filter(({ authority, delegatedScope }) => authority === 'clerk' && delegatedScope === undefined)
      .map(({ unitId }) => unitId),
    everything: isAdministrator(actor),
  };
}
