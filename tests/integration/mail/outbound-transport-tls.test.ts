import { afterEach, describe, expect, it } from 'vitest';
import type { OutboundMessage } from '#app/ports/outbound.ts';
import type { StsPolicy } from '#mail/outbound/mta-sts.ts';
import { createOutboundTransport, type OutboundTransportOptions } from '#mail/outbound/transport.ts';
import { type ScriptedMx, type ScriptedMxOptions, startScriptedMx } from '#support/scripted-mx.ts';

const now = new Date('2026-03-02T01:00:00Z');
const message: OutboundMessage = {
  bytes: Buffer.from('From: <a@so-yte.binhthuan.example>\r\n\r\nNoi dung\r\n'),
  domain: 'bo.example',
  sender: 'a@so-yte.binhthuan.example',
  recipients: [{ address: 'lan@bo.example' }],
  requireTls: false,
  smtpUtf8: false,
};
const secured: OutboundMessage = { ...message, requireTls: true };

const open: ScriptedMx[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((mx) => mx.close()));
});

async function scriptedMx(options?: ScriptedMxOptions): Promise<ScriptedMx> {
  const mx = await startScriptedMx(options);
  open.push(mx);
  return mx;
}

function policy(mode: StsPolicy['mode'], mx: readonly string[] = ['localhost']): StsPolicy {
  return {
    domain: 'bo.example',
    policyId: '1',
    mode,
    mx,
    fetchedAt: now,
    expiresAt: new Date(now.getTime() + 86_400_000),
  };
}

function transport(port: number, known?: StsPolicy, options: Partial<OutboundTransportOptions> = {}) {
  const warnings: string[] = [];
  const tell = (_fields: object, text: string): void => void warnings.push(text);
  const made = createOutboundTransport({
    resolver: {
      mx: async () => [{ exchange: 'localhost', preference: 10 }],
      addresses: async () => ['127.0.0.1'],
      txt: async () => [],
    },
    hostname: 'mail.binhthuan.example',
    port,
    sign: async (octets) => octets,
    stsPolicies: { read: async () => known, save: async () => undefined },
    fetchPolicy: () => Promise.reject(new Error('there is none')),
    clock: { now: () => now },
    log: { info: tell, warn: tell, error: tell },
    limits: { connectMs: 2_000, greetingMs: 1_000, commandMs: 1_000, dataMs: 1_000, attemptMs: 5_000 },
    ...options,
  });
  return { send: made.send, warnings };
}

/** Whether an address or any of the message went out in clear. */
function wentInClear(mx: ScriptedMx): boolean {
  return mx.commands.some((line) => /^(?:MAIL|RCPT|DATA)/.test(line));
}

