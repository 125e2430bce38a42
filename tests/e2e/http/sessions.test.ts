import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessStore } from '#store/access/access-store.ts';
import { createPasswordHasher } from '#store/access/password-hasher.ts';
import { openDatabase } from '#store/database.ts';
import { call, openSocket, signInTo, type HubClient } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { expectProblem } from '#support/problem.ts';
import { cookiesOf, rawRequest, type RawAnswer } from '#support/raw-http.ts';
import {
  clerk,
  demoPassword,
  leader,
  official,
  startTestHub,
  type TestHub,
} from '#support/start-test-hub.ts';

let hub: TestHub;
let rows: HubRows;

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
});

afterAll(async () => {
  await rows.close();
  await hub.remove();
});

function signInRaw(
  base: string,
  headers: Record<string, string> = {},
  address = official,
): Promise<RawAnswer> {
  return rawRequest(base, '/api/v1/sessions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ address, password: demoPassword }),
  });
}

/** What a browser would send back. */
async function pageCookie(): Promise<string> {
  return cookiesOf(await signInRaw(hub.url)).join('; ');
}

/** Unsafe routes of the document, their path parameters filled in. */
async function unsafeRoutes(): Promise<{ method: string; path: string }[]> {
  const { body } = await call<{ paths: Record<string, object> }>(hub.url, 'GET', '/api/openapi.json');
  // Autodiscover knows no session and changes nothing: it only answers a POST because Outlook asks by one.
  const paths = Object.entries(body.paths).filter(([path]) => path.startsWith('/api/'));
  return paths.flatMap(([path, verbs]) =>
    Object.keys(verbs)
      .filter((verb) => !['get', 'head', 'options'].includes(verb))
      .map((verb) => ({
        method: verb.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/gu, crypto.randomUUID()),
      })),
  );
}

