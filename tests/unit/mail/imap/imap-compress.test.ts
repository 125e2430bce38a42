import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { DeflatedChannel } from '#mail/imap/wire/deflated-channel.ts';
import { startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const mebibyte = 1024 * 1024;

describe('COMPRESS=DEFLATE', () => {
  it('compresses both ways from its answer on, once', async () => {
    const server = await startImapServer();
    const body = 'Kính gửi các sở\r\n'.repeat(40_000);
    server.mail.deliver('INBOX', `Subject: x\r\n\r\n${body}`);
    const client = await server.open();
    await play(
      client,
      `C: a COMPRESS LZMA
       S: a NO [CANNOT] No such compression
       C: b COMPRESS DEFLATE
       S: b OK DEFLATE active`,
    );
    client.compress();
    await play(
      client,
      `C: c NOOP
       S: c OK NOOP completed
       C: d COMPRESS DEFLATE
       S: d NO [COMPRESSIONACTIVE] Compression is on`,
    );
    const [fetched = ''] = await client.command('FETCH 1 BODY.PEEK[TEXT]');
    expect(Buffer.from(fetched, 'latin1').toString('utf8')).toContain(body);
    expect(client.socket.bytesRead).toBeLessThan(Buffer.byteLength(body) / 20);
    client.send('e IDLE\r\n');
    expect(await client.line()).toBe('+ idling');
    server.mail.deliver('INBOX', 'Subject: y\r\n\r\n');
    expect(await client.line()).toBe('* 2 EXISTS');
    await client.line();
    client.send('DONE\r\n');
    await client.answerTo('e');
    // It survives a sign-out, and ends with a farewell that can be read.
    await play(
      client,
      `C: f UNAUTHENTICATE
       S: f OK Signed out
       C: g LOGOUT
       S: * BYE …
       S: g OK …`,
    );
    await client.rest();
    await server.close();
  });

  it('reads nothing that came in clear behind the command', async () => {
    const server = await startImapServer();
    const client = await server.open();
    client.send('a COMPRESS DEFLATE\r\nb DELETE Sent\r\n');
    expect(await client.answerTo('a')).toEqual(['OK DEFLATE active']);
    client.compress();
    expect(await client.command('NOOP')).toEqual(['OK NOOP completed']);
    expect((await client.command('LIST "" Sent')).length).toBe(2);
    await server.close();
  });

  it('I1 cuts a bomb off: a long line, a literal, and commands that inflate out of proportion', async () => {
    const limits = { inflatedBytesFree: 64 * 1024, inflationRatioMax: 2, messageBytesMax: 8 * mebibyte };
    const bombs = [
      Buffer.alloc(32 * mebibyte, 0x61),
      Buffer.concat([Buffer.from(`x APPEND INBOX {${8 * mebibyte}+}\r\n`), Buffer.alloc(8 * mebibyte, 0x61)]),
      Buffer.alloc(32 * mebibyte, 'x NOOP\r\n'),
    ];
    const server = await startImapServer({ limits });
    for (const bomb of bombs) {
      const before = process.memoryUsage().rss;
      const client = await server.open();
      await client.command('COMPRESS DEFLATE');
      client.socket.write(deflateRawSync(bomb, { level: 9 }));
      client.socket.on('data', () => {});
      await once(client.socket, 'close');
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * mebibyte);
    }
    const healthy = await server.open();
    expect((await healthy.command('STATUS INBOX (MESSAGES)'))[0]).toBe('* STATUS INBOX (MESSAGES 0)');
    await server.close();
  }, 20_000);
});

describe('DeflatedChannel', () => {
  it('inflates no further than the reader takes', async () => {
    const { ours, theirs, close } = await pair();
    const channel = new DeflatedChannel(ours, { inflatedBytesFree: mebibyte, inflationRatioMax: 1 });
    channel.on('error', () => {});
    theirs.on('error', () => {});
    // More than the sockets hold, and far beyond the limits once inflated.
    const paused = once(ours, 'pause');
    theirs.write(deflateRawSync(Buffer.alloc(400 * mebibyte), { level: 9 }));
    await paused;
    expect(channel.destroyed).toBe(false);
    expect(channel.readableLength).toBeLessThanOrEqual(64 * 1024);
    channel.resume();
    await once(channel, 'close');
    await close();
  });

  it('holds the writer up while the other side reads nothing', async () => {
    const { ours, theirs, close } = await pair();
    const channel = new DeflatedChannel(ours, { inflatedBytesFree: mebibyte, inflationRatioMax: 1 });
    theirs.pause();
    const noise = randomBytes(64 * 1024);
    let written = 0;
    while (channel.write(noise) || (await drainedOr(channel, ours))) written += noise.length;
    expect(written).toBeLessThan(64 * mebibyte);
    expect(channel.writableLength).toBeLessThan(mebibyte);
    channel.destroy();
    await close();
  });
});

/** True once the channel takes more; false when the socket below waits for its reader. */
async function drainedOr(channel: DeflatedChannel, below: Socket): Promise<boolean> {
  for (;;) {
    if (!channel.writableNeedDrain) return true;
    if (below.writableNeedDrain) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function pair(): Promise<{ ours: Socket; theirs: Socket; close: () => Promise<void> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [ours] = await accepted;
  return {
    ours,
    theirs,
    close: async () => {
      ours.destroy();
      theirs.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
