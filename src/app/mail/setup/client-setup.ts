import type { MailDomains } from '#app/ports/mail-domains.ts';
import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress, domainOf } from '#domain/mail/envelope.ts';
import { writtenAddress } from '#domain/mail/mail-group.ts';
import type { MailSite } from '#domain/mail/mail-site.ts';
import { ownStsPolicy, stsPolicyText } from '#domain/mail/sts-policy.ts';

export interface SetupPorts {
  readonly domains: Pick<MailDomains, 'isOurs' | 'stsStanding'>;
  readonly site: () => MailSite;
}

/** A server as mail clients are told of it. The user name is the whole address, the password the account's own or an app's. */
export interface SetupServer {
  readonly protocol: 'imap' | 'smtp';
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first octet. */
  readonly security: 'tls' | 'starttls';
}

/** All that a mail client of a domain needs; the same for every address of it, whether an account has it or not. */
export interface ClientSetup {
  readonly domain: string;
  /** The best first (RFC 8314, section 3). */
  readonly incoming: readonly SetupServer[];
  readonly outgoing: readonly SetupServer[];
}

export interface AddressSetup extends ClientSetup {
  readonly address: string;
}

const addressCharactersMax = 320;

/** The set-up of a domain by its name. Throws `not_found` when it is not ours. */
export async function setupOfDomain(ports: SetupPorts, name: string): Promise<ClientSetup> {
  const domain = name.normalize('NFC').toLowerCase().replace(/\.$/, '');
  if (!(await ports.domains.isOurs(domain))) throw new HubError('not_found');
  return clientSetup(domain, ports.site());
}

/**
 * The set-up of an address, of which only the domain is looked at: nobody learns here who has an account (threats H10).
 * Throws `bad_input` when it is none, `not_found` when its domain is not ours.
 */
export async function setupOfAddress(ports: SetupPorts, text: string): Promise<AddressSetup> {
  if (text.length > addressCharactersMax) throw new HubError('bad_input', { field: 'emailaddress' });
  const address = writtenAddress(canonicalAddress(text), 'emailaddress');
  return { address, ...(await setupOfDomain(ports, domainOf(address))) };
}

/** The set-up of who has signed in. */
export function setupOfAccount(ports: Pick<SetupPorts, 'site'>, address: string): AddressSetup {
  return { address, ...clientSetup(domainOf(address), ports.site()) };
}

/** The policy file that `https://mta-sts.DOMAIN` answers with. Throws `not_found` when it is not ours. */
export async function stsPolicyOfHost(ports: SetupPorts, host: string): Promise<string> {
  const domain = domainBehind(host, 'mta-sts');
  const standing = domain === undefined ? undefined : await ports.domains.stsStanding(domain);
  if (standing === undefined) throw new HubError('not_found');
  return stsPolicyText(ownStsPolicy(ports.site().mailHost, standing));
}

/** The domain of which a request's host has a well-known name: `mta-sts.DOMAIN`, `autoconfig.DOMAIN`. */
export function domainBehind(host: string, name: string): string | undefined {
  const lower = host.toLowerCase().replace(/\.$/, '');
  return lower.startsWith(`${name}.`) ? lower.slice(name.length + 1) : undefined;
}

function clientSetup(domain: string, { mailHost: host, ports }: MailSite): ClientSetup {
  return {
    domain,
    incoming: [
      { protocol: 'imap', host, port: ports.imaps, security: 'tls' },
      { protocol: 'imap', host, port: ports.imap, security: 'starttls' },
    ],
    outgoing: [
      { protocol: 'smtp', host, port: ports.submissions, security: 'tls' },
      { protocol: 'smtp', host, port: ports.submission, security: 'starttls' },
    ],
  };
}
