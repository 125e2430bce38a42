import type { Audit, AuditFilter, AuditVerdict } from '#app/ports/audit.ts';
import type { Page } from '#app/ports/hub-store.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mayReadAudit } from '#domain/access/rights.ts';
import type { AuditAnchor, AuditEntry } from '#domain/audit/audit-entry.ts';
import { HubError } from '#domain/hub-error.ts';
import type { RecordRead } from './record-read.ts';

export interface AuditPorts {
  readonly audit: Audit;
  readonly recordRead: RecordRead;
  /** What the last nightly check found; undefined before the first. */
  readonly lastVerdict: () => Promise<AuditVerdict | undefined>;
}

interface Asked {
  readonly actor: Actor;
  readonly ip?: string | undefined;
}

/** Who did and read what, the newest first; never content. To look is a read too. Throws `not_permitted`, `bad_input`. */
export async function listAudit(
  ports: AuditPorts,
  input: Asked & {
    readonly filter: AuditFilter;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<AuditEntry>> {
  const { filter, limit } = input;
  await requireAuditor(ports, input, 'entries');
  for (const field of ['from', 'to'] as const)
    if (Number.isNaN(filter[field]?.getTime())) throw new HubError('bad_input', { field });
  return ports.audit.list(filter, { limit, cursor: cursorOf(input.cursor) });
}

/** The anchors, for keeping elsewhere, and what the last check found. Throws `not_permitted`. */
export async function readAnchoring(
  ports: AuditPorts,
  input: Asked,
): Promise<{ readonly anchors: readonly AuditAnchor[]; readonly verdict: AuditVerdict | undefined }> {
  await requireAuditor(ports, input, 'anchors');
  const [anchors, verdict] = await Promise.all([ports.audit.anchors(), ports.lastVerdict()]);
  return { anchors, verdict };
}

async function requireAuditor(ports: AuditPorts, { actor, ip }: Asked, id: string): Promise<void> {
  if (!mayReadAudit(actor)) throw new HubError('not_permitted');
  await ports.recordRead({ actor, kind: 'audit', id, ip });
}

function cursorOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(text)) throw new HubError('bad_input', { field: 'cursor' });
  return Number(text);
}