describe('a request that another page makes the browser send', () => {
  it('H6 is refused on every unsafe route: no header of ours, a foreign origin, none, null', async () => {
    const cookie = await pageCookie();
    const routes = await unsafeRoutes();
    expect(routes.length).toBeGreaterThanOrEqual(7);
    const before = await rows.written();
    for (const { method, path } of routes) {
      const isSignIn = path === '/api/v1/sessions';
      const body = isSignIn ? JSON.stringify({ address: official, password: demoPassword }) : '{}';
      const ask = (headers: Record<string, string>) =>
        rawRequest(hub.url, path, {
          method,
          body,
          headers: { cookie, 'content-type': 'application/json', ...headers },
        });
      for (const origin of ['https://evil.example', 'null', `${hub.url}.evil.example`]) {
        expectProblem(await ask({ origin, 'x-requested-with': 'chidao' }), 403, 'origin_refused');
        expectProblem(await ask({ origin }), 403, 'origin_refused');
      }
      if (isSignIn) continue;
      expectProblem(await ask({ origin: hub.url }), 403, 'origin_refused');
      expectProblem(
        await ask({ origin: hub.url, 'x-requested-with': 'XMLHttpRequest' }),
        403,
        'origin_refused',
      );
      // Without an origin it is a program: its cookie is not looked at (architecture.md §6).
      expectProblem(await ask({ 'x-requested-with': 'chidao' }), 401, 'not_signed_in');
      expectProblem(
        await ask({ 'x-requested-with': 'chidao', 'sec-fetch-site': 'same-origin' }),
        401,
        'not_signed_in',
      );
    }
    expect(await rows.written()).toEqual(before);
  });

  it('H6 reads nothing with the cookie either, unless the browser says that the page is ours', async () => {
    const cookie = await pageCookie();
    const ask = (headers: Record<string, string>) =>
      rawRequest(hub.url, '/api/v1/me', { headers: { cookie, ...headers } });
    expectProblem(await ask({}), 401, 'not_signed_in');
    expectProblem(await ask({ 'sec-fetch-site': 'cross-site' }), 401, 'not_signed_in');
    expectProblem(await ask({ 'sec-fetch-site': 'same-site' }), 401, 'not_signed_in');
    expectProblem(await ask({ origin: 'null', 'sec-fetch-site': 'same-origin' }), 403, 'origin_refused');
    expect((await ask({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await ask({ origin: hub.url })).status).toBe(200);
  });

  it('H6 is served when it is our own page’s: own origin and own header', async () => {
    const headers = { cookie: await pageCookie(), origin: hub.url, 'x-requested-with': 'chidao' };
    expect((await rawRequest(hub.url, '/api/v1/sessions/ticket', { method: 'POST', headers })).status).toBe(
      201,
    );
    expect(
      (await rawRequest(hub.url, '/api/v1/sessions/current', { method: 'DELETE', headers })).status,
    ).toBe(204);
  });

  it('H6 has no method override and no TRACE', async () => {
    const headers = { cookie: await pageCookie(), origin: hub.url, 'x-http-method-override': 'DELETE' };
    expect((await rawRequest(hub.url, '/api/v1/me', { headers })).status).toBe(200);
    for (const method of ['TRACE', 'PROPFIND', 'PUT', 'PATCH'])
      expect((await rawRequest(hub.url, '/api/v1/me', { method, headers })).status).toBe(404);
  });
});

describe('a session', () => {
  it('H7 is new at each sign-in, whatever the browser brought', async () => {
    const planted = 'A'.repeat(43);
    const first = await signInRaw(hub.url, { cookie: `hub=${planted}` });
    const taken = /^hub=(.+)$/u.exec(cookiesOf(first)[0] ?? '')?.[1];
    expect(taken).toMatch(/^[\w-]{43}$/u);
    expect(taken).not.toBe(planted);
    expectProblem(
      await rawRequest(hub.url, '/api/v1/me', { headers: { cookie: `hub=${planted}`, origin: hub.url } }),
      401,
      'not_signed_in',
    );
    const second = await signInRaw(hub.url, { cookie: `hub=${taken}` });
    expect(cookiesOf(second)[0]).not.toBe(`hub=${taken}`);
  });

  it('H7 has a cookie that scripts and other sites do not get, bound to this host over TLS', async () => {
    const lines = (await signInRaw(hub.url)).headers['set-cookie'] ?? [];
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(/; Path=\/(?:;|$)/u);
      expect(line).toContain('; HttpOnly');
      expect(line).toContain('; SameSite=Strict');
      expect(line).not.toContain('Domain=');
    }
    const secure = (await signInRaw(hub.https)).headers['set-cookie'] ?? [];
    expect(secure.map((line) => line.split('=')[0])).toEqual(['__Host-hub', '__Host-hub-device']);
    for (const line of secure) expect(line).toContain('; Secure');
    // The name without the prefix, which another host of the domain could plant, opens nothing over TLS.
    const token = /__Host-hub=([^;]+)/u.exec(secure[0] ?? '')?.[1] ?? '';
    expect(
      (await rawRequest(hub.https, '/api/v1/me', { headers: { cookie: `hub=${token}`, origin: hub.https } }))
        .status,
    ).toBe(401);
    expect(
      (
        await rawRequest(hub.https, '/api/v1/me', {
          headers: { cookie: `__Host-hub=${token}`, origin: hub.https },
        })
      ).status,
    ).toBe(200);
  });

  it('H7 keeps no token in the database, only its hash', async () => {
    const client = await signInTo(hub, official);
    const tables = ['session', 'session_ticket', 'outbox'];
    for (const table of tables) {
      const [row] = await rows.query<{ found: boolean }>(
        `select exists (select from ${table} t where t::text like '%' || $1 || '%') as found`,
        [client.token],
      );
      expect(row?.found).toBe(false);
    }
  });

  it('H7 ends at sign-out, and takes its cookie back', async () => {
    const client = await signInTo(hub, official);
    const other = await signInTo(hub, official);
    const out = await client.request('DELETE', '/api/v1/sessions/current');
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^hub=;.*(?:Max-Age=0|Expires=Thu, 01 Jan 1970)/u);
    expectProblem(await client.request('GET', '/api/v1/me'), 401, 'not_signed_in');
    expect((await other.request('GET', '/api/v1/me')).status).toBe(200);
  });

  it('H7 ends with its time: seven days, or twelve hours without use', async () => {
    for (const aged of [
      `expires_at = now() - interval '1 second'`,
      `last_seen_at = now() - interval '12 hours 1 second'`,
    ]) {
      const client = await signInTo(hub, official);
      expect((await client.request('GET', '/api/v1/me')).status).toBe(200);
      await rows.query(`update session set ${aged} where ended_at is null`);
      expectProblem(await client.request('GET', '/api/v1/me'), 401, 'not_signed_in');
    }
    const [row] = await rows.query<{ days: string }>(
      `select max(extract(epoch from expires_at - created_at)) / 86400 as days from session where expires_at > now()`,
    );
    expect(Number(row?.days ?? 7)).toBe(7);
  });

  it('H7 ends everywhere when the password changes: sessions, tickets and sockets', async () => {
    const clients: HubClient[] = [await signInTo(hub, clerk), await signInTo(hub, clerk)];
    const unconcerned = await signInTo(hub, official);
    const ticket =
      (await clients[0]?.request<{ ticket: string }>('POST', '/api/v1/sessions/ticket'))?.body.ticket ?? '';
    const live = await clients[1]?.connect();
    const ended = new Promise((resolve) => live?.socket.once('disconnect', resolve));
    const [account] = await rows.query<{ id: string }>(`select id from account where address = $1`, [clerk]);
    const database = await openDatabase(hub.databaseUrl, { connectionsMax: 2 });
    try {
      const hash = await createPasswordHasher().hash('mat-khau-moi');
      await createAccessStore(database).setPassword(account?.id ?? '', hash, new Date());
    } finally {
      await database.close();
    }
    await ended;
    for (const client of clients)
      expectProblem(await client.request('GET', '/api/v1/me'), 401, 'not_signed_in');
    expect((await unconcerned.request('GET', '/api/v1/me')).status).toBe(200);
    await expect(unconcerned.connect().then((open) => open.close())).resolves.toBeUndefined();
    await expect(openSocket(hub.url, ticket).synced).rejects.toThrow();
    const old = await call(hub.url, 'POST', '/api/v1/sessions', {
      body: { address: clerk, password: demoPassword },
    });
    expectProblem(old, 401, 'wrong_credentials');
    expect(
      (
        await call(hub.url, 'POST', '/api/v1/sessions', {
          body: { address: clerk, password: 'mat-khau-moi' },
        })
      ).status,
    ).toBe(201);
  });
});

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const claims = { sub: leader, aud: 'chidao', exp: 4_102_444_800, admin: true };

