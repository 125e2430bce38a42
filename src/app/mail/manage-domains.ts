import type { Page } from '#app/ports/hub-store.ts';
import type { MailDomain, MailDomains } from '#app/ports/mail-domains.ts';
import { administeredBy } from '#domain/access/administered.ts';
import { isAdministrator, type Actor } from '#domain/access/actor.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { dkimKeyState, publishedKeys } from '#domain/mail/dkim-key.ts';
import { type DnsRecord, domainRecords, zoneText } from '#domain/mail/domain-records.ts';
import type { MailSite } from '#domain/mail/mail-site.ts';
import type { StsMode } from '#domain/mail/sts-policy.ts';

export interface DomainPorts {
  readonly domains: MailDomains;
  /** As it is now: the ports are known once the doors are open. */
  readonly site: () => MailSite;
  readonly clock: Clock;
}

interface OfDomain {
  readonly actor: Actor;
  readonly name: string;
}

/** What to publish for a domain, as data and as lines of a zone file. */
export interface PublishedRecords {
  readonly records: readonly DnsRecord[];
  readonly zone: string;
}

/** The hub's domains by name, with their keys. Throws `not_permitted`. */
export async function listDomains(
  ports: DomainPorts,
  input: { readonly actor: Actor; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<MailDomain>> {
  requireAdministrator(input);
  return ports.domains.list(input);
}

/** A domain with its keys. Throws `not_permitted`, `not_found`. */
export async function readDomain(ports: DomainPorts, input: OfDomain): Promise<MailDomain> {
  requireAdministrator(input);
  const domain = await ports.domains.find(nameOf(input.name));
  if (domain === undefined) throw new HubError('not_found');
  return domain;
}

/** What to publish for a domain with the keys it has. Throws `not_permitted`, `not_found`. */
export async function recordsOfDomain(ports: DomainPorts, input: OfDomain): Promise<PublishedRecords> {
  const { name, keys, sts } = await readDomain(ports, input);
  const records = domainRecords(name, ports.site(), publishedKeys(keys, ports.clock.now()), sts);
  return { records, zone: zoneText(records) };
}

/** Gives a domain without keys its first ones, which sign at once. Throws `not_permitted`, `not_found`. */
export async function ensureDomainKeys(ports: DomainPorts, input: OfDomain): Promise<void> {
  const { name, keys } = await readDomain(ports, input);
  if (keys.length === 0) await ports.domains.ensureKeys(name, ports.clock.now(), administeredBy(input.actor));
}

/**
 * The first half of a rotation: a pair of keys to publish, which does not sign yet. Asked again, it gives the domain with
 * the pair that waits. Throws `not_permitted`, `not_found`.
 */
export async function makePendingKeys(ports: DomainPorts, input: OfDomain): Promise<MailDomain> {
  const domain = await readDomain(ports, input);
  const at = ports.clock.now();
  if (domain.keys.some((key) => dkimKeyState(key, at) === 'pending')) return domain;
  await ports.domains.addPendingKeys(domain.name, at, administeredBy(input.actor));
  return readDomain(ports, input);
}

/**
 * The second half, when the new records are in the DNS: the pending pair signs, the old one retires and stays published for a
 * week. Throws `not_permitted`, and `not_found` also when nothing is pending (field `keys`).
 */
export async function activatePendingKeys(ports: DomainPorts, input: OfDomain): Promise<MailDomain> {
  const { name } = await readDomain(ports, input);
  if (!(await ports.domains.activateKeys(name, ports.clock.now(), administeredBy(input.actor))))
    throw new HubError('not_found', { field: 'keys' });
  return readDomain(ports, input);
}

/**
 * What other servers are told to do when they reach this domain without proper TLS (RFC 8461, section 5). The id in its
 * record is another one then, so the record must be published again. Throws `not_permitted`, `not_found`.
 */
export async function setStsMode(
  ports: DomainPorts,
  input: OfDomain & { readonly mode: StsMode },
): Promise<MailDomain> {
  const { name } = await readDomain(ports, input);
  const by = administeredBy(input.actor);
  if (!(await ports.domains.setStsMode(name, input.mode, ports.clock.now(), by)))
    throw new HubError('not_found');
  return readDomain(ports, input);
}

function requireAdministrator({ actor }: { readonly actor: Actor }): void {
  if (!isAdministrator(actor)) throw new HubError('not_permitted');
}

/** People write a domain's name with capitals, or with the dot at its end that zone files have. */
function nameOf(text: string): string {
  return text.trim().normalize('NFC').toLowerCase().replace(/\.$/, '');
}
