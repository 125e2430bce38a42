import { createHmac, randomUUID } from 'node:crypto';
import type { Actor } from '#domain/access/actor.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import type { AccessStore, Credentials, OpenSession, PasswordHasher } from '#app/ports/access-store.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import { beginScram, readClientFirst, scramSalt } from './scram.ts';
import type { Attempt, SignInLimiter } from './sign-in-limiter.ts';
import { deviceMark, hashAppPassword, hashToken, isDeviceMark, newToken } from './tokens.ts';

export const sessionLimits = {
  idleMs: 12 * 3_600_000,
  absoluteMs: 7 * 24 * 3_600_000,
  ticketMs: 60_000,
  rememberedPasswordMs: 10 * 60_000,
  rememberedPasswordsMax: 20_000,
} as const;

export interface SignInPorts {
  readonly access: AccessStore;
  readonly hasher: PasswordHasher;
  readonly limiter: SignInLimiter;
  readonly clock: Clock;
  /** Of this hub; keys device marks and remembered passwords. */
  readonly secret: Buffer;
}

export interface SignIn {
  readonly address: string;
  readonly password: string;
  readonly remoteAddress: string;
  readonly userAgent?: string | undefined;
  readonly deviceMark?: string | undefined;
}

/**
 * Checks an account's own password. The answer and its time are the same for a wrong password, an unknown address and a
 * suspended account (threats H10). Throws `wrong_credentials`, `too_many_attempts`, `unavailable`.
 */
async function checkPassword(ports: SignInPorts, input: SignIn): Promise<Credentials> {
  const address = input.address.trim().toLowerCase();
  const credentials = await ports.access.credentials(address);
  const knownDevice =
    credentials !== undefined && isDeviceMark(ports.secret, credentials.accountId, input.deviceMark);
  return counted(ports.limiter, { address, remoteAddress: input.remoteAddress, knownDevice }, async () => {
    const right = await ports.hasher.verify(credentials?.passwordHash, input.password);
    return right && credentials?.active === true ? credentials : undefined;
  });
}

/** One guess under the limiter's count; `work` gives undefined for a wrong one. A fault of ours counts as no guess. */
async function counted<Result>(
  limiter: SignInLimiter,
  attempt: Attempt,
  work: () => Promise<Result | undefined>,
): Promise<Result> {
  limiter.check(attempt);
  let found: Result | undefined;
  try {
    found = await work();
  } catch (error) {
    limiter.abandoned(attempt);
    throw error;
  }
  if (found === undefined) {
    limiter.failed(attempt);
    throw new HubError('wrong_credentials');
  }
  limiter.succeeded(attempt);
  return found;
}

/** Opens a session with a new id, whatever the browser brought with it (threats H7). */
export async function signIn(
  ports: SignInPorts,
  input: SignIn,
): Promise<{ token: string; sessionId: string; accountId: string; deviceMark: string; expiresAt: Date }> {
  const { accountId } = await checkPassword(ports, input);
  const session = await createSession(ports, {
    accountId,
    kind: 'bearer',
    userAgent: input.userAgent,
    remoteAddress: input.remoteAddress,
  });
  return { ...session, accountId, deviceMark: deviceMark(ports.secret, accountId) };
}

export async function createSession(
  ports: { access: AccessStore; clock: Clock },
  input: {
    accountId: string;
    kind: 'cookie' | 'bearer';
    userAgent?: string | undefined;
    remoteAddress?: string | undefined;
  },
): Promise<{ token: string; sessionId: string; expiresAt: Date }> {
  const { token, hash } = newToken();
  const createdAt = ports.clock.now();
  const sessionId = randomUUID();
  const expiresAt = new Date(createdAt.getTime() + sessionLimits.absoluteMs);
  await ports.access.createSession({
    id: sessionId,
    tokenHash: hash,
    accountId: input.accountId,
    kind: input.kind,
    createdAt,
    expiresAt,
    userAgent: input.userAgent?.slice(0, 300),
    remoteAddress: input.remoteAddress,
  });
  return { token, sessionId, expiresAt };
}

/** Throws `not_signed_in` when the token opens nothing. */
export async function openSession(
  ports: { access: AccessStore; clock: Clock },
  token: string,
): Promise<OpenSession> {
  const session = await ports.access.openSession(hashToken(token), ports.clock.now(), sessionLimits.idleMs);
  if (session === undefined) throw new HubError('not_signed_in');
  return session;
}

/** A ticket for one socket: the page's script never sees the session's own token. */
export async function createTicket(
  ports: { access: AccessStore; clock: Clock },
  sessionId: string,
): Promise<{ ticket: string }> {
  const { token, hash } = newToken();
  await ports.access.createTicket(
    hash,
    sessionId,
    new Date(ports.clock.now().getTime() + sessionLimits.ticketMs),
  );
  return { ticket: `t.${token}` };
}

