import type { Audit, AuditVerdict } from '#app/ports/audit.ts';
import { dayNumberAt, msOfDay } from '#domain/calendar/local-date.ts';
import type { Clock } from '#domain/clock.ts';
import { repeat } from '#lib/repeat.ts';

const eventsPerStep = 1000;
const verifyAfterMs = 2 * 3_600_000;

export interface KeepAuditOptions {
  readonly audit: Audit;
  readonly clock: Clock;
  readonly sealEveryMs: number;
  /** Resolves when no mail comes in, or has come in for long enough: sealing can wait, mail cannot. */
  readonly quiet: () => Promise<void>;
  /** The last check, of whichever process. */
  readonly lastVerdict: () => Promise<AuditVerdict | undefined>;
  readonly saveVerdict: (verdict: AuditVerdict) => Promise<void>;
  /** The evidence does not fit any more: a person must hear of it. */
  readonly onFaults: (verdict: AuditVerdict) => void;
  readonly onFault: (error: unknown) => void;
}

/**
 * Seals what the log has, anchors each day that has ended, and checks everything once a night, after 02:00 in the
 * province. In how many processes it runs does not matter: each step elects itself in its transaction.
 */
export function keepAudit(options: KeepAuditOptions): { round(): Promise<void>; stop(): Promise<void> } {
  const { audit, clock } = options;
  let stopped = false;

  async function seal(): Promise<void> {
    await options.quiet();
    while (!stopped && (await audit.seal(eventsPerStep)) === eventsPerStep);
    await audit.anchor(clock.now());
    await verifyNightly();
  }

  async function verifyNightly(): Promise<void> {
    const now = clock.now();
    if (stopped || msOfDay(now) < verifyAfterMs) return;
    if (checkedDay === dayNumberAt(now)) return;
    const last = await options.lastVerdict();
    checkedDay = dayNumberAt(now);
    if (last !== undefined && dayNumberAt(last.checkedAt) === checkedDay) return;
    const verdict = await audit.verify({ now });
    await options.saveVerdict(verdict);
    if (verdict.faults.length > 0) options.onFaults(verdict);
  }
  let checkedDay: number | undefined;

  const sealing = repeat(seal, options.sealEveryMs, options.onFault);
  return {
    round: sealing.now,
    async stop() {
      stopped = true;
      await sealing.stop();
    },
  };
}
