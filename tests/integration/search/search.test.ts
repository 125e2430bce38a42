import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addComment } from '#app/discussion/add-comment.ts';
import { deleteComment } from '#app/discussion/change-comment.ts';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { recallDirective } from '#app/directive/recall-directive.ts';
import type { SearchReads } from '#app/ports/search.ts';
import { exportHits, searchEverything } from '#app/search/search-everything.ts';
import { removeSavedSearch, saveSearch } from '#app/search/saved-searches.ts';
import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import { createSavedSearches } from '#store/search/saved-search-store.ts';
import { createSearchIndex } from '#store/search/search-index.ts';
import { createSearchReads } from '#store/search/search-reads.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { administrator, districtHead, leader, official } from '#support/start-test-hub.ts';

let demo: DemoFixture;
let chair: Actor;
let director: Actor;
let outsider: Actor;
let ports: { search: SearchReads };
const faults: unknown[] = [];

beforeAll(async () => {
  demo = await createDemoFixture();
  chair = await demo.actor(leader);
  director = await demo.actor(official);
  outsider = await demo.actor(districtHead);
  ports = { search: createSearchReads(demo.database) };
});
afterAll(() => demo.drop());

/** Stamps what waits and lets the index follow. */
async function follow(): Promise<void> {
  await demo.database.rows(`select stamp_log(10000, 'hub_log')`);
  const index = createSearchIndex(demo.database, (error) => faults.push(error));
  while (await index.follow());
  expect(faults).toEqual([]);
}

async function issueTo(address: string, subject: string, text: string): Promise<string> {
  const recipient = { role: 'lead', kind: 'person', id: demo.personId(address) } as const;
  return (await issueDirective(demo.ports, draft(chair, [recipient], { subject, text }))).id;
}

async function find(actor: Actor, text: string, more: Partial<Parameters<typeof searchEverything>[1]> = {}) {
  return searchEverything(ports, { actor, text, limit: 20, ...more });
}

const idsOf = async (...asked: Parameters<typeof find>): Promise<string[]> =>
  (await find(...asked)).items.map(({ hit }) => hit.id);

async function entries(): Promise<unknown[]> {
  return demo.database.rows(
    `select kind, ref_id, subject_id, audience, at, title, words, organ_ids, state, urgency, lexemes::text
     from search_entry order by kind, ref_id`,
  );
}

