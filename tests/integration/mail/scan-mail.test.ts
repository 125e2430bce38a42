import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createScanMail } from '#mail/scan/scan-mail.ts';
import { freePort } from '#support/free-port.ts';

const origin = { clientAddress: '192.0.2.7', helo: 'may.ngoai.example', sender: 'a@ngoai.example' };
const message = Buffer.from('Subject: Thư\r\n\r\nNội dung.\r\n');
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A clamd that really reads INSTREAM and then does what the test says with what it read. */
async function startClamd(act: (octets: Buffer, socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      const octets = streamed(pending);
      if (octets !== undefined) act(octets, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const command = 'zINSTREAM\0';

/** What was streamed, once its empty chunk has come. */
function streamed(input: Buffer): Buffer | undefined {
  if (input.toString('latin1', 0, command.length) !== command) return undefined;
  const chunks: Buffer[] = [];
  for (let at = command.length; at + 4 <= input.length;) {
    const length = input.readUInt32BE(at);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(input.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}

async function startRspamd(
  act: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void,
): Promise<string> {
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => act(request, Buffer.concat(chunks), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Configured {
  readonly clamdPort?: number;
  readonly rspamdUrl?: string;
  readonly deadlineMs?: number;
}

const scan = ({ clamdPort, rspamdUrl, deadlineMs = 5_000 }: Configured, octets: Buffer = message) =>
  createScanMail({
    ...(clamdPort === undefined ? {} : { clamd: { host: '127.0.0.1', port: clamdPort } }),
    ...(rspamdUrl === undefined ? {} : { rspamd: { url: rspamdUrl } }),
    deadlineMs,
    log: { warn: () => undefined },
  })(octets, origin);

describe('clamd', () => {
  it('is given every octet, in chunks', async () => {
    let seen: Buffer | undefined;
    const clamdPort = await startClamd((octets, socket) => {
      seen = octets;
      socket.end('stream: OK\0');
    });
    const large = Buffer.alloc(300_000, 'dữ liệu');
    expect(await scan({ clamdPort }, large)).toEqual({ kind: 'clean' });
    expect(seen?.equals(large)).toBe(true);
  });

  it('names what it found', async () => {
    const clamdPort = await startClamd((_octets, socket) => socket.end('stream: Eicar-Test FOUND\0'));
    expect(await scan({ clamdPort })).toEqual({ kind: 'infected', name: 'Eicar-Test', scanner: 'clamd' });
  });

  it.each([
    ['an error', (socket: Socket) => socket.end('INSTREAM size limit exceeded. ERROR\0')],
    ['nothing', (socket: Socket) => socket.end()],
    ['a cut', (socket: Socket) => socket.destroy()],
    ['words without an end', (socket: Socket) => socket.write('x'.repeat(10_000))],
    ['clean, but of another stream', (socket: Socket) => socket.end('other: OK\0')],
  ])('M8 F21 that answers with %s has given no answer', async (_name, act) => {
    const clamdPort = await startClamd((_octets, socket) => act(socket));
    expect(await scan({ clamdPort })).toMatchObject({ kind: 'unavailable', scanner: 'clamd' });
  });

  it('M8 F21 that is silent, or not there, has given no answer', async () => {
    const clamdPort = await startClamd(() => undefined);
    expect(await scan({ clamdPort, deadlineMs: 200 })).toMatchObject({ kind: 'unavailable' });
    expect(await scan({ clamdPort: await freePort() })).toMatchObject({ kind: 'unavailable' });
  });
});

describe('rspamd', () => {
  it('is given the message and where it came from', async () => {
    let seen: { readonly headers: IncomingMessage['headers']; readonly body: Buffer } | undefined;
    const rspamdUrl = await startRspamd((request, body, response) => {
      seen = { headers: request.headers, body };
      response.end(JSON.stringify({ action: 'no action', score: 0.1 }));
    });
    expect(await scan({ rspamdUrl })).toEqual({ kind: 'clean' });
    expect(seen?.body.equals(message)).toBe(true);
    expect(seen?.headers).toMatchObject({
      ip: origin.clientAddress,
      helo: origin.helo,
      from: origin.sender,
    });
  });

  it.each([
    ['no action', { kind: 'clean' }],
    ['greylist', { kind: 'clean' }],
    ['add header', { kind: 'spam', reject: false }],
    ['rewrite subject', { kind: 'spam', reject: false }],
    ['reject', { kind: 'spam', reject: true }],
    ['soft reject', { kind: 'unavailable' }],
    ['dance', { kind: 'unavailable' }],
  ])('%j is understood', async (action, result) => {
    const rspamdUrl = await startRspamd((_request, _body, response) =>
      response.end(JSON.stringify({ action, score: 7 })),
    );
    expect(await scan({ rspamdUrl })).toMatchObject(result);
  });

  it.each([
    ['an error', (response: ServerResponse) => response.writeHead(500).end('{"action":"no action"}')],
    ['what is no JSON', (response: ServerResponse) => response.end('no action')],
    ['null', (response: ServerResponse) => response.end('null')],
    [
      'too much',
      (response: ServerResponse) => response.end(`{"action":"no action","x":"${'x'.repeat(2_000_000)}"}`),
    ],
    ['a way elsewhere', (response: ServerResponse) => response.writeHead(302, { location: '/' }).end()],
    ['a cut', (response: ServerResponse) => response.destroy()],
  ])('M8 F21 that answers with %s has given no answer', async (_name, act) => {
    const rspamdUrl = await startRspamd((_request, _body, response) => act(response));
    expect(await scan({ rspamdUrl })).toMatchObject({ kind: 'unavailable', scanner: 'rspamd' });
  });
});

describe('several scanners', () => {
  it('are all asked, and the gravest word counts, also when another gives none', async () => {
    const clamdPort = await startClamd((_octets, socket) => socket.end('stream: Eicar FOUND\0'));
    expect(await scan({ clamdPort, rspamdUrl: 'http://127.0.0.1:1' })).toMatchObject({ kind: 'infected' });
    const clean = await startClamd((_octets, socket) => socket.end('stream: OK\0'));
    expect(await scan({ clamdPort: clean, rspamdUrl: 'http://127.0.0.1:1' })).toMatchObject({
      kind: 'unavailable',
      scanner: 'rspamd',
    });
  });

  it('are none when none is configured', async () => {
    expect(await scan({})).toEqual({ kind: 'clean' });
  });
});
