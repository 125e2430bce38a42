import type { HeldMail, HeldMailReads, HeldMailTransaction, HeldState } from '#app/ports/held-mail.ts';
import type { GroupModerators } from '#app/ports/mail-groups.ts';
import type { OutboundTransaction } from '#app/ports/outbound.ts';
import { administeredBy } from '#domain/access/administered.ts';
import { isAdministrator, type Actor } from '#domain/access/actor.ts';
import type { Clock } from '#domain/clock.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import type { TraceStep } from '#domain/mail/mail-trace.ts';

type Decisions = HeldMailTransaction & GroupModerators & Pick<OutboundTransaction, 'trace'>;

/** What the hub finds of mail whose time has come, before anything is locked: a scanner may take a while. */
export type DueFinding =
  | { readonly finding: 'release'; /** When not as it was held. */ readonly into?: 'inbox' | 'junk' }
  | { readonly finding: 'wait'; readonly until: Date; readonly reason: string }
  | { readonly finding: 'refuse'; readonly reason: string };

/** `Tx` is whatever `route` and `tellSender` need of the same transaction. */
export interface HeldPorts<Tx> {
  transaction<Result>(work: (tx: Decisions & Tx) => Promise<Result>): Promise<Result>;
  readonly reads: HeldMailReads & GroupModerators & { octets(id: string): Promise<Buffer | undefined> };
  /** Sends it every way it goes; the group that it waited for counts as approved. */
  route(tx: Tx, held: HeldMail): Promise<readonly HubEvent[]>;
  /** Tells the account that sent it that it was refused, by a short mail. */
  tellSender(tx: Tx, held: HeldMail, note: string): Promise<readonly HubEvent[]>;
  /** Asks scanners again, or looks at the account's limit. */
  examine(held: HeldMail): Promise<DueFinding>;
  readonly clock: Clock;
  readonly committed: () => void;
}

export interface DecideHeld {
  readonly actor: Actor;
  readonly id: string;
}

/** What has become of it. When somebody else was first, this is what they decided, and nothing more was done. */
export interface Decided {
  readonly id: string;
  readonly state: HeldState;
}

const noteCharactersMax = 2000;
/** How long mail waits before it is tried again, when a part of the hub was not there to send it. */
const tryAgainMs = 5 * 60_000;

/**
 * Lets held mail go on: a moderator of the group, or an administrator for what a sending limit holds. What waits for a
 * scanner or for its time is released by the hub alone. Throws `not_found`, `not_permitted`, `bad_input`,
 * `text_too_long`.
 */
export async function releaseHeld<Tx>(
  ports: HeldPorts<Tx>,
  input: DecideHeld & { readonly note?: string | undefined },
): Promise<Decided> {
  return decideByHand(ports, input, 'released', noteOf(input.note));
}

/**
 * Refuses held mail with a reason, which its sender is told when it is an account of ours: nobody else proved to have
 * sent it (threats S17). Throws `not_found`, `not_permitted`, `bad_input` without a reason, `text_too_long`.
 */
export async function refuseHeld<Tx>(
  ports: HeldPorts<Tx>,
  input: DecideHeld & { readonly note: string },
): Promise<Decided> {
  const note = noteOf(input.note);
  if (note === undefined) throw new HubError('bad_input', { field: 'note' });
  return decideByHand(ports, input, 'refused', note);
}

/** Takes back what the actor sent and what still waits. Throws `not_found`, `not_permitted`. */
export function cancelHeld<Tx>(ports: HeldPorts<Tx>, input: DecideHeld): Promise<Decided> {
  return decideByHand(ports, input, 'cancelled', undefined);
}

/**
 * The hub's own decision on mail whose time has come. It does nothing when the time has not come after all, or somebody
 * was first. What cannot be sent now stays held; what may not be sent any more is refused.
 */
