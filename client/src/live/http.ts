/** What the hub answered instead of doing it, or that it could not be asked at all (`offline`). */
export class Refusal extends Error {
  /** A public code of the hub; `offline` and `internal` are the page's own. */
  readonly code: string;
  readonly status: number;
  readonly field: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: string,
    details: { status?: number; field?: string; requestId?: string; retryAfterSeconds?: number } = {},
  ) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.status = details.status ?? 0;
    this.field = details.field;
    this.requestId = details.requestId;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

export interface HttpAsk {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

export type AskHub = <Answer>(ask: HttpAsk) => Promise<Answer>;

const answerTimeoutMs = 20_000;

/**
 * Asks the hub over HTTP with the page's cookie. Throws only `Refusal`; `onSignedOut` is told of every 401, so that an
 * ended session shows at once wherever it is first noticed.
 */
export function createAskHub(onSignedOut: () => void): AskHub {
  return async <Answer>(ask: HttpAsk): Promise<Answer> => {
    const response = await send(ask);
    if (response.ok) return (response.status === 204 ? undefined : await readJson(response)) as Answer;
    const refusal = await readRefusal(response);
    if (response.status === 401 && refusal.code !== 'wrong_credentials') onSignedOut();
    throw refusal;
  };
}

async function send(ask: HttpAsk): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  // A form of another site cannot set this header: with the cookie it proves that the page itself asks.
  if (ask.method !== 'GET') headers['X-Requested-With'] = 'chidao';
  if (ask.body !== undefined) headers['Content-Type'] = 'application/json';
  if (ask.key !== undefined) headers['Idempotency-Key'] = ask.key;
  try {
    return await fetch(`/api/v1${ask.path}`, {
      method: ask.method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: ask.signal ?? AbortSignal.timeout(answerTimeoutMs),
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
    });
  } catch {
    throw new Refusal('offline');
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new Refusal('internal', { status: response.status });
  }
}

/** Problem details (RFC 9457); a gateway between may answer something else, which is then a fault without a name. */
async function readRefusal(response: Response): Promise<Refusal> {
  const problem: unknown = await response.json().catch(() => undefined);
  const said = (typeof problem === 'object' && problem !== null ? problem : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : undefined);
  const field = text('field');
  const requestId = text('requestId');
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const unreachable = response.status === 502 || response.status === 504;
  return new Refusal(text('code') ?? (unreachable ? 'offline' : 'internal'), {
    status: response.status,
    ...(field === undefined ? {} : { field }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}),
  });
}
