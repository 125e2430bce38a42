import { SMTPServer, type SMTPServerEnvelope } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { OutboundMessage } from '#app/ports/outbound.ts';
import type { AttemptOutcome } from '#domain/mail/outbound.ts';
import { createOutboundTransport, type OutboundTransportOptions } from '#mail/outbound/transport.ts';
import { createTestCertificate } from '#support/test-certificate.ts';
import { freePort } from '#support/free-port.ts';
import {
  type MxBehaviour,
  type ScriptedMx,
  type ScriptedMxOptions,
  startScriptedMx,
} from '#support/scripted-mx.ts';

const bytes = Buffer.from(
  'Return-Path: <chanh-vp@so-yte.binhthuan.example>\r\n' +
    'From: <chanh-vp@so-yte.binhthuan.example>\r\nTo: <lan@bo.example>\r\nSubject: Bao cao\r\n' +
    'Message-ID: <1@so-yte.binhthuan.example>\r\n\r\nNoi dung\r\n.mot dau cham\r\n',
);
const message: OutboundMessage = {
  bytes,
  domain: 'bo.example',
  sender: 'chanh-vp@so-yte.binhthuan.example',
  recipients: [{ address: 'lan@bo.example' }],
  requireTls: false,
  smtpUtf8: false,
};
/** What the other side must get of it. */
const sentOctets = bytes
  .toString('latin1')
  .replace(/^.*\r\n/, '')
  .replace('\r\n.mot', '\r\n..mot');

const shortLimits = { connectMs: 2_000, greetingMs: 150, commandMs: 300, dataMs: 500, attemptMs: 5_000 };

const open: ScriptedMx[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((mx) => mx.close()));
});

async function scriptedMx(options?: ScriptedMxOptions): Promise<ScriptedMx> {
  const mx = await startScriptedMx(options);
  open.push(mx);
  return mx;
}

function transport(port: number, options: Partial<OutboundTransportOptions> = {}) {
  const warnings: string[] = [];
  const log = {
    info: () => undefined,
    warn: (_fields: object, text: string) => void warnings.push(text),
    error: (_fields: object, text: string) => void warnings.push(text),
  };
  const made = createOutboundTransport({
    resolver: {
      mx: async () => [{ exchange: 'localhost', preference: 10 }],
      addresses: async () => ['127.0.0.1'],
      txt: async () => [],
    },
    hostname: 'mail.binhthuan.example',
    port,
    sign: async (octets) => octets,
    stsPolicies: { read: async () => undefined, save: async () => undefined },
    fetchPolicy: () => Promise.reject(new Error('there is none')),
    clock: { now: () => new Date('2026-03-02T01:00:00Z') },
    log,
    limits: shortLimits,
    ...options,
  });
  return { send: made.send, warnings };
}

/** The outcome of the one recipient when the server behaves so. */
async function outcomeWith(...behaviours: readonly MxBehaviour[]): Promise<{
  readonly mx: ScriptedMx;
  readonly outcome: AttemptOutcome | undefined;
}> {
  const mx = await scriptedMx();
  mx.behave(...behaviours);
  const [outcome] = await transport(mx.port).send(message);
  return { mx, outcome };
}

function to(...addresses: readonly string[]): OutboundMessage {
  return { ...message, recipients: addresses.map((address) => ({ address })) };
}

