import type { Actor } from '#domain/access/actor.ts';
import { mayActAsIssuer } from '#domain/access/policy.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress, domainOf } from '#domain/mail/envelope.ts';
import { outboundLifeMs } from '#domain/mail/retry.ts';
import type { HubStore, StoredDirective } from '#app/ports/hub-store.ts';
import type { MailDelivery } from '#app/ports/mail-delivery.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { OfficialMail } from '#app/ports/official-mail.ts';
import type {
  OutsideRecipient,
  OutsideRecipients,
  OutsideTransaction,
} from '#app/ports/outside-recipients.ts';
import { runOnce } from '#app/run-once.ts';
import { signOutsideToken, type TokenKey } from './outside-token.ts';

export interface OutsidePorts {
  readonly store: HubStore;
  readonly outside: OutsideRecipients;
  readonly mail: Pick<OfficialMail, 'composeOutside'>;
  readonly delivery: Pick<MailDelivery, 'recipient'>;
  /** The first signs; all of them are accepted. */
  readonly tokenKeys: readonly [TokenKey, ...TokenKey[]];
  readonly clock: Clock;
  readonly committed: () => void;
}

export interface SendOutside {
  readonly actor: Actor;
  readonly directiveId: string;
  readonly addresses: readonly string[];
  readonly key?: string | undefined;
}

export const outsideRecipientsMax = 50;
/** How long a recipient outside may acknowledge. */
export const outsideTokenLifeMs = 30 * 24 * 3_600_000;
const addressPattern = /^[\w!#$%&'*+\-/=?^`{|}~.]{1,64}@[a-z0-9.-]{1,255}$/;

/**
 * Sends a directive to people outside the hub, to each a mail with a token of their own. An address that had it before
 * is left alone. Throws `not_found`, `not_permitted`, `directive_already_closed`, `no_recipient`, `too_many_recipients`,
 * `bad_input` for what is no address elsewhere, `idempotency_key_reused`.
 */
export async function sendOutside(
  ports: OutsidePorts,
  input: SendOutside,
): Promise<readonly OutsideRecipient[]> {
  const { actor, directiveId, key } = input;
  const directive = await requireIssuer(ports, actor, directiveId);
  const addresses = [...new Set(input.addresses.map((address) => canonicalAddress(address.trim())))];
  if (addresses.length === 0) throw new HubError('no_recipient', { field: 'addresses' });
  if (addresses.length > outsideRecipientsMax)
    throw new HubError('too_many_recipients', { field: 'addresses' });
  for (const address of addresses) await requireElsewhere(ports, actor, address);
  const from = await ports.outside.issuerAddress(directiveId);
  if (from === undefined) throw new HubError('not_found');
  const at = ports.clock.now();
  const ids = await ports.outside.nextIds(addresses.length);
  const prepared = await Promise.all(
    addresses.map((address, place) =>
      prepare(ports, directive, from, { id: ids[place] ?? 0, address, sentAt: at }),
    ),
  );
  await ports.outside.transaction((tx) =>
    runOnce(
      tx,
      {
        accountId: actor.accountId,
        key,
        operation: 'directive.send_outside',
        request: { directiveId, addresses },
      },
      async () => {
        const domains = await queueEach(tx, prepared, { from, actor, at });
        await tx.record(domains, at);
        return { directiveId };
      },
    ),
  );
  ports.committed();
  return ports.outside.of(directiveId);
}

/** For who acts as its issuer. Throws `not_found`, `not_permitted`. */
export async function outsideRecipientsOf(
  ports: Pick<OutsidePorts, 'store' | 'outside'>,
  { actor, directiveId }: { readonly actor: Actor; readonly directiveId: string },
): Promise<readonly OutsideRecipient[]> {
  const seen = await ports.store.directives.seenDirective(actor, directiveId);
  if (seen === undefined) throw new HubError('not_found');
  if (!mayActAsIssuer(actor, seen.directive)) throw new HubError('not_permitted');
  return ports.outside.of(directiveId);
}

async function requireIssuer(
  ports: OutsidePorts,
  actor: Actor,
  directiveId: string,
): Promise<StoredDirective> {
  const seen = await ports.store.directives.seenDirective(actor, directiveId);
  if (seen === undefined) throw new HubError('not_found');
  if (!mayActAsIssuer(actor, seen.directive)) throw new HubError('not_permitted');
  if (seen.directive.state !== 'issued') throw new HubError('directive_already_closed');
  return seen.directive;
}

/** Whoever has an account here is a recipient by it, with rights that can be taken away. */
async function requireElsewhere(ports: OutsidePorts, actor: Actor, address: string): Promise<void> {
  if (!addressPattern.test(address)) throw new HubError('bad_input', { field: 'addresses' });
  const writer = { accountId: actor.accountId, address: actor.address };
  if ((await ports.delivery.recipient(address, writer)).kind !== 'foreign')
    throw new HubError('bad_input', { field: 'addresses' });
}

interface PreparedOutside {
  readonly recipient: OutsideRecipient;
  readonly message: PreparedMessage;
}

async function prepare(
  ports: OutsidePorts,
  directive: StoredDirective,
  from: string,
  { id, address, sentAt }: Pick<OutsideRecipient, 'id' | 'address' | 'sentAt'>,
): Promise<PreparedOutside> {
  const expiresAt = new Date(sentAt.getTime() + outsideTokenLifeMs);
  const recipient = { id, directiveId: directive.id, address, sentAt, expiresAt };
  const subject = {
    recipientId: id,
    directiveId: directive.id,
    contentHash: directive.contentHash,
    address,
  };
  const token = signOutsideToken(ports.tokenKeys[0], subject, expiresAt);
  const message = await ports.mail.composeOutside(directive, from, { recipientId: id, token, sentAt });
  return { recipient, message };
}

async function queueEach(
  tx: OutsideTransaction,
  prepared: readonly PreparedOutside[],
  { from, actor, at }: { readonly from: string; readonly actor: Actor; readonly at: Date },
) {
  const events: { type: 'mail.queued'; messageId: string; domains: string[] }[] = [];
  for (const { recipient, message } of prepared) {
    if (!(await tx.addOutside(recipient))) continue;
    const { address } = recipient;
    const { messageId } = await tx.deliver({ message, receivedAt: at, accountIds: [] });
    await tx.enqueue({
      messageId,
      envelope: { sender: from, recipients: [{ address }], requireTls: false, smtpUtf8: false },
      verifiedSender: true,
      submittedBy: actor.accountId,
      at,
      expiresAt: new Date(at.getTime() + outboundLifeMs),
    });
    await tx.trace(
      [
        {
          step: 'queued',
          messageId,
          sender: from,
          recipients: [address],
          submittedBy: actor.accountId,
          detail: {},
        },
      ],
      at,
    );
    events.push({ type: 'mail.queued', messageId, domains: [domainOf(address)] });
  }
  return events;
}
