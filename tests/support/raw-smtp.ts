import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** An SMTP client that sends exactly what it is told and keeps the transcript, `C:` and `S:` lines. */
export interface RawSmtp {
  readonly transcript: readonly string[];
  /** The next whole reply, its lines joined by `\n`; '' when the server has closed. */
  read(): Promise<string>;
  /** Sends octets as they are. */
  send(octets: string | Buffer): void;
  /** Sends a line and waits for its reply. */
  command(line: string): Promise<string>;
  /** Sends lines one after the other; returns the last reply. */
  commands(...lines: readonly string[]): Promise<string>;
  /** DATA, the octets, the end; returns the reply. The octets are dot-stuffed and end with CRLF. */
  data(octets: string | Buffer): Promise<string>;
  /** STARTTLS and the handshake; `together` is sent in clear in the same write as STARTTLS. */
  startTls(together?: string): Promise<void>;
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  readonly isClosed: boolean;
  destroy(): void;
}

interface ConnectOptions {
  readonly port: number;
  readonly tls?: boolean;
  readonly localAddress?: string;
}

/** Connects; the greeting is the first reply. */
export async function connectRaw({ port, tls, localAddress }: ConnectOptions): Promise<RawSmtp> {
  const address = { host: '127.0.0.1', port, ...(localAddress === undefined ? {} : { localAddress }) };
  let socket: Socket = tls ? connectTls({ ...address, rejectUnauthorized: false }) : connectTcp(address);
  const transcript: string[] = [];
  let received = '';
  let isClosed = false;
  let wake: (() => void) | undefined;
  let announce: (() => void) | undefined;
  const closed = new Promise<void>((resolve) => (announce = resolve));

  function listen(to: Socket): void {
    to.on('data', (chunk: Buffer) => {
      received += chunk.toString();
      wake?.();
    });
    to.on('error', () => undefined);
    to.on('close', () => {
      if (to !== socket) return;
      isClosed = true;
      announce?.();
      wake?.();
    });
  }

  /** Takes one reply off what was received; undefined when it is not whole yet. */
  function takeReply(): string | undefined {
    const end = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(received);
    if (end === null) return undefined;
    received = received.slice(end[0].length);
    const reply = end[0].trimEnd().replaceAll('\r', '');
    transcript.push(...reply.split('\n').map((line) => `S: ${line}`));
    return reply;
  }

  async function read(): Promise<string> {
    for (;;) {
      const reply = takeReply();
      if (reply !== undefined) return reply;
      if (isClosed) return '';
      await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
    }
  }

  function send(octets: string | Buffer): void {
    transcript.push(`C: ${octets.toString().trimEnd()}`);
    socket.write(octets);
  }

  async function command(line: string): Promise<string> {
    send(`${line}\r\n`);
    return read();
  }

  listen(socket);
  return {
    transcript,
    read,
    send,
    command,
    async commands(...lines) {
      let reply = '';
      for (const line of lines) reply = await command(line);
      return reply;
    },
    async data(octets) {
      const ready = await command('DATA');
      if (!ready.startsWith('354')) return ready;
      const stuffed = Buffer.from(octets).toString('latin1').replaceAll(/^\./gm, '..');
      transcript.push('C: (message)');
      socket.write(Buffer.from(`${stuffed}.\r\n`, 'latin1'));
      return read();
    },
    async startTls(together = '') {
      send(`STARTTLS\r\n${together}`);
      await read();
      received = '';
      const plain = socket;
      plain.removeAllListeners('data');
      const secure = connectTls({ socket: plain, rejectUnauthorized: false });
      socket = secure;
      listen(secure);
      await new Promise<void>((resolve, reject) => {
        secure.once('secureConnect', resolve);
        secure.once('error', reject);
      });
    },
    closed,
    get isClosed() {
      return isClosed;
    },
    destroy: () => socket.destroy(),
  };
}

/** Connects, reads the greeting and says EHLO. */
export async function greetRaw(options: ConnectOptions): Promise<RawSmtp> {
  const client = await connectRaw(options);
  await client.read();
  await client.command('EHLO client.example');
  return client;
}

/** An SASL PLAIN response (RFC 4616). */
export function plainToken(address: string, password: string, actAs = ''): string {
  return Buffer.from(`${actAs}\0${address}\0${password}`).toString('base64');
}
