import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptAssignment } from '#app/directive/accept-assignment.ts';
import { cancelAssignment } from '#app/directive/cancel-assignment.ts';
import { confirmResult } from '#app/directive/confirm-result.ts';
import { decideExtension } from '#app/directive/decide-extension.ts';
import { delegateAssignment } from '#app/directive/delegate-assignment.ts';
import { endorseResult } from '#app/directive/endorse-result.ts';
import { evaluateAssignment } from '#app/directive/evaluate-assignment.ts';
import { insistOnAssignment } from '#app/directive/insist-on-assignment.ts';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { reassignAssignment } from '#app/directive/reassign-assignment.ts';
import { recallDirective } from '#app/directive/recall-directive.ts';
import { acknowledgeAssignment } from '#app/directive/receive-assignment.ts';
import { recordArrivals } from '#app/directive/record-arrivals.ts';
import { rejectResult } from '#app/directive/reject-result.ts';
import { remindAssignees } from '#app/directive/remind-assignees.ts';
import { reopenAssignment } from '#app/directive/reopen-assignment.ts';
import { reportProgress } from '#app/directive/report-progress.ts';
import { requestExtension } from '#app/directive/request-extension.ts';
import { returnAssignment } from '#app/directive/return-assignment.ts';
import { submitResult } from '#app/directive/submit-result.ts';
import { withdrawExtension } from '#app/directive/withdraw-extension.ts';
import type { Assignment } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { foldedViews, type FoldedViews } from '#support/folded-views.ts';
import { districtClerk, districtHead, leader, official, viceLeader } from '#support/start-test-hub.ts';

const unitHead = 'ngan.lh01@stttt.binhthuan.example';
const specialist = 'khoa.nh01@stttt.binhthuan.example';
const departmentClerk = 'vanthu@stttt.binhthuan.example';
const onlookers = [
  leader,
  viceLeader,
  official,
  departmentClerk,
  unitHead,
  specialist,
  districtHead,
  districtClerk,
];
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let demo: DemoFixture;
let views: FoldedViews;
let aheadMs = 0;

beforeAll(async () => {
  demo = await createDemoFixture();
  Object.assign(demo.ports, { clock: { now: () => new Date(Date.now() + aheadMs) } });
  views = await foldedViews(demo, onlookers);
});
afterAll(() => demo.drop());

const now = () => demo.ports.clock.now();
const inDays = (days: number) => new Date(now().getTime() + days * dayMs);
const department = () => demo.unitId('Sở Thông tin và Truyền thông');
const innerUnit = () => demo.unitId('Phòng Công nghệ thông tin');

async function issueLead(dueAt: Date | undefined = inDays(20)): Promise<string> {
  const { event } = await issueDirective(
    demo.ports,
    draft(await demo.actor(leader), [{ role: 'lead', kind: 'unit', id: department() }], { dueAt }),
  );
  return event.assignments[0]?.id ?? '';
}

async function on(address: string, assignmentId: string) {
  return { actor: await demo.actor(address), assignmentId };
}

async function acknowledged(): Promise<string> {
  const id = await issueLead();
  await acknowledgeAssignment(demo.ports, await on(departmentClerk, id));
  return id;
}

async function accepted(): Promise<string> {
  const id = await acknowledged();
  await acceptAssignment(demo.ports, await on(departmentClerk, id));
  return id;
}

async function submitted(): Promise<string> {
  const id = await accepted();
  await submitResult(demo.ports, { ...(await on(departmentClerk, id)), text: 'Đã hoàn thành.' });
  return id;
}

async function done(): Promise<string> {
  const id = await submitted();
  await endorseResult(demo.ports, await on(official, id));
  await confirmResult(demo.ports, await on(leader, id));
  return id;
}

async function delegated(): Promise<{ id: string; part: string }> {
  const id = await accepted();
  await delegateAssignment(demo.ports, {
    ...(await on(official, id)),
    parts: [
      { role: 'lead', kind: 'unit', id: innerUnit(), title: 'Khảo sát đường truyền', dueAt: inDays(9) },
    ],
  });
  const [row] = await demo.database.rows<{ id: string }>(`select id from assignment where parent_id = $1`, [
    id,
  ]);
  return { id, part: row?.id ?? '' };
}

