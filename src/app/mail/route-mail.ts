import { randomUUID } from 'node:crypto';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import {
  canonicalAddress,
  domainOf,
  type EnvelopeRecipient,
  type MailEnvelope,
} from '#domain/mail/envelope.ts';
import type { HeldKind } from '#domain/mail/held-kind.ts';
import type { TraceDetail, TraceEntry, TraceStep } from '#domain/mail/mail-trace.ts';
import type { MailFacts, Placement } from '#domain/mail/mail-rule.ts';
import { hereDomain } from '#domain/mail/outbound.ts';
import { outboundLifeMs, wantsReport } from '#domain/mail/retry.ts';
import type { MimePart } from '#domain/mail/structure.ts';
import type { ExpandedRecipients, MailReceptionTransaction, MailWriter } from '#app/ports/mail-delivery.ts';
import type { PreparedMessage, StoredMessage } from '#app/ports/mail-store.ts';

/** A message on its way, with what decides where it goes. */
export interface RouteMail {
  readonly message: PreparedMessage | StoredMessage;
  readonly facts: MailFacts;
  readonly messageIdHeader: string | undefined;
  readonly envelope: MailEnvelope;
  readonly writer: MailWriter;
  /** Where it goes for those without a rule of their own. */
  readonly into: 'inbox' | 'junk';
  /** The envelope sender is proven: reports about it are no backscatter (threats S17). */
  readonly verifiedSender: boolean;
  readonly sentCopyOf?: string | undefined;
  readonly traceId?: string | undefined;
  /** Groups whose moderator has said yes. */
  readonly approved?: readonly string[];
  readonly at: Date;
}

export interface RoutedMail {
  readonly messageId: string;
  /** Local recipients, the sender's copy apart. */
  readonly accountIds: readonly string[];
  readonly events: readonly HubEvent[];
  readonly trace: readonly TraceEntry[];
}

/**
 * Sends a message every way it goes, inside one transaction whatever the number of its recipients: into mailboxes here,
 * into the queue for other servers, and into the hands of moderators. The caller writes trace and events last. Throws
 * `no_recipient`, `not_permitted`, `unavailable`.
 */
export async function routeMail(tx: MailReceptionTransaction, input: RouteMail): Promise<RoutedMail> {
  return routeExpanded(tx, input, await expandEnvelope(tx, input));
}

/** What the envelope comes to. It only reads, so it may be asked together with what decides whether it is needed. */
export function expandEnvelope(
  tx: MailReceptionTransaction,
  { envelope, writer, approved }: Pick<RouteMail, 'envelope' | 'writer' | 'approved'>,
): Promise<ExpandedRecipients> {
  return tx.expand(
    envelope.recipients.map(({ address }) => address),
    writer,
    approved,
  );
}

/** `routeMail` for an envelope that was expanded in the same transaction. */
export async function routeExpanded(
  tx: MailReceptionTransaction,
  input: RouteMail,
  expanded: ExpandedRecipients,
): Promise<RoutedMail> {
  const { at, into } = input;
  refuseUnreachable(input, expanded);
  const [{ accountIds, placements }, absent] = await Promise.all([
    placed(tx, expanded.accountIds, input),
    mayBeAnswered(input) ? tx.absent(expanded.accountIds, at) : [],
  ]);
  const { messageId } = await tx.deliver({
    message: input.message,
    receivedAt: at,
    accountIds,
    into,
    placements,
    sentCopyOf: input.sentCopyOf,
  });
  const held = await holdModerated(tx, input, messageId, expanded);
  const queued = await enqueueOutside(tx, input, messageId, expanded.outside);
  const reports = await owedReports(tx, input, messageId, expanded);
  const heardBy = [
    ...new Set([...accountIds, ...(input.sentCopyOf === undefined ? [] : [input.sentCopyOf])]),
  ];
  return {
    messageId,
    accountIds,
    trace: [
      ...(accountIds.length === 0
        ? []
        : [
            traceOf('delivered', input, messageId, localRecipients(input, expanded), {
              mailboxes: accountIds.length,
            }),
          ]),
      ...held.trace,
      ...queued.trace,
    ],
    events: [
      ...deliveredEvent(messageId, expanded.everyone, heardBy),
      ...held.events,
      ...queued.events,
      ...reports,
      ...(absent.length === 0 ? [] : [{ type: 'absence.due', messageId, accountIds: absent } as const]),
    ],
  };
}

function deliveredEvent(
  messageId: string,
  everyone: boolean,
  heardBy: readonly string[],
): readonly HubEvent[] {
  if (everyone) return [{ type: 'mail.delivered', messageId }];
  return heardBy.length === 0 ? [] : [{ type: 'mail.delivered', messageId, accountIds: heardBy }];
}

