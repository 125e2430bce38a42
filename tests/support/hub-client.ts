import { io, type Socket } from 'socket.io-client';
import { changeTypes } from '#protocol/change-types.ts';
import type { Change } from '#protocol/change.ts';
import type { BoardView, DirectiveView, SnapshotView } from '#protocol/view.ts';
import { demoPassword, type TestHub } from './start-test-hub.ts';

export interface HttpAnswer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** A program that talks to the hub over HTTP with a bearer token. */
export interface HubClient {
  readonly token: string;
  request<Body = Record<string, unknown>>(
    method: string,
    path: string,
    input?: { body?: unknown; key?: string; headers?: Record<string, string> },
  ): Promise<HttpAnswer<Body>>;
  snapshot(): Promise<SnapshotView>;
  issue(draft: Partial<IssueBody>, key?: string): Promise<HttpAnswer<DirectiveView & { code: string }>>;
  board(id: string): Promise<BoardView>;
  /** A connected socket that has been told `synced`. */
  connect(position?: number): Promise<LiveSocket>;
}

export interface IssueBody {
  subject: string;
  text: string;
  urgency: string;
  recipients: readonly { role: string; kind: string; id?: string }[];
  [field: string]: unknown;
}

export interface LiveSocket {
  readonly socket: Socket;
  /** Every change heard, in order. */
  readonly changes: Change[];
  /** Resolves with the first change, heard or to come, that fits. */
  next(fits: (change: Change) => boolean): Promise<Change>;
  command<Result = Record<string, unknown>>(name: string, input: unknown): Promise<Result & { ok: boolean }>;
  close(): void;
}

export async function call<Body = Record<string, unknown>>(
  base: string,
  method: string,
  path: string,
  input: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<HttpAnswer<Body>> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...input.headers,
    },
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    body: (isJson && text !== '' ? JSON.parse(text) : text) as Body,
    headers: response.headers,
  };
}

export async function signInTo(hub: Pick<TestHub, 'url'>, address: string): Promise<HubClient> {
  const answer = await call<{ token: string }>(hub.url, 'POST', '/api/v1/sessions', {
    body: { address, password: demoPassword },
  });
  if (answer.status !== 201)
    throw new Error(`sign-in of ${address}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return clientOf(hub.url, answer.body.token);
}

export function clientOf(url: string, token: string): HubClient {
  const request: HubClient['request'] = (method, path, input = {}) =>
    call(url, method, path, {
      ...('body' in input ? { body: input.body } : {}),
      headers: {
        authorization: `Bearer ${token}`,
        ...(input.key === undefined ? {} : { 'idempotency-key': input.key }),
        ...input.headers,
      },
    });
  return {
    token,
    request,
    async snapshot() {
      return (await request<SnapshotView>('GET', '/api/v1/snapshot')).body;
    },
    issue: (draft, key) =>
      request('POST', '/api/v1/directives', {
        body: {
          subject: 'Kiểm tra đường dây',
          text: 'Yêu cầu các đơn vị báo cáo.',
          urgency: 'normal',
          recipients: [{ role: 'info', kind: 'everyone' }],
          ...draft,
        },
        ...(key === undefined ? {} : { key }),
      }),
    async board(id) {
      return (await request<BoardView>('GET', `/api/v1/directives/${id}/board?limit=500`)).body;
    },
    connect: (position) => connect(url, token, position),
  };
}

export function openSocket(
  url: string,
  token: string,
  position?: number,
): LiveSocket & { synced: Promise<number> } {
  const socket = io(url, {
    auth: { token, ...(position === undefined ? {} : { position }) },
    transports: ['websocket'],
    reconnection: false,
  });
  const changes: Change[] = [];
  const waiting = new Set<{ fits: (change: Change) => boolean; resolve: (change: Change) => void }>();
  for (const type of changeTypes)
    socket.on(type, (change: Change) => {
      changes.push(change);
      for (const waiter of waiting) {
        if (!waiter.fits(change)) continue;
        waiting.delete(waiter);
        waiter.resolve(change);
      }
    });
  const synced = new Promise<number>((resolve, reject) => {
    socket.once('synced', ({ position: at }: { position: number }) => resolve(at));
    socket.once('connect_error', (error) => reject(error));
  });
  return {
    socket,
    changes,
    synced,
    next(fits) {
      const heard = changes.find(fits);
      if (heard !== undefined) return Promise.resolve(heard);
      return new Promise((resolve) => waiting.add({ fits, resolve }));
    },
    command: (name, input) => socket.timeout(10_000).emitWithAck(name, input),
    close: () => void socket.close(),
  };
}

async function connect(url: string, token: string, position?: number): Promise<LiveSocket> {
  const live = openSocket(url, token, position);
  await live.synced;
  return live;
}
