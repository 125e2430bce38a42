import { randomUUID } from 'node:crypto';
import { primaryPosition, roomsOf, type Actor } from '#domain/access/actor.ts';
import type { ActingAs } from '#domain/access/assignment-policy.ts';
import { mayActAsIssuer } from '#domain/access/policy.ts';
import type { Clock } from '#domain/clock.ts';
import { isOpen } from '#domain/directive/assignment-state.ts';
import { isWithdrawn, type DirectiveState } from '#domain/directive/directive-state.ts';
import type { Assignment, BoardCounts } from '#domain/directive/directive.ts';
import { workEventTypes, type DoneBy, type WorkRecord } from '#domain/directive/work-event.ts';
import type { WorkKind } from '#domain/directive/work.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { toStored } from '#domain/stored.ts';
import type { HubStore, HubTransaction } from '#app/ports/hub-store.ts';
import type { Work } from '#app/ports/work-store.ts';
import { runOnce } from '#app/run-once.ts';

export interface WorkPorts {
  readonly store: HubStore;
  readonly clock: Clock;
  readonly committed: () => void;
}

/** What every act on an assignment is given. */
export interface OnAssignment {
  readonly actor: Actor;
  readonly assignmentId: string;
  readonly key?: string | undefined;
}

/** What was done, for the record and the log. */
export interface Act {
  readonly as: ActingAs;
  readonly kind: WorkKind;
  /** Ids of what changed, the assignment that was acted on first. */
  readonly moved: readonly string[];
  readonly words?: Partial<
    Pick<WorkRecord, 'text' | 'percent' | 'newDueAt' | 'previousDueAt' | 'evaluation' | 'from' | 'to'>
  >;
  /** The directive moved with it. */
  readonly directive?: { readonly state: DirectiveState; readonly completedAt?: Date };
  readonly added?: { readonly ids: readonly string[]; readonly counts: BoardCounts };
  /** What was recorded before it. */
  readonly events?: readonly HubEvent[];
}

export interface ActContext {
  readonly tx: HubTransaction;
  readonly actor: Actor;
  readonly work: Work;
  readonly at: Date;
}

/**
 * One act on one assignment, in one transaction: lock, decide, write, record. Throws `not_found` when there is no path
 * to it, `directive_already_closed` when its issuer has withdrawn it, and what `decide` throws.
 */
export async function actOnAssignment(
  ports: WorkPorts,
  input: OnAssignment,
  command: { readonly operation: string; readonly request?: unknown },
  decide: (context: ActContext) => Promise<Act>,
  before?: (tx: HubTransaction, work: Work, at: Date) => Promise<readonly HubEvent[]>,
): Promise<{ id: string }> {
  const { actor, assignmentId, key } = input;
  const answer = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      {
        accountId: actor.accountId,
        key,
        operation: command.operation,
        request: { assignmentId, ...(command.request as object | undefined) },
      },
      async () => {
        const at = ports.clock.now();
        const events =
          before === undefined ? [] : await before(tx, seen(actor, await tx.findWork(assignmentId)), at);
        const work = seen(actor, await tx.lockWork(assignmentId));
        const recorded = await recordAct(tx, { tx, actor, work, at }, decide);
        await tx.record([...events, ...recorded], at);
        return { id: assignmentId };
      },
    ),
  );
  ports.committed();
  return answer;
}

/** Decides, writes the record, and gives the events; the caller puts them into the log. */
export async function recordAct(
  tx: HubTransaction,
  context: ActContext,
  decide: (context: ActContext) => Promise<Act>,
): Promise<readonly HubEvent[]> {
  const { work, at, actor } = context;
  if (isWithdrawn(work.directive.state)) throw new HubError('directive_already_closed');
  const act = await decide(context);
  const record: WorkRecord = {
    id: randomUUID(),
    directiveId: work.directive.id,
    assignmentId: work.assignment.id,
    kind: act.kind,
    at,
    by: doneBy(actor, act.as),
    ...act.words,
  };
  await tx.addWorkRecord(record);
  const {
    messageId: _messageId,
    rooms: _rooms,
    supersededAt: _supersededAt,
    issuerPositionId,
    ...directive
  } = work.directive;
  const completedAt = act.directive === undefined ? work.directive.completedAt : act.directive.completedAt;
  const event: HubEvent = {
    type: workEventTypes[act.kind],
    directiveId: work.directive.id,
    issuerAccountId: work.directive.issuerAccountId,
    issuerPositionId,
    record: toStored(record),
    moved: await tx.movedAssignments(act.moved),
    directiveState: act.directive?.state ?? work.directive.state,
    ...(completedAt === undefined ? {} : { completedAt: completedAt.toISOString() }),
    ...(act.directive === undefined ? {} : { rooms: work.directive.rooms }),
    ...(act.added === undefined
      ? {}
      : { directive: toStored(directive), counts: act.added.counts, added: act.added.ids }),
  };
  return [...(act.events ?? []), event];
}

/** Whoever has no path to it is not told that it exists. */
export function seen(actor: Actor, work: Work | undefined): Work {
  if (work === undefined) throw new HubError('not_found');
  const held = new Set(roomsOf(actor));
  const inTree = [work.assignment.room, ...work.above].some((room) => held.has(room));
  if (!inTree && !mayActAsIssuer(actor, work.directive)) throw new HubError('not_found');
  return work;
}

/** Throws `not_permitted` when the policy has named no post. */
export function permitted(as: ActingAs | undefined): ActingAs {
  if (as === undefined) throw new HubError('not_permitted');
  return as;
}

/** Both identities: who acts, and for whom (thay mặt). */
export function doneBy(actor: Actor, { position }: ActingAs): DoneBy {
  const title = primaryPosition(actor)?.title ?? '';
  const own = { accountId: actor.accountId, name: actor.name };
  if (position?.delegatedScope === undefined) return { ...own, title: position?.title ?? title };
  return {
    ...own,
    title,
    onBehalfOfPositionId: position.positionId,
    onBehalfOf: [position.title, position.holderName].filter((part) => part !== undefined).join(' '),
  };
}

/** What is open below an assignment in the tree. */
export function openBelow(all: readonly Assignment[], id: string): readonly Assignment[] {
  const parts = all.filter(({ parentId }) => parentId === id);
  return parts.flatMap((part) => [...(isOpen(part.state) ? [part] : []), ...openBelow(all, part.id)]);
}
