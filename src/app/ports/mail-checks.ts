import type { Authentication } from '#domain/mail/authentication.ts';

/** Where a message came from, for the checks of its origin. */
export interface MailOrigin {
  readonly clientAddress: string;
  readonly helo: string;
  /** '' is the null sender. */
  readonly sender: string;
}

export interface CheckedOrigin {
  readonly authentication: Authentication;
  /** Whole Authentication-Results and Received-SPF fields with CRLF, to stand before the message. */
  readonly fields: readonly string[];
}

/** Never rejects: what could not be found out is `temperror`. */
export type CheckOrigin = (bytes: Uint8Array, origin: MailOrigin) => Promise<CheckedOrigin>;

export type ScanResult =
  | { readonly kind: 'clean' }
  | { readonly kind: 'infected'; readonly name: string; readonly scanner: string }
  | { readonly kind: 'spam'; readonly score: number; readonly reject: boolean; readonly scanner: string }
  /** A configured scanner gave no answer: the message waits (threats F21, M8). */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly scanner: string };

/** Asks every configured scanner; clean when none is. Never rejects. */
export type ScanMail = (bytes: Uint8Array, origin: MailOrigin) => Promise<ScanResult>;
