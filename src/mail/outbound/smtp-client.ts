import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, TLSSocket } from 'node:tls';
import { createReplyReader, ReplyFault, type SmtpReply } from './smtp-reply.ts';

/**
 * Why a connection came to nothing. `tls`: the handshake failed. `busy`: the server said 421 and closes. The status is
 * that of RFC 3463.
 */
export class SmtpFault extends Error {
  override readonly name = 'SmtpFault';
  readonly kind: 'unreachable' | 'timeout' | 'closed' | 'protocol' | 'tls' | 'busy';
  readonly status: string;

  constructor(kind: SmtpFault['kind'], status: string, text: string) {
    super(text);
    this.kind = kind;
    this.status = status;
  }
}

export interface SmtpHost {
  /** The name that its certificate must bear; an address where there is no name. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** One connection to another server. Everything rejects with `SmtpFault`, and only with that. */
export interface SmtpClient {
  readonly secure: boolean;
  /** The certificate is valid, trusted and of the host's name. */
  readonly verified: boolean;
  read(withinMs: number): Promise<SmtpReply>;
  /** Sends a line and waits for its reply. */
  command(line: string, withinMs: number): Promise<SmtpReply>;
  /** Resolves when the octets have left this process. */
  write(octets: string | Buffer, withinMs: number): Promise<void>;
  /** After the 220 to STARTTLS. Gives whether octets came in clear behind it; they are dropped unread (threats S4). */
  startTls(withinMs: number): Promise<{ readonly dropped: boolean }>;
  /** Says QUIT and waits for nothing. */
  quit(): void;
  destroy(): void;
}

/** A server that answers more often than it was asked is not listened to for ever. */
const unreadRepliesMax = 200;
const quitGraceMs = 2_000;

/**
 * Connects to one address. A client of our own, because no library tells the reply to each recipient and gives each
 * recipient its own NOTIFY and ORCPT (RFC 3461). It sends octets it is given and opens nothing else (threats S10).
 */
export async function connectSmtp(
  host: SmtpHost,
  options: {
    readonly implicitTls: boolean;
    readonly connectMs: number;
    readonly ca?: string | undefined;
  },
): Promise<SmtpClient> {
  const reader = createReplyReader();
  let replies: SmtpReply[] = [];
  let fault: SmtpFault | undefined;
  let wake: (() => void) | undefined;
  let socket: Socket = connectTcp({ host: host.address, port: host.port, noDelay: true });
  let verified = false;

  function fail(reason: SmtpFault): void {
    fault ??= reason;
    socket.destroy();
    wake?.();
  }

  function onData(octets: Buffer): void {
    try {
      replies.push(...reader.push(octets));
      if (replies.length > unreadRepliesMax) throw new ReplyFault('more replies than commands');
    } catch (error) {
      if (!(error instanceof ReplyFault)) throw error;
      fail(new SmtpFault('protocol', '4.5.0', `The server sent ${error.message}`));
    }
    wake?.();
  }

  function listen(to: Socket): void {
    to.on('data', onData);
    const lost = (reason: string): void => {
      // The socket beneath TLS tells its end too; then the TLS socket knows better what it means.
      if (to === socket) fail(new SmtpFault('closed', '4.4.2', reason));
    };
    to.on('error', (error) => lost(`Connection lost: ${error.message}`));
    to.on('close', () => lost('The server closed the connection'));
  }

  /** Waits until `isReady`, a fault, or the end of the time. */
  async function until(isReady: () => boolean, withinMs: number, late: SmtpFault): Promise<void> {
    const timer = setTimeout(() => fail(late), Math.max(0, withinMs));
    try {
      while (!isReady()) {
        if (fault) throw fault;
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async function opened(to: Socket, event: 'connect' | 'secureConnect', withinMs: number): Promise<void> {
    const kind = event === 'connect' ? 'unreachable' : 'tls';
    const status = event === 'connect' ? '4.4.1' : '4.7.5';
    const what = event === 'connect' ? 'No connection' : 'No TLS handshake';
    let open = false;
    const broken = (reason: string): void => {
      if (!open) fail(new SmtpFault(kind, status, `${what}: ${reason}`));
    };
    to.once('error', (error) => broken(error.message));
    to.once('close', () => broken('the server closed the connection'));
    to.once(event, () => {
      open = true;
      wake?.();
    });
    await until(() => open, withinMs, new SmtpFault(kind, status, `${what} in time`));
  }

  /** Any certificate is taken and looked at afterwards: whether it must be valid is the policy's to say. */
  async function secureSocket(withinMs: number): Promise<void> {
    const plain = socket;
    plain.removeListener('data', onData);
    const tls: ConnectionOptions = { socket: plain, host: host.name, rejectUnauthorized: false };
    if (isIP(host.name) === 0) tls.servername = host.name;
    if (options.ca !== undefined) tls.ca = options.ca;
    const secure = connectTls(tls);
    socket = secure;
    await opened(secure, 'secureConnect', withinMs);
    verified = secure.authorized;
    listen(secure);
  }

  const client: SmtpClient = {
    get secure() {
      return socket instanceof TLSSocket;
    },
    get verified() {
      return verified;
    },
    async read(withinMs) {
      const late = new SmtpFault('timeout', '4.4.2', 'The server did not answer in time');
      await until(() => replies.length > 0, withinMs, late);
      const reply = replies.shift();
      if (!reply) throw late;
      return reply;
    },
    async command(line, withinMs) {
      // A reply to nothing would be taken for the reply to this, and every later one with it.
      if (replies.some((reply) => reply.code !== 421)) {
        throw new SmtpFault('protocol', '4.5.0', 'The server answered more often than it was asked');
      }
      await client.write(`${line}\r\n`, withinMs);
      return client.read(withinMs);
    },
    async write(octets, withinMs) {
      let written = false;
      if (fault && replies.length === 0) throw fault;
      // What the server said before it closed is worth more than that it closed, so a failed write waits for `read`.
      socket.write(octets, () => {
        written = true;
        wake?.();
      });
      const late = new SmtpFault('timeout', '4.4.2', 'The server did not take the octets in time');
      await until(() => written || replies.length > 0, withinMs, late);
    },
    async startTls(withinMs) {
      const dropped = replies.length + reader.drop() > 0;
      replies = [];
      await secureSocket(withinMs);
      return { dropped };
    },
    quit() {
      if (!socket.writable) return client.destroy();
      socket.end('QUIT\r\n');
      setTimeout(() => socket.destroy(), quitGraceMs).unref();
    },
    destroy() {
      socket.destroy();
    },
  };

  await opened(socket, 'connect', options.connectMs);
  listen(socket);
  if (options.implicitTls) await secureSocket(options.connectMs);
  return client;
}
