import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  issueDraft,
  issueScheduledDraft,
  scheduleDraft,
  unscheduleDraft,
} from '#app/directive/issue-draft.ts';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { issueInBulk } from '#app/directive/issue-in-bulk.ts';
import { changeDraft, createDraft, discardDraft, listDrafts } from '#app/directive/keep-drafts.ts';
import { changePreset, createPreset, deletePreset, listPresets } from '#app/directive/keep-presets.ts';
import type { DraftContent } from '#domain/directive/draft.ts';
import { HubError } from '#domain/hub-error.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { foldedViews, type FoldedViews } from '#support/folded-views.ts';
import { leader, official, viceLeader } from '#support/start-test-hub.ts';

const specialist = 'khoa.nh01@stttt.binhthuan.example';

let demo: DemoFixture;
let views: FoldedViews;
let now = new Date('2016-04-28T10:00:00+07:00');

beforeAll(async () => {
  demo = await createDemoFixture();
  Object.assign(demo.ports, { clock: { now: () => now } });
  views = await foldedViews(demo, [leader, official]);
});
afterAll(() => demo.drop());

const content = (changed: DraftContent = {}): DraftContent => ({
  subject: 'Báo cáo nhân sự',
  text: 'Gửi trước hạn.',
  recipients: [{ role: 'lead', kind: 'person', id: demo.personId(official) }],
  ...changed,
});

async function kept(changed: DraftContent = {}): Promise<string> {
  return (await createDraft(demo.ports, { actor: await demo.actor(leader), content: content(changed) })).id;
}

async function on(id: string, address = leader) {
  return { actor: await demo.actor(address), id };
}

