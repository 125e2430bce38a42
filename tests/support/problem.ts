import { expect } from 'vitest';

interface Refused {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly json?: unknown;
}

/** The answer is a refusal of this status and code, in problem details (RFC 9457) and with nothing else in it. */
export function expectProblem(answer: Refused, status: number, code: string, field?: string): void {
  const body = (answer.json ?? answer.body) as Record<string, unknown>;
  const { headers } = answer;
  const contentType = headers instanceof Headers ? headers.get('content-type') : headers['content-type'];
  expect({ status: answer.status, body }).toEqual({
    status,
    body: {
      type: `urn:chidao:error:${code}`,
      title: code,
      status,
      code,
      detail: expect.stringMatching(/\S/u) as string,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/u) as string,
      ...(field === undefined ? ('field' in body ? { field: expect.any(String) as string } : {}) : { field }),
    },
  });
  expect(contentType).toMatch(/^application\/problem\+json/u);
}