/**
 * Addresses were accepted one by one before the message came. One that has become nobody's meanwhile makes the whole
 * message wait: its sender tries again and is told at RCPT, so nobody is left out in silence (threats S17). Once a
 * moderator has approved there is nobody to tell, and who is still there gets it.
 */
function refuseUnreachable(input: RouteMail, expanded: ExpandedRecipients): void {
  if (input.envelope.recipients.length === 0) throw new HubError('no_recipient');
  if (input.approved !== undefined) return;
  if (expanded.refused.some(({ reason }) => reason === 'closed')) throw new HubError('not_permitted');
  if (expanded.refused.length > 0) throw new HubError('unavailable');
  const given = new Set(input.envelope.recipients.map(({ address }) => canonicalAddress(address)));
  // A stranger's message leaves only by a group of ours that has members elsewhere: no relaying (threats S6).
  if (input.writer.accountId === undefined && expanded.outside.some((address) => given.has(address)))
    throw new HubError('not_permitted');
}

/** Recipients with what their rules say. What a rule forwards goes one step: rules of the second do not forward again. */
async function placed(
  tx: MailReceptionTransaction,
  recipients: readonly string[],
  { facts, into }: RouteMail,
): Promise<{ accountIds: readonly string[]; placements: readonly Placement[] }> {
  if (into === 'junk') return { accountIds: recipients, placements: [] };
  const placements = await tx.placements(recipients, facts);
  const known = new Set(recipients);
  const forwarded = [...new Set(placements.flatMap(({ forwardTo }) => forwardTo))].filter(
    (id) => !known.has(id),
  );
  if (forwarded.length === 0) return { accountIds: recipients, placements };
  return {
    accountIds: [...recipients, ...forwarded],
    placements: [...placements, ...(await tx.placements(forwarded, facts))],
  };
}

async function holdModerated(
  tx: MailReceptionTransaction,
  input: RouteMail,
  messageId: string,
  expanded: ExpandedRecipients,
): Promise<{ events: readonly HubEvent[]; trace: readonly TraceEntry[] }> {
  const events: HubEvent[] = [];
  const trace: TraceEntry[] = [];
  for (const { groupId, address } of expanded.moderated) {
    const recipients = input.envelope.recipients.filter((one) => canonicalAddress(one.address) === address);
    const held = await holdMail(tx, {
      ...input,
      // It is in Sent already.
      sentCopyOf: undefined,
      messageId,
      kind: 'moderation',
      groupId,
      envelope: { ...input.envelope, recipients: recipients.length === 0 ? [{ address }] : recipients },
    });
    events.push(held.event);
    trace.push(held.trace);
  }
  return { events, trace };
}

export interface HoldMail extends Omit<RouteMail, 'message' | 'approved'> {
  readonly messageId: string;
  readonly kind: HeldKind;
  readonly groupId?: string;
  readonly reason?: string;
  readonly releaseAt?: Date;
}

/** Keeps a stored message back with all that routing it later needs. */
export async function holdMail(
  tx: MailReceptionTransaction,
  input: HoldMail,
): Promise<{ event: HubEvent; trace: TraceEntry }> {
  const { kind, messageId, groupId, reason, releaseAt, writer, at } = input;
  const id = randomUUID();
  const { groupName, moderatorIds } = await tx.hold({
    id,
    kind,
    messageId,
    ...(groupId === undefined ? {} : { groupId }),
    ...(writer.accountId === undefined ? {} : { accountId: writer.accountId }),
    route: {
      envelope: input.envelope,
      writer,
      into: input.into,
      verifiedSender: input.verifiedSender,
      facts: input.facts,
      ...(input.sentCopyOf === undefined ? {} : { sentCopyOf: input.sentCopyOf }),
      ...(input.traceId === undefined ? {} : { traceId: input.traceId }),
      ...(input.messageIdHeader === undefined ? {} : { messageIdHeader: input.messageIdHeader }),
    },
    ...(reason === undefined ? {} : { reason }),
    heldAt: at,
    ...(releaseAt === undefined ? {} : { releaseAt }),
  });
  const { subject } = input.facts;
  return {
    event: {
      type: 'mail.held',
      heldId: id,
      kind,
      ...(groupId === undefined ? {} : { groupId }),
      ...(groupName === undefined ? {} : { groupName }),
      sender: input.envelope.sender,
      ...(subject === undefined ? {} : { subject }),
      heldAt: at.toISOString(),
      ...(writer.accountId === undefined ? {} : { accountId: writer.accountId }),
      moderatorIds,
    },
    trace: traceOf(
      'held',
      input,
      messageId,
      input.envelope.recipients.map(({ address }) => address),
      {
        reason: reason ?? kind,
        ...(releaseAt === undefined ? {} : { nextAttemptAt: releaseAt.toISOString() }),
      },
    ),
  };
}

