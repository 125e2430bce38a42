import type { TraceEntry } from '#domain/mail/mail-trace.ts';
import type { Page } from './hub-store.ts';

/** A step as it is read back. */
export interface TracedStep extends TraceEntry {
  readonly id: number;
  readonly at: Date;
  /** Of the message; absent when it had none or is gone. */
  readonly subject?: string;
}

/** Everything that is given must fit. Addresses in any spelling. */
export interface TraceFilter {
  /** Message-ID with its brackets: every step of the messages that bear it. */
  readonly messageIdHeader?: string;
  readonly sender?: string;
  readonly recipient?: string;
  /** From this moment on. */
  readonly since?: Date;
  /** Before this moment. */
  readonly until?: Date;
}

/** Whose mail a person may trace besides what the account itself submitted. */
export interface TraceScope {
  readonly accountId: string;
  /** Units for whose organs the person is the clerk. */
  readonly clerkOf: readonly string[];
  /** Steps of all mail. */
  readonly everything: boolean;
}

export interface MailTrace {
  /**
   * Newest first. A step that the scope holds only because it holds everything comes without the subject. Throws
   * `bad_input` when the cursor is none.
   */
  find(
    filter: TraceFilter,
    scope: TraceScope,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<TracedStep>>;
}
