import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AcceptedSockets, watchAccepted } from '#support/accepted-sockets.ts';
import { greetRaw } from '#support/raw-smtp.ts';
import { createSmtpFixture, type SmtpAccount, type SmtpFixture } from '#support/smtp-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let hub: SmtpFixture;
let lan: SmtpAccount;
let accepted: AcceptedSockets;

beforeAll(async () => {
  test = await createTestDatabase();
  hub = await createSmtpFixture(test.database);
  lan = await hub.account('nguyen.thi.lan');
});
beforeEach(() => {
  accepted = watchAccepted();
});
afterEach(async () => {
  accepted.stop();
  await hub.closeDoors();
});
afterAll(() => test.drop());

/** What a slow client has said before it begins to drip, and the octets that it drips without an end. */
interface SlowKind {
  readonly name: string;
  readonly secure?: boolean;
  readonly said: () => readonly string[];
  readonly drips: string;
}

const beginsTls = '\x16\x03\x01\x02\x00\x01';
const slowKinds: readonly SlowKind[] = [
  { name: 'idle', said: () => [], drips: '' },
  { name: 'in a command', said: () => ['EHLO client.example'], drips: 'a' },
  {
    name: 'in DATA',
    said: () => ['EHLO client.example', 'MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`, 'DATA'],
    drips: 'a',
  },
  { name: 'in the handshake of STARTTLS', said: () => ['EHLO client.example', 'STARTTLS'], drips: '\x01' },
  { name: 'in the handshake of the TLS port', secure: true, said: () => [], drips: '\x01' },
];

/** Never closes its half, reads everything, and waits for each answer but says nothing more than it was told. */
async function openSlow(kind: SlowKind, port: number, localAddress: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (!kind.secure) await once(socket, 'data');
  for (const line of kind.said()) {
    socket.write(`${line}\r\n`);
    await once(socket, 'data');
  }
  if (kind.name.includes('handshake')) socket.write(Buffer.from(beginsTls, 'latin1'));
  socket.resume();
  return socket;
}

describe('createSmtpDoor, many slow clients', () => {
  it(
    'ends 500 that drip, 100 of each kind, and takes a mail meanwhile (S13)',
    { timeout: 60_000 },
    async () => {
      const deadlineMs = 3_000;
      const limits = {
        commandDeadlineMs: deadlineMs,
        dataGraceMs: deadlineMs,
        handshakeDeadlineMs: deadlineMs,
        sweepMs: 100,
      };
      const mx = await hub.mxDoor({ limits });
      const submissions = await hub.submissionDoor({ limits, implicitTls: true });
      const portOf = (kind: SlowKind): number => (kind.secure ? submissions.port : mx.port);
      const slow = await Promise.all(
        Array.from({ length: 500 }, async (_, index) => {
          const kind = slowKinds[index % slowKinds.length] ?? slowKinds[0];
          if (kind === undefined) throw new Error('no kind');
          return { kind, socket: await openSlow(kind, portOf(kind), `127.0.2.${1 + (index % 20)}`) };
        }),
      );
      const drip = setInterval(() => {
        for (const { kind, socket } of slow)
          if (kind.drips !== '' && socket.writable) socket.write(kind.drips);
      }, 100);
      try {
        const doorSide = [...accepted.of(mx.port), ...accepted.of(submissions.port)];
        expect(doorSide.length).toBe(500);
        const client = await greetRaw({ port: mx.port });
        await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`);
        expect(await client.data('From: a@ngoai.example\r\nSubject: thu\r\n\r\nx\r\n')).toMatch(
          /^250 2\.6\.0 /,
        );
        expect(doorSide.filter(({ destroyed }) => destroyed)).toEqual([]);
        client.destroy();
        await expect
          .poll(() => doorSide.filter(({ destroyed }) => !destroyed).length, {
            timeout: 30_000,
            interval: 100,
          })
          .toBe(0);
      } finally {
        clearInterval(drip);
        for (const { socket } of slow) socket.destroy();
      }
      // Every place is free again: an address that held 25 may hold 50.
      const again = await Promise.all(
        Array.from({ length: 50 }, () => greetRaw({ port: mx.port, localAddress: '127.0.2.1' })),
      );
      expect((await again.at(-1)?.command('NOOP')) ?? '').toMatch(/^250 /);
      expect(hub.faults).toEqual([]);
    },
  );
});

/** Says that its message is small, then streams until it is cut off, 40 times the limit at most. */
async function streamWithoutEnd(port: number, limit: number): Promise<string> {
  const client = await greetRaw({ port });
  await client.commands('MAIL FROM:<a@ngoai.example> SIZE=10', `RCPT TO:<${lan.address}>`, 'DATA');
  const lines = `${'a'.repeat(998)}\r\n`.repeat(64);
  for (let sent = 0; sent < 40 * limit && !client.isClosed; sent += lines.length) {
    client.send(lines);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const answer = await client.read();
  await client.closed;
  return answer;
}

describe('createSmtpDoor, a message without an end', () => {
  it.each([
    ['4 MiB', 4 * 1024 * 1024],
    ['25 MiB', 25 * 1024 * 1024],
  ])('reads no more than 1.2 times a limit of %s, and closes (S12)', async (_name, limit) => {
    const { port } = await hub.mxDoor({ limits: { messageBytesMax: limit } });
    const before = await hub.messageCount();
    expect(await streamWithoutEnd(port, limit)).toMatch(/^552 5\.3\.4 /);
    const [doorSide] = accepted.of(port);
    await expect.poll(() => doorSide?.destroyed, { timeout: 10_000 }).toBe(true);
    expect(doorSide?.bytesRead).toBeGreaterThan(limit);
    expect(doorSide?.bytesRead).toBeLessThan(1.2 * limit);
    expect(await hub.messageCount()).toBe(before);
  });
});
