import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HubError } from '#domain/hub-error.ts';
import { beginScram, readClientFirst, scramSalt, scramVerifier } from '#app/access/scram.ts';
import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';
import { scramClient } from '#support/scram-client.ts';

const address = 'an.nguyen@binhthuan.example';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const text = (line: string): string => Buffer.from(line.slice(2), 'base64').toString();

let server: ImapTestServer;
let client: ImapClient;

beforeEach(async () => {
  const salt = scramSalt(Buffer.from('secret'), address);
  const verifier = await scramVerifier('mat khau ung dung', salt);
  const started: ImapTestServer = await startImapServer({
    beginScram: ({ clientFirst }) => {
      const first = readClientFirst(clientFirst);
      if (first === undefined) return undefined;
      const exchange = beginScram(first, salt);
      return {
        serverFirst: exchange.serverFirst,
        finish: async (clientFinal) => {
          const proven = exchange.finish(clientFinal, [verifier]);
          if (proven === undefined) throw new HubError('wrong_credentials');
          return { access: started.mail.access(), serverFinal: proven.serverFinal };
        },
      };
    },
  });
  server = started;
  client = await server.connect();
});
afterEach(() => server.close());

describe('AUTHENTICATE SCRAM-SHA-256', () => {
  it('proves both sides to each other, with and without an initial response', async () => {
    expect((await client.command('CAPABILITY'))[0]).toContain(' AUTH=PLAIN AUTH=SCRAM-SHA-256');
    for (const initial of [true, false]) {
      const mine = scramClient(address, 'mat khau ung dung', 'abc');
      client.send(`a AUTHENTICATE SCRAM-SHA-256${initial ? ` ${base64(mine.first)}` : ''}\r\n`);
      if (!initial) {
        expect(await client.line()).toBe('+ ');
        client.send(`${base64(mine.first)}\r\n`);
      }
      client.send(`${base64(mine.final(text(await client.line())))}\r\n`);
      expect(mine.trusts(text(await client.line()))).toBe(true);
      client.send('\r\n');
      expect((await client.answerTo('a')).at(-1)).toMatch(/^OK \[CAPABILITY .*\] Signed in$/);
      await client.command('UNAUTHENTICATE');
    }
  });

  it('refuses a wrong proof, channel binding, base64 that is none, and giving up', async () => {
    const wrong = scramClient(address, 'sai', 'abc');
    client.send(`a AUTHENTICATE SCRAM-SHA-256 ${base64(wrong.first)}\r\n`);
    client.send(`${base64(wrong.final(text(await client.line())))}\r\n`);
    expect(await client.answerTo('a')).toEqual(['NO [AUTHENTICATIONFAILED] Wrong address or password']);
    expect(await client.command(`AUTHENTICATE SCRAM-SHA-256 ${base64('p=tls-exporter,,n=a,r=b')}`)).toEqual([
      'BAD Bad SCRAM message',
    ]);
    expect(await client.command('AUTHENTICATE SCRAM-SHA-256 ***')).toEqual(['BAD Bad base64']);
    expect(await client.command(`AUTHENTICATE SCRAM-SHA-256-PLUS ${base64(wrong.first)}`)).toEqual([
      'NO [CANNOT] No such mechanism',
    ]);
    const mine = scramClient(address, 'mat khau ung dung', 'abc');
    client.send(`b AUTHENTICATE SCRAM-SHA-256 ${base64(mine.first)}\r\n`);
    await client.line();
    client.send('*\r\n');
    expect(await client.answerTo('b')).toEqual(['BAD Authentication given up']);
  });

  it('is not offered, nor taken, where nothing can check it or outside TLS', async () => {
    const without = await startImapServer();
    const other = await without.connect();
    expect((await other.command('CAPABILITY'))[0]).not.toContain('SCRAM');
    expect(await other.command(`AUTHENTICATE SCRAM-SHA-256 ${base64('n,,n=a,r=b')}`)).toEqual([
      'NO [CANNOT] No such mechanism',
    ]);
    await without.close();
    const plain = await server.connectPlain();
    expect(await plain.command(`AUTHENTICATE SCRAM-SHA-256 ${base64('n,,n=a,r=b')}`)).toEqual([
      'NO [PRIVACYREQUIRED] Use STARTTLS first',
    ]);
  });
});

describe('UNAUTHENTICATE', () => {
  it('leaves the mailbox and the account and keeps the connection', async () => {
    server.mail.deliver('INBOX', 'Subject: x\r\n\r\ny\r\n');
    await play(
      client,
      `C: a UNAUTHENTICATE
       S: a BAD …
       C: b LOGIN ${address} "mat khau"
       S: b OK …
       C: c ENABLE CONDSTORE
       S: * ENABLED CONDSTORE
       S: c OK ENABLE completed
       C: d SELECT INBOX
       S: * FLAGS …
       S: * 1 EXISTS
       S: * 0 RECENT
       S: * OK [UNSEEN 1] …
       S: * OK [PERMANENTFLAGS …
       S: * OK [UIDVALIDITY …
       S: * OK [UIDNEXT …
       S: * OK [HIGHESTMODSEQ …
       S: * OK [MAILBOXID …
       S: d OK [READ-WRITE] SELECT completed
       C: e UNAUTHENTICATE
       S: e OK Signed out
       C: f NOOP
       S: f OK NOOP completed
       C: g SELECT INBOX
       S: g BAD …
       C: h LOGIN ${address} "mat khau"
       S: h OK …
       C: i FETCH 1 FLAGS
       S: i BAD …`,
    );
  });

  it('counts the connection as a stranger again', async () => {
    const small = await startImapServer({ limits: { connectionsPerAccountMax: 1 } });
    const first = await small.connect();
    const second = await small.connect();
    const logIn = `LOGIN ${address} "mat khau"`;
    expect((await first.command(logIn)).at(-1)).toContain('OK');
    expect((await second.command(logIn)).at(-1)).toContain('NO [LIMIT]');
    await first.command('UNAUTHENTICATE');
    expect((await second.command(logIn)).at(-1)).toContain('OK');
    await small.close();
  });
});
