import { connect, type Socket } from 'node:net';

/** One transaction of a load. */
export interface LoadMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** Dot-stuffed, ending with CRLF. */
  readonly octets: string;
}

export interface LoadRequest {
  readonly port: number;
  readonly connections: number;
  readonly messages: readonly LoadMessage[];
}

export interface LoadAnswer {
  /** From the first connection to the last 250, in milliseconds. */
  readonly acceptedMs: number;
  /** Of each message, from its last octet to its 250, in milliseconds. */
  readonly answerMs: readonly number[];
}

/**
 * Sends every message over a few connections, one transaction after another on each, as a mail server does. MAIL, RCPT
 * and DATA go together (RFC 2920); the octets wait for 354. Rejects at the first answer that is not the wanted one.
 */
export async function sendLoad({ port, connections, messages }: LoadRequest): Promise<LoadAnswer> {
  const answerMs: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const line = await openLine(port);
      for (let message = messages[next++]; message !== undefined; message = messages[next++])
        answerMs.push(await sendOne(line, message));
      line.socket.end('QUIT\r\n');
    }),
  );
  return { acceptedMs: performance.now() - startedMs, answerMs };
}

interface Line {
  readonly socket: Socket;
  /** The next whole reply. */
  reply(): Promise<string>;
}

async function openLine(port: number): Promise<Line> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let text = '';
  let wake: (() => void) | undefined;
  let fault: Error | undefined;
  const end = (error: Error) => {
    fault ??= error;
    wake?.();
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    wake?.();
  });
  socket.on('error', end);
  socket.on('close', () => end(new Error('the server has closed')));
  const line: Line = {
    socket,
    async reply() {
      for (;;) {
        const whole = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/u.exec(text);
        if (whole !== null) {
          text = text.slice(whole[0].length);
          return whole[0];
        }
        if (fault !== undefined) throw fault;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
  await want(line, '220');
  socket.write('EHLO load.example\r\n');
  await want(line, '250');
  return line;
}

async function sendOne(line: Line, { from, to, octets }: LoadMessage): Promise<number> {
  line.socket.write(
    `MAIL FROM:<${from}>\r\n${to.map((address) => `RCPT TO:<${address}>\r\n`).join('')}DATA\r\n`,
  );
  await want(line, '250');
  for (const _recipient of to) await want(line, '250');
  await want(line, '354');
  line.socket.write(`${octets}.\r\n`);
  const sentMs = performance.now();
  await want(line, '250');
  return performance.now() - sentMs;
}

async function want(line: Line, code: string): Promise<void> {
  const reply = await line.reply();
  if (!reply.startsWith(code)) throw new Error(`wanted ${code}, got ${reply.trim()}`);
}
