import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, signInTo, type HubClient, type IssueBody } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { expectProblem } from '#support/problem.ts';
import { leader, official, startTestHub, viceLeader, type TestHub } from '#support/start-test-hub.ts';

let hub: TestHub;
let rows: HubRows;
let chair: HubClient;
let director: HubClient;
let toDirector: IssueBody['recipients'];

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
  chair = await signInTo(hub, leader);
  director = await signInTo(hub, official);
  const found = await chair.request<{ items: { id: string }[] }>('GET', `/api/v1/people?query=${official}`);
  toDirector = [{ role: 'lead', kind: 'person', id: found.body.items[0]?.id ?? '' }];
});

afterAll(async () => {
  await rows.close();
  await hub.remove();
});

const draft = (subject: string) => ({ subject, text: 'Báo cáo.', urgency: 'khan', recipients: toDirector });

/** How many rows the work adds, by table. */
async function added(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await rows.written();
  await work();
  const after = await rows.written();
  return Object.fromEntries(
    Object.entries(after).map(([table, count]) => [table, count - (before[table] ?? 0)]),
  );
}

const once = {
  directive: 1,
  assignment: 1,
  recipient: 1,
  message: 1,
  counter: 1,
  mailbox_message: 1,
  outbox: 1,
  idempotency_key: 1,
};

describe('an idempotency key', () => {
  it('gives the same answer again over HTTP, word for word, and does nothing twice', async () => {
    const key = crypto.randomUUID();
    const answers: unknown[] = [];
    expect(
      await added(async () => {
        for (let time = 0; time < 3; time += 1) answers.push(await chair.issue(draft('Một lần'), key));
      }),
    ).toMatchObject(once);
    const [first, ...others] = answers as { status: number; body: { id: string } }[];
    expect(first?.status).toBe(201);
    for (const other of others)
      expect({ status: other.status, body: other.body }).toEqual({ status: 201, body: first?.body });
  });

  it('gives the first answer when the directive has moved on, and when its words come in another order', async () => {
    const key = crypto.randomUUID();
    const first = await chair.issue(draft('Thứ tự'), key);
    await director.request('POST', `/api/v1/assignments/${first.body.assignments[0]?.id}/acknowledge`);
    await chair.request('POST', `/api/v1/directives/${first.body.id}/recall`, { body: { reason: 'Thử' } });
    const { subject, text, urgency, recipients } = draft('Thứ tự');
    const reordered = recipients.map(({ role, kind, id }) => ({ id, kind, role }));
    const again = await chair.request('POST', '/api/v1/directives', {
      key,
      body: { recipients: reordered, urgency, text, subject },
    });
    expect(again.body).toEqual(first.body);
  });

  it('gives the same answer over HTTP and on a socket', async () => {
    const key = crypto.randomUUID();
    const live = await chair.connect();
    const first = await live.command<{ id: string; code: string }>('directive.issue', {
      key,
      ...draft('Hai cửa'),
    });
    expect(first.ok).toBe(true);
    const again = await live.command('directive.issue', { key, ...draft('Hai cửa') });
    expect(again).toEqual(first);
    const overHttp = await chair.request<{ id: string; code: string }>('POST', '/api/v1/directives', {
      key,
      body: draft('Hai cửa'),
    });
    expect(overHttp).toMatchObject({ status: 201, body: { id: first.id, code: first.code } });
    live.close();
  });

  it('does once what ten send at the same moment, over HTTP and sockets', async () => {
    const key = crypto.randomUUID();
    const live = await chair.connect();
    const ids: string[] = [];
    expect(
      await added(async () => {
        const answers = await Promise.all(
          Array.from({ length: 10 }, async (_, index) =>
            index % 2 === 0
              ? (
                  await chair.request<{ id: string }>('POST', '/api/v1/directives', {
                    key,
                    body: draft('Cùng lúc'),
                  })
                ).body.id
              : (await live.command<{ id: string }>('directive.issue', { key, ...draft('Cùng lúc') })).id,
          ),
        );
        ids.push(...answers);
      }),
    ).toMatchObject(once);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/u);
    live.close();
  });

  it('is refused with another body, for another command, on both doors', async () => {
    const key = crypto.randomUUID();
    const issued = await chair.issue(draft('Gốc'), key);
    expectProblem(await chair.issue(draft('Khác'), key), 409, 'idempotency_key_reused');
    expectProblem(
      await chair.issue({ ...draft('Gốc'), dueAt: '2099-01-01T00:00:00Z' }, key),
      409,
      'idempotency_key_reused',
    );
    const recall = await chair.request('POST', `/api/v1/directives/${issued.body.id}/recall`, {
      key,
      body: { reason: 'x' },
    });
    expectProblem(recall, 409, 'idempotency_key_reused');
    const live = await chair.connect();
    expect(await live.command('directive.issue', { key, ...draft('Khác') })).toMatchObject({
      ok: false,
      error: { code: 'idempotency_key_reused' },
    });
    live.close();
  });

  it('belongs to its account: another may use the same one', async () => {
    const key = crypto.randomUUID();
    const first = await chair.issue(draft('Của tôi'), key);
    const second = await (await signInTo(hub, viceLeader)).issue(draft('Của tôi'), key);
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('is free again after a refusal: nothing was remembered', async () => {
    const key = crypto.randomUUID();
    expectProblem(await chair.issue({ ...draft('Sửa'), recipients: [] }, key), 422, 'no_recipient');
    expect((await chair.issue(draft('Sửa'), key)).status).toBe(201);
  });

  it('works for open, acknowledge and recall', async () => {
    const issued = await chair.issue(draft('Các việc'));
    const assignment = `/api/v1/assignments/${issued.body.assignments[0]?.id}`;
    for (const [client, path, body] of [
      [director, `${assignment}/open`, undefined],
      [director, `${assignment}/acknowledge`, undefined],
      [chair, `/api/v1/directives/${issued.body.id}/recall`, { reason: 'Thử' }],
    ] as const) {
      const key = crypto.randomUUID();
      const send = () => client.request('POST', path, { key, ...(body === undefined ? {} : { body }) });
      const first = await send();
      expect(first.status).toBe(200);
      const rowsAdded = await added(async () => expect((await send()).body).toEqual(first.body));
      expect(Object.values(rowsAdded).filter((count) => count !== 0)).toEqual([]);
    }
  });

  it('F3 gives the same answer after the hub was killed and started again', async () => {
    const key = crypto.randomUUID();
    const first = await chair.issue(draft('Trước khi dừng'), key);
    await hub.kill();
    hub = await startTestHub({ on: hub });
    const after = clientOf(hub.url, chair.token);
    const answers: unknown[] = [];
    const rowsAdded = await added(async () => {
      answers.push((await after.issue(draft('Trước khi dừng'), key)).body);
      const live = await after.connect();
      answers.push(await live.command('directive.issue', { key, ...draft('Trước khi dừng') }));
      live.close();
    });
    expect(answers).toEqual([first.body, { ok: true, id: first.body.id, code: first.body.code }]);
    expect(Object.values(rowsAdded).filter((count) => count !== 0)).toEqual([]);
    expectProblem(await after.issue(draft('Khác'), key), 409, 'idempotency_key_reused');
  });
});
