import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, concealed, everybody, open, unknownId } from './access-case.ts';
import type { AccessCase as Case, AccessCases, AccessIds as Ids, AccessRole as Role } from './access-case.ts';
import { discussionAccessCases } from './discussion-access-cases.ts';
import { outsideAccessCases } from './outside-access-cases.ts';
import { auditAccessCases } from './audit-access-cases.ts';
import { calendarAccessCases } from './calendar-access-cases.ts';
import { searchAccessCases } from './search-access-cases.ts';
import { attachmentAccessCases } from './attachment-access-cases.ts';
import { mailAccessCases } from './mail-access-cases.ts';
import { workAccessCases } from './work-access-cases.ts';
import { call, signInTo, type HttpAnswer, type HubClient } from '#support/hub-client.ts';
import { uploadTo } from '#support/upload.ts';
import { expectProblem } from '#support/problem.ts';
import { submitTo } from '#support/send-mail.ts';
import {
  administrator,
  clerk,
  districtHead,
  leader,
  official,
  startTestHub,
  type TestHub,
} from '#support/start-test-hub.ts';
import { documentAccessCases } from './document-access-cases.ts';

/** Words that stand in no other text of the hub: they may reach only who has a path to the directive. */
const subjectMark = 'Kiểm tra phân quyền 7d1f3a';
const textMark = 'Nội dung riêng 5e90c2';

/** The unit is a province's department: its director receives, other organs' people and the office's clerk do not. */
const addresses: Readonly<Record<Exclude<Role, 'nobody'>, string>> = {
  outsider: districtHead,
  clerk,
  administrator,
  recipient: official,
  leader,
};

/** Every route with foreign ids and with none; a route that is missing here fails the test. */
const cases: AccessCases = {
  ...discussionAccessCases,
  ...outsideAccessCases,
  ...attachmentAccessCases,
  ...mailAccessCases,
  ...auditAccessCases,
  ...calendarAccessCases,
  ...workAccessCases,
  ...searchAccessCases,
  'POST /api/v1/sessions': [
    { path: () => '/api/v1/sessions', body: () => ({ address: 'x' }), expected: open(400) },
  ],
  'DELETE /api/v1/sessions/current': [{ path: () => '/api/v1/sessions/current', expected: all(204) }],
  'POST /api/v1/sessions/ticket': [{ path: () => '/api/v1/sessions/ticket', expected: all(201) }],
  ...documentAccessCases,
  'GET /api/v1/me': [{ path: () => '/api/v1/me', expected: all(200) }],
  'GET /api/v1/people': [{ path: () => '/api/v1/people?query=7d1f3a', expected: all(200) }],
  'GET /api/v1/units': [{ path: () => '/api/v1/units?query=7d1f3a', expected: all(200) }],
  'GET /api/v1/groups': [{ path: () => '/api/v1/groups?query=7d1f3a', expected: all(200) }],
  'GET /api/v1/snapshot': [{ path: () => '/api/v1/snapshot', expected: all(200) }],
  'GET /api/v1/changes': [{ path: () => '/api/v1/changes?after=0', expected: all(200) }],
  'POST /api/v1/directives': [
    {
      path: () => '/api/v1/directives',
      body: ({ person }) => ({
        subject: 'x',
        text: 'x',
        urgency: 'normal',
        recipients: [{ role: 'info', kind: 'person', id: person }],
      }),
      // The director may issue below the department, the district's head below the district.
      expected: { nobody: 401, outsider: 403, clerk: 403, administrator: 403, recipient: 201, leader: 201 },
    },
  ],
  'GET /api/v1/directives/{id}': [
    {
      path: ({ directive }) => `/api/v1/directives/${directive}`,
      expected: { ...concealed, recipient: 200, leader: 200 },
    },
    { path: () => `/api/v1/directives/${unknownId}`, expected: all(404) },
    { path: ({ assignment }) => `/api/v1/directives/${assignment}`, expected: all(404) },
  ],
  'GET /api/v1/directives/{id}/board': [
    {
      path: ({ directive }) => `/api/v1/directives/${directive}/board`,
      expected: { ...concealed, recipient: 403, leader: 200 },
    },
    { path: () => `/api/v1/directives/${unknownId}/board`, expected: all(404) },
  ],
  'POST /api/v1/directives/{id}/recall': [
    {
      path: ({ directive }) => `/api/v1/directives/${directive}/recall`,
      body: () => ({ reason: 'Thử' }),
      expected: { ...concealed, recipient: 403, leader: 200 },
    },
    {
      path: () => `/api/v1/directives/${unknownId}/recall`,
      body: () => ({ reason: 'Thử' }),
      expected: all(404),
    },
  ],
  'POST /api/v1/assignments/{id}/open': [
    {
      path: ({ assignment }) => `/api/v1/assignments/${assignment}/open`,
      expected: { ...concealed, recipient: 200, leader: 403 },
    },
    { path: () => `/api/v1/assignments/${unknownId}/open`, expected: all(404) },
    { path: ({ directive }) => `/api/v1/assignments/${directive}/open`, expected: all(404) },
  ],
  'POST /api/v1/assignments/{id}/acknowledge': [
    {
      path: ({ assignment }) => `/api/v1/assignments/${assignment}/acknowledge`,
      expected: { ...concealed, recipient: 200, leader: 403 },
    },
    { path: () => `/api/v1/assignments/${unknownId}/acknowledge`, expected: all(404) },
  ],
};

/** Who may find the words of the directive in an answer. */
const mayRead: readonly Role[] = ['recipient', 'leader'];

