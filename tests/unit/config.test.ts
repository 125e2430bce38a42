import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartRefusal } from '#lib/start-refusal.ts';
import { configVariables, loadConfig } from '#root/config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chidao-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(environment: Record<string, string>, ...programArguments: string[]) {
  return loadConfig(environment, { folder, arguments: programArguments });
}

function refusalOf(environment: Record<string, string>, ...programArguments: string[]): string {
  try {
    load(environment, ...programArguments);
  } catch (error) {
    expect(error).toBeInstanceOf(StartRefusal);
    return (error as StartRefusal).message;
  }
  throw new Error('loadConfig did not refuse');
}

describe('loadConfig', () => {
  it('needs nothing: an empty environment is a local hub with the demo province', () => {
    expect(load({})).toEqual({
      mode: 'local',
      dataDir: join(folder, 'data'),
      explicitDataDir: false,
      bind: '127.0.0.1',
      ports: {
        http: 8080,
        https: 8443,
        smtp: 2525,
        submission: 2587,
        submissions: 2465,
        imap: 2143,
        imaps: 2993,
      },
      trustProxy: [],
      roles: new Set(['http', 'realtime', 'mail', 'worker']),
      seed: 'demo',
      logLevel: 'info',
      mail: { host: 'localhost', outbound: 'rehearsal', outboundPort: 25, dns: [] },
    });
  });

  it('agrees with the defaults in its own table', () => {
    const defaults = configVariables.flatMap((variable) =>
      'default' in variable ? [[variable.name, variable.default] as const] : [],
    );
    expect({ ...load(Object.fromEntries(defaults)), explicitDataDir: false }).toEqual(load({}));
  });

  it('reads every variable', () => {
    for (const name of ['cert.pem', 'key.pem']) writeFileSync(join(folder, name), '');
    expect(
      load({
        HUB_DATA: 'somewhere',
        HUB_BIND: '::',
        HUB_PUBLIC_URL: 'https://hub.binhthuan.example/',
        HTTP_PORT: '0',
        HTTPS_PORT: '0',
        HUB_TRUST_PROXY: '127.0.0.1, 10.0.0.0/8,fd00::/8',
        DATABASE_URL: 'postgres://hub:x@db/hub',
        REDIS_URL: 'rediss://cache:6380',
        HUB_ROLES: 'mail, worker',
        HUB_SEED: 'tiny',
        HUB_DEMO_PASSWORD: 'long enough',
        TLS_CERT: 'cert.pem',
        TLS_KEY: 'key.pem',
        HUB_LOG_LEVEL: 'warn',
        HUB_MAIL_HOST: 'mx.binhthuan.example',
        HUB_SMARTHOST: 'smtp://hub:p%40ss@relay.example',
        HUB_OUTBOUND_PORT: '2526',
        HUB_DNS: '127.0.0.1:5353, [::1]:53,192.0.2.1',
        HUB_CLAMD: '/run/clamd.sock',
        HUB_RSPAMD: 'http://127.0.0.1:11333/',
      }),
    ).toMatchObject({
      mode: 'server',
      dataDir: join(folder, 'somewhere'),
      explicitDataDir: true,
      bind: '::',
      publicUrl: 'https://hub.binhthuan.example',
      ports: { http: 0, https: 0 },
      trustProxy: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'],
      databaseUrl: 'postgres://hub:x@db/hub',
      redisUrl: 'rediss://cache:6380',
      roles: new Set(['mail', 'worker']),
      seed: 'tiny',
      demoPassword: 'long enough',
      tls: { certPath: join(folder, 'cert.pem'), keyPath: join(folder, 'key.pem') },
      logLevel: 'warn',
      mail: {
        host: 'mx.binhthuan.example',
        outbound: 'smarthost',
        smarthost: { host: 'relay.example', port: 587, secure: false, user: 'hub', password: 'p@ss' },
        outboundPort: 2526,
        dns: ['127.0.0.1:5353', '[::1]:53', '192.0.2.1'],
        clamd: { path: '/run/clamd.sock' },
        rspamdUrl: 'http://127.0.0.1:11333',
      },
    });
  });

  it('seeds nothing in server mode unless told to', () => {
    const databaseUrl = { DATABASE_URL: 'postgresql://db/hub' };
    expect(load(databaseUrl).seed).toBe('none');
    expect(load({ ...databaseUrl, HUB_SEED: 'full' }).seed).toBe('full');
  });

  it('lets mail leave in server mode, and keeps it here in local mode unless told to', () => {
    expect(load({ DATABASE_URL: 'postgresql://db/hub' }).mail.outbound).toBe('direct');
    expect(load({ HUB_OUTBOUND: 'direct' }).mail.outbound).toBe('direct');
  });

  it('takes the host of its public address as the name of its mail server', () => {
    expect(load({ HUB_PUBLIC_URL: 'https://Hub.binhthuan.example:8443' }).mail.host).toBe(
      'hub.binhthuan.example',
    );
  });

  it('refuses mail settings that name nothing', () => {
    const message = refusalOf({
      HUB_MAIL_HOST: 'a b',
      HUB_OUTBOUND: 'maybe',
      HUB_OUTBOUND_PORT: '0',
      HUB_DNS: 'resolver.example',
      HUB_CLAMD: 'clamd',
      HUB_RSPAMD: 'rspamd',
    });
    for (const name of ['MAIL_HOST', 'OUTBOUND', 'OUTBOUND_PORT', 'DNS', 'CLAMD', 'RSPAMD'])
      expect(message).toContain(`HUB_${name} must`);
  });

  it('completes the environment from .env, which loses against a variable that is set, even to nothing', () => {
    writeFileSync(
      join(folder, '.env'),
      'HTTP_PORT=81 # plain\nIMAP_PORT=82\nREDIS_URL=redis://cache\nOTHER=1\n',
    );
    const config = load({ IMAP_PORT: '83', REDIS_URL: '' });
    expect(config.ports).toMatchObject({ http: 81, imap: 83 });
    expect(config.redisUrl).toBeUndefined();
  });

  it('takes --roles= before HUB_ROLES', () => {
    expect(load({ HUB_ROLES: 'mail' }, '--roles=http,realtime').roles).toEqual(new Set(['http', 'realtime']));
  });

  it('freezes what it gives', () => {
    const config = load({});
    expect([config, config.ports, config.trustProxy].every(Object.isFrozen)).toBe(true);
  });

  it('reports every fault at once, in one line', () => {
    writeFileSync(join(folder, '.env'), 'what is this\n');
    const message = refusalOf({ HTTP_PORT: 'x', HUB_SEED: 'big', TLS_KEY: 'key.pem', HUB_SED: 'tiny' });
    expect(message).not.toContain('\n');
    expect(message).toContain('.env line 1 is not NAME=value');
    expect(message).toContain('HTTP_PORT must be a whole number from 0 to 65535, not "x"');
    expect(message).toContain('HUB_SEED must be one of none, tiny, demo, full, not "big"');
    expect(message).toContain('TLS_CERT and TLS_KEY must be set together');
    expect(message).toContain('HUB_SED is not a variable of the hub');
  });

  it('refuses two doors on one port, but not two on any free port', () => {
    expect(refusalOf({ SMTP_PORT: '8080' })).toContain('HTTP_PORT and SMTP_PORT are both 8080');
    expect(load({ SMTP_PORT: '0', IMAP_PORT: '0' }).ports).toMatchObject({ smtp: 0, imap: 0 });
  });

  it('never repeats a password', () => {
    const message = refusalOf({
      DATABASE_URL: 'mysql://hub:hunter22@db/hub',
      REDIS_URL: 'hunter22',
      HUB_SMARTHOST: 'http://hub:hunter22@relay.example',
      HUB_DEMO_PASSWORD: 'hunter2',
      HUB_PUBLIC_URL: 'https://me:hunter22@hub.example',
    });
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'HUB_DEMO_PASSWORD', 'HUB_PUBLIC_URL']) {
      expect(message).toContain(`${name} must`);
    }
    expect(message).not.toContain('hunter2');
  });

  it.each([
    { HTTP_PORT: '65536' },
    { HTTP_PORT: '-1' },
    { HTTP_PORT: '80.5' },
    { HTTP_PORT: '0x50' },
    { HUB_BIND: 'localhost' },
    { HUB_BIND: '127.0.0.1:8080' },
    { HUB_PUBLIC_URL: 'hub.example' },
    { HUB_PUBLIC_URL: 'https://hub.example/path' },
    { HUB_PUBLIC_URL: 'ftp://hub.example' },
    { HUB_TRUST_PROXY: 'proxy.example' },
    { HUB_TRUST_PROXY: '10.0.0.0/33' },
    { HUB_TRUST_PROXY: '10.0.0.0/8/8' },
    { HUB_TRUST_PROXY: 'fd00::/129' },
    { DATABASE_URL: 'localhost' },
    { REDIS_URL: 'http://cache' },
    { HUB_ROLES: 'http,everything' },
    { HUB_ROLES: ',' },
    { HUB_LOG_LEVEL: 'loud' },
    { TLS_CERT: 'absent.pem', TLS_KEY: 'absent.key' },
  ])('refuses %j', (environment) => {
    expect(refusalOf(environment)).toContain(Object.keys(environment)[0]);
  });

  it('refuses arguments that it does not know, and an empty --roles=', () => {
    expect(refusalOf({}, '--role=http')).toContain('"--role=http"');
    expect(refusalOf({}, '--roles=')).toContain('--roles must list');
  });
});
