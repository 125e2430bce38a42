import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { refusalOfPath } from './mail-path.ts';
import { type FutureRelease, futureReleaseLine, releaseAtOf } from './future-release.ts';
import type { SmtpLimits } from './smtp-limits.ts';
import type { SmtpRefusal, SmtpReply } from './smtp-refusal.ts';

/*
 * The only file that reaches into smtp-server (pinned; what it relies on is kept by the tests named "contract"): it
 * closes after 421, 500 for a long line and 521, gives exact enhanced status codes, refuses unknown parameters and
 * source routes, and tells for each connection what it is waiting for.
 */

/** Extensions of MAIL and of RCPT that this server announces. */
const mailParameters = new Set(['SIZE', 'BODY', 'SMTPUTF8', 'REQUIRETLS', 'RET', 'ENVID']);
const rcptParameters = new Set(['NOTIFY', 'ORCPT']);
const holdParameters = new Set(['HOLDFOR', 'HOLDUNTIL']);
/** RFC 4954, section 5: a client may say who submitted first; nobody is believed. */
const authParameter = 'AUTH';
const ownStatus = /^[245]\.\d{1,3}\.\d{1,3} /;
/** How long a client that is cut off has to read why. */
const cutMs = 1_000;

/** What a connection waits for: the client's next command, its message, or an answer of ours. */
export type Waiting =
  | { readonly for: 'command'; readonly sinceMs: number }
  | { readonly for: 'message'; readonly sinceMs: number; readonly received: number }
  | { readonly for: 'us' };

const connections = new WeakMap<SMTPServerSession, HubSmtpConnection>();

/** The connection of a session that smtp-server passes to a hook. */
export function connectionOf(session: SMTPServerSession): HubSmtpConnection {
  const connection = connections.get(session);
  if (connection === undefined) throw new Error('an SMTP session without its connection');
  return connection;
}

/** What a door offers beyond smtp-server. */
export interface ConnectionOffers {
  /** To give a message its time (RFC 4865). */
  readonly futureRelease?: FutureRelease;
  /** Undefined when the client's first message is none. */
  readonly scram?: (session: SMTPServerSession, clientFirst: string) => ScramConversation | undefined;
  /**
   * Greets without the pause in which smtp-server looks for clients that speak before they are greeted: that tells a
   * spammer from a mail server, and who signs in is neither.
   */
  readonly greetsAtOnce?: boolean;
}

/** A SCRAM exchange (RFC 5802) on one connection. */
export interface ScramConversation {
  readonly serverFirst: string;
  /** Rejects with a `SmtpRefusal`. */
  finish(clientFinal: string): Promise<{ readonly user: unknown; readonly serverFinal: string }>;
}

export class HubSmtpServer extends SMTPServer {
  readonly limits: SmtpLimits;
  readonly offers: ConnectionOffers;
  readonly #onLeave: (peer: string) => void;

  /** `onLeave` hears of each connection that has ended, by its peer. */
  constructor(
    options: SMTPServerOptions,
    limits: SmtpLimits,
    onLeave: (peer: string) => void,
    offers: ConnectionOffers = {},
  ) {
    super(options);
    this.limits = limits;
    this.offers = offers;
    this.#onLeave = onLeave;
  }

  /** The connections that speak SMTP now; those in a TLS handshake are not among them yet. */
  get speaking(): readonly HubSmtpConnection[] {
    return [...this.connections].filter((connection) => connection instanceof HubSmtpConnection);
  }

  override connect(socket: Socket, socketOptions?: SMTPConnectionOptions | null): void {
    const connection = new HubSmtpConnection(this, socket, socketOptions);
    this.connections.add(connection);
    connection.on('error', (error: Error) => this._onError(error));
    connection.on('connect', (data) => this._onClientConnect(data));
    connection.once('left', () => this.#onLeave(connection.peer));
    connection.init();
  }
}

export class HubSmtpConnection extends SMTPConnection {
  /** Address and port of the client, as the raw socket has them: one connection of the door at a time. */
  readonly peer: string;
  readonly #limits: SmtpLimits;
  readonly #offers: ConnectionOffers;
  #repliedAtMs = performance.now();
  #errors = 0;
  #greeted = false;

