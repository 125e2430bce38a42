import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signInTo, type HubClient } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { expectProblem } from '#support/problem.ts';
import { clerk, leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const unknownId = '00000000-0000-4000-8000-000000000000';
const everyone = [{ role: 'info', kind: 'everyone' }];

let hub: TestHub;
let rows: HubRows;
let chair: HubClient;
let unit: string;
let person: string;

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
  chair = await signInTo(hub, leader);
  const units = await chair.request<{ items: { id: string }[] }>('GET', '/api/v1/units?query=thong%20tin');
  unit = units.body.items[0]?.id ?? '';
  const people = await chair.request<{ items: { id: string }[] }>('GET', `/api/v1/people?query=${official}`);
  person = people.body.items[0]?.id ?? '';
});

afterAll(async () => {
  await rows.close();
  await hub.remove();
});

/** Runs what must be refused and shows that it left no row. */
async function writesNothing<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = await rows.written();
  const result = await work();
  expect(await rows.written()).toEqual(before);
  return result;
}

interface BadDraft {
  readonly name: string;
  readonly draft: () => Record<string, unknown>;
  readonly status: number;
  readonly code: string;
  readonly field?: string;
}

const badDrafts: readonly BadDraft[] = [
  {
    name: 'an unknown person',
    draft: () => ({ recipients: [{ role: 'lead', kind: 'person', id: unknownId }] }),
    status: 422,
    code: 'recipient_unknown',
    field: 'recipients',
  },
  {
    name: 'an unknown unit',
    draft: () => ({ recipients: [{ role: 'lead', kind: 'unit', id: unknownId }] }),
    status: 422,
    code: 'recipient_unknown',
    field: 'recipients',
  },
  {
    name: 'an unknown group',
    draft: () => ({ recipients: [{ role: 'info', kind: 'group', id: unknownId }] }),
    status: 422,
    code: 'recipient_unknown',
    field: 'recipients',
  },
  {
    name: 'an unknown recipient beside a known one',
    draft: () => ({
      recipients: [
        { role: 'lead', kind: 'unit', id: unit },
        { role: 'info', kind: 'person', id: unknownId },
      ],
    }),
    status: 422,
    code: 'recipient_unknown',
  },
  {
    name: 'a person by the id of a unit',
    draft: () => ({ recipients: [{ role: 'lead', kind: 'person', id: unit }] }),
    status: 422,
    code: 'recipient_unknown',
  },
  {
    name: 'a unit without an id',
    draft: () => ({ recipients: [{ role: 'lead', kind: 'unit' }] }),
    status: 400,
    code: 'bad_input',
  },
  {
    name: 'everyone with an id',
    draft: () => ({ recipients: [{ role: 'info', kind: 'everyone', id: unit }] }),
    status: 400,
    code: 'bad_input',
  },
  {
    name: 'an id that is no id',
    draft: () => ({ recipients: [{ role: 'lead', kind: 'unit', id: "' or 1=1 --" }] }),
    status: 400,
    code: 'bad_input',
  },
  {
    name: 'no recipient',
    draft: () => ({ recipients: [] }),
    status: 422,
    code: 'no_recipient',
    field: 'recipients',
  },
  {
    name: 'recipients left out',
    draft: () => ({ recipients: undefined }),
    status: 400,
    code: 'bad_input',
    field: 'recipients',
  },
  {
    name: 'two leads',
    draft: () => ({
      recipients: [
        { role: 'lead', kind: 'unit', id: unit },
        { role: 'lead', kind: 'person', id: person },
      ],
    }),
    status: 422,
    code: 'two_leads',
    field: 'recipients',
  },
  {
    name: '501 recipients',
    draft: () => ({
      recipients: Array.from({ length: 501 }, () => ({ role: 'info', kind: 'person', id: person })),
    }),
    status: 422,
    code: 'too_many_recipients',
  },
  {
    name: 'a deadline in the past',
    draft: () => ({ dueAt: '2016-01-01T00:00:00Z' }),
    status: 422,
    code: 'deadline_in_past',
    field: 'dueAt',
  },
  {
    name: 'a deadline that is no time',
    draft: () => ({ dueAt: '2030-13-45T99:99:99Z' }),
    status: 400,
    code: 'bad_input',
    field: 'dueAt',
  },
  {
    name: 'a deadline as a number',
    draft: () => ({ dueAt: 1_893_456_000_000 }),
    status: 400,
    code: 'bad_input',
    field: 'dueAt',
  },
  {
    name: 'a text of 100,000 characters',
    draft: () => ({ text: 'a'.repeat(100_000) }),
    status: 422,
    code: 'text_too_long',
    field: 'text',
  },
  {
    name: 'a text of 300,000 characters',
    draft: () => ({ text: 'a'.repeat(300_000) }),
    status: 400,
    code: 'bad_input',
    field: 'text',
  },
  {
    name: 'a body over one megabyte',
    draft: () => ({ text: 'a'.repeat(1_100_000) }),
    status: 413,
    code: 'message_too_large',
  },
  {
    name: 'a subject of 501 characters',
    draft: () => ({ subject: 'a'.repeat(501) }),
    status: 422,
    code: 'text_too_long',
    field: 'subject',
  },
  {
    name: 'an empty subject',
    draft: () => ({ subject: '  ' }),
    status: 400,
    code: 'bad_input',
    field: 'subject',
  },
  { name: 'an empty text', draft: () => ({ text: '\n' }), status: 400, code: 'bad_input', field: 'text' },
  {
    name: 'CR in the subject',
    draft: () => ({ subject: 'Hop\rBcc: x@evil.example' }),
    status: 400,
    code: 'line_break_in_field',
    field: 'subject',
  },
  {
    name: 'LF in the subject',
    draft: () => ({ subject: 'Hop\nBcc: x@evil.example' }),
    status: 400,
    code: 'line_break_in_field',
    field: 'subject',
  },
  {
    name: 'CRLF in the subject',
    draft: () => ({ subject: 'Hop\r\n\r\nX' }),
    status: 400,
    code: 'line_break_in_field',
    field: 'subject',
  },
  {
    name: 'NUL in the subject',
    draft: () => ({ subject: 'Hop\u0000' }),
    status: 400,
    code: 'line_break_in_field',
    field: 'subject',
  },
  {
    name: 'NEL in the subject',
    draft: () => ({ subject: 'Hop\u0085x' }),
    status: 400,
    code: 'line_break_in_field',
    field: 'subject',
  },
  {
    name: 'NUL in the text',
    draft: () => ({ text: 'Hop\u0000' }),
    status: 400,
    code: 'line_break_in_field',
    field: 'text',
  },
  {
    name: 'secrecy mat',
    draft: () => ({ secrecy: 'mat' }),
    status: 422,
    code: 'secret_content',
    field: 'secrecy',
  },
  {
    name: 'secrecy TUYỆT MẬT',
    draft: () => ({ secrecy: 'TUYỆT MẬT' }),
    status: 422,
    code: 'secret_content',
    field: 'secrecy',
  },
  {
    name: 'an empty secrecy',
    draft: () => ({ secrecy: '' }),
    status: 422,
    code: 'secret_content',
    field: 'secrecy',
  },
  {
    name: 'a stamp MẬT in the text',
    draft: () => ({ text: 'Kính gửi các đơn vị\nMẬT\nnội dung' }),
    status: 422,
    code: 'secret_content',
    field: 'text',
  },
  {
    name: 'a stamp TỐI MẬT in decomposed letters',
    draft: () => ({ text: `Kính gửi\n${'TỐI MẬT'.normalize('NFD')}\nx` }),
    status: 422,
    code: 'secret_content',
    field: 'text',
  },
  {
    name: 'a field "Độ mật: Tuyệt mật"',
    draft: () => ({ text: 'Kính gửi\nĐộ mật: TUYỆT MẬT\nx' }),
    status: 422,
    code: 'secret_content',
    field: 'text',
  },
  {
    name: 'a stamp as the subject',
    draft: () => ({ subject: 'TUYỆT MẬT' }),
    status: 422,
    code: 'secret_content',
    field: 'subject',
  },
  {
    name: 'an unknown urgency',
    draft: () => ({ urgency: 'rat_gap' }),
    status: 400,
    code: 'bad_input',
    field: 'urgency',
  },
  {
    name: 'acknowledge within 0 minutes',
    draft: () => ({ acknowledgeWithinMinutes: 0 }),
    status: 400,
    code: 'bad_input',
    field: 'acknowledgeWithinMinutes',
  },
  {
    name: 'acknowledge within half a minute',
    draft: () => ({ acknowledgeWithinMinutes: 0.5 }),
    status: 400,
    code: 'bad_input',
    field: 'acknowledgeWithinMinutes',
  },
];