let hub: TestHub;
let chair: HubClient;
let outbound: number;
let document: { openapi: string; paths: Record<string, Record<string, object>> };

beforeAll(async () => {
  hub = await startTestHub();
  chair = await signInTo(hub, leader);
  await submitTo(hub, { from: leader, to: ['ban@outside.example'], subject: 'Gửi ra ngoài', text: textMark });
  const sent = await chair.request<{ items: { id: number }[] }>('GET', '/api/v1/outbound');
  outbound = sent.body.items[0]?.id ?? 0;
  document = (await call<typeof document>(hub.url, 'GET', '/api/openapi.json')).body;
});

afterAll(async () => {
  await hub.remove();
});

function documentedRoutes(): string[] {
  return Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  );
}

async function issueMarked(issuer: HubClient): Promise<Ids> {
  const people = await issuer.request<{ items: { id: string }[] }>('GET', `/api/v1/people?query=${official}`);
  const person = people.body.items[0]?.id ?? '';
  const issued = await issuer.issue({
    subject: subjectMark,
    text: textMark,
    recipients: [{ role: 'lead', kind: 'person', id: person }],
  });
  const file = await uploadTo(hub, issuer, 'rieng-7d1f3a.txt', Buffer.from(textMark));
  return {
    directive: issued.body.id,
    assignment: issued.body.assignments[0]?.id ?? '',
    person,
    attachment: file.body.id,
    outbound,
  };
}

describe('the access matrix', () => {
  it('H1 has a row for every route of the document under /api/v1', () => {
    const routes = documentedRoutes().filter((route) => route.includes('/api/v1/'));
    expect(routes.length).toBeGreaterThanOrEqual(15);
    expect(Object.keys(cases).toSorted()).toEqual(routes.toSorted());
  });

  it.each(
    Object.entries(cases).flatMap(([route, ways]) => ways.map((way, index) => ({ route, way, index }))),
  )('H1 $route, way $index: each role gets its status and no foreign words', async ({ route, way }) => {
    const ids = await issueMarked(chair);
    const method = route.split(' ')[0] ?? '';
    const got: Partial<Record<Role, number>> = {};
    for (const role of everybody) {
      const answer = await ask(role, method, way, ids);
      got[role] = answer.status;
      const text = JSON.stringify(answer.body);
      if (!mayRead.includes(role))
        expect({ role, leaks: text.includes('7d1f3a') || text.includes('5e90c2') }).toEqual({
          role,
          leaks: false,
        });
      if (answer.status >= 400) expectProblem(answer, answer.status, String(answer.body['code']));
    }
    expect(got).toEqual(way.expected);
  });

  it('H1 shows the words to the recipient and the issuer, so that the marks above are looked for in earnest', async () => {
    const ids = await issueMarked(chair);
    for (const address of [official, leader]) {
      const answer = await (
        await signInTo(hub, address)
      ).request('GET', `/api/v1/directives/${ids.directive}`);
      expect(JSON.stringify(answer.body)).toContain('7d1f3a');
    }
    expect(
      JSON.stringify((await (await signInTo(hub, official)).request('GET', '/api/v1/changes?after=0')).body),
    ).toContain('5e90c2');
  });

  it('H1 gives the administrator no content: an empty snapshot, no changes of directives', async () => {
    const ids = await issueMarked(chair);
    const runner = await signInTo(hub, administrator);
    const { directives } = await runner.snapshot();
    expect(directives).toEqual([]);
    const changes = await runner.request<{ items: { type: string }[] }>('GET', '/api/v1/changes?after=0');
    expect(changes.body.items.filter((change) => change.type.startsWith('directive'))).toEqual([]);
    expect((await runner.request('GET', `/api/v1/directives/${ids.directive}/board`)).status).toBe(404);
  });
});

const clients = new Map<Role, HubClient>();

async function ask(
  role: Role,
  method: string,
  way: Case,
  ids: Ids,
): Promise<HttpAnswer<Record<string, unknown>>> {
  const input = {
    ...(way.body === undefined ? {} : { body: way.body(ids) }),
    ...(way.headers === undefined ? {} : { headers: way.headers }),
  };
  if (role === 'nobody') return call(hub.url, method, way.path(ids), input);
  const client = clients.get(role) ?? (await signInTo(hub, addresses[role]));
  clients.set(role, client);
  if (method === 'DELETE') clients.delete(role);
  return client.request(method, way.path(ids), input);
}

describe('the OpenAPI document', () => {
  it('is of version 3.1 and answers without a session', () => {
    expect(document.openapi).toMatch(/^3\.1\./u);
  });

  it('names only routes that answer', async () => {
    for (const route of documentedRoutes()) {
      const [method = '', path = ''] = route.split(' ');
      const answer = await call(hub.url, method, path.replaceAll(/\{\w+\}/gu, unknownId), {
        headers: { authorization: `Bearer ${'x'.repeat(43)}` },
      });
      expect({ route, status: answer.status }).not.toEqual({ route, status: 404 });
    }
  });

  it('describes every route with a summary, its answers and problem details', () => {
    for (const [path, verbs] of Object.entries(document.paths))
      for (const [verb, operation] of Object.entries(verbs)) {
        expect({ path, verb, ...operation }).toMatchObject({
          summary: expect.stringMatching(/\S/u) as string,
        });
        if (path.startsWith('/api/v1/')) expect(operation).toHaveProperty(['responses', '4XX']);
      }
  });

  it('names no id, room or path of the machine', () => {
    expect(JSON.stringify(document)).not.toMatch(/node_modules|\/src\//u);
  });
});
