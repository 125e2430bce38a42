import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { MailAccess } from '#app/ports/mail.ts';

import { dispatch, type Outcome, refuse } from './dispatch.ts';
import { capabilities } from './capabilities.ts';
import type { BeginScram, ConnectionContext } from './connection-context.ts';
import { parseCommand, readHead } from './grammar/parse-command.ts';
import { judgeLiteral } from './literal-policy.ts';
import { BrokenLiteral, CommandRefused, SessionEnded, statusLine } from './responses.ts';
import { Session, type SessionDoor } from './session.ts';
import type { Channel } from './wire/channel.ts';
import { CommandDecoder, type Decoded } from './wire/command-decoder.ts';
import { DeflatedChannel } from './wire/deflated-channel.ts';
import { ConnectionClosed, Output } from './wire/output.ts';
import { endSoftly, handshake } from './wire/socket-turns.ts';

/** Octets taken from the socket ahead of the running command; beyond that the client waits. */
const READ_AHEAD_BYTES = 128 * 1024;

/** One client from its greeting to its end: octets in, commands run one after the other, answers out. */
export class ImapConnection {
  readonly #context: ConnectionContext;
  readonly #remoteAddress: string;
  #loginDeadline: number;
  readonly #output: Output;
  readonly #tcp: Socket;
  #socket: Channel;
  #decoder = new CommandDecoder();
  #session: Session;
  #isEnded = false;
  #plan: 'go_on' | 'start_tls' | 'compress' | 'sign_out' | 'end' = 'go_on';
  #farewell: string | undefined;
  #wake: (() => void) | undefined;
  #badCommands = 0;
  #literalBytesHeld = 0;
  #leave: () => void = () => {};

  constructor(socket: Socket, context: ConnectionContext) {
    this.#context = context;
    this.#tcp = socket;
    this.#socket = socket;
    this.#remoteAddress = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.#loginDeadline = performance.now() + context.limits.loginDeadlineMs;
    this.#output = new Output(socket, context.limits.writeStallMs);
    this.#session = this.#newSession(false);
    socket.setNoDelay(true);
    socket.on('error', ignore);
  }

