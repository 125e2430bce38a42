import type { DelegationScope } from '#domain/organisation/organisation.ts';
import type { Page } from './hub-store.ts';

/** A post as it is shown beside a delegation. */
export interface PostLabel {
  readonly positionId: string;
  readonly title: string;
  readonly unit: string;
  readonly holder: string;
}

export interface StoredDelegation {
  readonly id: string;
  readonly fromPositionId: string;
  readonly toPositionId: string;
  readonly from: PostLabel;
  readonly to: PostLabel;
  readonly scope: DelegationScope;
  readonly documentRef: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly revokedAt?: Date;
}

export interface Delegations {
  /** Newest first; of the posts given, or all. */
  list(
    positionIds: readonly string[] | 'all',
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<StoredDelegation>>;
  find(id: string): Promise<StoredDelegation | undefined>;
  /** The posts a person holds at a moment, the primary one first. */
  postsOf(personId: string, at: Date): Promise<readonly PostLabel[]>;
}

/** A delegation that has begun or ended by itself. */
export interface TurnedDelegation {
  readonly id: string;
  readonly accountIds: readonly string[];
}

export interface DelegationTransaction {
  /** Gives the accounts of who holds the post at that moment; none when it is not held. */
  holdersOf(
    positionId: string,
    at: Date,
  ): Promise<{ personId: string; accountIds: readonly string[] } | undefined>;
  addDelegation(delegation: {
    readonly id: string;
    readonly fromPositionId: string;
    readonly toPositionId: string;
    readonly scope: DelegationScope;
    readonly documentRef: string;
    readonly validFrom: Date;
    readonly validTo: Date;
    readonly at: Date;
    readonly by: string;
  }): Promise<void>;
  /** False when it was revoked before. */
  revokeDelegation(id: string, at: Date, by: string): Promise<boolean>;
  /** Locks those that have begun or ended and of which nobody was told, and marks them as told. */
  turnedDelegations(now: Date, limit: number): Promise<readonly TurnedDelegation[]>;
}