async function enqueueOutside(
  tx: MailReceptionTransaction,
  input: RouteMail,
  messageId: string,
  outside: readonly string[],
): Promise<{ events: readonly HubEvent[]; trace: readonly TraceEntry[] }> {
  if (outside.length === 0) return { events: [], trace: [] };
  const given = new Map(input.envelope.recipients.map((one) => [canonicalAddress(one.address), one]));
  // What the sender asked of the group is not asked of each of its members (RFC 3461, section 5.2.7).
  const recipients: EnvelopeRecipient[] = outside.map((address) => given.get(address) ?? { address });
  await tx.enqueue({
    messageId,
    envelope: { ...input.envelope, recipients },
    verifiedSender: input.verifiedSender,
    submittedBy: input.writer.accountId,
    at: input.at,
    expiresAt: new Date(input.at.getTime() + outboundLifeMs),
  });
  return {
    events: [{ type: 'mail.queued', messageId, domains: [...new Set(outside.map(domainOf))] }],
    trace: [traceOf('queued', input, messageId, outside, {})],
  };
}

/**
 * The report of delivery (RFC 3461, NOTIFY=SUCCESS) is owed from the same commit on, as an entry of the queue: it
 * survives whatever happens to this process.
 */
async function owedReports(
  tx: MailReceptionTransaction,
  input: RouteMail,
  messageId: string,
  expanded: ExpandedRecipients,
): Promise<readonly HubEvent[]> {
  const { envelope, verifiedSender, at } = input;
  const here = new Set(localRecipients(input, expanded));
  const recipients = envelope.recipients.filter(
    ({ address, notify }) =>
      notify !== undefined &&
      here.has(canonicalAddress(address)) &&
      wantsReport({ sender: envelope.sender, verifiedSender, notify }, 'delivered'),
  );
  if (recipients.length === 0) return [];
  await tx.enqueue({
    messageId,
    envelope: { ...envelope, recipients },
    verifiedSender,
    submittedBy: input.writer.accountId,
    at,
    expiresAt: new Date(at.getTime() + outboundLifeMs),
    here: true,
  });
  return [{ type: 'mail.queued', messageId, domains: [hereDomain] }];
}

/** An absence is told to a person who wrote, never to the null sender or to a program (RFC 3834, section 2). */
function mayBeAnswered({ envelope, facts, into }: RouteMail): boolean {
  return envelope.sender !== '' && !facts.automatic && into === 'inbox';
}

function localRecipients(input: RouteMail, expanded: ExpandedRecipients): readonly string[] {
  const elsewhere = new Set([...expanded.outside, ...expanded.moderated.map(({ address }) => address)]);
  return input.envelope.recipients
    .map(({ address }) => canonicalAddress(address))
    .filter((address) => !elsewhere.has(address));
}

/** One step of the message's life. */
export function traceOf(
  step: TraceStep,
  input: Pick<RouteMail, 'envelope' | 'writer' | 'messageIdHeader' | 'traceId'>,
  messageId: string | undefined,
  recipients: readonly string[],
  detail: TraceDetail,
): TraceEntry {
  return {
    step,
    ...(messageId === undefined ? {} : { messageId }),
    ...(input.traceId === undefined ? {} : { traceId: input.traceId }),
    ...(input.messageIdHeader === undefined ? {} : { messageIdHeader: input.messageIdHeader }),
    sender: input.envelope.sender,
    recipients,
    ...(input.writer.accountId === undefined ? {} : { submittedBy: input.writer.accountId }),
    detail,
  };
}

/** What rules may look at, of a message as it was prepared. */
export function factsOf(message: PreparedMessage): MailFacts {
  const { envelope, root } = message.structure ?? {};
  const to = [...(envelope?.to ?? []), ...(envelope?.cc ?? [])].flatMap(({ mailbox, host }) =>
    mailbox === undefined || host === undefined ? [] : [canonicalAddress(`${mailbox}@${host}`)],
  );
  return {
    from: message.fromAddress,
    subject: message.subject,
    to,
    listId: message.listId,
    hasAttachment: root === undefined ? false : hasAttachment(root),
    bytes: message.bytes.length,
    automatic: message.autoSubmitted,
  };
}

function hasAttachment(part: MimePart): boolean {
  return part.disposition?.type === 'attachment' || (part.parts ?? []).some(hasAttachment);
}
