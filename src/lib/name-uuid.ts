import { hash } from 'node:crypto';

/** The DNS namespace of RFC 9562, §6.6. */
export const dnsNamespace = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

/**
 * The UUID, version 5, of a name within a namespace (RFC 9562, §5.5): the same pair always gives the same UUID. It is
 * for ids that have to be stable, never for one that must not be guessed. The namespace has to be a UUID.
 */
export function nameUuid(namespace: string, name: string): string {
  const octets = Buffer.concat([
    Buffer.from(namespace.replaceAll('-', ''), 'hex'),
    Buffer.from(name, 'utf8'),
  ]);
  const digest = hash('sha1', octets, 'hex');
  const variant = ((Number.parseInt(digest.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    `${variant}${digest.slice(18, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}
