import { request as httpRequest } from 'node:http';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, openSocket, signInTo, type HubClient } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { cookiesOf, rawRequest } from '#support/raw-http.ts';
import { demoPassword, leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

let hub: TestHub;
let rows: HubRows;
let director: HubClient;

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
  director = await signInTo(hub, official);
});

afterAll(async () => {
  await rows.close();
  await hub.remove();
});

const pollingPath = '/socket.io/?EIO=4&transport=polling';
const webSocketPath = '/socket.io/?EIO=4&transport=websocket';

/** The status of an upgrade to WebSocket: 101 when it is granted. */
function upgrade(headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${hub.url}${webSocketPath}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 1).toString('base64'),
        ...headers,
      },
    });
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  });
}

/** The code that a connection is refused with, or `connected`. */
function connectionOf(
  token: unknown,
  headers: Readonly<Record<string, string>> = {},
  transport: 'websocket' | 'polling' = 'websocket',
): Promise<string> {
  const socket = io(hub.url, {
    auth: token === undefined ? {} : { token },
    transports: [transport],
    reconnection: false,
    forceNew: true,
    extraHeaders: { ...headers },
  });
  return new Promise<string>((resolve) => {
    socket.on('synced', () => resolve('connected'));
    socket.on('connect_error', (error: Error & { data?: { code: string } }) =>
      resolve(error.data?.code ?? 'refused'),
    );
  }).finally(() => socket.close());
}

async function newTicket(client: HubClient = director): Promise<string> {
  const answer = await client.request<{ ticket: string }>('POST', '/api/v1/sessions/ticket');
  return answer.body.ticket;
}

