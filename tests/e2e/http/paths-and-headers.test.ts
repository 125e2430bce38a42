import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInTo } from '#support/hub-client.ts';
import { expectProblem } from '#support/problem.ts';
import { rawRequest } from '#support/raw-http.ts';
import { official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

let hub: TestHub;
/** How long a request that never ends lives; begun before all other tests, because it takes half a minute. */
let dripLivedMs: Promise<readonly number[]>;

beforeAll(async () => {
  hub = await startTestHub();
  dripLivedMs = Promise.all([
    ...Array.from({ length: 40 }, () => drip('GET / HTTP/1.1\r\nHost: x\r\n')),
    drip(slowBody),
  ]);
});

afterAll(async () => {
  await hub.remove();
});

const slowBody =
  'POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';

/** Sends an unfinished request and a little more each second; resolves with how long the hub let it live. */
function drip(start: string): Promise<number> {
  const socket: Socket = connect(hub.ports.http, '127.0.0.1');
  const begun = performance.now();
  socket.on('error', () => undefined);
  socket.write(start);
  const timer = setInterval(() => socket.write(start === slowBody ? ' ' : 'X-A: b\r\n'), 1000);
  return new Promise((resolve) => {
    socket.resume();
    socket.on('close', () => {
      clearInterval(timer);
      resolve(performance.now() - begun);
    });
  });
}

/** Ways to write the path of what needs a session, or of a file outside the page's folder. */
const encodings: readonly string[] = [
  '/%61pi/v1/snapshot',
  '/api/%76%31/snapshot',
  '/api/v1/%73napshot',
  '/api//v1/snapshot',
  '//api/v1/snapshot',
  '/api/v1//snapshot',
  '/api/v1/snapshot/',
  '/api/v1/snapshot//',
  '/api/v1/snapshot;x=1',
  '/api/v1;x/snapshot',
  '/api/v1/snapshot%3Bx',
  '/api/v1/snapshot%00',
  '/api/v1/snapshot%20',
  '/api/v1/snapshot.',
  '/api/v1/snapshot.json',
  '/api/v1/./snapshot',
  '/api/v1/x/../snapshot',
  '/api/v1/%2e%2e/v1/snapshot',
  '/api/v1/%2e/snapshot',
  '/api%2Fv1%2Fsnapshot',
  '/api%5Cv1%5Csnapshot',
  '/api\\v1\\snapshot',
  '/API/V1/SNAPSHOT',
  '/api/v1/Snapshot',
  '/api/v1/snapshot?x=/healthz',
  '/healthz/../api/v1/snapshot',
  '/healthz/%2e%2e/api/v1/snapshot',
  '/healthz;/api/v1/snapshot',
  '/api/docs/../v1/snapshot',
  '/api/docs/%2e%2e/v1/snapshot',
  '/api/docs/..%2fv1%2fsnapshot',
  '/assets/../api/v1/snapshot',
  '/assets/..%2f..%2f..%2fpackage.json',
  '/%2e%2e/%2e%2e/package.json',
  '/../../package.json',
  '/..%5c..%5cpackage.json',
  '/....//....//package.json',
  '/%c0%ae%c0%ae/package.json',
  '/%252e%252e/package.json',
  '/assets/%2e%2e%2f%2e%2e%2fsrc/main.ts',
  '/.env',
  '/.git/config',
  '/index.html/../../package.json',
  '/%',
  '/%zz',
  '/\u00e1pi',
  `/${'a/'.repeat(4000)}`,
];

describe('a path', () => {
  it.each(encodings)('H16 %s gives no content to who has no session', async (path) => {
    const answer = await rawRequest(hub.url, encodeURI(decodeLenient(path)) === path ? path : latin1(path));
    expect([400, 401, 404]).toContain(answer.status);
    expectProblem(
      answer,
      answer.status,
      answer.status === 401 ? 'not_signed_in' : answer.status === 404 ? 'not_found' : 'bad_input',
    );
    expect(answer.text).not.toMatch(/directives|"name": "chidao"|import /u);
  });

  it('H16 as text/html gives at most the page’s own first file', async () => {
    for (const path of encodings.map(latin1)) {
      const answer = await rawRequest(hub.url, path, { headers: { accept: 'text/html' } });
      expect([200, 400, 401, 404]).toContain(answer.status);
      if (answer.status === 200) expect(answer.text).toMatch(/^<!doctype html>/iu);
    }
  });

  it('H16 is the same route however it is written: a session opens it, too', async () => {
    const { token } = await signInTo(hub, official);
    const answer = await rawRequest(hub.url, '/%61pi/v1/%6de', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect({ status: answer.status, address: answer.json?.['address'] }).toEqual({
      status: 200,
      address: official,
    });
  });

  it('H16 of the absolute form, with another host, is judged by its path, as RFC 9112 §3.2.2 says', async () => {
    for (const path of ['http://evil.example/api/v1/snapshot', '*', 'evil.example:443']) {
      const answer = await rawRequest(hub.url, path);
      // Some of these have the path `/`, which is the page's own first file.
      expect([200, 400, 401, 404]).toContain(answer.status);
      if (answer.status === 200) expect(answer.text).toMatch(/^<!doctype html>/iu);
      expect(answer.text).not.toContain('"directives"');
    }
  });

  it('H16 /metrics is for this machine, and not for a proxy’s callers', async () => {
    expect((await rawRequest(hub.url, '/metrics')).status).toBe(200);
    expectProblem(
      await rawRequest(hub.url, '/metrics', { headers: { 'x-forwarded-for': '203.0.113.5' } }),
      403,
      'not_permitted',
    );
  });
});

/** Node refuses to send letters above U+00FF in a path; as octets they go as they are. */
function latin1(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

function decodeLenient(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return '';
  }
}

/** Sends octets and gives all that comes back until the end. */
function exchange(octets: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(hub.ports.http, '127.0.0.1', () => socket.write(octets, 'latin1'));
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

const statusLine = (text: string) => text.split('\r\n')[0];

describe('a header', () => {
  it('H17 above 16 KiB in all is answered with 431, and the connection ends', async () => {
    const one = await exchange(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`);
    expect(statusLine(one)).toBe('HTTP/1.1 431 Request Header Fields Too Large');
    const many = await exchange(
      `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X-A: aaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(800)}\r\n`,
    );
    expect(statusLine(many)).toBe('HTTP/1.1 431 Request Header Fields Too Large');
    const overTls = await rawRequest(hub.https, '/healthz', { headers: { 'x-a': 'a'.repeat(17_000) } });
    expect(overTls.status).toBe(431);
    expect((await rawRequest(hub.url, '/healthz', { headers: { 'x-a': 'a'.repeat(12_000) } })).status).toBe(
      200,
    );
  });

  it.each([
    [
      'both lengths',
      'POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
    ],
    [
      'two lengths',
      'POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n12345',
    ],
    ['a length with a sign', 'POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\n1234'],
    ['a space before the colon', 'GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['a bare LF', 'GET /healthz HTTP/1.1\nHost: x\nX: y\rZ: 1\n\n'],
    ['NUL', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX: \u0000\r\n\r\n'],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    [
      'a folded line',
      'POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\nabc',
    ],
    [
      'an unknown coding',
      'POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
  ])(
    'H17 with %s is refused and the connection ends: nothing can be smuggled behind it',
    async (_name, octets) => {
      const text = await exchange(octets);
      expect(statusLine(text)).toMatch(/^HTTP\/1\.1 400 /u);
      expect(text.match(/^HTTP\/1\.1 /gmu)).toHaveLength(1);
    },
  );

  it('H17 of a proxy that is not named as trusted changes nothing', async () => {
    const answer = await rawRequest(hub.url, '/healthz', {
      headers: {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-for': '127.0.0.1',
        host: 'evil.example',
      },
    });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.headers)).not.toContain('evil.example');
  });
});

const securityHeaders = {
  'content-security-policy':
    "default-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;font-src 'self';connect-src 'self' ws: wss:;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

describe('the headers of every answer', () => {
  const kinds: readonly (readonly [string, string, Record<string, string>, number])[] = [
    ['the page', '/', { accept: 'text/html' }, 200],
    ['a path of the page', '/chi-dao/1', { accept: 'text/html' }, 200],
    ['a route without a session', '/api/v1/me', {}, 401],
    ['a path that is none', '/api/v1/none', {}, 404],
    ['a refused origin', '/api/v1/me', { origin: 'null' }, 403],
    ['bad input', '/api/v1/changes', {}, 401],
    ['health', '/healthz', {}, 200],
    ['readiness', '/readyz', {}, 200],
    ['metrics', '/metrics', {}, 200],
    ['the OpenAPI document', '/api/openapi.json', {}, 200],
    ['the page of the document', '/api/docs/', { accept: 'text/html' }, 200],
    ['a script of that page', '/api/docs/static/swagger-initializer.js', {}, 200],
  ];

  it.each(kinds)(
    'H18 keep %s out of frames, to its own sources, on TLS',
    async (_name, path, headers, status) => {
      for (const base of [hub.url, hub.https]) {
        const answer = await rawRequest(base, path, { headers });
        expect({ status: answer.status, headers: answer.headers }).toMatchObject({
          status,
          headers: securityHeaders,
        });
        expect(answer.headers).not.toHaveProperty('x-powered-by');
        expect(answer.headers).not.toHaveProperty('server');
      }
    },
  );

  it('H18 hold with a session too, and what is personal is not kept by caches', async () => {
    const { token } = await signInTo(hub, official);
    for (const path of [
      '/api/v1/me',
      '/api/v1/snapshot',
      '/api/v1/people?query=a',
      '/api/v1/changes?after=0',
    ]) {
      const answer = await rawRequest(hub.url, path, { headers: { authorization: `Bearer ${token}` } });
      expect({ path, status: answer.status, headers: answer.headers }).toMatchObject({
        path,
        status: 200,
        headers: { ...securityHeaders, 'cache-control': 'no-store' },
      });
    }
  });

  it('H18 redirect nowhere else, whatever the path asks for', async () => {
    for (const path of [
      '//evil.example/%2e%2e',
      '/\\evil.example',
      '/api/docs?url=https://evil.example',
      '//evil.example',
      '/%2f%2fevil.example',
    ]) {
      const answer = await rawRequest(hub.url, path, { headers: { accept: 'text/html' } });
      expect(answer.headers.location ?? '').not.toMatch(/^(?:https?:)?\/\/|\\/u);
    }
  });

  it('H18 the page loads nothing from elsewhere', async () => {
    for (const path of ['/', '/api/docs/']) {
      const { text } = await rawRequest(hub.url, path, { headers: { accept: 'text/html' } });
      expect(text.match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/gu)).toBeNull();
    }
  });
});

describe('a request that never ends', () => {
  it(
    'H17 is closed within its 30 s and the look every 5 s, 41 at a time, and the hub serves on',
    { timeout: 60_000 },
    async () => {
      const lived = await dripLivedMs;
      expect(lived).toHaveLength(41);
      expect(Math.max(...lived)).toBeLessThan(45_000);
      expect((await rawRequest(hub.url, '/readyz')).status).toBe(200);
    },
  );
});