describe('createOutboundTransport', () => {
  it('F15 accept: delivers over TLS, byte for byte, and says what the server said', async () => {
    const { mx, outcome } = await outcomeWith('accept');
    expect(outcome).toEqual({
      kind: 'delivered',
      status: '2.0.0',
      reply: '250 2.0.0 queued as 4711',
      host: 'localhost',
      tls: true,
      dsn: true,
    });
    expect(mx.messages.map(({ octets }) => octets.toString('latin1'))).toEqual([sentOctets]);
  });

  it('F15 greylist: defers the first time and delivers the second', async () => {
    const mx = await scriptedMx();
    mx.behave('greylist');
    const { send } = transport(mx.port);
    expect(await send(message)).toMatchObject([{ kind: 'deferred', status: '4.7.1' }]);
    expect(await send(message)).toMatchObject([{ kind: 'delivered' }]);
  });

  it('F15 F5 cut after DATA, before the reply: defers and tries no other host, since it may have arrived', async () => {
    const { mx, outcome } = await outcomeWith('cut-after-data', 'accept');
    expect(outcome).toMatchObject({ kind: 'deferred', status: '4.4.2' });
    expect(mx.connections).toBe(1);
  });

  const settled: readonly (readonly [MxBehaviour, Partial<AttemptOutcome>])[] = [
    ['greeting-421', { kind: 'deferred', status: '4.3.2', reply: '421 4.3.2 Too busy' }],
    ['greeting-554', { kind: 'deferred', status: '4.3.2' }],
    ['ehlo-421', { kind: 'deferred', status: '4.3.2' }],
    ['helo-only', { kind: 'delivered', tls: false, dsn: false }],
    ['mail-421', { kind: 'deferred', status: '4.3.2' }],
    ['mail-550', { kind: 'failed', status: '5.7.1', reply: '550 5.7.1 Sender refused' }],
    ['rcpt-450', { kind: 'deferred', status: '4.2.1' }],
    ['rcpt-550', { kind: 'failed', status: '5.1.1' }],
    ['rcpt-full-mailbox', { kind: 'failed', status: '5.2.2' }],
    ['rcpt-421', { kind: 'deferred', status: '4.3.2' }],
    ['cut-at-rcpt', { kind: 'deferred', status: '4.4.2' }],
    ['data-451', { kind: 'deferred', status: '4.3.0' }],
    ['end-451', { kind: 'deferred', status: '4.3.0' }],
    ['end-554', { kind: 'failed', status: '5.6.0' }],
    ['cut-in-data', { kind: 'deferred', status: '4.4.2' }],
    ['no-greeting', { kind: 'deferred', status: '4.4.1' }],
    ['no-reply-to-mail', { kind: 'deferred', status: '4.4.2' }],
    ['slow-replies', { kind: 'delivered' }],
    ['dripping-reply', { kind: 'deferred', status: '4.4.2' }],
    ['starttls-missing', { kind: 'delivered', tls: false }],
    ['starttls-454', { kind: 'delivered', tls: false }],
    ['starttls-broken', { kind: 'delivered', tls: false }],
    ['garbage', { kind: 'deferred', status: '4.5.0' }],
    ['endless-line', { kind: 'deferred', status: '4.5.0' }],
    ['endless-reply', { kind: 'deferred', status: '4.5.0' }],
    ['mixed-codes', { kind: 'deferred', status: '4.5.0' }],
  ];
  for (const [behaviour, expected] of settled) {
    it(`F15 ${behaviour}: comes to ${expected.kind} ${expected.status ?? ''}`, async () => {
      const { outcome } = await outcomeWith(behaviour);
      expect(outcome).toMatchObject(expected);
    });
  }

  it('F15 more replies than commands: does not take one for the reply to the next command', async () => {
    const mx = await scriptedMx({ offers: [] });
    mx.behave('many-replies');
    const [outcome] = await transport(mx.port).send(message);
    expect(outcome).toMatchObject({ kind: 'deferred', status: '4.5.0' });
    expect(mx.messages).toEqual([]);
  });

  it('F15 5xx for one recipient: settles each by its own reply', async () => {
    const mx = await scriptedMx();
    mx.behave('rcpt-mixed');
    const mixed = to('unknown@bo.example', 'lan@bo.example', 'busy@bo.example', 'plain@bo.example');
    expect(await transport(mx.port).send(mixed)).toMatchObject([
      { kind: 'failed', status: '5.1.1' },
      { kind: 'delivered', status: '2.0.0' },
      { kind: 'deferred', status: '4.2.1' },
      { kind: 'failed', status: '5.0.0', reply: '553 no enhanced status here' },
    ]);
    expect(mx.messages.map(({ recipients }) => recipients)).toEqual([['<lan@bo.example>']]);
  });

  it('F15 552 after some recipients: delivers to those and defers the others', async () => {
    const mx = await scriptedMx({ offers: [] });
    mx.behave('rcpt-552-after-2');
    const many = to('a@bo.example', 'b@bo.example', 'c@bo.example', 'd@bo.example');
    expect(await transport(mx.port).send(many)).toMatchObject([
      { kind: 'delivered' },
      { kind: 'delivered' },
      { kind: 'deferred', status: '4.5.3' },
      { kind: 'deferred', status: '4.5.3' },
    ]);
    expect(mx.commands.filter((line) => line.includes('RCPT'))).toHaveLength(3);
  });

  it('F15 sends recipients of several windows and keeps their order', async () => {
    const mx = await scriptedMx();
    mx.behave('rcpt-mixed');
    const names = Array.from(
      { length: 120 },
      (_, at) => `${at % 7 === 0 ? 'unknown' : 'can-bo'}${at}@bo.example`,
    );
    const outcomes = await transport(mx.port).send(to(...names));
    expect(outcomes.map(({ kind }) => kind)).toEqual(
      names.map((name) => (name.startsWith('unknown') ? 'failed' : 'delivered')),
    );
  });

  it('F15 30 % loss: every message of many is delivered or deferred, none twice', async () => {
    const mx = await scriptedMx();
    const { send } = transport(mx.port);
    mx.behave(
      ...Array.from({ length: 20 }, (_, at) =>
        at % 3 === 0 ? ('cut-in-data' as const) : ('accept' as const),
      ),
    );
    const kinds: string[] = [];
    for (let count = 0; count < 20; count += 1) kinds.push((await send(message))[0]?.kind ?? '');
    expect(kinds.filter((kind) => kind === 'delivered')).toHaveLength(13);
    expect(mx.messages).toHaveLength(13);
  });

  it('F15 several hosts: goes on to the next one after 421, and by preference', async () => {
    const mx = await scriptedMx();
    mx.behave('greeting-421', 'accept');
    const asked: string[] = [];
    const { send } = transport(mx.port, {
      resolver: {
        mx: async () => [
          { exchange: 'second.bo.example', preference: 20 },
          { exchange: 'first.bo.example.', preference: 10 },
        ],
        addresses: async (name) => {
          asked.push(name);
          return ['127.0.0.1'];
        },
        txt: async () => [],
      },
    });
    expect(await send(message)).toMatchObject([{ kind: 'delivered', host: 'second.bo.example' }]);
    expect(asked).toEqual(['first.bo.example', 'second.bo.example']);
  });

  it('F15 refused connections: defers with 4.4.1', async () => {
    expect(await transport(await freePort()).send(message)).toMatchObject([
      { kind: 'deferred', status: '4.4.1' },
    ]);
  });

  it('F15 ends the attempt when its whole time is over', async () => {
    const mx = await scriptedMx();
    mx.behave('no-greeting');
    const { send } = transport(mx.port, {
      resolver: {
        mx: async () => [{ exchange: 'localhost', preference: 1 }],
        addresses: async () => Array.from({ length: 20 }, () => '127.0.0.1'),
        txt: async () => [],
      },
      limits: { ...shortLimits, attemptMs: 400 },
    });
    expect(await send(message)).toMatchObject([{ kind: 'deferred', status: '4.4.1' }]);
    expect(mx.connections).toBeLessThan(6);
  });

  it('defers and sends nothing when the message cannot be signed', async () => {
    const mx = await scriptedMx();
    const { send } = transport(mx.port, { sign: () => Promise.reject(new Error('no key')) });
    expect(await send(message)).toMatchObject([{ kind: 'deferred', status: '4.3.0' }]);
    expect(mx.connections).toBe(0);
  });
});

