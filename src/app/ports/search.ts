import type { Actor } from '#domain/access/actor.ts';
import type { SearchKind, SearchSubject } from '#domain/search/search-entry.ts';
import type { SearchTerm } from '#domain/search/search-query.ts';
import type { Page } from './hub-store.ts';

export interface SearchFilter {
  readonly kinds?: readonly SearchKind[] | undefined;
  readonly organId?: string | undefined;
  readonly type?: string | undefined;
  readonly state?: string | undefined;
  readonly urgency?: string | undefined;
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
}

export interface SearchFor extends SearchFilter {
  /** Empty: everything that the filter lets through, newest first. */
  readonly terms: readonly SearchTerm[];
  /** Words typed with marks are found only with them. */
  readonly isExact: boolean;
  readonly order: 'relevance' | 'newest';
}

export interface SearchHit {
  readonly kind: SearchKind;
  readonly id: string;
  readonly subject: SearchSubject;
  readonly at: Date;
  readonly title: string;
  readonly words: string;
  readonly type?: string;
  readonly state?: string;
  readonly urgency?: string;
}

export interface SearchReads {
  /**
   * Only what the actor may read: by the audience that is part of the index, and again by the policy, hit by hit. There
   * is no count of hits. Throws `unavailable` when it takes too long, `bad_input` for a cursor that is none.
   */
  search(
    actor: Actor,
    wanted: SearchFor,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Page<SearchHit>>;
}

export interface SearchIndex {
  /** Brings the index up to the log, by at most one batch of events. False: nothing was left to do. */
  follow(): Promise<boolean>;
  /** Everything anew, in batches; gives how many objects were read. */
  rebuild(tell: (objects: number) => void): Promise<number>;
}

export interface SavedSearch {
  readonly id: string;
  readonly name: string;
  /** The query string of the search, as the account saved it. */
  readonly query: string;
  readonly savedAt: Date;
}

export interface SavedSearches {
  of(accountId: string): Promise<readonly SavedSearch[]>;
  /** Takes the name's place where there is one of that name. Throws `bad_input` when the account has too many. */
  save(accountId: string, search: SavedSearch): Promise<{ id: string }>;
  remove(accountId: string, id: string): Promise<boolean>;
}
