import { parsePolicy, validateMx } from 'mailauth/lib/mta-sts.js';
import type { Clock } from '#domain/clock.ts';
import type { OutboundResolver } from './outbound-resolver.ts';

/** What a domain has promised of its mail servers (RFC 8461, section 3.2). */
export interface StsPolicy {
  /** A-labels, lower case. */
  readonly domain: string;
  readonly policyId: string;
  readonly mode: 'enforce' | 'testing' | 'none';
  /** Patterns: a host name, or `*.` and a suffix. */
  readonly mx: readonly string[];
  readonly fetchedAt: Date;
  readonly expiresAt: Date;
}

/** The policies that were found, kept over restarts: whoever keeps a lookup from us must not undo them. */
export interface StsPolicies {
  /** Also one that has expired. */
  read(domain: string): Promise<StsPolicy | undefined>;
  save(policy: StsPolicy): Promise<void>;
}

/** The text of a domain's policy file; rejects when it cannot be had. */
export type FetchPolicy = (domain: string) => Promise<string>;

/** The policy that holds for a domain now; undefined when there is none. Rejects only when the store does. */
export type FindStsPolicy = (domain: string) => Promise<StsPolicy | undefined>;

/** RFC 8461, section 3.3: a failed fetch is not tried again for five minutes or longer. */
const fetchAgainAfterMs = 5 * 60_000;
const failuresMax = 10_000;

/**
 * A policy that has not expired holds, whatever the DNS says or does not say now; a new id in the DNS only makes us fetch
 * again (RFC 8461, section 5.1).
 */
export function createStsLookup(options: {
  readonly resolver: Pick<OutboundResolver, 'txt'>;
  readonly policies: StsPolicies;
  readonly fetchPolicy: FetchPolicy;
  readonly clock: Clock;
}): FindStsPolicy {
  const { resolver, policies, fetchPolicy, clock } = options;
  const failedAt = new Map<string, number>();

  async function fetched(domain: string, policyId: string): Promise<StsPolicy | undefined> {
    const at = clock.now();
    const last = failedAt.get(domain);
    if (last !== undefined && Math.abs(at.getTime() - last) < fetchAgainAfterMs) return undefined;
    try {
      const { mode, mx = [], maxAge } = parsePolicy(await fetchPolicy(domain));
      failedAt.delete(domain);
      const expiresAt = new Date(at.getTime() + (maxAge ?? 0) * 1_000);
      return { domain, policyId, mode, mx, fetchedAt: at, expiresAt };
    } catch {
      // A policy that cannot be had or read is none (section 3.3); one that is known still holds.
      if (failedAt.size >= failuresMax) failedAt.clear();
      failedAt.set(domain, at.getTime());
      return undefined;
    }
  }

  return async (domain) => {
    const kept = await policies.read(domain);
    const holding = kept && kept.expiresAt > clock.now() ? kept : undefined;
    const policyId = await resolver.txt(`_mta-sts.${domain}`).then(policyIdIn, () => undefined);
    if (policyId === undefined || policyId === holding?.policyId) return holding;
    const policy = await fetched(domain, policyId);
    if (policy === undefined) return holding;
    await policies.save(policy);
    return policy;
  };
}

/** Of the one record that speaks of MTA-STS (section 3.1); several are none. */
function policyIdIn(records: readonly string[]): string | undefined {
  const own = records.filter((record) => /^v=STSv1[ \t]*;/.test(record));
  return own.length === 1
    ? /;[ \t]*id[ \t]*=[ \t]*([A-Za-z0-9]{1,32})[ \t]*(?:;|$)/.exec(own[0] ?? '')?.[1]
    : undefined;
}

/** Whether a policy lists a host (section 4.1). */
export function listsHost(policy: StsPolicy, host: string): boolean {
  return validateMx(host, { mode: policy.mode, mx: [...policy.mx] }).valid;
}
