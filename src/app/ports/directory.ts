import type { Page } from './hub-store.ts';

export interface PersonFound {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly address: string;
  readonly title: string;
  readonly unit: string;
}

export interface UnitFound {
  readonly id: string;
  readonly name: string;
  readonly code: string;
  readonly level: 'province' | 'district' | 'commune';
  readonly parent?: string;
}

export interface GroupFound {
  readonly id: string;
  readonly name: string;
  readonly members: number;
}

/** The directory: who and what exists now. Queries match with or without Vietnamese marks. */
export interface Directory {
  people(
    query: string,
    at: Date,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Page<PersonFound>>;
  units(
    query: string,
    at: Date,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Page<UnitFound>>;
  groups(query: string, page: { limit: number; cursor?: string | undefined }): Promise<Page<GroupFound>>;
}
