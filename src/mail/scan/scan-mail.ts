import type { ScanMail, ScanResult } from '#app/ports/mail-checks.ts';
import { type ClamdAddress, scanWithClamd } from './clamd.ts';
import { judgeWithRspamd } from './rspamd.ts';

export interface ScanMailOptions {
  readonly clamd?: ClamdAddress;
  readonly rspamd?: { readonly url: string };
  readonly deadlineMs: number;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, text: string): void };
}

/** The graver the sooner: what one scanner knows is not undone by another that does not answer. */
const gravity = ['infected', 'spam', 'unavailable', 'clean'] as const satisfies readonly ScanResult['kind'][];

/** Asks every configured scanner at once. Without one everything is clean. */
export function createScanMail(options: ScanMailOptions): ScanMail {
  const { clamd, rspamd, deadlineMs, log } = options;
  return async (bytes, origin) => {
    const results = await Promise.all([
      ...(clamd === undefined ? [] : [scanWithClamd(clamd, bytes, deadlineMs)]),
      ...(rspamd === undefined ? [] : [judgeWithRspamd(rspamd.url, bytes, origin, deadlineMs)]),
    ]);
    for (const result of results)
      if (result.kind === 'unavailable')
        log.warn(
          { scanner: result.scanner, reason: result.reason },
          'a scanner gives no answer; mail waits for it',
        );
    const gravest = gravity.find((kind) => results.some((result) => result.kind === kind));
    return results.find(({ kind }) => kind === gravest) ?? { kind: 'clean' };
  };
}