  constructor(server: HubSmtpServer, socket: Socket, options: SMTPConnectionOptions | null | undefined) {
    super(server, socket, options);
    this.#limits = server.limits;
    this.#offers = server.offers;
    this.peer = peerOf(socket);
    connections.set(this.session, this);
  }

  override init(): void {
    super.init();
    if (this.#offers.greetsAtOnce === true) setImmediate(() => this.connectionReady());
  }

  /** Also called when the pause is over. */
  override connectionReady(next?: () => void): void {
    if (this.#greeted && next === undefined) return;
    this.#greeted = true;
    super.connectionReady(next);
  }

  get waiting(): Waiting {
    const sinceMs = this.#repliedAtMs;
    if (this._dataStream && this._parser && this._parser._dataMode)
      return { for: 'message', sinceMs, received: this._dataStream.byteLength };
    return this._handlerPending || this._dataStream ? { for: 'us' } : { for: 'command', sinceMs };
  }

  /** Answers and ends the connection, also in the middle of a message; see `AfterRefusal`. */
  refuse(refusal: SmtpRefusal): void {
    this.send(refusal.responseCode, refusal.message);
    this.close();
    if (refusal.after !== 'cut') return;
    const socket = this._socket;
    socket.pause();
    setTimeout(() => socket.destroy(), cutMs).unref();
  }

  /** A text that begins with an enhanced status code of its own is sent as it is; the library would add another. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const own = typeof data === 'string' && ownStatus.test(data);
    const lines = Array.isArray(data) ? this.#announced(data) : data;
    // 220 may be the last word before TLS, which does not pass through what is held back here.
    if (code !== 220) this.#gather();
    super.send(code, lines, own ? false : context);
    this.#repliedAtMs = performance.now();
    if (code >= 500) this.#errors += 1;
    if (code === 521) this.close();
    if (this.#errors >= this.#limits.hardErrorsMax && !this._closing) {
      super.send(421, '4.7.0 Too many errors', false);
    }
  }

  /** Replies of one turn go out together, as those to commands that came together should (RFC 2920, section 3.2). */
  #gather(): void {
    const socket = this._socket;
    if (socket.writableCorked > 0) return;
    socket.cork();
    setImmediate(() => socket.uncork());
  }

  /** STARTTLS takes every listener off the socket that was accepted, so nothing else tells that it has gone. */
  override _onClose(): void {
    super._onClose();
    this.emit('left');
  }

  /** A client must not be led to send a password in clear: no AUTH before TLS (RFC 4954, section 4). */
  #announced(lines: string[]): string[] {
    const { futureRelease } = this.#offers;
    const offered = futureRelease === undefined ? lines : [...lines, futureReleaseLine(futureRelease)];
    return this.secure ? offered : offered.filter((line) => !line.startsWith('AUTH '));
  }

  /** A line that is too long may be the body of something else (S11, S14): nothing behind it is read as a command. */
  override _createParser(): ReturnType<SMTPConnection['_createParser']> {
    const parser = super._createParser();
    parser.removeAllListeners('error');
    parser.on('error', () => {
      this.send(500, '5.5.2 Command line too long');
      this.close();
    });
    return parser;
  }

