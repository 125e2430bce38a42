import { isWithdrawn, type DirectiveState } from '#domain/directive/directive-state.ts';
import type { BoardCounts } from '#domain/directive/directive.ts';
import type { HubEvent, ReceiptRecorded } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Transaction } from '#store/database.ts';

export interface ReceiptsToRecord {
  readonly kind: 'arrived' | 'opened' | 'acknowledged';
  readonly at: Date;
  readonly receipts: readonly { readonly directiveId: string; readonly accountId: string }[];
  /** Who opened it, where it is not the account itself: a mailbox of an office has many readers. */
  readonly by?: string;
}

/** Above this many at once an event names no accounts; a board that lists people asks again. */
const namedAccountsMax = 100;

interface Moved {
  readonly directive_id: string;
  readonly account_id: string;
  readonly ordinals: number[];
  readonly arrives: boolean;
  readonly opens: boolean;
}

interface MovedAssignment {
  readonly id: string;
  readonly room: string;
  readonly above: string[] | null;
  readonly acknowledged: boolean;
}

interface CountsRow {
  readonly id: string;
  readonly issuer_account_id: string;
  readonly issuer_position_id: string | null;
  readonly recipient_count: number;
  readonly arrived_count: number;
  readonly opened_count: number;
  readonly acknowledged_count: number;
}

/**
 * Writes receipts that are not there yet; each implies the earlier ones and the first time wins. The directives are
 * locked first, in id order, so that the counts of an event never run backwards and an acknowledgement is before a
 * recall or refused. Mailboxes, where a caller changes them too, are locked before. Returns the events; a receipt that
 * was there gives none. Throws `directive_already_closed`.
 */
export async function recordReceipts(tx: Transaction, input: ReceiptsToRecord): Promise<readonly HubEvent[]> {
  if (input.receipts.length === 0) return [];
  const directiveIds = input.receipts.map((receipt) => receipt.directiveId);
  const locked = await tx.rows<{ id: string; state: DirectiveState }>(
    `select id, state from directive where id = any($1::uuid[]) order by id for no key update`,
    [directiveIds],
  );
  const moved = await moveRecipients(tx, input, directiveIds);
  if (input.kind === 'acknowledged') refuseClosed(locked, moved);
  const events: HubEvent[] = [];
  for (const [directiveId, rows] of Map.groupBy(moved, (row) => row.directive_id))
    events.push(...(await moveDirective(tx, input, directiveId, rows)));
  return events;
}

function refuseClosed(
  locked: readonly { id: string; state: DirectiveState }[],
  moved: readonly Moved[],
): void {
  const open = new Set(locked.filter((row) => !isWithdrawn(row.state)).map((row) => row.id));
  if (moved.some((row) => !open.has(row.directive_id))) throw new HubError('directive_already_closed');
}

/** One directive's counts, assignments and events, after its recipients have moved. */
async function moveDirective(
  tx: Transaction,
  input: ReceiptsToRecord,
  directiveId: string,
  rows: readonly Moved[],
): Promise<readonly ReceiptRecorded[]> {
  const row = await moveCounts(tx, input.kind, directiveId, rows);
  const assignments = await moveAssignments(tx, input, row, rows);
  const accounts = await namesOf(tx, rows);
  const event = (kind: ReceiptsToRecord['kind'], reached: readonly MovedAssignment[]): ReceiptRecorded => ({
    type: `assignment.${kind}`,
    directiveId,
    issuerAccountId: row.issuer_account_id,
    issuerPositionId: row.issuer_position_id ?? undefined,
    ...(accounts === undefined ? {} : { accounts }),
    receiptAt: input.at.toISOString(),
    assignments: reached.map(({ id, room, above }) => ({ id, room, ...(above === null ? {} : { above }) })),
    counts: countsOf(row),
  });
  if (input.kind !== 'acknowledged') return [event(input.kind, assignments)];
  // The first to acknowledge brings `everyone` no further than arrived: that is an event of its own.
  const arrived = assignments.filter((assignment) => !assignment.acknowledged);
  const acknowledged = event(
    'acknowledged',
    assignments.filter((assignment) => assignment.acknowledged),
  );
  return arrived.length === 0 ? [acknowledged] : [event('arrived', arrived), acknowledged];
}

