import type { DraftContent, DraftState, PresetKind } from '#domain/directive/draft.ts';
import type { Page } from './hub-store.ts';

export interface StoredDraft {
  readonly id: string;
  readonly accountId: string;
  readonly version: number;
  readonly content: DraftContent;
  readonly state: DraftState;
  readonly issueAt?: Date;
  readonly directiveId?: string;
  /** Why a scheduled issue was refused. */
  readonly failure?: string;
  readonly createdAt: Date;
}

export interface StoredPreset {
  readonly id: string;
  readonly accountId: string;
  readonly kind: PresetKind;
  readonly name: string;
  readonly version: number;
  readonly content: DraftContent;
}

export interface DraftReads {
  /** Drafts and scheduled ones, newest first. */
  list(
    accountId: string,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<StoredDraft>>;
  find(id: string): Promise<StoredDraft | undefined>;
  due(now: Date, limit: number): Promise<readonly string[]>;
  presets(accountId: string, kind: PresetKind): Promise<readonly StoredPreset[]>;
  preset(id: string): Promise<StoredPreset | undefined>;
}

export interface DraftTransaction {
  /** Counts what the account keeps, with a lock that lets one add after another. */
  countDrafts(accountId: string): Promise<{ drafts: number; presets: number }>;
  insertDraft(draft: { id: string; accountId: string; content: DraftContent; at: Date }): Promise<void>;
  lockDraft(id: string): Promise<StoredDraft | undefined>;
  /** Writes it whole, with the next version. */
  saveDraft(draft: Omit<StoredDraft, 'version' | 'accountId' | 'createdAt'>, at: Date): Promise<void>;
  /** False when the name is taken. */
  insertPreset(preset: Omit<StoredPreset, 'version'>): Promise<boolean>;
  lockPreset(id: string): Promise<StoredPreset | undefined>;
  /** False when the name is taken. */
  savePreset(preset: Pick<StoredPreset, 'id' | 'name' | 'content'>): Promise<boolean>;
  deletePreset(id: string): Promise<void>;
}
