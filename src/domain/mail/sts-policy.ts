import { dnsNamespace, nameUuid } from '#lib/name-uuid.ts';

export type StsMode = 'enforce' | 'testing' | 'none';

/** What a domain of ours promises of its mail servers (RFC 8461, section 3.2). */
export interface OwnStsPolicy {
  readonly mode: StsMode;
  /** Host names of its MX records. */
  readonly mx: readonly string[];
}

/** Weeks, as RFC 8461, section 3.2, recommends, so that one lookup that is kept from a sender changes nothing. */
const policyLifeSeconds = 30 * 24 * 3600;

/** The policy of every domain of the hub: its MX is the hub alone. */
export function ownStsPolicy(mailHost: string): OwnStsPolicy {
  return { mode: 'enforce', mx: [mailHost] };
}

/** The file at `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`. */
export function stsPolicyText({ mode, mx }: OwnStsPolicy): string {
  const lines = [
    'version: STSv1',
    `mode: ${mode}`,
    ...mx.map((host) => `mx: ${host}`),
    `max_age: ${policyLifeSeconds}`,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/**
 * The id in the DNS (RFC 8461, section 3.1): 1 to 32 letters and digits. Made of the text, so that it changes exactly when
 * the policy does and nobody has to think of it.
 */
export function stsPolicyId(policy: OwnStsPolicy): string {
  return nameUuid(dnsNamespace, stsPolicyText(policy)).replaceAll('-', '');
}