describe('createOutboundTransport and the octets', () => {
  const endings = [
    '\n.\n',
    '\n.\r\n',
    '\r.\r',
    '\r.\r\n',
    '\r\n.\r',
    '\r\n.\n',
    '\r\n.\r\n',
    '\n\r.\r\n',
    '\r\n\0.\r\n',
  ];
  for (const ending of endings) {
    it(`S2 sends one message with ${JSON.stringify(ending)} in it, CRLF only`, async () => {
      const mx = await scriptedMx();
      const smuggled = `From: <a@x.example>\r\n\r\nmot${ending}MAIL FROM:<evil@x.example>\r\nhai`;
      await transport(mx.port).send({ ...message, bytes: Buffer.from(smuggled) });
      expect(mx.messages).toHaveLength(1);
      const sent = mx.messages[0]?.octets.toString('latin1') ?? '';
      expect(sent).toContain('hai');
      expect(sent).not.toMatch(/\r(?!\n)|(?<!\r)\n|\r\n\.(?!\.)/);
      expect(mx.commands.filter((line) => line.includes('MAIL FROM'))).toHaveLength(1);
    });
  }

  it('S9 refuses addresses that would be another command', async () => {
    const mx = await scriptedMx();
    const injected = to(
      'a@bo.example>\r\nRCPT TO:<b@bo.example',
      'c@bo.example> NOTIFY=NEVER',
      'lan@bo.example',
    );
    expect(await transport(mx.port).send(injected)).toMatchObject([
      { kind: 'failed', status: '5.1.3' },
      { kind: 'failed', status: '5.1.3' },
      { kind: 'delivered' },
    ]);
    expect(mx.commands.filter((line) => line.includes('RCPT'))).toEqual(['T RCPT TO:<lan@bo.example>']);
  });

  it('S10 opens nothing that a message names: its octets are all that it sends', async () => {
    const mx = await scriptedMx();
    const named = {
      ...message,
      path: '/etc/hostname',
      href: 'http://127.0.0.1:1/',
      raw: { path: '/etc/hostname' },
    };
    await transport(mx.port).send(named);
    expect(mx.messages.map(({ octets }) => octets.toString('latin1'))).toEqual([sentOctets]);
  });
});

