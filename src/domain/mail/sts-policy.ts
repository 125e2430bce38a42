import { dnsNamespace, nameUuid } from '#lib/name-uuid.ts';

export const stsModes = ['none', 'testing', 'enforce'] as const;
export type StsMode = (typeof stsModes)[number];

/**
 * What a domain promises until an administrator has decided: other servers report what would have failed, and no mail is
 * lost by records that are wrong.
 */
export const defaultStsMode: StsMode = 'testing';

/** What an administrator has decided of a domain's policy. */
export interface StsStanding {
  readonly mode: StsMode;
  /** Absent: nobody has decided yet. */
  readonly setAt?: Date;
}

/** What a domain of ours promises of its mail servers (RFC 8461, section 3.2). */
export interface OwnStsPolicy {
  readonly mode: StsMode;
  /** Host names of its MX records. */
  readonly mx: readonly string[];
  readonly setAt?: Date;
}

/** Weeks, as RFC 8461, section 3.2, recommends, so that one lookup that is kept from a sender changes nothing. */
const policyLifeSeconds = 30 * 24 * 3600;
/** What is being taken back is soon forgotten (RFC 8461, section 8.3). */
const withdrawnLifeSeconds = 24 * 3600;

/** The policy of a domain of the hub: its MX is the hub alone. */
export function ownStsPolicy(
  mailHost: string,
  standing: StsStanding = { mode: defaultStsMode },
): OwnStsPolicy {
  return { ...standing, mx: [mailHost] };
}

/** The file at `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`. */
export function stsPolicyText({ mode, mx }: OwnStsPolicy): string {
  const lines = [
    'version: STSv1',
    `mode: ${mode}`,
    ...mx.map((host) => `mx: ${host}`),
    `max_age: ${mode === 'none' ? withdrawnLifeSeconds : policyLifeSeconds}`,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/**
 * The id in the DNS (RFC 8461, section 3.1): 1 to 32 letters and digits. Made of the text and of when it was decided, so
 * that every change has an id that no earlier one had, and nobody has to think of it.
 */
export function stsPolicyId(policy: OwnStsPolicy): string {
  const decided = policy.setAt?.toISOString() ?? '';
  return nameUuid(dnsNamespace, `${decided}${stsPolicyText(policy)}`).replaceAll('-', '');
}
