import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInTo, type HubClient } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { expectProblem } from '#support/problem.ts';
import { rawRequest, type RawAnswer } from '#support/raw-http.ts';
import { leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

let hub: TestHub;
let rows: HubRows;
let chair: HubClient;
let draft: Record<string, unknown>;

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
  chair = await signInTo(hub, leader);
  const found = await chair.request<{ items: { id: string }[] }>('GET', `/api/v1/people?query=${official}`);
  const recipients = [{ role: 'lead', kind: 'person', id: found.body.items[0]?.id }];
  draft = { subject: 'Nội dung', text: 'Báo cáo.', urgency: 'normal', recipients };
});

afterAll(async () => {
  await rows.close();
  await hub.remove();
});

function post(
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<RawAnswer> {
  return rawRequest(hub.url, path, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${chair.token}`, ...headers },
  });
}

const issue = (body: string | Buffer, headers?: Record<string, string>) =>
  post('/api/v1/directives', body, headers);

async function writesNothing(work: () => Promise<unknown>): Promise<void> {
  const before = await rows.written();
  await work();
  expect(await rows.written()).toEqual(before);
}

/** Objects that a careless `where` or `assign` would take as more than a value. */
const crafted: readonly unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $or: [{}] },
  { __raw: '1 = 1' },
  { sql: '1 = 1', params: [] },
  ['x', 'y'],
  null,
  true,
  7,
];

describe('an object where a value belongs', () => {
  it('H12 is refused in every field of an issue', async () => {
    await writesNothing(async () => {
      for (const field of ['subject', 'text', 'urgency', 'dueAt', 'secrecy', 'acknowledgeWithinMinutes'])
        for (const value of crafted) {
          if (field === 'acknowledgeWithinMinutes' && value === 7) continue;
          expectProblem(await issue(JSON.stringify({ ...draft, [field]: value })), 400, 'bad_input');
        }
      for (const value of crafted) {
        expectProblem(await issue(JSON.stringify({ ...draft, recipients: value })), 400, 'bad_input');
        expectProblem(
          await issue(
            JSON.stringify({ ...draft, recipients: [{ role: 'lead', kind: 'person', id: value }] }),
          ),
          400,
          'bad_input',
        );
        expectProblem(await issue(JSON.stringify({ ...draft, recipients: [value] })), 400, 'bad_input');
        expectProblem(await issue(JSON.stringify(value)), 400, 'bad_input');
      }
    });
  });

  it('H12 is refused in a sign-in', async () => {
    for (const value of crafted) {
      expectProblem(
        await post('/api/v1/sessions', JSON.stringify({ address: value, password: 'x' })),
        400,
        'bad_input',
      );
      expectProblem(
        await post('/api/v1/sessions', JSON.stringify({ address: leader, password: value })),
        400,
        'bad_input',
      );
    }
  });

  it('H12 is refused in paths and queries', async () => {
    const ask = (path: string) =>
      rawRequest(hub.url, path, { headers: { authorization: `Bearer ${chair.token}` } });
    for (const path of [
      '/api/v1/directives/%7B%22$ne%22:null%7D',
      '/api/v1/directives/[object%20Object]',
      '/api/v1/directives/1%20or%201=1',
      '/api/v1/people?query[$ne]=x',
      '/api/v1/people?query=a&query=b',
      '/api/v1/people?limit=1e9',
      '/api/v1/people?limit=0',
      '/api/v1/people?limit=-1',
      '/api/v1/people?cursor=%27%20or%201=1',
      '/api/v1/people?__proto__=x',
      '/api/v1/people?query=a%00b',
      '/api/v1/units?cursor=%00',
      '/api/v1/changes',
      '/api/v1/changes?after=-1',
      '/api/v1/changes?after=1;drop',
      '/api/v1/changes?after=1&after=2',
      '/api/v1/changes?after=999999999999999',
      `/api/v1/people?query=${'a'.repeat(201)}`,
    ])
      expectProblem(await ask(path), 400, 'bad_input');
  });

  it('H12 finds no wildcards in a search: % and _ are letters', async () => {
    for (const query of ['%25', '_', '%25%25', '\\'])
      expect(
        (await chair.request<{ items: unknown[] }>('GET', `/api/v1/people?query=${query}`)).body.items,
      ).toEqual([]);
  });
});

describe('a field that is not asked for', () => {
  it('H12 is refused, not ignored: nobody assigns themselves an issuer, a code or a state', async () => {
    await writesNothing(async () => {
      for (const field of [
        'id',
        'code',
        'issuer',
        'issuerAccountId',
        'issuedAt',
        'state',
        'contentHash',
        'actor',
        'key',
        'rooms',
        'recipient_count',
        'constructor',
        'toString',
      ])
        expectProblem(await issue(JSON.stringify({ ...draft, [field]: 'x' })), 400, 'bad_input');
      expectProblem(
        await issue(
          JSON.stringify({ ...draft, recipients: [{ role: 'lead', kind: 'everyone', room: 'everyone' }] }),
        ),
        400,
        'bad_input',
      );
      expectProblem(
        await post('/api/v1/sessions', JSON.stringify({ address: leader, password: 'x', accountId: 'x' })),
        400,
        'bad_input',
      );
      expectProblem(
        await post(`/api/v1/assignments/${crypto.randomUUID()}/open`, '{"at":"2016-01-01"}'),
        400,
        'bad_input',
      );
      expectProblem(await post('/api/v1/sessions/ticket', '{"accountId":"x"}'), 400, 'bad_input');
    });
  });
});

const contentTypes: Readonly<Record<string, number>> = {
  'application/json': 201,
  'application/json; charset=utf-8': 201,
  'application/json;charset=utf-8': 201,
  'application/json; charset=UTF-8': 201,
  'Application/JSON': 201,
  'application/json;': 415,
  'application/json ; charset=utf-8': 415,
  'application/json\t; charset=utf-8': 415,
  'application/json;\tcharset=utf-8': 415,
  'application/json; charset=utf-16': 415,
  'application/json; charset=latin1': 415,
  'application/json; charset="utf-8"': 415,
  'application/json; charset=utf-8; charset=utf-7': 415,
  'application/json; boundary=x': 415,
  'application/json, text/plain': 415,
  'application/jsonx': 415,
  'application/json5': 415,
  'application/ld+json': 415,
  'application/problem+json': 415,
  'text/json': 415,
  'text/plain': 415,
  'text/plain; application/json': 415,
  'application/x-www-form-urlencoded': 415,
  'multipart/form-data; boundary=x': 415,
  'application/xml': 415,
  'application/octet-stream': 415,
  json: 415,
  '/': 415,
  '*/*': 415,
};

describe('a content type', () => {
  it.each(Object.entries(contentTypes))('H13 %j is answered with %i', async (type, status) => {
    const answer = await issue(JSON.stringify(draft), { 'content-type': type });
    if (status === 415) expectProblem(answer, 415, 'unsupported_media_type');
    else expect(answer.status).toBe(201);
  });

  it('H13 may not be missing from a body, and a form is none', async () => {
    expectProblem(await issue(JSON.stringify(draft), {}), 415, 'unsupported_media_type');
    expectProblem(
      await issue(`subject=x&text=y`, { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_media_type',
    );
  });

  it('H13 is asked of every unsafe route, by the leader’s own session', async () => {
    for (const path of [
      'sessions',
      'directives',
      `directives/${crypto.randomUUID()}/recall`,
      `assignments/${crypto.randomUUID()}/open`,
    ])
      expectProblem(
        await post(`/api/v1/${path}`, '{}', { 'content-type': 'text/plain' }),
        415,
        'unsupported_media_type',
      );
  });
});

const nested = (depth: number, [open, close]: readonly [string, string]) =>
  open.repeat(depth) + close.repeat(depth);

describe('a body', () => {
  it('H14 may not nest deeper than 32, whatever is in it', async () => {
    for (const text of [
      nested(33, ['[', ']']),
      nested(100_000, ['[', ']']),
      '['.repeat(200_000),
      nested(40, ['{"a":', '}']).replace('}', '1}'),
      `{"a":"\\"","b":${nested(33, ['[', ']'])}}`,
    ])
      expectProblem(await issue(text), 400, 'bad_input');
    // Brackets in a string are letters.
    expect((await issue(JSON.stringify({ ...draft, text: '['.repeat(1000) }))).status).toBe(201);
  });

  it('H14 has no prototype keys, however they are written', async () => {
    const base = JSON.stringify(draft).slice(0, -1);
    await writesNothing(async () => {
      for (const extra of [
        '"__proto__":{"subject":"x"}',
        '"__proto__":null',
        '"\\u005f_proto__":{}',
        '"constructor":{"prototype":{"x":1}}',
        '"__proto__":[]',
      ])
        expectProblem(await issue(`${base},${extra}}`), 400, 'bad_input');
      expectProblem(await issue(`{"__proto__":${JSON.stringify(draft)}}`), 400, 'bad_input');
    });
  });

  it('H14 with the same key twice is judged by what is used: the last', async () => {
    const base = JSON.stringify(draft).slice(0, -1);
    expectProblem(await issue(`${base},"subject":"a\\nb"}`), 400, 'line_break_in_field');
    expectProblem(await issue(`${base},"secrecy":"none","secrecy":"mat"}`), 422, 'secret_content');
    expectProblem(await issue(`${base},"recipients":[]}`), 422, 'no_recipient');
  });

  it('H14 has no number that is none', async () => {
    const base = JSON.stringify(draft).slice(0, -1);
    for (const number of [
      '1e400',
      '-1e400',
      '1e308',
      '99999999999999999999',
      '0.1',
      '-0.5',
      'NaN',
      'Infinity',
      '0x10',
      '1_000',
      '01',
    ])
      expectProblem(await issue(`${base},"acknowledgeWithinMinutes":${number}}`), 400, 'bad_input');
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a"',
    'null',
    '[]',
    '"x"',
    '7',
    '\uFEFF{}',
    '{}{}',
    '{"subject":"\\ud800"}',
    "{'a':1}",
    '{"a":1,}',
    '// x\n{}',
  ])('H14 %j is refused without a fault', async (text) => {
    expectProblem(await issue(text), 400, 'bad_input');
  });

  it('H14 with octets that are no UTF-8 is refused or read as what they became, never a fault', async () => {
    const octets = Buffer.concat([
      Buffer.from(JSON.stringify(draft).slice(0, -1) + ',"dueAt":"'),
      Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
      Buffer.from('"}'),
    ]);
    expectProblem(await issue(octets), 400, 'bad_input');
  });

  it('H14 with half a letter in a text is refused, on a socket too; an emoji is whole', async () => {
    await writesNothing(async () => {
      for (const field of ['subject', 'text'])
        expectProblem(await issue(JSON.stringify({ ...draft, [field]: 'a\ud800b' })), 400, 'bad_input');
      const recall = `/api/v1/directives/${crypto.randomUUID()}/recall`;
      for (const reason of ['a\udc00', 'a\u0000b', 'a\u001b[2J'])
        expectProblem(await post(recall, JSON.stringify({ reason })), 400, 'bad_input');
      const live = await chair.connect();
      const answer = await live.command('directive.issue', { ...draft, subject: 'a\ud800b' });
      expect(answer).toMatchObject({ ok: false, error: { code: 'bad_input' } });
      live.close();
    });
    expect((await issue(JSON.stringify({ ...draft, subject: 'Khen thưởng 🎉' }))).status).toBe(201);
  });

  it('holds no fault in the log after all of this', () => {
    expect(
      hub
        .output()
        .split('\n')
        .filter((line) => /"level":(?:50|60)|unhandled/u.test(line)),
    ).toEqual([]);
  });
});