async function read(id: string): Promise<Assignment> {
  const [row] = await demo.database.rows<{ directive_id: string }>(
    `select directive_id from assignment where id = $1`,
    [id],
  );
  const seen = await demo.ports.store.directives.seenDirective(
    await demo.actor(leader),
    row?.directive_id ?? '',
  );
  const found = seen?.assignments.find((assignment) => assignment.id === id);
  if (found === undefined) throw new Error(`nobody sees ${id}`);
  return found;
}

async function directiveOf(id: string) {
  const { directiveId } = await read(id);
  const seen = await demo.ports.store.directives.seenDirective(await demo.actor(leader), directiveId);
  if (seen === undefined) throw new Error('the issuer sees nothing');
  return seen.directive;
}

async function written(): Promise<unknown> {
  const [row] = await demo.database.rows(
    `select (select count(*) from assignment) as assignments, (select count(*) from work_record) as records,
       (select count(*) from extension_request) as extensions, (select count(*) from outbox) as events,
       (select count(*) from recipient) as recipients, (select count(*) from mailbox_message) as entries,
       (select count(*) from idempotency_key) as keys,
       (select md5(string_agg(a::text, '' order by id)) from assignment a) as content,
       (select md5(string_agg(d::text, '' order by id)) from directive d) as directives`,
  );
  return row;
}

/** The code of a refusal that wrote nothing. */
async function refusal(work: () => Promise<unknown>): Promise<string> {
  const before = await written();
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HubError);
  expect(await written()).toEqual(before);
  return (error as HubError).code;
}

describe('the life of a lead assignment', () => {
  it('is taken up, reported on, handed in, endorsed and confirmed, and completes its directive', async () => {
    const id = await accepted();
    expect(await read(id)).toMatchObject({ state: 'in_progress' });
    await reportProgress(demo.ports, {
      ...(await on(departmentClerk, id)),
      percent: 40,
      text: 'Đã lắp 4/10 huyện.',
    });
    expect(await read(id)).toMatchObject({ state: 'in_progress', progress: 40 });
    await submitResult(demo.ports, { ...(await on(departmentClerk, id)), text: 'Đã lắp xong.' });
    expect(await read(id)).toMatchObject({ state: 'submitted', progress: 100 });
    await endorseResult(demo.ports, await on(official, id));
    expect(await read(id)).toMatchObject({ state: 'submitted_l2' });
    expect((await directiveOf(id)).state).toBe('issued');
    await confirmResult(demo.ports, await on(leader, id));
    expect(await read(id)).toMatchObject({ state: 'done' });
    expect(await directiveOf(id)).toMatchObject({ state: 'completed' });
    await evaluateAssignment(demo.ports, { ...(await on(leader, id)), evaluation: 'good' });
    expect(await read(id)).toMatchObject({ evaluation: 'good' });
    await views.expectFolded();
  });

  it('was done when its result was handed in, not when it was confirmed', async () => {
    const id = await submitted();
    const before = now();
    aheadMs += 3 * dayMs;
    await endorseResult(demo.ports, await on(official, id));
    await confirmResult(demo.ports, await on(leader, id));
    expect((await read(id)).completedAt?.getTime()).toBeLessThanOrEqual(before.getTime());
  });

  it('needs no second word of the unit’s head when the head hands it in', async () => {
    const id = await accepted();
    await submitResult(demo.ports, { ...(await on(official, id)), text: 'Đã xong.' });
    expect(await read(id)).toMatchObject({ state: 'submitted_l2' });
    await views.expectFolded();
  });

  it('goes back to work when the head or the giver rejects its result', async () => {
    const id = await submitted();
    await rejectResult(demo.ports, { ...(await on(official, id)), reason: 'Thiếu số liệu.' });
    expect(await read(id)).toMatchObject({ state: 'in_progress' });
    await submitResult(demo.ports, { ...(await on(official, id)), text: 'Đã bổ sung.' });
    await rejectResult(demo.ports, { ...(await on(leader, id)), reason: 'Chưa đạt.' });
    expect(await read(id)).toMatchObject({ state: 'in_progress' });
    await views.expectFolded();
  });

  it('is taken up again within 30 days, and its directive with it', async () => {
    const id = await done();
    const reopen = async () =>
      reopenAssignment(demo.ports, { ...(await on(leader, id)), reason: 'Phát sinh lỗi.' });
    aheadMs += 31 * dayMs;
    expect(await refusal(reopen)).toBe('time_limit_passed');
    aheadMs -= 2 * dayMs;
    await reopen();
    expect(await read(id)).toMatchObject({ state: 'in_progress' });
    expect((await read(id)).completedAt).toBeUndefined();
    expect((await directiveOf(id)).state).toBe('issued');
    await views.expectFolded();
  });

  it('answers a repeated key once', async () => {
    const id = await acknowledged();
    const input = { ...(await on(official, id)), key: `accept-${id}` };
    await acceptAssignment(demo.ports, input);
    const before = await written();
    await acceptAssignment(demo.ports, input);
    expect(await written()).toEqual(before);
  });
});

