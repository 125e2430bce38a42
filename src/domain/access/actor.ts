import type { AccountKind, Authority, DelegationScope } from '#domain/organisation/organisation.ts';
import { rooms } from '#domain/room.ts';

/** A post the actor holds now, or acts for by a delegation that runs now. */
export interface HeldPosition {
  readonly positionId: string;
  readonly unitId: string;
  /** The organ that the unit is or is within; absent where there is none above it. */
  readonly organId?: string;
  /** Ids from the unit up to the province, the unit first. */
  readonly unitPath: readonly string[];
  readonly unitName: string;
  readonly unitKind: string;
  readonly title: string;
  readonly authority: Authority;
  readonly rank: number;
  /** Set when held on behalf of another (thay mặt, TUQ.). */
  readonly delegatedScope?: DelegationScope;
  /** Whose post it is, when held on behalf of another. */
  readonly holderName?: string;
}

/** Who asks: a signed-in account with what it may act as at this moment. */
export interface Actor {
  readonly accountId: string;
  readonly address: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly locale: 'vi' | 'en';
  readonly personId?: string;
  readonly unitId?: string;
  readonly unitName?: string;
  /** The organ of the account's own unit. */
  readonly organId?: string;
  readonly positions: readonly HeldPosition[];
}

const answeringAuthorities: readonly Authority[] = ['head', 'office_chief', 'unit_head', 'clerk'];

/**
 * The units that the actor answers for: it receives and acknowledges what is assigned to them. A delegation to process
 * opens the unit's work to the delegate.
 */
export function unitsAnsweredFor(actor: Actor): readonly string[] {
  const held = actor.positions
    .filter((position) => position.delegatedScope === undefined || position.delegatedScope === 'process')
    .filter((position) => answeringAuthorities.includes(position.authority))
    .map((position) => position.unitId);
  const own =
    (actor.kind === 'role' || actor.kind === 'unit') && actor.unitId !== undefined ? [actor.unitId] : [];
  return [...new Set([...held, ...own])];
}

const issuingAuthorities: readonly Authority[] = ['head', 'deputy', 'office_chief', 'unit_head'];

/** The posts the actor may issue from: own ones, and those delegated to direct. */
export function issuingPositions(actor: Actor): readonly HeldPosition[] {
  return actor.positions.filter(
    (position) =>
      issuingAuthorities.includes(position.authority) &&
      (position.delegatedScope === undefined || position.delegatedScope === 'direct'),
  );
}

/** The rooms whose events the actor hears. Decided here, from rights; never by a client (threats H1, H2). */
export function roomsOf(actor: Actor): readonly string[] {
  return [
    rooms.account(actor.accountId),
    ...(actor.kind === 'system' ? [] : [rooms.everyone]),
    ...(isAdministrator(actor) ? [rooms.administrators] : []),
    ...unitsAnsweredFor(actor).map((unitId) => rooms.unit(unitId)),
    ...issuingPositions(actor).map((position) => rooms.position(position.positionId)),
    ...registriesOf(actor).map((organId) => rooms.registry(organId)),
  ];
}

const registryAuthorities: readonly Authority[] = ['clerk', 'office_chief', 'head'];

/**
 * The organs whose registers the actor reads: as clerk, office chief or head, or as the organ's own mailbox. The chair
 * of a province reads what comes to the chair (domain.md §5.3).
 */
export function registriesOf(actor: Actor): readonly string[] {
  const held = actor.positions
    .filter(({ delegatedScope, authority, unitKind }) =>
      authority === 'head' && unitKind === 'province_pc'
        ? false
        : delegatedScope === undefined && registryAuthorities.includes(authority),
    )
    .flatMap(({ organId }) => organId ?? []);
  const own = actor.kind === 'role' || actor.kind === 'unit' ? (actor.organId ?? []) : [];
  return [...new Set([...held, ...[own].flat()])];
}

/** Runs the system; reads no content (domain.md §8.10). */
export function isAdministrator(actor: Actor): boolean {
  return actor.kind === 'system' || actor.positions.some((position) => position.authority === 'admin');
}

/** The post shown beside the name: the highest one of the actor's own. */
export function primaryPosition(actor: Actor): HeldPosition | undefined {
  return actor.positions
    .filter((position) => position.delegatedScope === undefined)
    .toSorted((left, right) => left.rank - right.rank)[0];
}
