import type { MailAccess, Mailbox, MailboxesMoved, MailboxWatch, StoredFlags } from '#app/ports/mail.ts';
import { HubError } from '#domain/hub-error.ts';
import { hasRights, mayChange, rightBit } from '#domain/mail/mailbox-rights.ts';

import type { ScramExchange } from './connection-context.ts';
import type { EncodedCache } from './fetch/encoded-cache.ts';
import type { ImapLimits } from './imap-limits.ts';
import type { IndexCache } from './mailbox/index-cache.ts';
import { MailboxReplaced } from './mailbox/mailbox-index.ts';
import { MailboxView } from './mailbox/mailbox-view.ts';
import { CommandRefused, SessionEnded } from './responses.ts';
import type { Output } from './wire/output.ts';

export type SessionState = 'not_authenticated' | 'authenticated' | 'selected';

/** A log in the manner of pino: fields first, then the sentence. */
export interface ImapLog {
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
  error(fields: Readonly<Record<string, unknown>>, text: string): void;
}

/** What a session asks of the connection it lives on. */
export interface SessionDoor {
  /** Throws a `HubError`, or `CommandRefused` when the account has too many connections. */
  authenticate(address: string, password: string): Promise<MailAccess>;
  /** Undefined when the client's first message is none of SCRAM; absent when SCRAM is not offered. */
  readonly beginScram?: (clientFirst: string) =>
    | ScramExchange<{
        readonly serverFinal: string;
        /** Throws `CommandRefused` when the account has too many connections. */
        enter(): MailAccess;
      }>
    | undefined;
  /** The next line after a continuation request, without CRLF. */
  readLine(): Promise<Buffer>;
  /** TLS begins after the answer to the running command; what was received in clear is dropped (I5). */
  requestTls(): void;
  /** The session starts anew after the answer to the running command, on the same connection. */
  requestSignOut(): void;
  /** Counts what a command holds in memory until its answer, like a literal. Throws `CommandRefused`. */
  holdOctets(bytes: number): void;
  /** Compression begins after the answer to the running command; what came in clear behind it is dropped. */
  requestCompression(): void;
  isCompressed(): boolean;
  /** The connection ends after the answer to the running command. */
  requestEnd(): void;
  /** Ends the connection from outside a command. */
  end(text: string): void;
}

export interface SessionParts {
  readonly limits: ImapLimits;
  readonly log: ImapLog;
  readonly output: Output;
  readonly indexes: IndexCache;
  readonly encoded: EncodedCache;
  readonly watch: MailboxWatch;
  readonly door: SessionDoor;
  readonly isSecure: boolean;
}