describe('a returned assignment', () => {
  async function returned(): Promise<string> {
    const id = await acknowledged();
    await returnAssignment(demo.ports, { ...(await on(official, id)), reason: 'Không đúng thẩm quyền.' });
    return id;
  }

  it('is insisted on', async () => {
    const id = await returned();
    expect(await read(id)).toMatchObject({ state: 'returned' });
    await insistOnAssignment(demo.ports, { ...(await on(leader, id)), reason: 'Đúng chức năng của Sở.' });
    expect(await read(id)).toMatchObject({ state: 'acknowledged' });
    await views.expectFolded();
  });

  it('is handed on: the former unit keeps a record, the new one has the directive and its mail', async () => {
    const id = await returned();
    const district = demo.unitId('thành phố Phan Thiết');
    await reassignAssignment(demo.ports, {
      ...(await on(leader, id)),
      to: { kind: 'unit', id: district },
      reason: 'Thuộc địa bàn.',
    });
    expect(await read(id)).toMatchObject({ state: 'transferred' });
    const [added] = await demo.database.rows<{ id: string }>(
      `select id from assignment where replaces_id = $1`,
      [id],
    );
    expect(await read(added?.id ?? '')).toMatchObject({ state: 'sent', role: 'lead', assigneeId: district });
    const { messageId, id: directiveId } = await directiveOf(id);
    const mail = await demo.database.rows(
      `select r.account_id from recipient r join mailbox b on b.account_id = r.account_id
       left join mailbox_message e on e.mailbox_id = b.id and e.message_id = $2
       where r.directive_id = $1 group by r.account_id having count(e.uid) <> 1`,
      [directiveId, messageId],
    );
    expect(mail).toEqual([]);
    await views.expectFolded();
    expect(await refusal(async () => acceptAssignment(demo.ports, await on(official, id)))).toBe(
      'assignment_wrong_state',
    );
    await acknowledgeAssignment(demo.ports, await on(districtClerk, added?.id ?? ''));
    await acceptAssignment(demo.ports, await on(districtHead, added?.id ?? ''));
    await views.expectFolded();
  });
});