async function refusal(work: () => Promise<unknown>): Promise<string> {
  const counts = async () =>
    demo.database.rows(
      `select (select count(*) from directive) as directives, (select count(*) from outbox) as events,
         (select md5(string_agg(d::text, '' order by id)) from directive_draft d) as drafts,
         (select md5(string_agg(p::text, '' order by id)) from directive_preset p) as presets`,
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

async function stateOf(id: string) {
  return demo.ports.store.drafts.find(id);
}

describe('a deadline', () => {
  // domain.md §5.5: received on Thursday 28 April 2016, three working days later is Thursday 5 May.
  it('in working days is counted from the issue, and its date is kept', async () => {
    const { event } = await issueDirective(
      demo.ports,
      draft(await demo.actor(leader), content().recipients ?? [], {
        due: { kind: 'working_days', days: 3 },
        origin: { kind: 'meeting', reference: 'Thông báo 12/TB-UBND' },
      }),
    );
    expect(event.directive).toMatchObject({
      dueAt: '2016-05-05T10:00:00.000Z',
      dueKind: 'working_days',
      origin: { kind: 'meeting', reference: 'Thông báo 12/TB-UBND' },
    });
    expect(event.assignments[0]?.dueAt).toBe('2016-05-05T10:00:00.000Z');
    await views.expectFolded();
  });

  it.each([
    ['bad_input', { due: { kind: 'working_days', days: 0 } }],
    ['bad_input', { due: { kind: 'date', date: '2016-02-30' } }],
    ['deadline_in_past', { due: { kind: 'date', date: '2016-04-27' } }],
    ['bad_input', { due: { kind: 'working_days', days: 2 }, dueAt: new Date('2016-06-01T00:00:00Z') }],
    ['bad_input', { origin: { kind: 'meeting' } }],
    ['bad_input', { origin: { kind: 'live', reference: 'x' } }],
    ['text_too_long', { origin: { kind: 'petition', reference: 'x'.repeat(501) } }],
    ['line_break_in_field', { origin: { kind: 'petition', reference: 'a\nb' } }],
    ['secret_content', { origin: { kind: 'document', reference: 'TUYỆT MẬT' } }],
  ] as const)('or an origin is refused with %s: %o', async (code, wrong) => {
    const actor = await demo.actor(leader);
    expect(
      await refusal(() => issueDirective(demo.ports, draft(actor, content().recipients ?? [], wrong))),
    ).toBe(code);
  });
});

describe('a draft', () => {
  it('is kept, changed, issued once, and is its account’s alone', async () => {
    const id = await kept();
    await changeDraft(demo.ports, { ...(await on(id)), version: 1, content: content({ text: 'Bản hai.' }) });
    expect(
      await refusal(async () =>
        changeDraft(demo.ports, { ...(await on(id)), version: 1, content: content() }),
      ),
    ).toBe('edit_conflict');
    expect(await refusal(async () => issueDraft(demo.ports, await on(id, viceLeader)))).toBe('not_found');
    const { event } = await issueDraft(demo.ports, { ...(await on(id)), key: `issue-${id}` });
    expect(event.directive.text).toBe('Bản hai.');
    const again = await issueDraft(demo.ports, { ...(await on(id)), key: `issue-${id}` });
    expect(again.event.directive.id).toBe(event.directive.id);
    expect(await refusal(async () => issueDraft(demo.ports, await on(id)))).toBe('draft_wrong_state');
    expect(await refusal(async () => discardDraft(demo.ports, await on(id)))).toBe('draft_wrong_state');
    await views.expectFolded();
  });

  it('may lack anything until it is issued, and holds no secret words', async () => {
    const actor = await demo.actor(leader);
    const { id } = await createDraft(demo.ports, { actor, content: {} });
    expect(await refusal(async () => issueDraft(demo.ports, await on(id)))).toBe('bad_input');
    expect(await refusal(() => createDraft(demo.ports, { actor, content: { text: 'Độ khẩn\nMẬT\n' } }))).toBe(
      'secret_content',
    );
    const outsider = await demo.actor(specialist);
    expect(await refusal(() => createDraft(demo.ports, { actor: outsider, content: {} }))).toBe(
      'not_permitted',
    );
  });

  it('is listed until it is issued or discarded', async () => {
    const id = await kept();
    const ids = async () =>
      (await listDrafts(demo.ports, { actor: await demo.actor(leader), limit: 100 })).items.map(
        (item) => item.id,
      );
    expect(await ids()).toContain(id);
    await discardDraft(demo.ports, await on(id));
    expect(await ids()).not.toContain(id);
  });
});

describe('a scheduled draft', () => {
  it('waits for the next working hour, is issued once, with the words of then', async () => {
    const id = await kept({ due: { kind: 'working_days', days: 1 } });
    // Saturday of the long holiday: the next working hour is Wednesday 4 May, 7:00.
    const { issueAt } = await scheduleDraft(demo.ports, {
      ...(await on(id)),
      issueAt: new Date('2016-04-30T08:00:00+07:00'),
      workingTime: true,
    });
    expect(issueAt.toISOString()).toBe('2016-05-04T00:00:00.000Z');
    expect(await demo.ports.store.drafts.due(now, 10)).toEqual([]);
    await issueScheduledDraft({ ...demo.ports, access: demo.access }, id);
    expect((await stateOf(id))?.state).toBe('scheduled');
    now = new Date('2016-05-04T07:00:01+07:00');
    expect(await demo.ports.store.drafts.due(now, 10)).toEqual([id]);
    await Promise.all([
      issueScheduledDraft({ ...demo.ports, access: demo.access }, id),
      issueScheduledDraft({ ...demo.ports, access: demo.access }, id),
    ]);
    const issued = await stateOf(id);
    expect(issued?.state).toBe('issued');
    const seen = await demo.ports.store.directives.seenDirective(
      await demo.actor(leader),
      issued?.directiveId ?? '',
    );
    expect(seen?.directive.dueAt?.toISOString()).toBe('2016-05-05T10:00:00.000Z');
    await views.expectFolded();
  });

  it('is taken back, or refused with its reason and a draft again', async () => {
    const id = await kept();
    const issueAt = new Date(now.getTime() + 3_600_000);
    const schedule = async () =>
      scheduleDraft(demo.ports, { ...(await on(id)), issueAt, workingTime: false });
    await schedule();
    expect(await refusal(schedule)).toBe('draft_wrong_state');
    await unscheduleDraft(demo.ports, await on(id));
    expect(await refusal(async () => unscheduleDraft(demo.ports, await on(id)))).toBe('draft_wrong_state');
    await schedule();
    await demo.database.rows(`update account set status = 'suspended' where id = $1`, [
      demo.accountId(official),
    ]);
    now = new Date(issueAt.getTime() + 1);
    await issueScheduledDraft({ ...demo.ports, access: demo.access }, id);
    await demo.database.rows(`update account set status = 'active' where id = $1`, [
      demo.accountId(official),
    ]);
    expect(await stateOf(id)).toMatchObject({ state: 'draft', failure: 'recipient_unknown' });
  });

  it.each([
    ['deadline_in_past', -1],
    ['bad_input', Number.NaN],
  ])('is refused with %s', async (code, hours) => {
    const id = await kept();
    const issueAt = new Date(now.getTime() + hours * 3_600_000);
    expect(
      await refusal(async () =>
        scheduleDraft(demo.ports, { ...(await on(id)), issueAt, workingTime: false }),
      ),
    ).toBe(code);
  });
});

describe('quick lists and templates', () => {
  it('are kept by name, changed by version, deleted, each account its own', async () => {
    const actor = await demo.actor(leader);
    const { id } = await createPreset(demo.ports, { actor, kind: 'template', name: 'Mẫu một', content: {} });
    expect(
      await refusal(() =>
        createPreset(demo.ports, { actor, kind: 'template', name: ' Mẫu một ', content: {} }),
      ),
    ).toBe('name_taken');
    await changePreset(demo.ports, { actor, id, version: 1, name: 'Mẫu hai', content: { text: 'Chữ.' } });
    expect(
      await refusal(() => changePreset(demo.ports, { actor, id, version: 1, name: 'Mẫu ba', content: {} })),
    ).toBe('edit_conflict');
    const other = await demo.actor(viceLeader);
    expect(await refusal(() => deletePreset(demo.ports, { actor: other, id }))).toBe('not_found');
    expect(
      (await listPresets(demo.ports, { actor, kind: 'template' })).map(({ name, version }) => [
        name,
        version,
      ]),
    ).toEqual([['Mẫu hai', 2]]);
    await deletePreset(demo.ports, { actor, id });
    expect(await listPresets(demo.ports, { actor, kind: 'template' })).toEqual([]);
  });

  it('issue in bulk, each list for itself, and a repeat goes on where it stopped', async () => {
    const actor = await demo.actor(leader);
    const preset = async (kind: 'quick_list' | 'template', name: string, words: DraftContent) =>
      (await createPreset(demo.ports, { actor, kind, name, content: words })).id;
    const templateId = await preset('template', 'Đôn đốc', { subject: 'Đôn đốc', text: 'Báo cáo ngay.' });
    const listIds = [
      await preset('quick_list', 'Giám đốc', { recipients: content().recipients ?? [] }),
      await preset('quick_list', 'Trống', {}),
    ];
    const input = { actor, templateId, listIds, key: 'bulk-1' };
    const first = await issueInBulk(demo.ports, input);
    expect(first.map((outcome) => ('refused' in outcome ? outcome.refused : 'issued'))).toEqual([
      'issued',
      'no_recipient',
    ]);
    expect(await issueInBulk(demo.ports, input)).toEqual(first);
    await views.expectFolded();
    const foreign = await demo.actor(viceLeader);
    expect(await refusal(() => issueInBulk(demo.ports, { ...input, actor: foreign }))).toBe('not_found');
    expect(await refusal(() => issueInBulk(demo.ports, { ...input, listIds: [] }))).toBe('no_recipient');
  });
});