describe('the origin of a handshake', () => {
  const foreign = (own: URL): readonly string[] => [
    'null',
    'https://evil.example',
    'file://',
    `http://127.0.0.1:${Number(own.port) + 1}`,
    `http://127.0.0.1.evil.example:${own.port}`,
    `http://127.0.0.1:${own.port}.evil.example`,
    `https://127.0.0.1:${own.port}`,
    `http://user@127.0.0.1:${own.port}`,
    'http://127.0.0.1',
    'http://binhthuan.example',
  ];

  it('H3 is refused on both transports when it is foreign or null, even with a right Host', async () => {
    for (const origin of foreign(new URL(hub.url))) {
      const polling = await rawRequest(hub.url, pollingPath, { headers: { origin } });
      expect({ origin, polling: polling.status, webSocket: await upgrade({ origin }) }).toEqual({
        origin,
        polling: 403,
        // Engine.IO refuses an upgrade with 400, whatever the reason.
        webSocket: 400,
      });
      expect(polling.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('H3 is refused although the connection brings a good token and a cookie', async () => {
    const headers = { origin: 'https://evil.example', cookie: `hub=${director.token}` };
    expect(await connectionOf(director.token, headers)).toBe('refused');
    expect(await connectionOf(director.token, headers, 'polling')).toBe('refused');
  });

  it('H3 may be our own or missing, and nothing opens to other pages by CORS', async () => {
    expect(await upgrade({ origin: hub.url })).toBe(101);
    expect(await upgrade({ origin: hub.url.replace('127.0.0.1', 'localhost') })).toBe(101);
    expect(await upgrade({})).toBe(101);
    const polling = await rawRequest(hub.url, pollingPath, { headers: { origin: hub.url } });
    expect(polling.status).toBe(200);
    expect(polling.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('who a connection speaks for', () => {
  it('H3 is not told by a cookie alone, with our own origin or with none', async () => {
    const signedIn = await rawRequest(hub.url, '/api/v1/sessions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ address: official, password: demoPassword }),
    });
    const cookie = cookiesOf(signedIn).join('; ');
    expect(cookie).toContain('hub=');
    for (const transport of ['websocket', 'polling'] as const) {
      expect(await connectionOf(undefined, { cookie }, transport)).toBe('not_signed_in');
      expect(await connectionOf(undefined, { cookie, origin: hub.url }, transport)).toBe('not_signed_in');
    }
  });

  it('H3 is told by a bearer token or a ticket, without an origin and with our own', async () => {
    expect(await connectionOf(director.token)).toBe('connected');
    expect(await connectionOf(director.token, { origin: hub.url }, 'polling')).toBe('connected');
    expect(await connectionOf(await newTicket())).toBe('connected');
    expect(await connectionOf(await newTicket(), { origin: hub.url })).toBe('connected');
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['a number', 7],
    ['an object', { $ne: null }],
    ['a list', ['x']],
    ['long', 'x'.repeat(10_000)],
    ['unknown', 'A'.repeat(43)],
    ['an unknown ticket', `t_${'A'.repeat(43)}`],
    ['null', null],
  ])('H3 is refused when the token is %s', async (_name, token) => {
    expect(await connectionOf(token)).toBe('not_signed_in');
  });

  it('H3 a ticket opens one connection, once', async () => {
    const ticket = await newTicket();
    const answers = await Promise.all([1, 2, 3, 4].map(() => connectionOf(ticket)));
    expect(answers.toSorted()).toEqual(['connected', 'not_signed_in', 'not_signed_in', 'not_signed_in']);
    expect(await connectionOf(ticket)).toBe('not_signed_in');
  });

  it('H3 a ticket lives 60 seconds', async () => {
    const ticket = await newTicket();
    const [row] = await rows.query<{ seconds: string }>(
      `select extract(epoch from expires_at - now())::int as seconds from session_ticket order by expires_at desc limit 1`,
    );
    expect(Number(row?.seconds)).toBeLessThanOrEqual(60);
    await rows.query(`update session_ticket set expires_at = now() - interval '1 second'`);
    expect(await connectionOf(ticket)).toBe('not_signed_in');
  });

  it('H3 a ticket is no bearer token, and dies with its session', async () => {
    const ticket = await newTicket();
    expect(
      (await call(hub.url, 'GET', '/api/v1/me', { headers: { authorization: `Bearer ${ticket}` } })).status,
    ).toBe(401);
    const other = await signInTo(hub, official);
    const late = await newTicket(other);
    await other.request('DELETE', '/api/v1/sessions/current');
    expect(await connectionOf(late)).toBe('not_signed_in');
    expect(await connectionOf(other.token)).toBe('not_signed_in');
  });
});

/** A connection below Socket.IO, to send what its client never would. */
async function openRaw(): Promise<{ socket: WebSocket; closed: Promise<number>; heard: string[] }> {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}${webSocketPath}`);
  const heard: string[] = [];
  const begun = performance.now();
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener('close', () => resolve(performance.now() - begun)),
  );
  socket.addEventListener('message', (message) => heard.push(String(message.data)));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  return { socket, closed, heard };
}

async function openSignedIn(): ReturnType<typeof openRaw> {
  const raw = await openRaw();
  const synced = new Promise<void>((resolve) =>
    raw.socket.addEventListener(
      'message',
      (message) => String(message.data).startsWith('42["synced"') && resolve(),
    ),
  );
  raw.socket.send(`40${JSON.stringify({ token: director.token })}`);
  await synced;
  return raw;
}

/** Node's own check of the client's limit: far above what an idle machine needs. */
const within = { timeout: 20_000 };

describe('what a connection may send', () => {
  it('H4 is cut after 100,000 events, and the hub serves on', within, async () => {
    const { socket, closed } = await openSignedIn();
    for (let sent = 0; sent < 100_000 && socket.readyState === WebSocket.OPEN; sent += 1)
      socket.send(`42["assignment.open",{"id":"x"}]`);
    await closed;
    expect(await connectionOf(director.token)).toBe('connected');
  });

  it('H4 is cut for a flood of answers and of sign-ins as for one of events', within, async () => {
    const answers = await openSignedIn();
    for (let sent = 0; sent < 1000; sent += 1) answers.socket.send('43999["x"]');
    await answers.closed;
    const signIns = await openRaw();
    for (let sent = 0; sent < 1000; sent += 1) signIns.socket.send('40{"token":"x"}');
    // Nobody signed in: without the cut it would live for five seconds.
    expect(await signIns.closed).toBeLessThan(4500);
  });

  it('H4 may be 30 events at once, which a page with much to open sends', async () => {
    const live = await director.connect();
    const answers = await Promise.all(Array.from({ length: 30 }, () => live.command('assignment.open', {})));
    expect(answers.map((answer) => answer.ok)).toEqual(answers.map(() => false));
    expect(live.socket.connected).toBe(true);
    live.close();
  });

  it.each(['websocket', 'polling'] as const)(
    'H4 is no packet above 100 kB on %s',
    within,
    async (transport) => {
      const socket = io(hub.url, {
        auth: { token: director.token },
        transports: [transport],
        reconnection: false,
        forceNew: true,
      });
      await new Promise<void>((resolve) => socket.on('synced', () => resolve()));
      const closed = new Promise<string>((resolve) => socket.on('disconnect', resolve));
      socket.emit('directive.issue', { text: 'a'.repeat(150_000) });
      expect(await closed).toMatch(/transport/u);
    },
  );

  it.each([
    '459999-["x"]',
    '42["x"',
    '42{"not":"a list"}',
    '42[]',
    '4',
    '49',
    '42["__proto__"]]',
    '45[',
    'x',
    '9',
  ])('H4 is cut after the garbage %s', within, async (packet) => {
    const { socket, closed } = await openSignedIn();
    socket.send(packet);
    await closed;
    expect(await connectionOf(director.token)).toBe('connected');
  });

  it('H4 is cut when an attachment is announced and something else comes', within, async () => {
    const { socket, closed } = await openSignedIn();
    socket.send('451-["x",{"_placeholder":true,"num":0}]');
    socket.send('42["assignment.open",{}]');
    await closed;
  });

  it('H4 is no other namespace', async () => {
    for (const namespace of ['/admin', '/everyone', '/socket.io', '/__proto__', `/${'x'.repeat(500)}`]) {
      const socket = io(`${hub.url}${namespace}`, {
        auth: { token: director.token },
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
      });
      const error = await new Promise<Error>((resolve) => socket.on('connect_error', resolve));
      expect(error.message).toBe('Invalid namespace');
      socket.close();
    }
  });

  it(
    'H4 ends after five seconds without a sign-in, with a wrong one and with one elsewhere',
    within,
    async () => {
      const silent = await openRaw();
      const wrong = await openRaw();
      wrong.socket.send('40{"token":"x"}');
      const elsewhere = await openRaw();
      elsewhere.socket.send(`40/admin,${JSON.stringify({ token: director.token })}`);
      for (const { closed } of [silent, wrong, elsewhere]) expect(await closed).toBeLessThan(10_000);
    },
  );

  it('H4 hears nothing before it has signed in', async () => {
    const raw = await openRaw();
    const chair = await signInTo(hub, leader);
    const live = openSocket(hub.url, chair.token);
    await live.synced;
    await chair.issue({});
    await live.next((change) => change.type === 'directive.issued');
    expect(raw.heard.filter((packet) => !packet.startsWith('0'))).toEqual([]);
    raw.socket.close();
    live.close();
  });

  it('H4 may be an unknown event or a command without an answer: neither hurts', async () => {
    const live = await director.connect();
    live.socket.emit('no.such.event', { x: 1 });
    live.socket.emit('assignment.open');
    live.socket.emit('assignment.open', null, 'no callback');
    live.socket.emit('constructor', {});
    expect(await live.command('assignment.open', {})).toMatchObject({
      ok: false,
      error: { code: 'bad_input' },
    });
    live.close();
  });
});

describe('the hub’s log', () => {
  it('holds no fault after all of this', () => {
    expect(
      hub
        .output()
        .split('\n')
        .filter((line) => /"level":(?:50|60)|fault|unhandled/u.test(line)),
    ).toEqual([]);
  });
});

describe('a session’s end', () => {
  it('H2 cuts its open sockets, also when nobody ended it by hand', async () => {
    const client = await signInTo(hub, official);
    const live = openSocket(hub.url, client.token);
    await live.synced;
    live.close();
    await rows.query(
      `update session set expires_at = now() + interval '2 seconds'
       where id = (select id from session order by created_at desc limit 1)`,
    );
    const short = openSocket(hub.url, client.token);
    const ended = new Promise<void>((resolve) => short.socket.once('session.ended', () => resolve()));
    const cut = new Promise<string>((resolve) => short.socket.once('disconnect', resolve));
    await short.synced;
    await ended;
    expect(await cut).toBe('io server disconnect');
    expect((await client.request('GET', '/api/v1/me')).status).toBe(401);
  });
});