describe('parts of an assignment', () => {
  it('go down a tree that those above see, and are acknowledged by who had acknowledged the whole', async () => {
    const { id, part } = await delegated();
    expect(await read(part)).toMatchObject({ parentId: id, title: 'Khảo sát đường truyền' });
    await views.expectFolded();
    await acknowledgeAssignment(demo.ports, await on(unitHead, part));
    await acceptAssignment(demo.ports, await on(unitHead, part));
    await delegateAssignment(demo.ports, {
      ...(await on(unitHead, part)),
      parts: [
        { role: 'lead', kind: 'person', id: demo.personId(specialist) },
        { role: 'coord', kind: 'person', id: demo.personId(unitHead) },
      ],
    });
    await views.expectFolded();
    const leaves = await demo.database.rows<{ id: string; assignee_id: string }>(
      `select id, assignee_id from assignment where parent_id = $1 order by ordinal`,
      [part],
    );
    for (const [index, address] of [specialist, unitHead].entries()) {
      const leaf = leaves[index]?.id ?? '';
      await acknowledgeAssignment(demo.ports, await on(address, leaf));
      await acceptAssignment(demo.ports, await on(address, leaf));
      await submitResult(demo.ports, { ...(await on(address, leaf)), text: 'Đã khảo sát.' });
      expect(await read(leaf)).toMatchObject({ state: 'submitted_l2' });
    }
    await views.expectFolded();
    expect(await refusal(async () => confirmResult(demo.ports, await on(leader, leaves[0]?.id ?? '')))).toBe(
      'not_permitted',
    );
    await confirmResult(demo.ports, await on(unitHead, leaves[0]?.id ?? ''));
    expect(await read(leaves[0]?.id ?? '')).toMatchObject({ state: 'done' });
    expect((await directiveOf(id)).state).toBe('issued');
    await views.expectFolded();
    await submitResult(demo.ports, { ...(await on(official, id)), text: 'Đã xong.' });
    await confirmResult(demo.ports, await on(leader, id));
    expect((await directiveOf(id)).state).toBe('completed');
    await views.expectFolded();
    await reopenAssignment(demo.ports, { ...(await on(leader, id)), reason: 'Còn thiếu.' });
    await views.expectFolded();
  });

  it('arrive by the event that told of them, not by the issue before it', async () => {
    const id = await accepted();
    const { directiveId } = await read(id);
    // As the relay does: positions in the order of ids.
    const stamp = () => demo.database.rows(`select stamp_log(100000, 'test_log')`);
    await stamp();
    const [head] = await demo.database.rows<{ position: number }>(`select position from log_head`);
    await delegateAssignment(demo.ports, {
      ...(await on(official, id)),
      parts: [{ role: 'lead', kind: 'person', id: demo.personId(specialist) }],
    });
    await stamp();
    const accountId = demo.accountId(specialist);
    const arrived = async () =>
      (
        await demo.database.rows<{ arrived_at: Date | null }>(
          `select arrived_at from recipient where directive_id = $1 and account_id = $2`,
          [directiveId, accountId],
        )
      )[0]?.arrived_at;
    await recordArrivals(demo.ports, [{ accountId, upTo: head?.position ?? 0 }]);
    expect(await arrived()).toBeNull();
    await recordArrivals(demo.ports, [{ accountId, upTo: (head?.position ?? 0) + 100 }]);
    expect(await arrived()).toBeInstanceOf(Date);
    await views.expectFolded();
  });

  it.each([
    ['lead_missing', { role: 'coord' }],
    ['deadline_after_parent', { dueAt: 'late' }],
    ['recipient_unknown', { id: '00000000-0000-4000-8000-000000000000' }],
    ['not_permitted', { id: 'district' }],
    ['line_break_in_field', { title: 'Hai\ndòng' }],
    ['text_too_long', { title: 'x'.repeat(501) }],
  ] as const)('are refused with %s: %o', async (code, wrong) => {
    const id = await accepted();
    const dueAt = 'dueAt' in wrong ? inDays(40) : undefined;
    const named = 'id' in wrong ? wrong.id : innerUnit();
    const target = named === 'district' ? demo.unitId('thành phố Phan Thiết') : named;
    const part = { role: 'lead', kind: 'unit', ...wrong, id: target, dueAt } as const;
    expect(
      await refusal(async () =>
        delegateAssignment(demo.ports, { ...(await on(official, id)), parts: [part] }),
      ),
    ).toBe(code);
  });

  it('have one lead among those that live', async () => {
    const { id } = await delegated();
    const part = { role: 'lead', kind: 'person', id: demo.personId(specialist) } as const;
    expect(
      await refusal(async () =>
        delegateAssignment(demo.ports, { ...(await on(official, id)), parts: [part] }),
      ),
    ).toBe('two_leads');
  });

  it('end with what they are a part of', async () => {
    const { id, part } = await delegated();
    await cancelAssignment(demo.ports, { ...(await on(leader, id)), reason: 'Không cần nữa.' });
    expect(await read(id)).toMatchObject({ state: 'cancelled' });
    expect(await read(part)).toMatchObject({ state: 'cancelled' });
    await views.expectFolded();
  });
});