  override handler_MAIL(command: Buffer, callback: () => void): void {
    const parsed = this._parseAddressCommand('mail from', command);
    const asked = argumentsOf(parsed);
    const parameters = Object.keys(asked);
    const signedIn = Boolean(this.session.user);
    const known = (key: string): boolean =>
      mailParameters.has(key) ||
      (signedIn && key === authParameter) ||
      (this.#offers.futureRelease !== undefined && holdParameters.has(key));
    if (!parameters.every(known)) return this.#answer(555, '5.5.4 Unknown MAIL parameter', callback);
    const refusal =
      refusalOfPath({ line: command.toString(), smtpUtf8: parameters.includes('SMTPUTF8') }) ??
      refusalOfRelease(asked, this.#offers.futureRelease) ??
      refusalOfLength(asked['ENVID'], this.#limits.envelopeIdCharactersMax);
    if (refusal) return this.#answer(refusal.code, `${refusal.status} ${refusal.text}`, callback);
    super.handler_MAIL(command, callback);
  }

  override handler_RCPT(command: Buffer, callback: () => void): void {
    const parsed = this._parseAddressCommand('rcpt to', command);
    const asked = argumentsOf(parsed);
    if (!Object.keys(asked).every((key) => rcptParameters.has(key)))
      return this.#answer(555, '5.5.4 Unknown RCPT parameter', callback);
    const smtpUtf8 = this.session.envelope.smtpUtf8 === true;
    const refusal =
      refusalOfPath({ line: command.toString(), smtpUtf8 }) ??
      refusalOfLength(asked['ORCPT'], this.#limits.originalRecipientCharactersMax);
    if (refusal) return this.#answer(refusal.code, `${refusal.status} ${refusal.text}`, callback);
    super.handler_RCPT(command, callback);
  }

  /** smtp-server knows PLAIN and LOGIN; SCRAM-SHA-256 (RFC 7677) is ours. */
  override handler_AUTH(command: Buffer, callback: () => void): void {
    const [, method = '', initial, ...more] = command.toString().trim().split(/\s+/);
    if (method.toUpperCase() !== 'SCRAM-SHA-256' || this.#offers.scram === undefined)
      return super.handler_AUTH(command, callback);
    if (!this.secure) return this.#answer(538, '5.7.11 Begin TLS first', callback);
    if (this.session.user) return this.#answer(503, '5.5.1 You are signed in', callback);
    if (more.length > 0) return this.#answer(501, '5.5.4 AUTH SCRAM-SHA-256 [initial-response]', callback);
    if (initial !== undefined) return this.#scramFirst(initial, callback);
    this._nextHandler = (line, next) => this.#scramFirst(line.toString(), next);
    this.send(334);
    callback();
  }

  #scramFirst(line: string, callback: () => void): void {
    const clientFirst = saslText(line);
    const conversation =
      clientFirst === undefined ? undefined : this.#offers.scram?.(this.session, clientFirst);
    if (conversation === undefined) return this.#answer(501, '5.5.2 That is no SCRAM message', callback);
    this._nextHandler = (next, done) => this.#scramFinal(next.toString(), conversation, done);
    this.send(334, Buffer.from(conversation.serverFirst).toString('base64'));
    callback();
  }

  #scramFinal(line: string, conversation: ScramConversation, callback: () => void): void {
    const clientFinal = saslText(line);
    if (clientFinal === undefined) return this.#answer(501, '5.5.2 That is no SCRAM message', callback);
    conversation.finish(clientFinal).then(
      ({ user, serverFinal }) => {
        // The client looks whether we know the password too, and says so with an empty line (RFC 4954, section 4).
        this._nextHandler = (_empty, done) => {
          this.session.user = user;
          this.session.transmissionType = this._transmissionType();
          this.#answer(235, '2.7.0 Authentication successful', done);
        };
        this.send(334, Buffer.from(serverFinal).toString('base64'));
        callback();
      },
      (error: SmtpRefusal) => this.#answer(error.responseCode, error.message, callback),
    );
  }

  handler_EXPN(_command: Buffer, callback: () => void): void {
    this.#answer(502, '5.5.1 Lists are not expanded', callback);
  }

  /** The client believes that octets follow which are no commands (RFC 3030): they are not read at all (S14). */
  handler_BDAT(_command: Buffer, callback: () => void): void {
    this.#answer(502, '5.5.1 CHUNKING is not offered', callback);
    this.close();
  }

  #answer(code: number, text: string, callback: () => void): void {
    this.send(code, text);
    callback();
  }
}

/** What a SASL line holds; undefined for `*`, which gives up, and for what is no base64. */
function saslText(line: string): string | undefined {
  const text = line.trim();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64').toString();
}

type Asked = Readonly<Record<string, string | true | undefined>>;

function argumentsOf(parsed: ReturnType<SMTPConnection['_parseAddressCommand']>): Asked {
  return (parsed && parsed.args) || {};
}

function refusalOfRelease(asked: Asked, futureRelease: FutureRelease | undefined): SmtpReply | undefined {
  const release = futureRelease === undefined ? undefined : releaseAtOf(asked, futureRelease);
  return release instanceof Date ? undefined : release;
}

/** Decoded from xtext already, so what is counted is what would be kept. */
function refusalOfLength(value: string | true | undefined, charactersMax: number): SmtpReply | undefined {
  if (typeof value !== 'string' || value.length <= charactersMax) return undefined;
  return { code: 501, status: '5.5.4', text: 'A parameter is too long' };
}

/** Address and port of the other side; a TLS socket has those of the socket that it lies on. */
export function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''}`;
}