export async function releaseDue<Tx>(ports: HeldPorts<Tx>, id: string): Promise<void> {
  const held = await ports.reads.find(id);
  if (held === undefined || !isDue(held, ports.clock.now())) return;
  const finding = await ports.examine(held);
  try {
    await settleDue(ports, id, finding);
  } catch (error) {
    // The attempt is rolled back as a whole; what was refused gets an end of its own.
    if (!(error instanceof HubError)) throw error;
    const until = new Date(ports.clock.now().getTime() + tryAgainMs);
    await settleDue(
      ports,
      id,
      error.code === 'unavailable'
        ? { finding: 'wait', until, reason: error.code }
        : { finding: 'refuse', reason: error.code },
    );
  }
  ports.committed();
}

/** What waits for the actor's word, and what the actor sent that waits. */
export async function heldFor<Tx>(
  ports: Pick<HeldPorts<Tx>, 'reads'>,
  actor: Actor,
  limit: number,
): Promise<{ readonly toDecide: readonly HeldMail[]; readonly sent: readonly HeldMail[] }> {
  return {
    toDecide: await ports.reads.forModerator(actor, limit),
    sent: await ports.reads.ofSender(actor.accountId, limit),
  };
}

/**
 * The octets of held mail, for its sender and for the moderators while they decide. An administrator decides without
 * reading. Throws `not_found`.
 */
export async function readHeld<Tx>(
  ports: Pick<HeldPorts<Tx>, 'reads'>,
  { actor, id }: DecideHeld,
): Promise<Buffer> {
  const held = await ports.reads.find(id);
  if (held === undefined) throw new HubError('not_found');
  const { sender, moderator } = await standingOf(ports.reads, actor, held);
  if (!sender && !(moderator && held.state === 'held')) throw new HubError('not_found');
  const bytes = await ports.reads.octets(id);
  if (bytes === undefined) throw new HubError('not_found');
  return bytes;
}

type Decision = 'released' | 'refused' | 'cancelled';

async function decideByHand<Tx>(
  ports: HeldPorts<Tx>,
  { actor, id }: DecideHeld,
  decision: Decision,
  note: string | undefined,
): Promise<Decided> {
  const decided = await ports.transaction(async (tx) => {
    const held = await tx.lock(id);
    if (held === undefined) throw new HubError('not_found');
    const standing = await standingOf(tx, actor, held);
    if (!may(decision, held, standing)) throw new HubError(hasPath(standing) ? 'not_permitted' : 'not_found');
    if (held.state !== 'held') return { id, state: held.state };
    const administers = standing.administrator && !standing.moderator && decision !== 'cancelled';
    await decide(ports, tx, held, {
      decision,
      by: actor.accountId,
      note,
      ...(administers ? { administrator: actor } : {}),
    });
    return { id, state: decision };
  });
  ports.committed();
  return decided;
}

function settleDue<Tx>(ports: HeldPorts<Tx>, id: string, due: DueFinding): Promise<void> {
  return ports.transaction(async (tx) => {
    const held = await tx.lock(id);
    if (held === undefined || !isDue(held, ports.clock.now())) return;
    switch (due.finding) {
      case 'wait':
        await tx.postpone(id, due.until, due.reason);
        return;
      case 'refuse':
        await decide(ports, tx, held, { decision: 'refused', note: due.reason });
        return;
      case 'release': {
        const route = { ...held.route, into: due.into ?? held.route.into };
        await decide(ports, tx, { ...held, route }, { decision: 'released' });
      }
    }
  });
}

/** Moderation has no time of its own: only a person ends it. */
function isDue(held: HeldMail, at: Date): boolean {
  return (
    held.state === 'held' &&
    held.kind !== 'moderation' &&
    held.releaseAt !== undefined &&
    held.releaseAt <= at
  );
}

interface Standing {
  readonly sender: boolean;
  readonly moderator: boolean;
  /** An administrator, where one decides. */
  readonly administrator: boolean;
}

