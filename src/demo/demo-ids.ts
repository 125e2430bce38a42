import { dnsNamespace, nameUuid } from '#lib/name-uuid.ts';

/** The province's mail domain. The top-level domain `example` is reserved (RFC 2606), so no mail of the demo leaves. */
export const apexDomain = 'binhthuan.example';

const namespace = nameUuid(dnsNamespace, apexDomain);

export type DemoThing = 'account' | 'delegation' | 'domain' | 'group' | 'person' | 'position' | 'unit';

/** The id of a thing of the demo: the same in every size and on every machine. */
export function demoId(thing: DemoThing, key: string): string {
  return nameUuid(namespace, `${thing}/${key}`);
}

/** Staff code: `BT` and 40 bits of a hash in base32hex (RFC 4648, §7). */
export function demoStaffCode(key: string): string {
  const hash = nameUuid(namespace, `staff-code/${key}`).replaceAll('-', '').slice(0, 10);
  return `BT${Number.parseInt(hash, 16).toString(32).padStart(8, '0').toUpperCase()}`;
}

/** The slug of the domain that all communes of a district share. */
export function communeDomainSlug(districtSlug: string): string {
  return `xa-${districtSlug}`;
}

export function fqdnOf(domainSlug: string): string {
  return `${domainSlug}.${apexDomain}`;
}