/** A socket's token: a one-use ticket, or a program's bearer token. Throws `not_signed_in`. */
export async function openSocketSession(
  ports: { access: AccessStore; clock: Clock },
  token: string,
): Promise<OpenSession> {
  if (!token.startsWith('t.')) return openSession(ports, token);
  const session = await ports.access.redeemTicket(hashToken(token.slice(2)), ports.clock.now());
  if (session === undefined) throw new HubError('not_signed_in');
  return session;
}

export interface MailSignIn {
  (input: { address: string; password: string; remoteAddress: string }): Promise<Actor>;
}

/**
 * Sign-in of IMAP and submission: an app password, or the account's own password while no second factor is set. A
 * success with the own password is remembered for ten minutes under a keyed hash of stored hash and password, so that
 * a changed password is forgotten at once and a storm of clients does not stall on argon2.
 */
export function createMailSignIn(ports: SignInPorts): MailSignIn {
  const remembered = new Map<string, number>();

  function memoryKey(hash: string, password: string): string {
    return createHmac('sha256', ports.secret).update(`${hash}\n${password}`).digest('base64');
  }

  async function isRight(credentials: Credentials | undefined, password: string): Promise<boolean> {
    if (
      credentials !== undefined &&
      (await ports.access.useAppPassword(credentials.accountId, hashAppPassword(password), ports.clock.now()))
    )
      return true;
    const hash = credentials?.passwordHash;
    const nowMs = ports.clock.now().getTime();
    const key = hash === undefined ? undefined : memoryKey(hash, password);
    const untilMs = key === undefined ? undefined : remembered.get(key);
    if (untilMs !== undefined && untilMs > nowMs) return true;
    const right = await ports.hasher.verify(hash, password);
    if (right && key !== undefined) {
      if (remembered.size >= sessionLimits.rememberedPasswordsMax) remembered.clear();
      remembered.set(key, nowMs + sessionLimits.rememberedPasswordMs);
    }
    return right;
  }

  return async (input) => {
    const address = input.address.trim().toLowerCase();
    const attempt = { address, remoteAddress: input.remoteAddress, knownDevice: false };
    return counted(ports.limiter, attempt, async () => {
      const credentials = await ports.access.credentials(address);
      const right = await isRight(credentials, input.password);
      return right && credentials?.active === true
        ? ports.access.actor(credentials.accountId, ports.clock.now())
        : undefined;
    });
  };
}

/** An exchange that has begun: what to say next, and what comes of the client's answer to it. */
export interface ScramDialogue {
  readonly serverFirst: string;
  /** Throws `wrong_credentials`, `too_many_attempts`, `unavailable`. */
  finish(clientFinal: string): Promise<{ readonly actor: Actor; readonly serverFinal: string }>;
}

export interface ScramSignIn {
  /** Undefined when the client's first message is none of SCRAM. */
  (input: { clientFirst: string; remoteAddress: string }): ScramDialogue | undefined;
}

/**
 * Sign-in by SCRAM-SHA-256 with an app password. Until the proof has come an address of ours and one that is nobody's
 * look the same (threats H10); a wrong proof counts like a wrong password.
 */
export function createScramSignIn(ports: SignInPorts): ScramSignIn {
  return ({ clientFirst, remoteAddress }) => {
    const first = readClientFirst(clientFirst);
    if (first === undefined) return undefined;
    const address = canonicalAddress(first.userName);
    const exchange = beginScram(first, scramSalt(ports.secret, address));

    async function proven(clientFinal: string) {
      const credentials = await ports.access.credentials(address);
      const known = credentials === undefined ? [] : await ports.access.scramVerifiers(credentials.accountId);
      const finished = exchange.finish(
        clientFinal,
        known.flatMap(({ verifiers }) => verifiers),
      );
      const id = known.find(({ verifiers }) => verifiers.some((one) => one === finished?.verifier))?.id;
      if (finished === undefined || id === undefined || credentials?.active !== true) return undefined;
      const now = ports.clock.now();
      if (!(await ports.access.touchAppPassword(id, now))) return undefined;
      const actor = await ports.access.actor(credentials.accountId, now);
      return actor === undefined ? undefined : { actor, serverFinal: finished.serverFinal };
    }

    return {
      serverFirst: exchange.serverFirst,
      finish: (clientFinal) =>
        counted(ports.limiter, { address, remoteAddress, knownDevice: false }, () => proven(clientFinal)),
    };
  };
}