describe('POST /directives', () => {
  it.each(badDrafts)('refuses $name and writes nothing', async ({ draft, status, code, field }) => {
    const answer = await writesNothing(() => chair.issue(draft(), crypto.randomUUID()));
    expectProblem(answer, status, code, field);
  });

  it.each(badDrafts.filter(({ status }) => status === 422 || status === 400))(
    'refuses $name on a socket with the same code',
    async ({ draft, code }) => {
      const live = await chair.connect();
      const input = {
        subject: 'Kiểm tra',
        text: 'Báo cáo.',
        urgency: 'normal',
        recipients: everyone,
        ...draft(),
      };
      // A packet above 100 kB ends the connection (threats H4): what is that long never reaches a rule.
      const tooLong = JSON.stringify(input).length > 99_000;
      if (!tooLong) {
        const answer = await writesNothing(() =>
          live.command('directive.issue', { key: crypto.randomUUID(), ...input }),
        );
        expect(answer).toMatchObject({ ok: false, error: { code } });
      }
      live.close();
    },
  );

  it('takes secret words inside a sentence, as in bảo mật and mật khẩu', async () => {
    const answer = await chair.issue({
      text: 'Tăng cường bảo mật, đổi mật khẩu; mật độ dân cư.',
      recipients: [{ role: 'info', kind: 'person', id: person }],
    });
    expect(answer.status).toBe(201);
  });

  it('refuses who may not issue, or not so far', async () => {
    const office = await signInTo(hub, clerk);
    expectProblem(await writesNothing(() => office.issue({}, crypto.randomUUID())), 403, 'not_permitted');
    const director = await signInTo(hub, official);
    expectProblem(
      await writesNothing(() => director.issue({}, crypto.randomUUID())),
      403,
      'not_permitted',
      'recipients',
    );
  });

  it.each([
    ['empty', '', 400],
    ['too long', 'k'.repeat(201), 400],
    ['with a space', 'khoa lenh 1', 400],
  ])('refuses an idempotency key that is %s', async (_name, key, status) => {
    expectProblem(await writesNothing(() => chair.issue({}, key)), status, 'bad_input');
  });

  it('refuses a key that came with another body', async () => {
    const key = crypto.randomUUID();
    const recipients = [{ role: 'info', kind: 'person', id: person }];
    expect((await chair.issue({ recipients }, key)).status).toBe(201);
    expectProblem(
      await writesNothing(() => chair.issue({ recipients, subject: 'Khác' }, key)),
      409,
      'idempotency_key_reused',
    );
    expectProblem(
      await writesNothing(() =>
        chair.request('POST', `/api/v1/directives/${unknownId}/recall`, { key, body: { reason: 'x' } }),
      ),
      404,
      'not_found',
    );
  });
});