describe('searchEverything', () => {
  let drought: string;
  let network: string;
  let secretToOthers: string;

  beforeAll(async () => {
    drought = await issueTo(official, 'Phòng chống hạn hán', 'Vận hành hồ Sông Lũy, tiết kiệm nước.');
    network = await issueTo(official, 'Nâng cấp mạng', 'Kéo cáp tại các huyện, hạn chót tháng sáu.');
    secretToOthers = await issueTo(
      districtHead,
      'Phòng chống hạn hán tại Phan Thiết',
      'Nước cho phường Mũi Né.',
    );
    await follow();
  });

  it.each([
    ['han tiet', () => [drought]],
    ['HẠN TIẾT', () => [drought]],
    ['"hạn hán"', () => [drought]],
    ['hồ sông lũy', () => [drought]],
    ['"song luy"', () => [drought]],
    ['"luy song"', () => []],
    ['kéo cap', () => [network]],
    ['han -cap', () => [drought]],
    ['nang*', () => [network]],
    [leader.split('@')[0] ?? '', () => []],
  ])('finds by %s what the director may read', async (text, expected) => {
    expect(await idsOf(director, text)).toEqual(expected());
  });

  it('puts a title before a text', async () => {
    expect(await idsOf(director, 'hạn')).toEqual([drought, network]);
  });

  it('asked exactly, minds the marks that were typed', async () => {
    expect(await idsOf(director, 'hán', { isExact: true })).toEqual([drought]);
    expect(await idsOf(director, 'hàn', { isExact: true })).toEqual([]);
    expect(await idsOf(director, 'hàn')).toEqual([drought, network]);
  });

  it('H1 shows nobody what they may not read, by no hit, order, snippet or cursor', async () => {
    expect(await idsOf(outsider, 'hạn')).toEqual([secretToOthers]);
    expect(await idsOf(await demo.actor(administrator), 'hạn')).toEqual([]);
    expect(new Set(await idsOf(chair, 'hạn phòng'))).toEqual(new Set([drought, secretToOthers]));
    const page = await find(director, 'nước', { limit: 1 });
    expect(page.items.map(({ hit }) => hit.id)).toEqual([drought]);
    expect(page.nextCursor).toBeUndefined();
    expect(JSON.stringify(await find(director, 'phường'))).not.toContain('Mũi Né');
  });

  it('H1 asks the policy again: an index that still names a reader tells them nothing', async () => {
    await demo.database.rows(`update search_entry set audience = audience || array[$2] where ref_id = $1`, [
      secretToOthers,
      `account:${director.accountId}`,
    ]);
    const page = await find(director, '', { limit: 1 });
    expect(page.items.map(({ hit }) => hit.id)).toEqual([network]);
    const next = await find(director, '', { limit: 1, cursor: page.nextCursor });
    expect(next.items.map(({ hit }) => hit.id)).toEqual([drought]);
    expect(next.nextCursor).toBeUndefined();
    await createSearchIndex(demo.database, (error) => faults.push(error)).rebuild(() => undefined);
  });

  it('marks what was looked for in title and snippet, as plain text', async () => {
    const { items } = await find(director, 'luy');
    expect(items[0]?.snippet).toEqual([
      { text: 'Vận hành hồ Sông ', hit: false },
      { text: 'Lũy', hit: true },
      { text: ', tiết kiệm nước.', hit: false },
    ]);
  });

  it('finds what is said beside it, until it is deleted', async () => {
    const subject = { kind: 'directive', id: drought } as const;
    const { id } = await addComment(demo.ports, { actor: director, subject, text: 'Máy bơm đã tới.' });
    await follow();
    expect(await idsOf(chair, 'máy bơm')).toEqual([id]);
    expect(await idsOf(outsider, 'máy bơm')).toEqual([]);
    expect(await idsOf(chair, 'máy bơm', { kinds: ['directive'] })).toEqual([]);
    await deleteComment(demo.ports, { actor: director, id, version: 1 });
    await follow();
    expect(await idsOf(chair, 'máy bơm')).toEqual([]);
  });

  it('filters by state, urgency, organ and days, and follows a recall', async () => {
    const id = await issueTo(official, 'Thử thu hồi', 'Nội dung sẽ thu hồi.');
    await recallDirective(demo.ports, { actor: chair, id, reason: 'Nhầm nơi nhận' });
    await follow();
    expect(await idsOf(director, '', { state: 'recalled' })).toEqual([id]);
    expect(await idsOf(director, 'nhầm nơi nhận', { state: 'recalled' })).toEqual([id]);
    expect(await idsOf(director, 'thu hoi', { state: 'issued' })).toEqual([]);
    expect(await idsOf(director, 'thu hoi', { urgency: 'hoa_toc' })).toEqual([]);
    expect(await idsOf(director, 'thu hoi', { to: new Date('2016-01-01') })).toEqual([]);
    expect(await idsOf(director, 'thu hoi', { from: new Date('2016-01-01') })).toEqual([id]);
    expect(await idsOf(director, 'thu hoi', { organId: demo.unitId('phường Mũi Né') })).toEqual([]);
  });

  it('gives each hit once over all pages, ranked and by time', async () => {
    for (let index = 0; index < 7; index += 1) await issueTo(official, `Lặp lại ${index}`, 'Trang sau.');
    await follow();
    for (const order of ['relevance', 'newest'] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await find(director, 'lặp lại', { limit: 3, order, cursor });
        seen.push(...page.items.map(({ hit }) => hit.id));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toHaveLength(7);
      expect(new Set(seen).size).toBe(7);
    }
    const { hits, isCut } = await exportHits(ports, { actor: director, text: 'lặp lại' });
    expect([hits.length, isCut]).toEqual([7, false]);
  });

  it.each(['x', 'r1000', 'n1', "n1.1'", 'r1'])('refuses the cursor %s', async (cursor) => {
    await expect(find(director, 'hạn', { cursor, order: 'newest' })).rejects.toThrow(
      new HubError('bad_input', { field: 'cursor' }),
    );
  });

  it('is the same when it is made anew', async () => {
    const before = await entries();
    expect(before.length).toBeGreaterThan(5);
    await demo.database.rows(`delete from search_entry`);
    const told: number[] = [];
    await createSearchIndex(demo.database, (error) => faults.push(error)).rebuild((n) => told.push(n));
    expect(await entries()).toEqual(before);
    expect(told.at(-1)).toBeGreaterThan(5);
    expect(faults).toEqual([]);
  });
});

describe('saveSearch', () => {
  it('keeps one search for each name of an account, and shows them to nobody else', async () => {
    const saved = { savedSearches: createSavedSearches(demo.database), clock: demo.ports.clock };
    const first = await saveSearch(saved, { actor: director, name: 'Hạn hán', query: 'text=han' });
    const again = await saveSearch(saved, { actor: director, name: ' Hạn hán ', query: 'text=han+han' });
    expect(again.id).toBe(first.id);
    expect(await saved.savedSearches.of(director.accountId)).toMatchObject([
      { id: first.id, name: 'Hạn hán', query: 'text=han+han' },
    ]);
    expect(await saved.savedSearches.of(outsider.accountId)).toEqual([]);
    await expect(removeSavedSearch(saved, { actor: outsider, id: first.id })).rejects.toThrow(
      new HubError('not_found'),
    );
    await removeSavedSearch(saved, { actor: director, id: first.id });
    expect(await saved.savedSearches.of(director.accountId)).toEqual([]);
  });

  it('refuses the 101st, also of two at once', async () => {
    const saved = { savedSearches: createSavedSearches(demo.database), clock: demo.ports.clock };
    const save = (index: number) => saveSearch(saved, { actor: director, name: `Tên ${index}`, query: '' });
    for (let index = 0; index < 99; index += 1) await save(index);
    const results = await Promise.allSettled([save(99), save(100)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});
