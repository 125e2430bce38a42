import { request } from 'node:https';
import { BlockList, isIPv6 } from 'node:net';
import type { FetchPolicy } from './mta-sts.ts';
import type { OutboundResolver } from './outbound-resolver.ts';

const policyBytesMax = 64 * 1024;
const fetchWithinMs = 10_000;

/** Addresses of no public server: what a stranger's DNS must not make us ask (SSRF, threats H15; RFC 6890). */
const notPublic = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  notPublic.addSubnet(net, prefix, 'ipv4');
}
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one that anybody may reach; of IPv6 only global unicast, without 6to4 and Teredo. */
export function isPublicAddress(address: string): boolean {
  if (!isIPv6(address)) return !notPublic.check(address, 'ipv4');
  return globalUnicast.check(address, 'ipv6') && !/^2002:|^2001:0*:/i.test(address);
}

/**
 * Fetches policy files as RFC 8461, section 3.3 says: HTTPS with a valid certificate, no redirect, `text/plain`, an end to
 * time and size; and only from the public address that was looked at, so that no second lookup can change it.
 */
export function createPolicyFetcher(options: {
  readonly resolver: Pick<OutboundResolver, 'addresses'>;
  readonly ca?: string;
  /** For tests, which have no public address. */
  readonly allows?: (address: string) => boolean;
  readonly port?: number;
}): FetchPolicy {
  const { resolver, ca, allows = isPublicAddress, port = 443 } = options;
  return async (domain) => {
    const name = `mta-sts.${domain}`;
    const address = (await resolver.addresses(name)).find(allows);
    if (address === undefined) throw new Error(`${name} has no public address`);
    return get({ name, address, port, ca });
  };
}

function get(target: {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly ca: string | undefined;
}): Promise<string> {
  const { name, address, port, ca } = target;
  return new Promise((resolve, reject) => {
    const asked = request({
      host: address,
      port,
      path: '/.well-known/mta-sts.txt',
      headers: { host: name },
      servername: name,
      // A new connection each time: one that was kept may have been verified for another name.
      agent: false,
      signal: AbortSignal.timeout(fetchWithinMs),
      ...(ca === undefined ? {} : { ca }),
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const type = response.headers['content-type'] ?? '';
      if (response.statusCode !== 200 || !/^text\/plain\s*(?:;|$)/i.test(type)) {
        asked.destroy(new Error(`${name} answered ${response.statusCode} with ${type}`));
        return;
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('error', reject);
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > policyBytesMax) asked.destroy(new Error(`The policy of ${name} is too long`));
      });
      response.on('end', () => resolve(text));
    });
    asked.end();
  });
}