  /** Serves the client until it goes; never rejects. */
  async run(implicitTls: boolean): Promise<void> {
    const { admission, log } = this.#context;
    const leaveDoor = admission.arrive(this.#remoteAddress);
    this.#leave = leaveDoor ?? this.#leave;
    try {
      if (implicitTls) await this.#startTls();
      else this.#attach(this.#socket);
      if (leaveDoor === undefined) throw new SessionEnded('Too many connections from your address');
      this.#output.line(`* ${statusLine('OK', 'chidao ready', `CAPABILITY ${capabilities(this.#session)}`)}`);
      await this.#output.flush();
      while (this.#plan !== 'end') await this.#serveNext();
    } catch (error) {
      if (error instanceof SessionEnded) await this.#sayBye(error.message);
      else if (error instanceof BrokenLiteral) {
        log.error({ error }, 'An IMAP literal could not be filled; the connection was cut');
        this.#socket.destroy();
      } else if (!(error instanceof ConnectionClosed)) {
        log.error({ error }, 'An IMAP connection failed');
        await this.#sayBye('An internal error was recorded');
      }
    } finally {
      this.#finish();
    }
  }

  /** Ends the session from outside: at once when it waits for the client, else after the running command. */
  end(text: string): void {
    this.#farewell ??= text;
    this.#wake?.();
    const socket = this.#socket;
    const grace = setTimeout(() => socket.destroy(), this.#context.limits.closeGraceMs);
    socket.once('close', () => clearTimeout(grace));
  }

  async #serveNext(): Promise<void> {
    const { limits } = this.#context;
    const signedIn = this.#session.isSignedIn;
    const bytesMax = signedIn ? limits.commandBytesMax : limits.commandBytesMaxBeforeLogin;
    const decoded = await this.#next(() => this.#decoder.nextCommand(bytesMax));
    switch (decoded.type) {
      case 'literal':
        return this.#answerLiteral(decoded);
      case 'malformed':
        this.#releaseLiterals();
        return this.#finishCommand(readHead(decoded.head).tag, bad('NUL, bare CR or bare LF in the command'));
      case 'overflow':
        throw new SessionEnded('The command is too long');
      case 'line':
        throw new Error('A line was decoded where a command was asked for');
      case 'command': {
        const parsed = parseCommand(decoded.octets, this.#session, limits);
        if (parsed.type === 'refused') {
          this.#releaseLiterals();
          return this.#finishCommand(parsed.tag, refuse(parsed.refusal));
        }
        const outcome = await dispatch(this.#session, parsed);
        this.#releaseLiterals();
        await this.#finishCommand(parsed.tag, outcome);
        if (this.#plan === 'start_tls') await this.#startTls();
        else if (this.#plan === 'compress') this.#compress();
        else if (this.#plan === 'sign_out') this.#signOut();
      }
    }
  }

  async #finishCommand(tag: string | undefined, outcome: Outcome): Promise<void> {
    this.#output.line(`${tag ?? '*'} ${outcome.line}`);
    await this.#output.flush();
    this.#session.runAfterAnswer();
    if (!outcome.isBad) return;
    this.#badCommands += 1;
    if (this.#badCommands >= this.#context.limits.badCommandsMax)
      throw new SessionEnded('Too many bad commands');
  }

  /** A refused literal that is already on its way must not be read as commands (I2). */
  async #answerLiteral(announced: Extract<Decoded, { type: 'literal' }>): Promise<void> {
    const { limits } = this.#context;
    const { tag, name } = readHead(announced.head);
    const refusal =
      judgeLiteral(announced, { name, isSignedIn: this.#session.isSignedIn, limits }) ??
      (this.#hold(announced.size) ? undefined : shortOfMemory());
    if (refusal === undefined) {
      this.#decoder.acceptLiteral();
      if (announced.nonSynchronising) return;
      this.#output.line('+ Ready for the literal');
      return this.#output.flush();
    }
    this.#decoder.refuseLiteral();
    this.#releaseLiterals();
    if (!announced.nonSynchronising) return this.#finishCommand(tag, refuse(refusal));
    await this.#finishCommand(tag, bad(refusal.message));
    throw new SessionEnded('The literal was refused');
  }

  #hold(bytes: number): boolean {
    if (!this.#context.admission.holdLiteral(bytes)) return false;
    this.#literalBytesHeld += bytes;
    return true;
  }

  #releaseLiterals(): void {
    this.#context.admission.releaseLiteral(this.#literalBytesHeld);
    this.#literalBytesHeld = 0;
  }

  /** The next finding of the decoder, as soon as there are octets enough. Throws when the client or its time is over. */
  async #next(read: () => Decoded | undefined): Promise<Decoded> {
    const { limits } = this.#context;
    const waitMs = this.#session.isSignedIn ? limits.idleTimeoutMs : this.#loginDeadline - performance.now();
    let isLate = waitMs <= 0;
    const timer = setTimeout(
      () => {
        isLate = true;
        this.#wake?.();
      },
      Math.max(0, waitMs),
    );
    try {
      for (;;) {
        if (this.#farewell !== undefined) throw new SessionEnded(this.#farewell);
        const decoded = read();
        if (decoded !== undefined) return decoded;
        if (this.#isEnded) throw new ConnectionClosed();
        if (isLate) throw new SessionEnded('Idle for too long');
        await this.#moreOctets();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #moreOctets(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
      this.#socket.resume();
    });
  }

  #attach(socket: Channel): void {
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#decoder.push(chunk);
    if (this.#wake !== undefined) this.#wake();
    else if (this.#decoder.bufferedBytes > READ_AHEAD_BYTES) this.#socket.pause();
  };

  readonly #onEnd = (): void => {
    this.#isEnded = true;
    this.#wake?.();
  };

  /** From here on nothing that comes in clear is read as a command; what has come is forgotten (I5, CVE-2011-0411). */
  #detach(plan: 'start_tls' | 'compress'): void {
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onEnd);
    this.#socket.pause();
    this.#decoder.discard();
    this.#plan = plan;
  }

  /** Shakes hands and starts a session that knows nothing of the one before. */
  async #startTls(): Promise<void> {
    const secure = new TLSSocket(this.#tcp, {
      isServer: true,
      secureContext: this.#context.secureContext,
    });
    secure.on('error', ignore);
    this.#socket = secure;
    this.#output.useSocket(secure);
    this.#decoder = new CommandDecoder();
    this.#attach(secure);
    await handshake(secure, this.#loginDeadline - performance.now());
    this.#session.close();
    this.#session = this.#newSession(true);
    this.#plan = 'go_on';
  }

  #compress(): void {
    if (this.#socket.destroyed) throw new ConnectionClosed();
    const channel = new DeflatedChannel(this.#socket, this.#context.limits);
    channel.on('error', ignore);
    this.#socket = channel;
    this.#output.useSocket(channel);
    this.#decoder = new CommandDecoder();
    this.#attach(channel);
    this.#plan = 'go_on';
  }

  /** A stranger again, counted as one, with the time of one to sign in. */
  #signOut(): void {
    const leaveDoor = this.#context.admission.arrive(this.#remoteAddress);
    if (leaveDoor === undefined) throw new SessionEnded('Too many connections from your address');
    this.#leave();
    this.#leave = leaveDoor;
    this.#session.close();
    this.#session = this.#newSession(this.#session.isSecure);
    this.#loginDeadline = performance.now() + this.#context.limits.loginDeadlineMs;
    this.#plan = 'go_on';
  }

  #newSession(isSecure: boolean): Session {
    const { limits, log, indexes, encoded, watch, authenticate, beginScram } = this.#context;
    const remoteAddress = this.#remoteAddress;
    const door: SessionDoor = {
      authenticate: async (address, password) =>
        this.#admit(await authenticate({ address, password, remoteAddress, protocol: 'imap' })),
      ...(beginScram === undefined
        ? {}
        : { beginScram: (clientFirst: string) => this.#beginScram(beginScram, clientFirst) }),
      readLine: () => this.#readLine(),
      requestTls: () => this.#detach('start_tls'),
      requestCompression: () => this.#detach('compress'),
      isCompressed: () => this.#socket instanceof DeflatedChannel,
      requestSignOut: () => {
        this.#plan = 'sign_out';
      },
      holdOctets: (bytes) => {
        if (!this.#hold(bytes)) throw shortOfMemory();
      },
      requestEnd: () => {
        this.#plan = 'end';
      },
      end: (text) => this.end(text),
    };
    return new Session({ limits, log, output: this.#output, indexes, encoded, watch, door, isSecure });
  }

  #beginScram(
    beginScram: BeginScram,
    clientFirst: string,
  ): ReturnType<NonNullable<SessionDoor['beginScram']>> {
    const exchange = beginScram({ clientFirst, remoteAddress: this.#remoteAddress });
    if (exchange === undefined) return undefined;
    return {
      serverFirst: exchange.serverFirst,
      finish: async (clientFinal) => {
        const { access, serverFinal } = await exchange.finish(clientFinal);
        return { serverFinal, enter: () => this.#admit(access) };
      },
    };
  }

  /** From here on the connection counts for its account (I11). */
  #admit(access: MailAccess): MailAccess {
    const leave = this.#context.admission.signIn(access.accountId, this.#remoteAddress);
    if (leave === undefined) throw new CommandRefused('Too many connections of this account', 'LIMIT');
    this.#leave();
    this.#leave = leave;
    return access;
  }

  async #readLine(): Promise<Buffer> {
    const decoded = await this.#next(() => this.#decoder.nextLine(this.#context.limits.continuationBytesMax));
    if (decoded.type === 'line') return decoded.line;
    if (decoded.type === 'malformed') return Buffer.alloc(0);
    throw new SessionEnded('The line is too long');
  }

  async #sayBye(text: string): Promise<void> {
    try {
      this.#output.line(`* ${statusLine('BYE', text)}`);
      await this.#output.flush();
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) throw error;
    }
  }

  #finish(): void {
    this.#leave();
    this.#releaseLiterals();
    this.#session.close();
    this.#socket.off('data', this.#onData);
    this.#decoder.discard();
    endSoftly(this.#socket, this.#context.limits.closeGraceMs);
  }
}

function bad(text: string): Outcome {
  return refuse(new CommandRefused(text, undefined, 'BAD'));
}

function shortOfMemory(): CommandRefused {
  return new CommandRefused('The server is short of memory; try again', 'UNAVAILABLE');
}

/** A broken connection shows itself by its close. */
function ignore(): void {}