describe('createOutboundTransport and TLS', () => {
  it('S4 drops what came in clear behind the reply to STARTTLS', async () => {
    const mx = await scriptedMx();
    mx.behave('starttls-injection');
    const { send, warnings } = transport(mx.port);
    expect(await send(message)).toMatchObject([{ kind: 'delivered', tls: true, dsn: true }]);
    expect(mx.commands.filter((line) => line.includes('AUTH'))).toEqual([]);
    expect(warnings).toEqual(['Octets that came in clear behind the reply to STARTTLS were dropped']);
  });

  it('takes any certificate where there is no policy', async () => {
    const mx = await scriptedMx();
    expect(await transport(mx.port).send(message)).toMatchObject([{ kind: 'delivered', tls: true }]);
    expect(wentInClear(mx)).toBe(false);
  });

  it('F15 a failing handshake: connects once more, in clear, where there is no policy', async () => {
    const mx = await scriptedMx();
    mx.behave('starttls-broken');
    expect(await transport(mx.port).send(message)).toMatchObject([{ kind: 'delivered', tls: false }]);
    expect(mx.connections).toBe(2);
  });

  for (const behaviour of ['starttls-missing', 'starttls-454', 'starttls-broken', 'helo-only'] as const) {
    it(`S5 defers and sends nothing in clear under an enforced policy: ${behaviour}`, async () => {
      const mx = await scriptedMx();
      mx.behave(behaviour);
      const { send } = transport(mx.port, policy('enforce'), { tls: { ca: mx.ca } });
      expect(await send(message)).toMatchObject([
        { kind: 'deferred', status: expect.stringMatching(/^4\.7\./) as string },
      ]);
      expect(wentInClear(mx)).toBe(false);
    });
  }

  it('S5 defers under an enforced policy when the certificate is not valid', async () => {
    const mx = await scriptedMx();
    expect(await transport(mx.port, policy('enforce')).send(message)).toMatchObject([
      { kind: 'deferred', status: '4.7.5' },
    ]);
    expect(mx.messages).toEqual([]);
  });

  it('S5 defers under an enforced policy when the certificate has another name', async () => {
    const mx = await scriptedMx();
    const { send } = transport(mx.port, policy('enforce', ['*.bo.example']), {
      tls: { ca: mx.ca },
      resolver: {
        mx: async () => [{ exchange: 'mx.bo.example', preference: 10 }],
        addresses: async () => ['127.0.0.1'],
        txt: async () => [],
      },
    });
    expect(await send(message)).toMatchObject([{ kind: 'deferred', status: '4.7.5' }]);
    expect(mx.messages).toEqual([]);
  });

  it('S5 does not even connect to a host that an enforced policy does not list', async () => {
    const mx = await scriptedMx();
    const { send } = transport(mx.port, policy('enforce', ['mx.bo.example']), { tls: { ca: mx.ca } });
    expect(await send(message)).toMatchObject([{ kind: 'deferred', status: '4.7.5' }]);
    expect(mx.connections).toBe(0);
  });

  it('S5 delivers under an enforced policy to a listed host with a valid certificate', async () => {
    const mx = await scriptedMx();
    const { send } = transport(mx.port, policy('enforce'), { tls: { ca: mx.ca } });
    expect(await send(message)).toMatchObject([{ kind: 'delivered', tls: true }]);
  });

  it('S5 delivers under a policy that is only tested, and tells each breach', async () => {
    const mx = await scriptedMx();
    mx.behave('starttls-missing');
    const { send, warnings } = transport(mx.port, policy('testing', ['mx.bo.example']));
    expect(await send(message)).toMatchObject([{ kind: 'delivered', tls: false }]);
    expect(warnings).toHaveLength(2);
  });

  it('REQUIRETLS: gives it to a server that offers it over verified TLS', async () => {
    const mx = await scriptedMx({ offers: ['REQUIRETLS'] });
    const { send } = transport(mx.port, undefined, { tls: { ca: mx.ca } });
    expect(await send(secured)).toMatchObject([{ kind: 'delivered', tls: true }]);
    expect(mx.commands.find((line) => line.includes('MAIL'))).toMatch(/ REQUIRETLS$/);
  });

  it('REQUIRETLS: fails with 5.7.30 where it is not offered', async () => {
    const mx = await scriptedMx();
    const { send } = transport(mx.port, undefined, { tls: { ca: mx.ca } });
    expect(await send(secured)).toMatchObject([{ kind: 'failed', status: '5.7.30' }]);
    expect(mx.messages).toEqual([]);
  });

  for (const behaviour of ['starttls-missing', 'starttls-broken'] as const) {
    it(`REQUIRETLS: fails with 5.7.30 and sends nothing in clear: ${behaviour}`, async () => {
      const mx = await scriptedMx({ offers: ['REQUIRETLS'] });
      mx.behave(behaviour);
      const { send } = transport(mx.port, undefined, { tls: { ca: mx.ca } });
      expect(await send(secured)).toMatchObject([{ kind: 'failed', status: '5.7.30' }]);
      expect(wentInClear(mx)).toBe(false);
    });
  }

  it('REQUIRETLS: fails with 5.7.30 when the certificate is not valid', async () => {
    const mx = await scriptedMx({ offers: ['REQUIRETLS'] });
    expect(await transport(mx.port).send(secured)).toMatchObject([{ kind: 'failed', status: '5.7.30' }]);
  });
});

describe('createOutboundTransport and a smarthost', () => {
  const login = { user: 'relay', password: 'secret' };

  for (const secure of [true, false]) {
    it(`signs in over verified TLS, ${secure ? 'from the first octet' : 'after STARTTLS'}`, async () => {
      const mx = await scriptedMx({ offers: ['AUTH LOGIN PLAIN'], implicitTls: secure });
      const smarthost = { host: 'localhost', port: mx.port, secure, ...login };
      const { send } = transport(1, undefined, { smarthost, tls: { ca: mx.ca } });
      expect(await send(message)).toMatchObject([{ kind: 'delivered', tls: true }]);
      expect(mx.commands.filter((line) => line.startsWith('T AUTH PLAIN '))).toHaveLength(1);
    });
  }

  it('S5 never gives its password to a server without a valid certificate', async () => {
    const mx = await scriptedMx({ offers: ['AUTH PLAIN'] });
    const smarthost = { host: 'localhost', port: mx.port, secure: false, ...login };
    const { send } = transport(1, undefined, { smarthost });
    expect(await send(message)).toMatchObject([{ kind: 'deferred', status: '4.7.5' }]);
    expect(mx.commands.filter((line) => line.includes('AUTH'))).toEqual([]);
  });

  it('defers when its password is refused, which is no fault of the mail', async () => {
    const mx = await scriptedMx({ offers: ['AUTH PLAIN'] });
    const smarthost = { host: 'localhost', port: mx.port, secure: false, user: 'relay', password: 'old' };
    const { send } = transport(1, undefined, { smarthost, tls: { ca: mx.ca } });
    expect(await send(message)).toMatchObject([{ kind: 'deferred', status: '4.7.8' }]);
  });

  it('asks nothing of the DNS of the recipient', async () => {
    const mx = await scriptedMx();
    const fail = () => Promise.reject(new Error('asked'));
    const { send } = transport(1, undefined, {
      smarthost: { host: '127.0.0.1', port: mx.port, secure: false },
      resolver: { mx: fail, addresses: fail, txt: fail },
    });
    expect(await send(message)).toMatchObject([{ kind: 'delivered' }]);
  });
});
