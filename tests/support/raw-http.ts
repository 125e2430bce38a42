import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, or undefined when it is none. */
  readonly json: Record<string, unknown> | undefined;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, without a content type of its own. */
  readonly body?: string | Buffer;
  /** Connects from this address of the loopback range: each /24 is another household to the limiter. */
  readonly from?: string;
}

/** A request with exactly these headers and bytes; `path` is sent as it is written. */
export function rawRequest(base: string, path: string, input: RawRequest = {}): Promise<RawAnswer> {
  const { hostname, port, protocol } = new URL(base);
  const open = protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = open(
      {
        host: hostname,
        port,
        path,
        method: input.method ?? 'GET',
        headers: {
          ...(input.body === undefined ? {} : { 'content-length': Buffer.byteLength(input.body) }),
          ...input.headers,
        },
        agent: false,
        rejectUnauthorized: false,
        ...(input.from === undefined ? {} : { localAddress: input.from }),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: jsonOf(text) }),
        );
      },
    );
    request.on('error', reject);
    request.end(input.body);
  });
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** `name=value` pairs that the answer sets, without their attributes. */
export function cookiesOf(answer: Pick<RawAnswer, 'headers'>): string[] {
  return (answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
}
