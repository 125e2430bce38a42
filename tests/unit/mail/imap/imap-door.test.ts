import { connect } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import type { ImapServerOptions } from '#mail/imap/imap-server.ts';
import { type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

describe('createImapServer', () => {
  let server: ImapTestServer | undefined;

  async function start(options: Partial<ImapServerOptions> = {}): Promise<ImapTestServer> {
    server = await startImapServer(options);
    return server;
  }

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it('I5 offers no log-in before TLS and takes no password in clear', async () => {
    const client = await (await start()).connectPlain();
    await play(
      client,
      `C: a CAPABILITY
       S: * CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE STARTTLS LOGINDISABLED
       S: a OK CAPABILITY completed
       C: b LOGIN an.nguyen@binhthuan.example "mat khau"
       S: b NO [PRIVACYREQUIRED] Use STARTTLS first
       C: c AUTHENTICATE PLAIN AGEAYg==
       S: c NO [PRIVACYREQUIRED] Use STARTTLS first`,
    );
  });

  it('I5 drops what was sent in clear behind STARTTLS and starts anew', async () => {
    const client = await (await start()).connectPlain();
    client.send('a STARTTLS\r\nb NOOP\r\nc CAPABILITY\r\n');
    expect(await client.line()).toBe('a OK Begin TLS negotiation now');
    await client.startTls();
    await play(
      client,
      `C: d CAPABILITY
       S: * CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE AUTH=PLAIN
       S: d OK CAPABILITY completed
       C: e STARTTLS
       S: e BAD TLS is active already
       C: f LOGIN an.nguyen@binhthuan.example "mat khau"
       S: f OK [CAPABILITY IMAP4rev1 …] Signed in`,
    );
  });

  it('signs in by AUTHENTICATE PLAIN, at once or when asked', async () => {
    const { connect: open } = await start();
    const credentials = Buffer.from('\0an.nguyen@binhthuan.example\0mat khau').toString('base64');
    await play(await open(), `C: a AUTHENTICATE PLAIN ${credentials}\nS: a OK [CAPABILITY …] Signed in`);
    const client = await open();
    await play(
      client,
      `C: a AUTHENTICATE PLAIN
       S: + 
       C: *
       S: a BAD Authentication given up
       C: b AUTHENTICATE PLAIN ${Buffer.from('x\0y\0mat khau').toString('base64')}
       S: b NO [AUTHORIZATIONFAILED] Signing in for another account is not possible
       C: c AUTHENTICATE PLAIN no=base64
       S: c BAD Bad base64
       C: d AUTHENTICATE CRAM-MD5
       S: d NO [CANNOT] No such mechanism`,
    );
  });

  it('says why a log-in is refused, and logs only faults', async () => {
    const { connect: open, faults } = await start();
    await play(
      await open(),
      `C: a LOGIN x wrong
       S: a NO [AUTHENTICATIONFAILED] Wrong address or password
       C: b LOGIN x "too many"
       S: b NO [LIMIT] Too many attempts; try again in 30 seconds
       C: c LOGIN x down
       S: c NO [UNAVAILABLE] Not available at the moment, nothing was changed; try again
       C: d LOGIN x fault
       S: d NO [SERVERBUG] An internal error was recorded`,
    );
    expect(faults).toEqual(['An IMAP command failed']);
  });

  it('runs pipelined commands in order', async () => {
    const { connect: open } = await start();
    await play(
      await open(),
      `C: a LOGIN {3+}
       C: x@y {8+}
       C: mat khau
       C: b SELECT INBOX
       C: c NOOP
       C: d LOGOUT
       S: a OK [CAPABILITY …] Signed in
       S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
       S: * 0 EXISTS
       S: * 0 RECENT
       S: * OK [PERMANENTFLAGS (… \\*)] Flags that are kept
       S: * OK [UIDVALIDITY 1001] UIDs are valid
       S: * OK [UIDNEXT 1] Next UID
       S: * OK [HIGHESTMODSEQ 1] Highest mod-sequence
       S: * OK [MAILBOXID (Fmailbox-1-1001)] Its own id
       S: b OK [READ-WRITE] SELECT completed
       S: c OK NOOP completed
       S: * BYE Logging out
       S: d OK LOGOUT completed`,
    );
  });

  it.each([
    ['a LOGIN {513}', 'a BAD [TOOBIG] The literal is too large'],
    ['a LOGIN {9999999999}', 'a BAD [TOOBIG] The literal is too large'],
    ['a LOGIN {2147483648}', 'a BAD [TOOBIG] The literal is too large'],
    ['a LOGIN {512}', '+ Ready for the literal'],
  ])('I1 before log-in answers %s with %s', async (command, expected) => {
    const client = await (await start()).connect();
    await play(client, `C: ${command}\nS: ${expected}`);
  });

  it('I1 counts the literals of one command together', async () => {
    const client = await (await start()).connect();
    client.send(`a LOGIN {500}\r\n`);
    expect(await client.line()).toBe('+ Ready for the literal');
    client.send(`${'x'.repeat(500)} {100}\r\n`);
    expect(await client.line()).toBe('a BAD [TOOBIG] The literal is too large');
    await play(client, 'C: b NOOP\nS: b OK NOOP completed');
  });

  it('I2 closes after a refused literal that is already on its way', async () => {
    const client = await (await start()).connect();
    client.send('a LOGIN {99999999+}\r\nb LOGOUT\r\n');
    expect(await client.rest()).toBe('a BAD The literal is too large\r\n* BYE The literal was refused\r\n');
  });

  it('I2 closes after a refused APPEND of LITERAL+ too, and keeps nothing', async () => {
    const { open, mail } = await start({ limits: { messageBytesMax: 1000, closeGraceMs: 200 } });
    const client = await open();
    client.send('a APPEND INBOX {1001+}\r\nb NOOP\r\n');
    expect(await client.rest()).toBe('a BAD The literal is too large\r\n* BYE The literal was refused\r\n');
    expect((await mail.access().open('INBOX')).messages).toBe(0);
  });

  it('I3 ends a connection that sends a line without end, and serves the others', async () => {
    const { connect: open } = await start();
    const [bad, good] = [await open(), await open()];
    bad.send('('.repeat(200_000));
    expect(await bad.rest()).toBe('* BYE The command is too long\r\n');
    await play(good, 'C: a NOOP\nS: a OK NOOP completed');
  });

  it('I4 answers NUL, bare CR and bare LF with BAD and runs nothing behind them', async () => {
    const client = await (await start()).connect();
    client.send('a NOOP\0\r\nb NOOP\nc NOOP\r\nd NO\rOP\r\n');
    for (const tag of ['a', 'b', 'd']) {
      expect(await client.line()).toBe(`${tag} BAD NUL, bare CR or bare LF in the command`);
    }
  });

  it('says BYE after twenty bad commands', async () => {
    const client = await (await start()).connect();
    client.send('a JUMP\r\n'.repeat(25));
    const lines = (await client.rest()).split('\r\n');
    expect(lines.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 'a BAD Unknown command'));
    expect(lines.slice(20)).toEqual(['* BYE Too many bad commands', '']);
  });

  it('ends a connection that does nothing', async () => {
    const client = await (await start({ limits: { idleTimeoutMs: 500 } })).open();
    expect(await client.rest()).toBe('* BYE Idle for too long\r\n');
  });

  it('ends a connection that does not sign in, whatever else it does', async () => {
    const client = await (await start({ limits: { loginDeadlineMs: 1000 } })).connectPlain();
    await play(client, 'C: a NOOP\nS: a OK NOOP completed');
    expect(await client.rest()).toBe('* BYE Idle for too long\r\n');
  });

  it('ends a TLS handshake that never comes', async () => {
    const { tlsPort } = await start({ limits: { loginDeadlineMs: 50 } });
    const socket = connect(tlsPort, '127.0.0.1');
    await new Promise((resolve) => socket.resume().once('close', resolve));
  });

  it('I11 takes so many connections of an account and address and no more', async () => {
    const { open, connect: visit } = await start({ limits: { connectionsPerAccountAndAddressMax: 2 } });
    const first = await open();
    await open();
    const third = await visit();
    await play(third, 'C: a LOGIN x "mat khau"\nS: a NO [LIMIT] Too many connections of this account');
    await play(first, 'C: a LOGOUT\nS: * BYE Logging out\nS: a OK LOGOUT completed');
    await first.rest();
    await play(third, 'C: b LOGIN x "mat khau"\nS: b OK [CAPABILITY …] Signed in');
  });

  it('signs out who has lost the right, also while idling', async () => {
    const { open, mail } = await start();
    const [waiting, idling] = [await open(), await open()];
    await play(idling, 'C: a IDLE\nS: + idling');
    mail.revoke();
    expect(await waiting.rest()).toBe('* BYE You have been signed out\r\n');
    expect(await idling.rest()).toBe('* BYE You have been signed out\r\n');
  });

  it('says BYE when it shuts down', async () => {
    const running = await start();
    const client = await running.open();
    const rest = client.rest();
    server = undefined;
    await Promise.all([rest, running.shutDown()]);
    expect(await rest).toBe('* BYE The server is shutting down\r\n');
  });
});
