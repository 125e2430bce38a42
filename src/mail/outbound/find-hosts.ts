import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { OutboundResolver } from './outbound-resolver.ts';
import type { SmtpHost } from './smtp-client.ts';

/** Where mail of a domain goes, in the order to be tried, or why it can go nowhere. */
export type FoundHosts =
  | { readonly kind: 'hosts'; readonly hosts: readonly SmtpHost[] }
  | { readonly kind: 'deferred' | 'failed'; readonly status: string; readonly reply: string };

interface Exchange {
  readonly name: string;
  readonly preference: number;
}

interface FindHosts {
  readonly resolver: OutboundResolver;
  readonly port: number;
  readonly hostsMax: number;
  readonly addressesMax: number;
  /** Whether a server of ours listens there. */
  readonly isOwnAddress: (address: string, port: number) => boolean;
  readonly random: () => number;
}

/**
 * Finds the hosts of a domain (RFC 5321, section 5.1): its MX by preference, those of equal preference in a random order,
 * or the domain itself where there is none; no mail for a null MX (RFC 7505). Where we are among them, only hosts that
 * are better than we are remain, or the mail would go in a circle.
 */
export async function findHosts(domain: string, options: FindHosts): Promise<FoundHosts> {
  const name = domainToASCII(domain);
  if (name === '' || isIP(name) !== 0) return failed('5.1.2', `${domain} is no domain that takes mail`);
  try {
    const exchanges = await exchangesOf(name, options);
    if (exchanges === 'null_mx') return failed('5.1.10', `${domain} takes no mail (null MX)`);
    return await hostsOf(domain, exchanges, options);
  } catch (error) {
    return deferred('4.4.3', `The DNS gave no answer for ${domain}: ${messageOf(error)}`);
  }
}

/** One host by name or address, for a smarthost. */
export async function hostsNamed(name: string, options: FindHosts): Promise<FoundHosts> {
  if (isIP(name) !== 0) {
    return { kind: 'hosts', hosts: [{ name, address: name, port: options.port }] };
  }
  try {
    const addresses = await options.resolver.addresses(name);
    if (addresses.length === 0) return deferred('4.4.3', `${name} has no address`);
    return { kind: 'hosts', hosts: addresses.map((address) => ({ name, address, port: options.port })) };
  } catch (error) {
    return deferred('4.4.3', `The DNS gave no answer for ${name}: ${messageOf(error)}`);
  }
}

async function exchangesOf(
  name: string,
  { resolver, hostsMax, random }: FindHosts,
): Promise<readonly Exchange[] | 'null_mx'> {
  const records = await resolver.mx(name);
  if (records.length === 0) return [{ name, preference: 0 }];
  const named = records
    .map(({ exchange, preference }) => ({ name: exchange.replace(/\.$/, '').toLowerCase(), preference }))
    .filter((exchange) => exchange.name !== '');
  if (named.length === 0) return 'null_mx';
  return named
    .map((exchange) => ({ exchange, draw: random() }))
    .sort((a, b) => a.exchange.preference - b.exchange.preference || a.draw - b.draw)
    .map(({ exchange }) => exchange)
    .slice(0, hostsMax);
}

async function hostsOf(
  domain: string,
  exchanges: readonly Exchange[],
  { resolver, port, isOwnAddress, addressesMax }: FindHosts,
): Promise<FoundHosts> {
  let unanswered: string | undefined;
  const found = await Promise.all(
    exchanges.map(async ({ name, preference }) => {
      const addresses = await resolver.addresses(name).catch((error: unknown) => {
        unanswered = `The DNS gave no answer for ${name}: ${messageOf(error)}`;
        return [];
      });
      return addresses.map((address) => ({ name, address, port, preference }));
    }),
  );
  const hosts = found.flat();
  const own = hosts.filter(({ address }) => isOwnAddress(address, port));
  const ownPreference = Math.min(...own.map(({ preference }) => preference));
  const better = hosts.filter(({ preference }) => preference < ownPreference);
  if (better.length > 0) {
    const plain = better.map(({ name, address }) => ({ name, address, port }));
    return { kind: 'hosts', hosts: plain.slice(0, addressesMax) };
  }
  if (unanswered !== undefined) return deferred('4.4.3', unanswered);
  if (own.length > 0) return failed('5.4.6', `The mail of ${domain} comes back to this server`);
  return failed('5.1.2', `${domain} has no server that takes mail`);
}

function failed(status: string, reply: string): FoundHosts {
  return { kind: 'failed', status, reply };
}

function deferred(status: string, reply: string): FoundHosts {
  return { kind: 'deferred', status, reply };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown fault';
}
