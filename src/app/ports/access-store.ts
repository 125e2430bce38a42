import type { Actor } from '#domain/access/actor.ts';

export interface Credentials {
  readonly accountId: string;
  readonly passwordHash?: string;
  readonly active: boolean;
}

export interface NewSession {
  readonly id: string;
  readonly tokenHash: Buffer;
  readonly accountId: string;
  readonly kind: 'cookie' | 'bearer';
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly userAgent?: string | undefined;
  readonly remoteAddress?: string | undefined;
}

export interface OpenSession {
  readonly sessionId: string;
  readonly expiresAt: Date;
  readonly actor: Actor;
}

/** What is kept of an app password for SCRAM-SHA-256 (RFC 5802, section 3); both in base64. */
export interface ScramVerifier {
  readonly storedKey: string;
  readonly serverKey: string;
}

export interface AccessStore {
  credentials(address: string): Promise<Credentials | undefined>;
  actor(accountId: string, at: Date): Promise<Actor | undefined>;
  createSession(session: NewSession): Promise<void>;
  /** One statement: session, account and positions as of `at`; undefined when ended, expired or suspended. */
  openSession(tokenHash: Buffer, at: Date, idleMs: number): Promise<OpenSession | undefined>;
  endSession(sessionId: string, accountId: string, at: Date): Promise<void>;
  createTicket(tokenHash: Buffer, sessionId: string, expiresAt: Date): Promise<void>;
  /** Uses the ticket up and opens its session, in one statement. */
  redeemTicket(tokenHash: Buffer, at: Date): Promise<OpenSession | undefined>;
  createAppPassword(input: {
    id: string;
    accountId: string;
    label: string;
    secretHash: Buffer;
    /** One for each way of writing it. */
    scram: readonly ScramVerifier[];
    at: Date;
  }): Promise<void>;
  /** Of every valid app password of the account. */
  scramVerifiers(accountId: string): Promise<readonly { id: string; verifiers: readonly ScramVerifier[] }[]>;
  /** Marks it used; false when it was revoked meanwhile. */
  touchAppPassword(id: string, at: Date): Promise<boolean>;
  /** Marks it used; false when unknown or revoked. */
  useAppPassword(accountId: string, secretHash: Buffer, at: Date): Promise<boolean>;
  /** False when there is no such valid one. Open mail connections of the account are cut. */
  revokeAppPassword(accountId: string, id: string, at: Date): Promise<boolean>;
  /** Every session of the account, on every device. */
  endSessions(accountId: string, at: Date): Promise<void>;
  setPassword(accountId: string, passwordHash: string, at: Date): Promise<void>;
  /** Old sessions, tickets and idempotency keys that nobody can use any more. Returns how many rows went. */
  deleteExpired(at: Date): Promise<number>;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Constant in time for right and wrong; against a dummy when there is no hash. */
  verify(hash: string | undefined, password: string): Promise<boolean>;
}