describe('what is someone else’s', () => {
  it('H1 refuses a foreign assignment to an outsider as if it were not there, and writes nothing', async () => {
    const issued = await chair.issue({ recipients: [{ role: 'lead', kind: 'unit', id: unit }] });
    const assignment = issued.body.assignments[0]?.id ?? '';
    const outsider = await signInTo(hub, clerk);
    for (const verb of ['open', 'acknowledge']) {
      const path = `/api/v1/assignments/${assignment}/${verb}`;
      expectProblem(
        await writesNothing(() => outsider.request('POST', path, { key: crypto.randomUUID() })),
        404,
        'not_found',
      );
      // The issuer knows of it, but it is not theirs to receive.
      expectProblem(
        await writesNothing(() => chair.request('POST', path, { key: crypto.randomUUID() })),
        403,
        'not_permitted',
      );
    }
  });

  it('refuses a recall by a recipient, an empty reason and a second recall', async () => {
    const issued = await chair.issue({ recipients: [{ role: 'lead', kind: 'unit', id: unit }] });
    const path = `/api/v1/directives/${issued.body.id}/recall`;
    const director = await signInTo(hub, official);
    expectProblem(
      await writesNothing(() => director.request('POST', path, { body: { reason: 'x' } })),
      403,
      'not_permitted',
    );
    expectProblem(
      await writesNothing(() => chair.request('POST', path, { body: { reason: ' ' } })),
      400,
      'bad_input',
      'reason',
    );
    expectProblem(
      await writesNothing(() => chair.request('POST', path, { body: { reason: 'a'.repeat(1001) } })),
      422,
      'text_too_long',
      'reason',
    );
    expectProblem(
      await writesNothing(() => chair.request('POST', path, { body: {} })),
      400,
      'bad_input',
      'reason',
    );
    expect((await chair.request('POST', path, { body: { reason: 'Sai số liệu' } })).status).toBe(200);
    expectProblem(
      await writesNothing(() =>
        chair.request('POST', path, { body: { reason: 'Lại' }, key: crypto.randomUUID() }),
      ),
      409,
      'directive_already_closed',
    );
    const assignment = issued.body.assignments[0]?.id ?? '';
    expectProblem(
      await writesNothing(() =>
        director.request('POST', `/api/v1/assignments/${assignment}/acknowledge`, {
          key: crypto.randomUUID(),
        }),
      ),
      409,
      'directive_already_closed',
    );
  });

  it('refuses a wrong password and a session of another hub', async () => {
    const wrong = await writesNothing(() =>
      call(hub.url, 'POST', '/api/v1/sessions', { body: { address: leader, password: 'sai' } }),
    );
    expectProblem(wrong, 401, 'wrong_credentials');
    const foreign = await writesNothing(() =>
      call(hub.url, 'GET', '/api/v1/snapshot', {
        headers: { authorization: `Bearer ${Buffer.alloc(32, 7).toString('base64url')}` },
      }),
    );
    expectProblem(foreign, 401, 'not_signed_in');
  });
});