describe('a request for more time', () => {
  async function asked(id: string, days: number) {
    return requestExtension(demo.ports, {
      ...(await on(departmentClerk, id)),
      newDueAt: inDays(days),
      reason: 'Thiết bị về chậm.',
    });
  }

  it('waits for its giver, keeps the first deadline, and is given twice at most', async () => {
    const id = await accepted();
    const first = (await read(id)).dueAt;
    await asked(id, 25);
    expect(await read(id)).toMatchObject({ dueAt: first, extensionReason: 'Thiết bị về chậm.' });
    expect(await refusal(() => asked(id, 26))).toBe('extension_undecided');
    await views.expectFolded();
    await decideExtension(demo.ports, { ...(await on(leader, id)), decision: 'approve' });
    expect(await read(id)).toMatchObject({ originalDueAt: first, extensionCount: 1 });
    await asked(id, 30);
    await decideExtension(demo.ports, { ...(await on(leader, id)), decision: 'approve' });
    expect(await read(id)).toMatchObject({ originalDueAt: first, extensionCount: 2 });
    expect(await refusal(() => asked(id, 35))).toBe('extension_limit_reached');
    await views.expectFolded();
  });

  it('is denied with a reason, or withdrawn, and leaves its history', async () => {
    const id = await accepted();
    const { dueAt } = await read(id);
    await asked(id, 25);
    expect(
      await refusal(async () => decideExtension(demo.ports, { ...(await on(leader, id)), decision: 'deny' })),
    ).toBe('bad_input');
    await decideExtension(demo.ports, {
      ...(await on(leader, id)),
      decision: 'deny',
      note: 'Việc gấp.',
    });
    await asked(id, 26);
    await withdrawExtension(demo.ports, await on(departmentClerk, id));
    expect((await read(id)).dueAt).toEqual(dueAt);
    expect((await read(id)).extensionId).toBeUndefined();
    const history = await demo.database.rows<{ state: string }>(
      `select state from extension_request where assignment_id = $1 order by requested_at`,
      [id],
    );
    expect(history.map(({ state }) => state)).toEqual(['denied', 'withdrawn']);
    await views.expectFolded();
  });

  it('comes too late once the deadline has passed', async () => {
    const id = await accepted();
    aheadMs += 21 * dayMs;
    expect(await refusal(() => asked(id, 25))).toBe('deadline_in_past');
  });
});

describe('urging', () => {
  it('reaches one or many, all or none', async () => {
    const [one, two] = [await accepted(), await issueLead()];
    await remindAssignees(demo.ports, {
      actor: await demo.actor(leader),
      assignmentIds: [one, two],
      text: 'Khẩn trương.',
    });
    await views.expectFolded();
    const finished = await done();
    expect(
      await refusal(async () =>
        remindAssignees(demo.ports, {
          actor: await demo.actor(leader),
          assignmentIds: [one, finished],
          text: 'Khẩn trương.',
        }),
      ),
    ).toBe('assignment_wrong_state');
  });
});

