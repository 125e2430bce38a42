import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueDirective } from '#app/directive/issue-directive.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { RequestedRecipient } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { logFaults } from '#support/log-fixture.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { administrator, districtHead, leader, official } from '#support/start-test-hub.ts';

let demo: DemoFixture;
let chair: Actor;

beforeAll(async () => {
  demo = await createDemoFixture({ connectionsMax: 25 });
  chair = await demo.actor(leader);
});
afterAll(() => demo.drop());

const everyone: RequestedRecipient = { role: 'info', kind: 'everyone' };

async function codes(): Promise<string[]> {
  return (await demo.database.rows<{ code: string }>(`select code from directive order by code`)).map(
    (row) => row.code,
  );
}

/** Codes of this year's directives end in 1, 2, 3 … as many as there are, and the counter stands at the last. */
async function expectGapless(): Promise<void> {
  const numbers = (await codes()).map((code) => Number(code.slice(-6)));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const [counter] = await demo.database.rows<{ value: number }>(
    `select value from counter where name = 'directive'`,
  );
  expect(counter?.value ?? 0).toBe(numbers.length);
}

async function recipientsOf(directiveId: string): Promise<string[]> {
  const rows = await demo.database.rows<{ account_id: string }>(
    `select account_id from recipient where directive_id = $1`,
    [directiveId],
  );
  return rows.map((row) => demo.address(row.account_id)).toSorted();
}

async function issueTo(...recipients: RequestedRecipient[]) {
  return issueDirective(demo.ports, draft(chair, recipients));
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HubError);
  return (error as HubError).code;
}

/** Everything that an issue writes, counted. */
async function written(): Promise<unknown> {
  const [row] = await demo.database.rows(
    `select (select count(*) from directive) as directives, (select count(*) from assignment) as assignments,
       (select count(*) from recipient) as recipients, (select count(*) from message) as messages,
       (select count(*) from blob) as blobs, (select count(*) from mailbox_message) as entries,
       (select sum(uid_next) from mailbox) as uids, (select count(*) from outbox) as events,
       (select count(*) from idempotency_key) as keys, (select sum(value) from counter) as numbers`,
  );
  return row;
}

describe('issueDirective: numbers', () => {
  it('F3 gives every one of 20 concurrent issues a number of its own, without a hole', async () => {
    const issued = await Promise.all(Array.from({ length: 20 }, () => issueTo(everyone)));
    expect(new Set(issued.map(({ code }) => code)).size).toBe(20);
    await expectGapless();
  });

  it('F3 takes no number for what is refused or fails, also between others', async () => {
    const before = (await codes()).length;
    const unknown: RequestedRecipient = { role: 'info', kind: 'person', id: crypto.randomUUID() };
    const broken = {
      ...demo.ports,
      mail: { ...demo.ports.mail, compose: () => Promise.reject(new Error('no mail today')) },
    };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 24 }, (_, n) => {
        if (n % 3 === 0) return issueTo(unknown);
        if (n % 3 === 1) return issueDirective(broken, draft(chair, [everyone]));
        return issueTo(everyone);
      }),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
    expect(await codes()).toHaveLength(before + 8);
    await expectGapless();
  });
});

