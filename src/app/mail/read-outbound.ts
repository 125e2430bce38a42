import { type Actor, isAdministrator } from '#domain/access/actor.ts';
import { mayReadSubmitted } from '#domain/access/policy.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import type { OutboundAdmin, OutboundEntry } from '#app/ports/outbound-admin.ts';
import type { ReadableMessage, ReadMessage } from '#app/ports/readable-message.ts';

export interface ReadOutboundPorts {
  readonly outbound: Pick<OutboundAdmin, 'entry' | 'bytes'>;
  readonly readMessage: ReadMessage;
  readonly clock: Clock;
}

interface OfDelivery {
  readonly actor: Actor;
  readonly id: number;
}

/** What went to the outside, for its sender. Throws `not_found`, and `not_permitted` to an administrator. */
export async function readOutbound(
  ports: ReadOutboundPorts,
  input: OfDelivery,
): Promise<{ readonly entry: OutboundEntry; readonly message: ReadableMessage }> {
  const { entry, bytes } = await outboundOctets(ports, input);
  return { entry, message: await ports.readMessage(bytes) };
}

/** Its octets as they were queued. Throws as `readOutbound` does. */
export async function outboundOctets(
  { outbound, clock }: ReadOutboundPorts,
  { actor, id }: OfDelivery,
): Promise<{ readonly entry: OutboundEntry; readonly bytes: Buffer }> {
  const entry = await outbound.entry(id, clock.now());
  if (entry === undefined) throw new HubError('not_found');
  // An administrator knows of it from the list; to a stranger what is not their own is not there.
  if (!mayReadSubmitted(actor, entry))
    throw new HubError(isAdministrator(actor) ? 'not_permitted' : 'not_found');
  return { entry, bytes: await outbound.bytes(entry.messageId) };
}
