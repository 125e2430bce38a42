import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptAssignment } from '#app/directive/accept-assignment.ts';
import { delegateAssignment } from '#app/directive/delegate-assignment.ts';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { listAssignments } from '#app/directive/list-assignments.ts';
import { readTimeline } from '#app/directive/read-timeline.ts';
import { acknowledgeAssignment } from '#app/directive/receive-assignment.ts';
import { reportProgress } from '#app/directive/report-progress.ts';
import { returnAssignment } from '#app/directive/return-assignment.ts';
import { supersedeDirective } from '#app/directive/supersede-directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { foldedViews, type FoldedViews } from '#support/folded-views.ts';
import { districtHead, leader, official, viceLeader } from '#support/start-test-hub.ts';

const unitHead = 'ngan.lh01@stttt.binhthuan.example';
const clerk = 'vanthu@stttt.binhthuan.example';
const dayMs = 86_400_000;

let demo: DemoFixture;
let views: FoldedViews;
let aheadMs = 0;

beforeAll(async () => {
  demo = await createDemoFixture();
  Object.assign(demo.ports, { clock: { now: () => new Date(Date.now() + aheadMs) } });
  views = await foldedViews(demo, [leader, official, clerk, unitHead, districtHead]);
});
afterAll(() => demo.drop());

const inDays = (days: number) => new Date(demo.ports.clock.now().getTime() + days * dayMs);

async function issue(dueAt: Date | undefined = inDays(20), subject = 'Nâng cấp mạng') {
  const { id, event } = await issueDirective(
    demo.ports,
    draft(
      await demo.actor(leader),
      [{ role: 'lead', kind: 'unit', id: demo.unitId('Sở Thông tin và Truyền thông') }],
      { dueAt, subject },
    ),
  );
  return { id, assignment: event.assignments[0]?.id ?? '' };
}

async function accept(assignmentId: string): Promise<void> {
  await acknowledgeAssignment(demo.ports, { actor: await demo.actor(clerk), assignmentId });
  await acceptAssignment(demo.ports, { actor: await demo.actor(clerk), assignmentId });
}

async function delegate(assignmentId: string): Promise<void> {
  await delegateAssignment(demo.ports, {
    actor: await demo.actor(official),
    assignmentId,
    parts: [{ role: 'lead', kind: 'unit', id: demo.unitId('Phòng Công nghệ thông tin') }],
  });
}

async function code(work: () => Promise<unknown>): Promise<string> {
  const counts = async () =>
    demo.database.rows(
      `select (select count(*) from directive) as directives, (select count(*) from outbox) as events,
         (select count(*) from message) as messages, (select sum(value) from counter) as numbers`,
    );
  const before = await counts();
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HubError);
  expect(await counts()).toEqual(before);
  return (error as HubError).code;
}