/** The classic forgeries of JSON Web Tokens and of our own opaque ones. */
const forged: Readonly<Record<string, string>> = {
  'alg none': `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
  'alg nOnE': `${encode({ alg: 'nOnE' })}.${encode(claims)}.`,
  'HS256 signed with nothing': `${encode({ alg: 'HS256' })}.${encode(claims)}.${'A'.repeat(43)}`,
  'HS256 where RS256 is meant': `${encode({ alg: 'HS256', kid: 'rsa' })}.${encode(claims)}.${'B'.repeat(43)}`,
  'a kid that is a path': `${encode({ alg: 'HS256', kid: '../../dev/null' })}.${encode(claims)}.${'C'.repeat(43)}`,
  'a kid that is SQL': `${encode({ alg: 'HS256', kid: "x' union select 'k" })}.${encode(claims)}.${'D'.repeat(43)}`,
  'a jku elsewhere': `${encode({ alg: 'RS256', jku: 'https://evil.example/keys' })}.${encode(claims)}.${'E'.repeat(43)}`,
  'no audience and no end': `${encode({ alg: 'HS256' })}.${encode({ sub: leader })}.${'F'.repeat(43)}`,
  'a random opaque token': Buffer.alloc(32, 9).toString('base64url'),
  'the leader’s address': Buffer.from(leader).toString('base64url').padEnd(43, 'A'),
  'a wildcard': '%'.repeat(43),
  'two tokens': `${'A'.repeat(43)}, Bearer ${'B'.repeat(43)}`,
};

describe('a forged token', () => {
  it.each(Object.entries(forged))('H8 is refused: %s', async (_name, token) => {
    expectProblem(
      await call(hub.url, 'GET', '/api/v1/snapshot', { headers: { authorization: `Bearer ${token}` } }),
      401,
      'not_signed_in',
    );
  });

  it('H8 is refused where the scheme is another, and beside a good cookie', async () => {
    const { token } = await signInTo(hub, official);
    for (const authorization of [
      `Basic ${token}`,
      `bearer ${token}`,
      token,
      `Bearer  ${token}`,
      `Bearer ${token}x`,
      'Bearer',
    ])
      expect((await call(hub.url, 'GET', '/api/v1/me', { headers: { authorization } })).status).toBe(401);
    const mixed = await rawRequest(hub.url, '/api/v1/me', {
      headers: { cookie: `hub=${token}`, origin: hub.url, authorization: `Bearer ${'A'.repeat(43)}` },
    });
    expectProblem(mixed, 401, 'not_signed_in');
    expect((await call(hub.url, 'GET', `/api/v1/me?token=${token}&access_token=${token}`)).status).toBe(401);
  });

  it('H8 is refused when a real one is ended', async () => {
    const client = await signInTo(hub, official);
    await rows.query(`update session set ended_at = now() where ended_at is null`);
    expectProblem(await client.request('GET', '/api/v1/me'), 401, 'not_signed_in');
  });
});
