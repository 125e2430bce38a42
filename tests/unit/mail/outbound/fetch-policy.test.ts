import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPolicyFetcher, isPublicAddress } from '#mail/outbound/fetch-policy.ts';

const text = 'version: STSv1\r\nmode: enforce\r\nmx: mx.bo.example\r\nmax_age: 86400\r\n';
let certificate = { key: '', cert: '' };
const open: Server[] = [];

beforeAll(async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=policy',
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() + 3_600_000),
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'mta-sts.bo.example' }])],
    },
    webcrypto,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const kind = 'PRIVATE KEY';
  certificate = {
    key: `-----BEGIN ${kind}-----\n${key.toString('base64')}\n-----END ${kind}-----\n`,
    cert: made.toString('pem'),
  };
});
afterEach(() => open.splice(0).forEach((server) => server.close()));

async function fetchFrom(
  listener: RequestListener,
  { domain = 'bo.example', trusted = true }: { domain?: string; trusted?: boolean } = {},
): Promise<string> {
  const server = createServer({ ...certificate }, listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return createPolicyFetcher({
    resolver: { addresses: async () => ['127.0.0.1'] },
    allows: () => true,
    port: (server.address() as AddressInfo).port,
    ...(trusted ? { ca: certificate.cert } : {}),
  })(domain);
}

const plain = { 'content-type': 'text/plain' };

describe('createPolicyFetcher', () => {
  it('gets the file of the well-known path from the policy host', async () => {
    const asked: string[] = [];
    const file = await fetchFrom((request, response) => {
      asked.push(`${request.headers.host} ${request.url}`);
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    });
    expect(file).toBe(text);
    expect(asked).toEqual(['mta-sts.bo.example /.well-known/mta-sts.txt']);
  });

  for (const [what, listener] of [
    ['a redirect', (_request, response) => response.writeHead(302, { location: 'https://x.example/' }).end()],
    [
      'another type',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(text),
    ],
    ['more than 64 KiB', (_request, response) => response.writeHead(200, plain).end('x'.repeat(70_000))],
    [
      'a cut answer',
      (_request, response) =>
        void response
          .writeHead(200, { ...plain, 'content-length': '99' })
          .write(text, () => response.destroy()),
    ],
  ] as readonly (readonly [string, RequestListener])[]) {
    it(`S5 refuses ${what}`, async () => {
      await expect(fetchFrom(listener)).rejects.toThrow();
    });
  }

  it('S5 refuses a certificate of another name or authority', async () => {
    const listener: RequestListener = (_request, response) => void response.writeHead(200, plain).end(text);
    await expect(fetchFrom(listener, { domain: 'so.example' })).rejects.toThrow();
    await expect(fetchFrom(listener, { trusted: false })).rejects.toThrow();
  });

  it('H15 asks no address that is not public', async () => {
    const fetchPolicy = createPolicyFetcher({
      resolver: { addresses: async () => ['127.0.0.1', '::1', '10.1.2.3'] },
    });
    await expect(fetchPolicy('bo.example')).rejects.toThrow('no public address');
  });
});

describe('isPublicAddress', () => {
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '2002:7f00:1::1',
    '2001::1',
  ]) {
    it(`H15 is false for ${address}`, () => expect(isPublicAddress(address)).toBe(false));
  }

  it('is true for addresses that anybody may reach', () => {
    expect(['1.1.1.1', '203.113.0.1', '2606:4700::1', '2001:db9::1'].map(isPublicAddress)).toEqual(
      Array.from({ length: 4 }, () => true),
    );
  });
});