describe('issueDirective: recipients', () => {
  it('reaches a person by that person’s account alone', async () => {
    const { id } = await issueTo({
      role: 'lead',
      kind: 'person',
      id: demo.personId('khoa.nh01@stttt.binhthuan.example'),
    });
    expect(await recipientsOf(id)).toEqual(['khoa.nh01@stttt.binhthuan.example']);
  });

  it('reaches a unit by its head, office chief, clerks and own mailboxes, not by deputies and specialists', async () => {
    const { id } = await issueTo({
      role: 'lead',
      kind: 'unit',
      id: demo.unitId('Sở Thông tin và Truyền thông'),
    });
    expect(await recipientsOf(id)).toEqual([
      'giamdoc@stttt.binhthuan.example',
      'hopthu@stttt.binhthuan.example',
      'ngan.hc01@stttt.binhthuan.example',
      'trinh.nc01@stttt.binhthuan.example',
      'vanthu@stttt.binhthuan.example',
    ]);
  });

  it('reaches an inner unit by its head', async () => {
    const { id } = await issueTo({
      role: 'lead',
      kind: 'unit',
      id: demo.unitId('Phòng Công nghệ thông tin'),
    });
    expect(await recipientsOf(id)).toEqual(['ngan.lh01@stttt.binhthuan.example']);
  });

  it('makes a group one assignment for each of its units', async () => {
    const group = demo.province.groups.find(({ slug }) => slug === '127-xa');
    const { id, event } = await issueTo({ role: 'info', kind: 'group', id: group?.id });
    expect(
      event.assignments.map(({ role, assigneeKind, recipientCount }) => [role, assigneeKind, recipientCount]),
    ).toEqual([0, 1, 2].map(() => ['info', 'unit', 4]));
    expect(await recipientsOf(id)).toHaveLength(12);
    expect(
      (await recipientsOf(id)).every((address) => address.endsWith('@xa-phanthiet.binhthuan.example')),
    ).toBe(true);
  });

  it('reaches everyone but the system’s own accounts', async () => {
    const { id, event } = await issueTo(everyone);
    const recipients = await recipientsOf(id);
    expect(recipients).toHaveLength(60);
    expect(recipients).not.toContain(administrator);
    expect(event.counts).toEqual({ recipients: 60, delivered: 60, arrived: 0, opened: 0, acknowledged: 0 });
    expect(
      event.assignments.map(({ assigneeKind, recipientCount }) => [assigneeKind, recipientCount]),
    ).toEqual([['everyone', 60]]);
  });

  it('counts who is reached by several ways once, and keeps the stronger role of who is named twice', async () => {
    const unit = demo.unitId('Sở Thông tin và Truyền thông');
    const { id, event } = await issueTo(
      { role: 'info', kind: 'unit', id: unit },
      { role: 'coord', kind: 'person', id: demo.personId(official) },
      { role: 'lead', kind: 'unit', id: unit },
    );
    expect(event.assignments.map(({ role, assigneeKind }) => [role, assigneeKind])).toEqual([
      ['lead', 'unit'],
      ['coord', 'person'],
    ]);
    expect(event.counts.recipients).toBe(5);
    const [row] = await demo.database.rows<{ ordinals: number[] }>(
      `select ordinals from recipient where directive_id = $1 and account_id = $2`,
      [id, demo.accountId(official)],
    );
    expect(row?.ordinals).toEqual([0, 1]);
  });

  it('puts the same message once into every recipient’s INBOX and into no other mailbox', async () => {
    const group = demo.province.groups.find(({ slug }) => slug === '127-xa');
    for (const recipients of [
      [everyone],
      [{ role: 'lead', kind: 'group', id: demo.province.groups.find(({ slug }) => slug === 'so-nganh')?.id }],
      [{ role: 'info', kind: 'group', id: group?.id }, everyone],
    ] satisfies RequestedRecipient[][]) {
      const { id, event } = await issueTo(...recipients);
      const wrong = await demo.database.rows(
        `select r.account_id, count(e.uid) as rows, count(distinct e.message_id) as messages, max(b.path) as path
         from recipient r join mailbox b on b.account_id = r.account_id
         left join mailbox_message e on e.mailbox_id = b.id and e.message_id = $2
         where r.directive_id = $1 group by r.account_id
         having count(e.uid) <> 1 or max(b.path) filter (where e.uid is not null) <> 'INBOX'`,
        [id, event.messageId],
      );
      expect(wrong).toEqual([]);
      const [total] = await demo.database.rows<{ n: number }>(
        `select count(*) as n from mailbox_message where message_id = $1`,
        [event.messageId],
      );
      expect(total?.n).toBe(event.counts.recipients);
    }
    expect(await logFaults(demo.database)).toEqual([]);
  });
});

