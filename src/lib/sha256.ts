import { createHash } from 'node:crypto';

/** SHA-256 in hex, over a text in UTF-8. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Over the octets of a hash, given in hex, and then a text: a link of a chain. */
export function sha256After(hash: string, text: string): string {
  return createHash('sha256').update(Buffer.from(hash, 'hex')).update(text).digest('hex');
}

/** Over the octets of many hashes, given in hex, in their order. */
export function sha256OfHashes(hashes: readonly string[]): string {
  const whole = createHash('sha256');
  for (const hash of hashes) whole.update(Buffer.from(hash, 'hex'));
  return whole.digest('hex');
}