describe('createOutboundTransport and extensions', () => {
  const demanding: OutboundMessage = {
    ...message,
    recipients: [
      {
        address: 'lan@bo.example',
        notify: ['success', 'failure'],
        originalRecipient: 'rfc822;lan+a=b@bo.example',
      },
      { address: 'minh@bo.example', notify: ['never'] },
    ],
    returnPart: 'headers',
    envelopeId: 'id +1',
  };

  it('gives DSN parameters with the sender and with each recipient', async () => {
    const mx = await scriptedMx();
    await transport(mx.port).send(demanding);
    expect(mx.commands.filter((line) => /MAIL|RCPT/.test(line))).toEqual([
      expect.stringMatching(
        /^T MAIL FROM:<chanh-vp@so-yte\.binhthuan\.example> SIZE=\d+ RET=HDRS ENVID=id\+20\+2B1$/,
      ),
      'T RCPT TO:<lan@bo.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;lan+2Ba+3Db@bo.example',
      'T RCPT TO:<minh@bo.example> NOTIFY=NEVER',
    ]);
  });

  it('says nothing of DSN to a server without it, and that it has none', async () => {
    const mx = await scriptedMx({ offers: [] });
    expect(await transport(mx.port).send(demanding)).toMatchObject([{ dsn: false }, { dsn: false }]);
    expect(mx.commands.filter((line) => /RET|ENVID|NOTIFY|ORCPT/.test(line))).toEqual([]);
  });

  it('fails only the recipients that need SMTPUTF8 where it is not offered', async () => {
    const mx = await scriptedMx({ offers: [] });
    expect(await transport(mx.port).send(to('hồng@bo.example', 'lan@bộ.example'))).toMatchObject([
      { kind: 'failed', status: '5.6.7' },
      { kind: 'delivered' },
    ]);
    expect(mx.commands.filter((line) => line.includes('RCPT'))).toEqual([
      'T RCPT TO:<lan@xn--b-8xm.example>',
    ]);
  });

  it('uses SMTPUTF8 where it is offered', async () => {
    const mx = await scriptedMx();
    expect(await transport(mx.port).send(to('hồng@bo.example'))).toMatchObject([{ kind: 'delivered' }]);
    expect(mx.commands.find((line) => line.includes('MAIL'))).toMatch(/ SMTPUTF8$/);
  });

  it('fails a message that is larger than the server takes, without sending it', async () => {
    const mx = await scriptedMx({ offers: ['SIZE 100'] });
    expect(await transport(mx.port).send(message)).toMatchObject([{ kind: 'failed', status: '5.3.4' }]);
    expect(mx.commands.filter((line) => line.includes('MAIL'))).toEqual([]);
  });
});

describe('createOutboundTransport and another implementation', () => {
  it('speaks with it over TLS, with DSN, and gives it the octets', async () => {
    const got: { envelope: SMTPServerEnvelope; octets: Buffer }[] = [];
    const port = await freePort();
    const server = new SMTPServer({
      ...createTestCertificate(),
      authOptional: true,
      hideDSN: false,
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          got.push({ envelope: session.envelope, octets: Buffer.concat(chunks) });
          done();
        });
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      const [outcome] = await transport(port).send({
        ...message,
        recipients: [
          {
            address: 'lan@bo.example',
            notify: ['failure', 'delay'],
            originalRecipient: 'rfc822;a+b@c.example',
          },
        ],
        envelopeId: 'id 1+2',
      });
      expect(outcome).toMatchObject({ kind: 'delivered', tls: true, dsn: true });
    } finally {
      await new Promise<void>((resolve) => server.close(resolve));
    }
    expect(got.map(({ octets }) => octets.toString('latin1'))).toEqual([
      sentOctets.replace('\r\n..mot', '\r\n.mot'),
    ]);
    expect(got[0]?.envelope).toMatchObject({
      dsn: { envid: 'id 1+2' },
      rcptTo: [{ dsn: { notify: ['FAILURE', 'DELAY'], orcpt: 'rfc822;a+b@c.example' } }],
    });
  });
});
