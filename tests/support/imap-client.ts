import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw } from 'node:zlib';

import { createImapServer, type ImapServerOptions } from '#mail/imap/imap-server.ts';
import { HubError } from '#domain/hub-error.ts';

import { MemoryMail } from './memory-mail-access.ts';
import { createTestCertificate } from './test-certificate.ts';

const ANSWER_TIMEOUT_MS = 20_000;

export interface ImapTestServer {
  readonly mail: MemoryMail;
  readonly startTlsPort: number;
  readonly tlsPort: number;
  readonly faults: readonly string[];
  /** Connects to the door with TLS. */
  readonly connect: () => Promise<ImapClient>;
  readonly connectPlain: () => Promise<ImapClient>;
  /** Connects, signs in and selects a mailbox. */
  readonly open: (mailbox?: string) => Promise<ImapClient>;
  /** Closes the server under its clients. */
  readonly shutDown: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A real IMAP server on free ports of the loopback, over mail kept in memory. The password is `mat khau`. */
export async function startImapServer(options: Partial<ImapServerOptions> = {}): Promise<ImapTestServer> {
  const mail = new MemoryMail();
  const faults: string[] = [];
  const server = createImapServer({
    host: '127.0.0.1',
    startTlsPort: 0,
    tlsPort: 0,
    tls: createTestCertificate(),
    watch: mail,
    authenticate: async ({ password }) => {
      if (password === 'mat khau') return mail.access();
      if (password === 'too many') throw new HubError('too_many_attempts', { retryAfterMs: 30_000 });
      if (password === 'down') throw new HubError('unavailable');
      if (password === 'fault') throw new Error('broken on purpose');
      throw new HubError('wrong_credentials');
    },
    log: { info: () => {}, warn: () => {}, error: (_fields, text) => faults.push(text) },
    ...options,
    limits: { closeGraceMs: 200, ...options.limits },
  });
  const ports = await server.listen();
  const clients: ImapClient[] = [];
  const opened = async (socket: Socket): Promise<ImapClient> => {
    const client = new ImapClient(socket);
    clients.push(client);
    await client.line();
    return client;
  };
  const connect = (): Promise<ImapClient> =>
    opened(connectTls({ port: ports.tlsPort, host: '127.0.0.1', rejectUnauthorized: false }));
  return {
    mail,
    ...ports,
    faults,
    connect,
    connectPlain: () => opened(connectPlain(ports.startTlsPort, '127.0.0.1')),
    open: async (mailbox = 'INBOX') => {
      const client = await connect();
      await client.command('LOGIN an.nguyen@binhthuan.example "mat khau"');
      await client.command(`SELECT ${mailbox}`);
      return client;
    },
    shutDown: () => server.close(),
    close: async () => {
      for (const client of clients) client.destroy();
      await server.close();
    },
  };
}

/** A client that speaks octets: what is sent is what the test says, what comes back is given as lines. */
export class ImapClient {
  #socket: Socket;
  #chunks: Buffer[] = [];
  #length = 0;
  #isClosed = false;
  #wake: (() => void) | undefined;
  #tags = 0;
  #deflate: DeflateRaw | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  send(text: string | Buffer): void {
    if (this.#deflate === undefined) this.#socket.write(text);
    else {
      this.#deflate.write(text);
      this.#deflate.flush(constants.Z_SYNC_FLUSH);
    }
  }

  /** From here on deflated both ways (RFC 4978). */
  compress(): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    const inflate = createInflateRaw();
    inflate.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#wake?.();
    });
    inflate.on('error', () => {});
    // What came before the end is still being inflated when the socket has closed.
    plain.removeAllListeners('close');
    plain.on('close', () => inflate.end());
    inflate.on('close', () => {
      this.#isClosed = true;
      this.#wake?.();
    });
    plain.pipe(inflate);
    this.#deflate = createDeflateRaw();
    this.#deflate.pipe(plain);
  }

  /** Resolves when the system has taken all that was sent. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write('', () => resolve()));
  }

  /** Sends a command and gives back all lines up to and with its tagged answer; a literal counts as one line. */
  async command(text: string): Promise<readonly string[]> {
    this.#tags += 1;
    const tag = `T${this.#tags}`;
    this.send(`${tag} ${text}\r\n`);
    return this.answerTo(tag);
  }

  async answerTo(tag: string): Promise<readonly string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      lines.push(line.startsWith(`${tag} `) ? line.slice(tag.length + 1) : line);
      if (line.startsWith(`${tag} `)) return lines;
    }
  }

  /** The next response line, with the literals in it. */
  async line(): Promise<string> {
    let line = '';
    for (;;) {
      const text = await this.physicalLine();
      const literal = /\{(\d+)\}$/.exec(text);
      if (literal === null) return line + text;
      const size = Number(literal[1]);
      while (this.#length < size) await this.#more();
      const octets = this.#take(size);
      line += `${text}\r\n${octets.toString('latin1')}`;
    }
  }

  /** The next line as it is on the wire: a literal's lines come as lines of their own. */
  async physicalLine(): Promise<string> {
    for (;;) {
      const at = this.#received().indexOf('\r\n');
      if (at >= 0)
        return this.#take(at + 2)
          .toString('latin1')
          .slice(0, -2);
      await this.#more();
    }
  }

  /** Everything until the server closes. */
  async rest(): Promise<string> {
    while (!this.#isClosed) await this.#more();
    return this.#received().toString('latin1');
  }

  /** From here on inside TLS. */
  async startTls(): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('close');
    this.#take(this.#length);
    const secure = connectTls({ socket: plain, rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      secure.once('secureConnect', resolve);
      secure.once('error', reject);
    });
    this.#socket = secure;
    this.#listen(secure);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake?.();
    });
  }

  #received(): Buffer {
    const [only, ...more] = this.#chunks;
    if (only !== undefined && more.length === 0) return only;
    const received = Buffer.concat(this.#chunks);
    this.#chunks = [received];
    return received;
  }

  #take(length: number): Buffer {
    const received = this.#received();
    this.#chunks = [received.subarray(length)];
    this.#length -= length;
    return received.subarray(0, length);
  }

  #more(): Promise<void> {
    if (this.#isClosed)
      throw new Error(`The server has closed; left: ${this.#received().toString('latin1')}`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`No answer; received: ${this.#received().toString('latin1', 0, 500)}`));
      }, ANSWER_TIMEOUT_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
