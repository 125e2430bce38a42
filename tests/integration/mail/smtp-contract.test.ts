import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { connectionOf, HubSmtpServer } from '#mail/smtp/hub-connection.ts';
import { defaultSmtpLimits } from '#mail/smtp/smtp-limits.ts';
import { createMxDoor } from '#mail/smtp/mx-door.ts';
import type { SmtpDoorOptions } from '#mail/smtp/smtp-door.ts';
import { createSubmissionDoor } from '#mail/smtp/submission-door.ts';
import { connectRaw, greetRaw } from '#support/raw-smtp.ts';
import { createTestCertificate } from '#support/test-certificate.ts';

/* What `hub-connection.ts` and the doors rely on inside smtp-server, so that a new version of it says what it broke. */

const servers: HubSmtpServer[] = [];

interface Notes {
  /** What each hook's connection waited for. */
  readonly waits: string[];
  /** Connections that were told to have ended. */
  readonly left: string[];
}

/** A server of the subclass alone. */
async function open(
  limits = defaultSmtpLimits,
): Promise<Notes & { readonly port: number; readonly server: HubSmtpServer }> {
  const waits: string[] = [];
  const left: string[] = [];
  const server = new HubSmtpServer(
    {
      ...createTestCertificate(),
      logger: false,
      authOptional: true,
      hideENHANCEDSTATUSCODES: false,
      disableReverseLookup: true,
      maxCommandLength: limits.commandBytesMax,
      onRcptTo(_address, session, callback) {
        waits.push(`RCPT ${connectionOf(session).waiting.for}`);
        setImmediate(callback);
      },
      onData(stream, session, callback) {
        stream.once('data', () => waits.push(`DATA ${connectionOf(session).waiting.for}`));
        stream.resume();
        stream.on('end', () => {
          waits.push(`end ${connectionOf(session).waiting.for}`);
          setImmediate(() => callback(null, 'kept'));
        });
      },
    },
    limits,
    (peer) => left.push(peer),
  );
  servers.push(server);
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return { port, server, waits, left };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const connection of server.speaking) connection._socket.destroy();
    server.close();
  }
});

describe('smtp-server, contract', () => {
  it('listens with one listener of its own, which a guard can stand before', async () => {
    const { server } = await open();
    expect(server.server.listeners('connection').length).toBe(1);
  });

  it('makes connections of our class and passes their session to the hooks', async () => {
    const { port, server, waits } = await open();
    const client = await greetRaw({ port });
    expect(server.speaking.length).toBe(1);
    expect(server.speaking[0]?.waiting.for).toBe('command');
    await client.commands('MAIL FROM:<a@b.example>', 'RCPT TO:<c@d.example>');
    expect(await client.data('x\r\n')).toBe('250 2.6.0 kept');
    expect(waits).toEqual(['RCPT us', 'DATA message', 'end us']);
    expect(server.speaking[0]?.waiting.for).toBe('command');
  });

  it('sends a status code of ours as it is and adds its own to other texts', async () => {
    const { port, server } = await open();
    const client = await greetRaw({ port });
    server.speaking[0]?.send(550, '5.7.1 Relaying denied');
    expect(await client.read()).toBe('550 5.7.1 Relaying denied');
    expect(await client.command('NOOP')).toBe('250 2.0.0 OK');
  });

  it('closes after 421 and 521, and answers nothing that was pipelined behind', async () => {
    for (const code of [421, 521]) {
      const { port, server } = await open();
      const client = await greetRaw({ port });
      server.speaking[0]?.send(code, 'going');
      client.send('NOOP\r\n');
      expect(await client.read()).toContain('going');
      expect(await client.read()).toBe('');
    }
  });

  it('replaces the parser’s own answer to a long line by 500', async () => {
    const { port } = await open({ ...defaultSmtpLimits, commandBytesMax: 100 });
    const client = await greetRaw({ port });
    client.send('a'.repeat(200));
    expect(await client.read()).toBe('500 5.5.2 Command line too long');
    expect(await client.read()).toBe('');
  });

  it('gives the same parser rules to the connection inside STARTTLS', async () => {
    const { port } = await open({ ...defaultSmtpLimits, commandBytesMax: 100 });
    const client = await greetRaw({ port });
    await client.startTls();
    await client.command('EHLO client.example');
    client.send('a'.repeat(200));
    expect(await client.read()).toBe('500 5.5.2 Command line too long');
  });

  it('tells once that a connection has ended, with STARTTLS and without', async () => {
    const { port, left } = await open();
    const plain = await greetRaw({ port });
    await plain.command('QUIT');
    await expect.poll(() => left.length).toBe(1);
    const upgraded = await greetRaw({ port });
    await upgraded.startTls();
    await upgraded.command('EHLO client.example');
    upgraded.destroy();
    await expect.poll(() => left.length).toBe(2);
    expect(new Set(left).size).toBe(2);
  });

  it('strips a source route before RCPT is looked at, which is why we look first', async () => {
    const { port, server } = await open();
    await greetRaw({ port });
    const parsed = server.speaking[0]?._parseAddressCommand('rcpt to', 'RCPT TO:<@a.example:c@d.example>');
    expect(parsed).toMatchObject({ address: 'c@d.example' });
  });
});

/** What every door needs, for doors that keep nothing. */
function quiet(): Omit<SmtpDoorOptions, 'port'> & { recipient: () => Promise<{ kind: 'unknown' }> } {
  return {
    host: '127.0.0.1',
    hostname: 'mail.binhthuan.example',
    domain: 'binhthuan.example',
    tls: createTestCertificate(),
    clock: systemClock,
    parse: () => Promise.resolve(undefined),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    recipient: () => Promise.resolve({ kind: 'unknown' }),
  };
}

describe('createSmtpDoor, connections', () => {
  it('ends a TLS handshake that does not end by itself (S13)', async () => {
    const door = createMxDoor({
      ...quiet(),
      port: 0,
      receive: () => Promise.resolve(),
      limits: { commandDeadlineMs: 500, sweepMs: 50 },
    });
    const { port } = await door.listen();
    const client = await greetRaw({ port });
    expect(await client.command('STARTTLS')).toMatch(/^220 /);
    await client.closed;
    await door.close();
  }, 15_000);

  it('ends a connection to the TLS port that never begins its handshake (S13)', async () => {
    const door = createSubmissionDoor({
      ...quiet(),
      port: 0,
      implicitTls: true,
      signIn: () => Promise.reject(new HubError('wrong_credentials')),
      scram: () => undefined,
      mayUseSender: () => Promise.resolve(false),
      submit: () => Promise.resolve(),
      limits: { handshakeDeadlineMs: 300, sweepMs: 50 },
    });
    const { port } = await door.listen();
    const client = await connectRaw({ port });
    client.send('\x16');
    await client.closed;
    await door.close();
  });

  it('refuses a port that is taken and closes cleanly', async () => {
    const { port } = await open();
    const door = createMxDoor({
      ...quiet(),
      port,
      receive: () => Promise.resolve(),
    });
    await expect(door.listen()).rejects.toThrow('EADDRINUSE');
    await door.close();
  });

  it('stays alive when clients vanish at any moment', async () => {
    const { port } = await open();
    for (let index = 0; index < 20; index += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      if (index % 2 === 0) socket.write('EHLO x\r\nSTARTTLS\r\n');
      socket.resetAndDestroy();
    }
    const client = await connectRaw({ port });
    expect(await client.read()).toMatch(/^220 /);
  });
});
