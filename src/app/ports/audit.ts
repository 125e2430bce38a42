import type { AuditFault } from '#domain/audit/check-audit.ts';
import type { AuditAnchor, AuditEntry } from '#domain/audit/audit-entry.ts';
import type { Page } from './hub-store.ts';

export interface AuditFilter {
  readonly accountId?: string | undefined;
  readonly action?: string | undefined;
  readonly object?: string | undefined;
  readonly chain?: string | undefined;
  /** Inclusive and exclusive. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** What a check of everything found. */
export interface AuditVerdict {
  readonly checkedAt: Date;
  readonly entries: number;
  readonly faults: readonly AuditFault[];
}

export interface Audit {
  /** The newest first. */
  list(
    filter: AuditFilter,
    page: { readonly limit: number; readonly cursor?: number | undefined },
  ): Promise<Page<AuditEntry>>;
  anchors(): Promise<readonly AuditAnchor[]>;
  /** Seals some of what the log has and the audit has not; how many events. 0 also when another process is at it. */
  seal(eventsMax: number): Promise<number>;
  /** Anchors the days that have ended before `now` and have entries and no anchor. */
  anchor(now: Date): Promise<readonly AuditAnchor[]>;
  /** Computes everything again, in one moment's view. */
  verify(options: {
    readonly now: Date;
    readonly exported?: readonly AuditAnchor[];
    readonly onProgress?: (done: number, whole: number) => void;
  }): Promise<AuditVerdict>;
}
