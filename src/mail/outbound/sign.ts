import { domainToASCII } from 'node:url';
import type { Clock } from '#domain/clock.ts';
import { type DkimAlgorithm, dkimSignature } from './dkim-signature.ts';
import { authorDomainOf } from './outgoing-octets.ts';

/** A key of a mail domain; its public half is in the DNS at `selector._domainkey.domain`. */
export interface DkimKey {
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  /** Published for a while before it signs, so that every resolver has it. */
  readonly signsFrom: Date;
  readonly retiredAt?: Date;
}

/** Longer than the queue's life of five days and the weekend after it, and short against replays (threats S19). */
const signatureLifeMs = 14 * 24 * 3_600_000;

/**
 * Puts a DKIM-Signature of each active key of the author's domain before a message (RFC 6376, RFC 8463). Without a From
 * address, or when its domain is none of ours, the message stays as it is. Rejects when a key cannot be used.
 */
export function createSigner(options: {
  /** By lower-case domain; empty when it is not ours. */
  readonly keysOf: (domain: string) => Promise<readonly DkimKey[]>;
  readonly clock: Clock;
}): (bytes: Buffer) => Promise<Buffer> {
  return async (bytes) => {
    const domain = authorDomainOf(bytes);
    if (domain === undefined || domain === '') return bytes;
    const signedAt = options.clock.now();
    const expiresAt = new Date(signedAt.getTime() + signatureLifeMs);
    const keys = (await options.keysOf(domain)).filter((key) => isActive(key, signedAt));
    const fields = keys.map(({ selector, algorithm, privateKey }) =>
      dkimSignature(bytes, {
        domain: domainToASCII(domain),
        selector,
        algorithm,
        privateKey,
        signedAt,
        expiresAt,
      }),
    );
    return Buffer.concat([Buffer.from(fields.join(''), 'latin1'), bytes]);
  };
}

function isActive({ signsFrom, retiredAt }: DkimKey, at: Date): boolean {
  return signsFrom <= at && (retiredAt === undefined || retiredAt > at);
}