const column = { arrived: 'arrived_at', opened: 'opened_at', acknowledged: 'acknowledged_at' } as const;

/**
 * `offset 0` keeps the planner to one index look-up for each receipt. Once most recipients of a large directive have
 * arrived it expects one row with an empty column, and would compare every receipt with every recipient.
 */
function moveRecipients(
  tx: Transaction,
  input: ReceiptsToRecord,
  directiveIds: readonly string[],
): Promise<Moved[]> {
  const opens = input.kind !== 'arrived';
  const acknowledges = input.kind === 'acknowledged';
  return tx.rows<Moved>(
    `with asked as (select distinct directive_id, account_id from unnest($1::uuid[], $2::uuid[]) as a(directive_id, account_id)),
     before as (
       select r.* from asked cross join lateral (
         select r.directive_id, r.account_id, r.ordinals, r.arrived_at is null as arrives,
                ${opens} and r.opened_at is null as opens
         from recipient r where r.directive_id = asked.directive_id and r.account_id = asked.account_id
           and r.${column[input.kind]} is null offset 0) r),
     moved as (
       update recipient r set arrived_at = coalesce(r.arrived_at, $3)
         ${
           opens
             ? `, opened_at = coalesce(r.opened_at, $3),
                opened_by = case when r.opened_at is null and $4::uuid <> r.account_id then $4::uuid else r.opened_by end`
             : ''
         }
         ${acknowledges ? ', acknowledged_at = coalesce(r.acknowledged_at, $3)' : ''}
       from before b where r.directive_id = b.directive_id and r.account_id = b.account_id)
     select * from before`,
    [
      directiveIds,
      input.receipts.map((receipt) => receipt.accountId),
      input.at,
      ...(opens ? [input.by ?? null] : []),
    ],
  );
}

async function moveCounts(
  tx: Transaction,
  kind: ReceiptsToRecord['kind'],
  directiveId: string,
  rows: readonly Moved[],
): Promise<CountsRow> {
  const [row] = await tx.rows<CountsRow>(
    `update directive set arrived_count = arrived_count + $2, opened_count = opened_count + $3,
       acknowledged_count = acknowledged_count + $4
     where id = $1
     returning id, issuer_account_id, issuer_position_id, recipient_count, arrived_count, opened_count, acknowledged_count`,
    [
      directiveId,
      rows.filter((moved) => moved.arrives).length,
      rows.filter((moved) => moved.opens).length,
      kind === 'acknowledged' ? rows.length : 0,
    ],
  );
  if (row === undefined) throw new Error(`directive ${directiveId} has receipts but no row`);
  return row;
}

/** A person's or unit's assignment moves with its first receipt; `everyone` is acknowledged when everyone has. */
function moveAssignments(
  tx: Transaction,
  input: ReceiptsToRecord,
  counts: CountsRow,
  rows: readonly Moved[],
): Promise<MovedAssignment[]> {
  const ordinals = [...new Set(rows.flatMap((row) => row.ordinals))];
  const all = counts.acknowledged_count === counts.recipient_count;
  return tx.rows(
    `with moving as (
       select id, $4::boolean and acknowledged_at is null and (assignee_kind <> 'everyone' or $5::boolean) as acknowledges
       from assignment where directive_id = $1 and ordinal = any($2::smallint[]))
     update assignment a set arrived_at = coalesce(a.arrived_at, $3),
       acknowledged_at = case when m.acknowledges then $3 else a.acknowledged_at end
     from moving m where a.id = m.id and (a.arrived_at is null or m.acknowledges)
     returning a.id, a.room, a.above, m.acknowledges as acknowledged`,
    [counts.id, ordinals, input.at, input.kind === 'acknowledged', all],
  );
}

async function namesOf(
  tx: Transaction,
  rows: readonly Moved[],
): Promise<{ id: string; name: string }[] | undefined> {
  if (rows.length > namedAccountsMax) return undefined;
  return tx.rows(`select id, display_name as name from account where id = any($1::uuid[]) order by id`, [
    rows.map((row) => row.account_id),
  ]);
}

function countsOf(row: CountsRow): BoardCounts {
  return {
    recipients: row.recipient_count,
    delivered: row.recipient_count,
    arrived: row.arrived_count,
    opened: row.opened_count,
    acknowledged: row.acknowledged_count,
  };
}