describe('rights', () => {
  type Work = (address: string, id: string) => Promise<unknown>;
  const words = { reason: 'Lý do.', text: 'Nội dung.' };
  const performers: Record<string, Work> = {
    accept: async (who, id) => acceptAssignment(demo.ports, await on(who, id)),
    report: async (who, id) => reportProgress(demo.ports, { ...(await on(who, id)), ...words, percent: 1 }),
    submit: async (who, id) => submitResult(demo.ports, { ...(await on(who, id)), ...words }),
    'request more time': async (who, id) =>
      requestExtension(demo.ports, { ...(await on(who, id)), ...words, newDueAt: inDays(30) }),
    'withdraw a request': async (who, id) => withdrawExtension(demo.ports, await on(who, id)),
  };
  const heads: Record<string, Work> = {
    return: async (who, id) => returnAssignment(demo.ports, { ...(await on(who, id)), ...words }),
    endorse: async (who, id) => endorseResult(demo.ports, await on(who, id)),
    delegate: async (who, id) =>
      delegateAssignment(demo.ports, {
        ...(await on(who, id)),
        parts: [{ role: 'lead', kind: 'unit', id: innerUnit() }],
      }),
  };
  const givers: Record<string, Work> = {
    insist: async (who, id) => insistOnAssignment(demo.ports, { ...(await on(who, id)), ...words }),
    reassign: async (who, id) =>
      reassignAssignment(demo.ports, {
        ...(await on(who, id)),
        ...words,
        to: { kind: 'unit', id: innerUnit() },
      }),
    'approve more time': async (who, id) =>
      decideExtension(demo.ports, { ...(await on(who, id)), decision: 'approve' }),
    confirm: async (who, id) => confirmResult(demo.ports, await on(who, id)),
    evaluate: async (who, id) =>
      evaluateAssignment(demo.ports, { ...(await on(who, id)), evaluation: 'good' }),
    reopen: async (who, id) => reopenAssignment(demo.ports, { ...(await on(who, id)), ...words }),
    cancel: async (who, id) => cancelAssignment(demo.ports, { ...(await on(who, id)), ...words }),
    remind: async (who, id) =>
      remindAssignees(demo.ports, { actor: await demo.actor(who), assignmentIds: [id], text: 'Nhắc.' }),
  };

  it.each(Object.entries(performers))('to %s: not the giver, not who has no path', async (_name, work) => {
    const id = await acknowledged();
    expect(await refusal(() => work(leader, id))).toBe('not_permitted');
    expect(await refusal(() => work(districtHead, id))).toBe('not_found');
  });

  it.each(Object.entries(heads))('to %s: not the unit’s clerk, not the giver', async (_name, work) => {
    const id = await acknowledged();
    expect(await refusal(() => work(departmentClerk, id))).toBe('not_permitted');
    expect(await refusal(() => work(leader, id))).toBe('not_permitted');
    expect(await refusal(() => work(specialist, id))).toBe('not_found');
  });

  it.each(Object.entries(givers))('to %s: not the assignee', async (_name, work) => {
    const id = await acknowledged();
    expect(await refusal(() => work(official, id))).toBe('not_permitted');
    expect(await refusal(() => work(districtHead, id))).toBe('not_found');
  });

  it.each(Object.entries(performers).map(([name, work]) => [name, official, work] as const))(
    'end with a recall: to %s',
    async (_name, who, work) => {
      const id = await acknowledged();
      await recallDirective(demo.ports, {
        actor: await demo.actor(leader),
        id: (await read(id)).directiveId,
        reason: 'Nhầm.',
      });
      expect(await refusal(() => work(who, id))).toBe('directive_already_closed');
      await views.expectFolded();
    },
  );

  it('of a delegate who processes for a post show both identities', async () => {
    const id = await issueLead();
    await demo.database.rows(
      `insert into delegation (id, from_position_id, to_position_id, scope, document_ref, valid_from, valid_to)
       select gen_random_uuid(), f.id, t.id, 'process', '3/GUQ-STTTT', now() - interval '1 day', now() + interval '1 day'
       from position f, position t
       where f.person_id = $1 and f.authority = 'head' and t.person_id = $2`,
      [demo.personId(official), demo.personId(specialist)],
    );
    await acknowledgeAssignment(demo.ports, await on(specialist, id));
    await acceptAssignment(demo.ports, await on(specialist, id));
    const [record] = await demo.database.rows<{ by_account_id: string; content: { by: object } }>(
      `select by_account_id, content from work_record where assignment_id = $1`,
      [id],
    );
    expect(record?.by_account_id).toBe(demo.accountId(specialist));
    expect(record?.content.by).toMatchObject({
      onBehalfOf: expect.stringContaining('Giám đốc') as unknown,
    });
    await demo.database.rows(`update delegation set revoked_at = $1 where document_ref = '3/GUQ-STTTT'`, [
      now(),
    ]);
    expect(
      await refusal(async () =>
        reportProgress(demo.ports, { ...(await on(specialist, id)), ...words, percent: 5 }),
      ),
    ).toBe('not_found');
  });
});
