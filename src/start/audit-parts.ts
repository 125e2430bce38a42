import { keepAudit } from '#app/audit/keep-audit.ts';
import type { AuditPorts } from '#app/audit/read-audit.ts';
import { createReadRecorder } from '#app/audit/record-read.ts';
import type { AuditVerdict } from '#app/ports/audit.ts';
import type { HubStore } from '#app/ports/hub-store.ts';
import type { Clock } from '#domain/clock.ts';
import { createAudit } from '#store/audit/audit-store.ts';
import type { Database } from '#store/database.ts';
import { createSettings } from '#store/settings.ts';
import type { Log } from './log.ts';

const sealEveryMs = 1000;
const verdictSetting = 'audit.verdict';

export function createAuditPorts(parts: {
  readonly database: Database;
  readonly store: HubStore;
  readonly clock: Clock;
  readonly committed: () => void;
}): AuditPorts {
  const settings = createSettings(parts.database);
  return {
    audit: createAudit(parts.database),
    recordRead: createReadRecorder(parts),
    async lastVerdict() {
      const kept = await settings.read<AuditVerdict & { checkedAt: string }>(verdictSetting);
      return kept === undefined ? undefined : { ...kept, checkedAt: new Date(kept.checkedAt) };
    },
  };
}

/** Of a process that works: seals, anchors, and checks at night. */
export function startAuditKeeper(parts: {
  readonly ports: AuditPorts;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly quiet: () => Promise<void>;
  readonly logFault: (error: unknown) => void;
}): { stop(): Promise<void> } {
  const settings = createSettings(parts.database);
  return keepAudit({
    audit: parts.ports.audit,
    lastVerdict: parts.ports.lastVerdict,
    clock: parts.clock,
    sealEveryMs,
    quiet: parts.quiet,
    saveVerdict: (verdict) => settings.write(verdictSetting, verdict),
    onFaults: ({ faults, entries }) =>
      parts.log.error(
        { faults: faults.slice(0, 20), count: faults.length, entries },
        'the audit does not fit: entries or events were changed from outside (docs/audit.md)',
      ),
    onFault: parts.logFault,
  });
}