/** What the commands work on: who is signed in, which mailbox is selected, what the client has been told. */
export class Session {
  readonly limits: ImapLimits;
  readonly log: ImapLog;
  readonly output: Output;
  readonly door: SessionDoor;
  readonly isSecure: boolean;
  /** Whether the client has shown that it knows CONDSTORE (RFC 7162, section 3.1): MODSEQ in every FETCH from then. */
  knowsCondstore = false;
  /** VANISHED stands for EXPUNGE from now on (RFC 7162, section 3.2.3). */
  knowsQresync = false;
  /** What ENABLE has turned on, in capitals (RFC 9051, section 6.3.1). */
  readonly enabled = new Set<string>();
  readonly #parts: SessionParts;
  #access: MailAccess | undefined;
  #view: MailboxView | undefined;
  #moved = false;
  #isUntold = false;
  #wake: (() => void) | undefined;
  #afterwards: (() => Promise<void>)[] = [];
  #stopWatching: readonly (() => void)[] = [];
  #stopWatchingMailbox: () => void = () => {};
  #rights = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.limits = parts.limits;
    this.log = parts.log;
    this.output = parts.output;
    this.door = parts.door;
    this.isSecure = parts.isSecure;
  }

  get state(): SessionState {
    if (this.#access === undefined) return 'not_authenticated';
    return this.#view === undefined ? 'authenticated' : 'selected';
  }

  get encoded(): EncodedCache {
    return this.#parts.encoded;
  }

  get isSignedIn(): boolean {
    return this.#access !== undefined;
  }

  /** Whether names and strings are UTF-8, both ways (RFC 9051, section 5.1; RFC 6855, section 3). */
  get speaksUtf8(): boolean {
    return this.enabled.has('IMAP4REV2') || this.enabled.has('UTF8=ACCEPT');
  }

  /** The mail of whoever is signed in; the dispatcher lets no command come here before. */
  get access(): MailAccess {
    if (this.#access === undefined) throw new CommandRefused('Sign in first', undefined, 'BAD');
    return this.#access;
  }

  get view(): MailboxView {
    if (this.#view === undefined) throw new CommandRefused('Select a mailbox first', undefined, 'BAD');
    return this.#view;
  }

  /** What the account may do in the selected mailbox, as of the last look: a right that was taken is gone within the turn. */
  get rights(): number {
    return this.#rights;
  }

  async signIn(address: string, password: string): Promise<void> {
    this.enter(await this.door.authenticate(address, password));
  }

  get offersScram(): boolean {
    return this.door.beginScram !== undefined;
  }

  /** Signs in with what a proof has opened. */
  enter(access: MailAccess): void {
    this.#access = access;
    const { watch } = this.#parts;
    this.#stopWatching = [
      watch.onChange(access.accountId, (moved) => this.#hear(moved)),
      watch.onRevoked(access.accountId, () => this.door.end('You have been signed out')),
    ];
  }

  /** Opens a mailbox in place of the selected one, which is left even if this fails (RFC 9051, section 6.3.2). */
  async select(path: string, readOnly: boolean): Promise<MailboxView> {
    // Updates from here on are of the new one (RFC 7162, section 3.2.11; RFC 9051, section 7.1).
    if (this.#view !== undefined) this.output.line('* OK [CLOSED] The previous mailbox is closed');
    this.deselect();
    const mailbox = await this.access.open(path);
    const index = this.#parts.indexes.acquire(mailbox);
    try {
      if (!index.isAt(mailbox)) await index.refresh(this.access);
    } catch (error) {
      this.#parts.indexes.release(mailbox);
      throw error;
    }
    this.#view = new MailboxView(mailbox, index, readOnly || !mayChange(mailbox.rights));
    this.#rights = mailbox.rights;
    if (this.#isForeign(mailbox)) {
      this.#stopWatchingMailbox = this.#parts.watch.onChangeOf(mailbox, (moved) => this.#hear(moved));
      // What was told of between the look and the watch is looked at with the next command.
      this.noteChange();
    }
    return this.#view;
  }

  #isForeign(mailbox: Mailbox): boolean {
    return mailbox.accountId !== this.access.accountId;
  }

  deselect(): void {
    const mailbox: Mailbox | undefined = this.#view?.mailbox;
    this.#view = undefined;
    this.#stopWatchingMailbox();
    this.#stopWatchingMailbox = () => {};
    this.#rights = 0;
    if (mailbox !== undefined) this.#parts.indexes.release(mailbox);
  }

  /**
   * Called by every command that shows knowledge of CONDSTORE; the first of them is told where the selected mailbox
   * stands (RFC 7162, section 3.1).
   */
  useCondstore(): void {
    if (this.knowsCondstore) return;
    this.knowsCondstore = true;
    if (this.#view !== undefined)
      this.output.line(`* OK [HIGHESTMODSEQ ${this.#view.completeModseq}] Highest mod-sequence`);
  }

  /** Once QRESYNC is enabled, a command that expunged says how far its client is now (RFC 7162, section 3.2.7). */
  modseqCode(): string | undefined {
    return this.knowsQresync && this.#view !== undefined
      ? `HIGHESTMODSEQ ${this.#view.completeModseq}`
      : undefined;
  }

  /** Something of the account has moved, by the log or by this session's own command. */
  noteChange(): void {
    this.#moved = true;
    this.#wake?.();
  }

  /** What others have changed meanwhile is still to be read. */
  learn(stored: StoredFlags): void {
    if (!this.view.index.learn(stored)) this.noteChange();
  }

  /**
   * The log has told of a change. Of other mailboxes there is nothing to read, and of this one nothing when the shared
   * index has been brought there already; the client may still have to be told. In the mailbox of another account each
   * look asks for the right to it, and none is spared.
   */
  #hear(moved: MailboxesMoved | undefined): void {
    const view = this.#view;
    if (moved === undefined || view === undefined || this.#isForeign(view.mailbox)) return this.noteChange();
    const { id } = view.mailbox;
    const modseq = moved.modseqs?.[id];
    if (modseq !== undefined && modseq <= view.index.highestModseq) {
      if (modseq <= view.toldModseq) return;
      this.#isUntold = true;
      this.#wake?.();
    } else if (moved.mailboxIds.length === 0 || moved.mailboxIds.includes(id)) this.noteChange();
  }

  /** Resolves when there may be something to tell that the last `tell` did not know. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#moved || this.#isUntold) resolve();
    });
  }

  get hasMoved(): boolean {
    return this.#moved;
  }

  /** Brings the shared index to what is committed; the session is not told before `tell`. */
  async refresh(): Promise<void> {
    this.#moved = false;
    if (this.#view === undefined) return;
    try {
      await this.#view.index.refresh(this.access);
      if (this.#isForeign(this.#view.mailbox)) await this.#lookAtRights(this.#view.mailbox);
    } catch (error) {
      this.#moved = true;
      const isLost =
        error instanceof HubError && (error.code === 'mailbox_unknown' || error.code === 'not_permitted');
      if (isLost || error instanceof MailboxReplaced)
        throw new SessionEnded('The selected mailbox is not the same any more');
      throw error;
    }
  }

  /** The index may have been read for another session: whoever is told of it asks for his own right (I10). */
  async #lookAtRights(mailbox: Mailbox): Promise<void> {
    const rights = await this.access.sharing.rightsById(mailbox.id);
    if (!hasRights(rights, rightBit.r)) throw new HubError('not_permitted');
    this.#rights = rights;
  }

  /** Collects the untagged lines that the client may be told now. */
  tell(options: { readonly expunges: boolean }): void {
    this.#isUntold = false;
    if (this.#view === undefined) return;
    const lines = this.#view.tell({
      expunges: options.expunges,
      modseq: this.knowsCondstore,
      vanished: this.knowsQresync,
      recent: !this.enabled.has('IMAP4REV2'),
    });
    for (const line of lines) this.output.line(line);
  }

  /** Runs when the answer has been sent; a failure is logged and nobody waits for it. */
  readonly afterAnswer = (task: () => Promise<void>): void => {
    this.#afterwards.push(task);
  };

  runAfterAnswer(): void {
    const tasks = this.#afterwards;
    this.#afterwards = [];
    for (const task of tasks) {
      task().catch((error: unknown) => this.log.error({ error }, 'A task after an IMAP answer failed'));
    }
  }

  close(): void {
    for (const stop of this.#stopWatching) stop();
    this.#stopWatching = [];
    this.deselect();
    this.#access = undefined;
  }
}