describe('issueDirective: refusals', () => {
  const two: RequestedRecipient[] = [
    { role: 'lead', kind: 'everyone' },
    { role: 'lead', kind: 'everyone' },
  ];
  it.each<[string, string, (demo: DemoFixture) => Promise<unknown>]>([
    ['two_leads', 'two leads', () => issueTo(...two)],
    [
      'two_leads',
      'a group of several units as lead',
      (at) =>
        issueTo({
          role: 'lead',
          kind: 'group',
          id: at.province.groups.find(({ slug }) => slug === '127-xa')?.id,
        }),
    ],
    [
      'two_leads',
      'a lead beside a group of one as lead',
      (at) =>
        issueTo(
          { role: 'lead', kind: 'group', id: at.province.groups.find(({ slug }) => slug === 'so-nganh')?.id },
          { role: 'lead', kind: 'person', id: at.personId(official) },
        ),
    ],
    ['no_recipient', 'no recipient', () => issueTo()],
    [
      'recipient_unknown',
      'an unknown unit',
      () => issueTo({ role: 'info', kind: 'unit', id: crypto.randomUUID() }),
    ],
    [
      'recipient_unknown',
      'an unknown group',
      () => issueTo({ role: 'info', kind: 'group', id: crypto.randomUUID() }),
    ],
    [
      'deadline_in_past',
      'a deadline in the past',
      (at) => issueDirective(at.ports, draft(chair, [everyone], { dueAt: new Date(0) })),
    ],
    [
      'text_too_long',
      'a text of 100,000 characters',
      (at) => issueDirective(at.ports, draft(chair, [everyone], { text: 'a'.repeat(100_000) })),
    ],
    [
      'line_break_in_field',
      'CR in the subject',
      (at) => issueDirective(at.ports, draft(chair, [everyone], { subject: 'a\r\nBcc: b' })),
    ],
    [
      'line_break_in_field',
      'NUL in the subject',
      (at) => issueDirective(at.ports, draft(chair, [everyone], { subject: 'a\0b' })),
    ],
    [
      'secret_content',
      'a secrecy level',
      (at) => issueDirective(at.ports, draft(chair, [everyone], { secrecy: 'mat' })),
    ],
    [
      'secret_content',
      'a stamp in the text',
      (at) => issueDirective(at.ports, draft(chair, [everyone], { text: 'Kính gửi\nTỐI MẬT\nNội dung' })),
    ],
    [
      'not_permitted',
      'a specialist',
      async (at) =>
        issueDirective(at.ports, draft(await at.actor('khoa.nh01@stttt.binhthuan.example'), [everyone])),
    ],
    [
      'not_permitted',
      'everyone by the head of a department',
      async (at) => issueDirective(at.ports, draft(await at.actor(official), [everyone])),
    ],
    [
      'not_permitted',
      'a unit outside the reach of a district’s head',
      async (at) =>
        issueDirective(
          at.ports,
          draft(await at.actor(districtHead), [
            { role: 'lead', kind: 'unit', id: at.unitId('Sở Thông tin và Truyền thông') },
          ]),
        ),
    ],
    [
      'not_permitted',
      'an administrator',
      async (at) => issueDirective(at.ports, draft(await at.actor(administrator), [everyone])),
    ],
  ])('answers %s to %s and writes nothing', async (code, _what, work) => {
    const before = await written();
    const commits = demo.commits();
    expect(await refusal(work(demo))).toBe(code);
    expect(await written()).toEqual(before);
    expect(demo.commits()).toBe(commits);
  });

  it('lets a head issue below the organ', async () => {
    const head = await demo.actor(districtHead);
    const { event } = await issueDirective(
      demo.ports,
      draft(head, [{ role: 'lead', kind: 'unit', id: demo.unitId('phường Mũi Né') }]),
    );
    expect(event.counts.recipients).toBe(4);
  });
});

describe('issueDirective: idempotency keys', () => {
  it('F3 gives the first answer to a repeated key, also to 10 at once, and writes once', async () => {
    const before = (await codes()).length;
    const input = draft(chair, [everyone], { key: 'khoa-lap-lai-1' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => issueDirective(demo.ports, input)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await issueDirective(demo.ports, input)).toEqual(answers[0]);
    expect(await codes()).toHaveLength(before + 1);
    await expectGapless();
  });

  it('refuses the key for another command', async () => {
    const before = await written();
    const other = draft(chair, [everyone], { key: 'khoa-lap-lai-1', subject: 'Việc khác' });
    expect(await refusal(issueDirective(demo.ports, other))).toBe('idempotency_key_reused');
    expect(await refusal(issueDirective(demo.ports, { ...other, key: 'ngắn' }))).toBe('bad_input');
    expect(await written()).toEqual(before);
  });

  it('keeps nothing of a key whose command failed', async () => {
    const input = draft(chair, [{ role: 'info', kind: 'person', id: crypto.randomUUID() }], {
      key: 'khoa-that-bai',
    });
    expect(await refusal(issueDirective(demo.ports, input))).toBe('recipient_unknown');
    const { code } = await issueDirective(demo.ports, draft(chair, [everyone], { key: 'khoa-that-bai' }));
    expect(code).toMatch(/^YKCĐ-\d{4}-\d{6}$/);
    await expectGapless();
  });
});