async function standingOf(rights: GroupModerators, actor: Actor, held: HeldMail): Promise<Standing> {
  const moderatorIds = held.groupId === undefined ? [] : await rights.moderatorsOf(held.groupId);
  const orphan = held.kind === 'moderation' && held.groupId === undefined;
  return {
    sender: held.accountId === actor.accountId,
    moderator: held.kind === 'moderation' && moderatorIds.includes(actor.accountId),
    administrator: isAdministrator(actor) && (held.kind === 'sending_limit' || orphan),
  };
}

/** Who has no path to it is not told that it exists. */
function hasPath(standing: Standing): boolean {
  return standing.sender || standing.moderator || standing.administrator;
}

function may(decision: Decision, held: HeldMail, standing: Standing): boolean {
  switch (decision) {
    case 'released':
      // The group of an orphan is gone, and nobody is left to send it to.
      return standing.moderator || (standing.administrator && held.kind === 'sending_limit');
    case 'refused':
      return standing.moderator || standing.administrator;
    case 'cancelled':
      return standing.sender;
  }
}

/** Trace, ways, state and events: all or none. The trace comes first, because what routing adds to it follows from this. */
async function decide<Tx>(
  ports: HeldPorts<Tx>,
  tx: Decisions & Tx,
  held: HeldMail,
  made: {
    readonly decision: Decision;
    readonly by?: string;
    readonly note?: string | undefined;
    /** Who decided it as the one who runs the system. */
    readonly administrator?: Actor;
  },
): Promise<void> {
  const { decision, by, note } = made;
  const at = ports.clock.now();
  const { route, accountId } = held;
  await tx.trace(
    [
      {
        step: decision satisfies TraceStep,
        messageId: held.messageId,
        ...(route.traceId === undefined ? {} : { traceId: route.traceId }),
        ...(route.messageIdHeader === undefined ? {} : { messageIdHeader: route.messageIdHeader }),
        sender: route.envelope.sender,
        recipients: route.envelope.recipients.map(({ address }) => address),
        ...(accountId === undefined ? {} : { submittedBy: accountId }),
        detail: note === undefined ? {} : { reason: note },
      },
    ],
    at,
  );
  const events = await consequences(ports, tx, held, made);
  await tx.decide(held.id, {
    state: decision,
    at,
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
  });
  await tx.record(
    [
      ...events,
      {
        type: 'mail.decided',
        heldId: held.id,
        kind: held.kind,
        state: decision,
        ...(accountId === undefined ? {} : { accountId }),
        moderatorIds: held.groupId === undefined ? [] : await tx.moderatorsOf(held.groupId),
      },
      ...administered(held, decision, made.administrator),
    ],
    at,
  );
}

function administered(held: HeldMail, decision: Decision, actor: Actor | undefined): readonly HubEvent[] {
  if (actor === undefined || decision === 'cancelled') return [];
  return [
    {
      type: 'administration.changed',
      act: `held_mail.${decision}`,
      by: administeredBy(actor),
      object: held.route.envelope.sender,
      before: { held: held.id, kind: held.kind, state: 'held' },
      after: { held: held.id, kind: held.kind, state: decision },
    },
  ];
}

async function consequences<Tx>(
  ports: HeldPorts<Tx>,
  tx: Tx,
  held: HeldMail,
  { decision, note = '' }: { readonly decision: Decision; readonly note?: string | undefined },
): Promise<readonly HubEvent[]> {
  switch (decision) {
    case 'released':
      return ports.route(tx, held);
    case 'refused':
      return held.accountId === undefined ? [] : ports.tellSender(tx, held, note);
    case 'cancelled':
      return [];
  }
}

/** Words of some lines; they go into a mail to the sender. */
function noteOf(text: string | undefined): string | undefined {
  const note = text?.trim().normalize('NFC') ?? '';
  if (/[^\P{Cc}\n\r\t]/u.test(note)) throw new HubError('bad_input', { field: 'note' });
  if (note.length > noteCharactersMax) throw new HubError('text_too_long', { field: 'note' });
  return note === '' ? undefined : note;
}