describe('supersedeDirective', () => {
  const words = { subject: 'Nâng cấp mạng (sửa đổi)', text: 'Nội dung mới.', urgency: 'khan' } as const;

  it('gives the recipients new words to acknowledge, and ends what was open under the old ones', async () => {
    const { id, assignment } = await issue();
    await accept(assignment);
    await delegate(assignment);
    await views.expectFolded();
    const actor = await demo.actor(leader);
    const { id: newId } = await supersedeDirective(demo.ports, { actor, id, ...words });
    const old = await demo.ports.store.directives.seenDirective(actor, id);
    expect(old?.directive).toMatchObject({ state: 'superseded', supersededById: newId });
    expect(old?.assignments.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    const fresh = await demo.ports.store.directives.seenDirective(actor, newId);
    expect(fresh?.directive).toMatchObject({ state: 'issued', supersedesId: id, subject: words.subject });
    expect(fresh?.assignments.map(({ role, state }) => [role, state])).toEqual([['lead', 'sent']]);
    const unmarked = await demo.database.rows(
      `select from mailbox_message where message_id = $1 and not '$Recalled' = any(keywords)`,
      [old?.directive.messageId],
    );
    expect(unmarked).toEqual([]);
    await views.expectFolded();
  });

  it('is for the issuer alone, once, and takes no secret words', async () => {
    const { id } = await issue();
    const by = async (address: string, changed: object = {}) =>
      supersedeDirective(demo.ports, { actor: await demo.actor(address), id, ...words, ...changed });
    expect(await code(() => by(official))).toBe('not_permitted');
    expect(await code(() => by(districtHead))).toBe('not_found');
    expect(await code(() => by(leader, { text: 'TỐI MẬT' }))).toBe('secret_content');
    expect(await code(() => by(leader, { subject: ' ' }))).toBe('bad_input');
    await by(leader);
    expect(await code(() => by(leader))).toBe('directive_already_closed');
  });

  it('answers a repeated key once', async () => {
    const { id } = await issue();
    const actor = await demo.actor(leader);
    const input = { actor, id, ...words, key: `supersede-${id}` };
    const first = await supersedeDirective(demo.ports, input);
    expect((await supersedeDirective(demo.ports, input)).id).toBe(first.id);
  });
});

describe('readTimeline', () => {
  it('tells everything in order to the issuer, and to others what they see of it, page by page', async () => {
    const { id, assignment } = await issue();
    await accept(assignment);
    await reportProgress(demo.ports, {
      actor: await demo.actor(clerk),
      assignmentId: assignment,
      percent: 10,
      text: 'Bắt đầu.',
    });
    await delegate(assignment);
    const read = async (address: string, cursor?: string) =>
      readTimeline(demo.ports, { actor: await demo.actor(address), directiveId: id, limit: 2, cursor });
    const first = await read(leader);
    expect(first.items.map(({ kind }) => kind)).toEqual(['issued', 'accepted', 'reported']);
    const second = await read(leader, first.nextCursor);
    expect(second.items.map(({ kind, to }) => [kind, to])).toEqual([
      ['delegated', 'Phòng Công nghệ thông tin'],
    ]);
    expect(second.nextCursor).toBeUndefined();
    expect((await read(unitHead)).items.map(({ kind }) => kind)).toEqual(['issued']);
    await expect(read(districtHead)).rejects.toMatchObject({ code: 'not_found' });
    await expect(read(leader, 'x')).rejects.toMatchObject({ code: 'bad_input' });
  });
});

describe('listAssignments', () => {
  const list = async (address: string, filter: Partial<Parameters<typeof listAssignments>[1]>) =>
    listAssignments(demo.ports, { actor: await demo.actor(address), scope: 'given', limit: 50, ...filter });

  it('shows what was given, to the unit, and by name, each to whom it concerns', async () => {
    const { assignment } = await issue(inDays(20), 'Danh sách 4471');
    await accept(assignment);
    await delegate(assignment);
    const text = 'danh sách 4471';
    const ids = async (address: string, scope: 'mine' | 'unit' | 'given') =>
      (await list(address, { scope, text })).items.map((item) => item.assignment.id);
    expect(await ids(leader, 'given')).toEqual([assignment]);
    expect(await ids(official, 'unit')).toEqual([assignment]);
    const [part] = await ids(official, 'given');
    expect(await ids(unitHead, 'unit')).toEqual([part]);
    expect(await ids(unitHead, 'mine')).toEqual([]);
    expect(await ids(viceLeader, 'given')).toEqual([]);
    expect(await ids(districtHead, 'unit')).toEqual([]);
  });

  it('filters by state, time, urgency and unit, and goes page by page', async () => {
    const late = await issue(inDays(1), 'Bộ lọc 8812');
    const near = await issue(inDays(8), 'Bộ lọc 8812');
    const free = await issue(undefined, 'Bộ lọc 8812');
    aheadMs += 6 * dayMs;
    const text = 'Bộ lọc 8812';
    const ids = async (filter: object) =>
      (await list(leader, { text, ...filter })).items.map((item) => item.assignment.id);
    expect(await ids({ timeliness: 'overdue' })).toEqual([late.assignment]);
    expect(await ids({ timeliness: 'near_due' })).toEqual([near.assignment]);
    expect(await ids({ states: ['sent'], urgency: 'normal' })).toEqual([
      free.assignment,
      near.assignment,
      late.assignment,
    ]);
    expect(await ids({ states: ['done'] })).toEqual([]);
    expect(await ids({ urgency: 'hoa_toc' })).toEqual([]);
    expect(await ids({ organId: demo.unitId('Ủy ban nhân dân tỉnh Bình Thuận') })).toHaveLength(3);
    expect(await ids({ organId: demo.unitId('thành phố Phan Thiết') })).toEqual([]);
    expect(await ids({ text: '%' })).toEqual([]);
    const first = await list(leader, { text, limit: 2 });
    const second = await list(leader, { text, limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map((item) => item.assignment.id)).toEqual(await ids({}));
    expect(second.nextCursor).toBeUndefined();
    expect(first.items.map(({ timeliness }) => timeliness)).toEqual(['in_time', 'near_due']);
  });
});

describe('returnAssignment', () => {
  it('comes too late after one working day', async () => {
    const { assignment } = await issue();
    const actor = await demo.actor(official);
    await acknowledgeAssignment(demo.ports, { actor, assignmentId: assignment });
    aheadMs += 7 * dayMs;
    await expect(
      returnAssignment(demo.ports, { actor, assignmentId: assignment, reason: 'Không đúng thẩm quyền.' }),
    ).rejects.toMatchObject({ code: 'time_limit_passed' });
  });
});
