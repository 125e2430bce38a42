import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import type { ScramVerifier } from '#app/ports/access-store.ts';

/*
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side, without channel binding. It proves a password without showing
 * it. Only app passwords have what it needs: of an account's own password only the argon2id hash is kept.
 */

const pbkdf2Async = promisify(pbkdf2);
const hashName = 'sha256';
const hashBytes = 32;
/** The least that RFC 7677, section 4, allows; an app password has 140 random bits, so that more would guard nothing. */
export const scramIterations = 4096;
const nonceBytes = 18;
const messageCharactersMax = 1000;

/** One salt for all app passwords of an address, and one for an address that is nobody's: neither can be told apart. */
export function scramSalt(secret: Buffer, address: string): Buffer {
  return createHmac(hashName, secret).update(`scram salt ${address}`).digest().subarray(0, 16);
}

export async function scramVerifier(password: string, salt: Buffer): Promise<ScramVerifier> {
  const salted = await pbkdf2Async(password.normalize('NFKC'), salt, scramIterations, hashBytes, hashName);
  return {
    storedKey: createHash(hashName).update(hmac(salted, 'Client Key')).digest('base64'),
    serverKey: hmac(salted, 'Server Key').toString('base64'),
  };
}

/** For an app password as it is shown and without its dashes: people type it either way, and SCRAM hides which. */
export async function appPasswordVerifiers(
  secret: Buffer,
  address: string,
  password: string,
): Promise<readonly ScramVerifier[]> {
  const salt = scramSalt(secret, canonicalAddress(address));
  return Promise.all([password, password.replaceAll('-', '')].map((text) => scramVerifier(text, salt)));
}

/** What the client says first: who it is, and its part of the nonce. */
export interface ScramClientFirst {
  readonly userName: string;
  readonly gs2Header: string;
  readonly bare: string;
  readonly nonce: string;
}

/**
 * Undefined when it is none, wants channel binding, which is not offered, or names another to act as, which nobody may
 * (threats S7).
 */
export function readClientFirst(message: string): ScramClientFirst | undefined {
  if (message.length > messageCharactersMax) return undefined;
  const [, gs2Header, actAs, bare, name, nonce] =
    /^([ny],(?:a=([^,]*))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[^\0]*)?)$/u.exec(message) ?? [];
  if (gs2Header === undefined || bare === undefined || name === undefined || nonce === undefined)
    return undefined;
  const userName = decodeName(name);
  if (userName === undefined) return undefined;
  if (actAs !== undefined && decodeName(actAs) !== userName) return undefined;
  return { userName, gs2Header, bare, nonce };
}

/** `=2C` and `=3D` stand for comma and equals sign; no other `=` may be there. */
function decodeName(name: string): string | undefined {
  if (/=(?!2C|3D)/u.test(name)) return undefined;
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

/** One exchange, after the client's first message. */
export interface ScramExchange {
  /** The server's first message: the whole nonce, the salt, the iterations. */
  readonly serverFirst: string;
  /**
   * The verifier that the client's last message proves to know, with the server's last message; undefined when it
   * proves none.
   */
  finish(
    clientFinal: string,
    verifiers: readonly ScramVerifier[],
  ): { readonly serverFinal: string; readonly verifier: ScramVerifier } | undefined;
}

export function beginScram(
  first: ScramClientFirst,
  salt: Buffer,
  serverNonce: string = randomBytes(nonceBytes).toString('base64'),
): ScramExchange {
  const nonce = `${first.nonce}${serverNonce}`;
  const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${scramIterations}`;
  return {
    serverFirst,
    finish(clientFinal, verifiers) {
      if (clientFinal.length > messageCharactersMax) return undefined;
      const [, withoutProof, binding, echoed, proofText] =
        /^(c=([A-Za-z0-9+/=]+),r=([^,]+)(?:,[^\0]*?)?),p=([A-Za-z0-9+/=]+)$/u.exec(clientFinal) ?? [];
      if (withoutProof === undefined || binding === undefined || proofText === undefined) return undefined;
      if (Buffer.from(binding, 'base64').toString() !== first.gs2Header || echoed !== nonce) return undefined;
      const proof = Buffer.from(proofText, 'base64');
      if (proof.length !== hashBytes) return undefined;
      const authMessage = `${first.bare},${serverFirst},${withoutProof}`;
      const verifier = verifiers.find((one) => proves(one, proof, authMessage));
      if (verifier === undefined) return undefined;
      const signature = hmac(Buffer.from(verifier.serverKey, 'base64'), authMessage);
      return { serverFinal: `v=${signature.toString('base64')}`, verifier };
    },
  };
}

function proves({ storedKey }: ScramVerifier, proof: Buffer, authMessage: string): boolean {
  const stored = Buffer.from(storedKey, 'base64');
  const signature = hmac(stored, authMessage);
  const clientKey = Buffer.from(proof.map((octet, place) => octet ^ (signature[place] ?? 0)));
  return timingSafeEqual(createHash(hashName).update(clientKey).digest(), stored);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac(hashName, key).update(text).digest();
}
