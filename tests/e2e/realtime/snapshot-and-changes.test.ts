import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signInTo, type HubClient, type IssueBody } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { contentOf, openLiveState, type LiveState } from '#support/live-state.ts';
import {
  administrator,
  clerk,
  districtClerk,
  districtHead,
  leader,
  official,
  startTestHub,
  viceLeader,
  type TestHub,
} from '#support/start-test-hub.ts';

type Recipients = IssueBody['recipients'];

/** Everyone who looks on: issuer, other leader, people and heads of units that receive, clerks, those not concerned. */
const onlookers = [leader, viceLeader, clerk, official, districtHead, districtClerk, administrator];

let hub: TestHub;
let rows: HubRows;
let recipients: Record<
  'person' | 'leaderSelf' | 'unit' | 'several' | 'group' | 'everyone' | 'unitAndHead',
  Recipients
>;
const clients = new Map<string, HubClient>();
const states = new Map<string, LiveState>();

async function idOf(path: string, text: string): Promise<string> {
  const found = await clientFor(leader).request<{ items: { id: string; name: string }[] }>(
    'GET',
    `/api/v1/${path}?query=${encodeURIComponent(text)}`,
  );
  const id = found.body.items[0]?.id;
  if (id === undefined) throw new Error(`nothing in ${path} for ${text}`);
  return id;
}

function clientFor(address: string): HubClient {
  const client = clients.get(address);
  if (client === undefined) throw new Error(`${address} has not signed in`);
  return client;
}

function stateOf(address: string): LiveState {
  const state = states.get(address);
  if (state === undefined) throw new Error(`${address} does not look on`);
  return state;
}

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
  for (const address of onlookers) clients.set(address, await signInTo(hub, address));
  const director = await idOf('people', official);
  const [department] = await rows.query<{ id: string }>(
    `select p.unit_id as id from position p join account a on a.person_id = p.person_id
     where a.address = $1 and p.authority = 'head'`,
    [official],
  );
  const [district] = await rows.query<{ id: string }>(
    `select p.unit_id as id from position p join account a on a.person_id = p.person_id
     where a.address = $1 and p.authority = 'head'`,
    [districtHead],
  );
  const unit = department?.id ?? '';
  recipients = {
    person: [{ role: 'lead', kind: 'person', id: director }],
    leaderSelf: [{ role: 'info', kind: 'person', id: await idOf('people', leader) }],
    unit: [{ role: 'lead', kind: 'unit', id: unit }],
    several: [
      { role: 'lead', kind: 'unit', id: unit },
      { role: 'coord', kind: 'unit', id: district?.id ?? '' },
    ],
    group: [{ role: 'info', kind: 'group', id: await idOf('groups', '') }],
    everyone: [{ role: 'info', kind: 'everyone' }],
    unitAndHead: [
      { role: 'lead', kind: 'person', id: director },
      { role: 'coord', kind: 'unit', id: unit },
      { role: 'info', kind: 'everyone' },
    ],
  };
  for (const [address, client] of clients) states.set(address, await openLiveState(client));
});

afterAll(async () => {
  for (const state of states.values()) state.close();
  await rows.close();
  await hub.remove();
});

/** The proof: for everyone who looks on, old snapshot + changes heard = fresh snapshot. */
async function expectFolded(): Promise<void> {
  await Promise.all(
    [...states].map(async ([address, state]) => {
      await state.settled(rows);
      const fresh = await state.client.snapshot();
      const folded = state.folded();
      // The next test begins from here, so that one fault is not told twice.
      state.rebase(fresh);
      expect({ address, directives: contentOf(folded) }).toEqual({ address, directives: contentOf(fresh) });
    }),
  );
}

async function issue(by: string, to: Recipients): Promise<string> {
  const answer = await clientFor(by).issue({ recipients: to, urgency: 'khan' });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

/** The assignment of a directive that this account sees; undefined when it is none of theirs. */
async function assignmentOf(address: string, directive: string): Promise<string | undefined> {
  const { directives } = await clientFor(address).snapshot();
  return directives.find((one) => one.id === directive)?.assignments[0]?.id;
}

async function act(address: string, verb: 'open' | 'acknowledge', directive: string): Promise<void> {
  const id = await assignmentOf(address, directive);
  const answer = await clientFor(address).request('POST', `/api/v1/assignments/${id}/${verb}`);
  expect(answer.status).toBe(200);
}

async function recall(by: string, directive: string): Promise<void> {
  const answer = await clientFor(by).request('POST', `/api/v1/directives/${directive}/recall`, {
    body: { reason: 'Ban hành lại' },
  });
  expect(answer.status).toBe(200);
}

/** The device of this account has everything; resolves when that is on record. */
async function arrive(address: string): Promise<void> {
  const state = stateOf(address);
  const { position } = await state.client.snapshot();
  state.live.socket.emit('arrived', { position });
  const { accountId } = (await state.client.request<{ accountId: string }>('GET', '/api/v1/me')).body;
  await vi.waitFor(
    async () => {
      const [row] = await rows.query<{ owed: string }>(
        `select count(*) as owed from recipient where account_id = $1 and arrived_at is null`,
        [accountId],
      );
      expect(row?.owed).toBe('0');
    },
    { timeout: 10_000, interval: 50 },
  );
}

const issues = ['person', 'leaderSelf', 'unit', 'several', 'group', 'everyone', 'unitAndHead'] as const;

describe('old snapshot + changes = fresh snapshot', () => {
  it.each(issues)('after an issue to %s', async (to) => {
    await issue(leader, recipients[to]);
    await expectFolded();
  });

  it.each(issues)('after an issue to %s and its recall', async (to) => {
    const directive = await issue(leader, recipients[to]);
    await recall(leader, directive);
    await expectFolded();
  });

  it.each([
    ['person', official],
    ['unit', official],
    ['several', districtHead],
    ['several', districtClerk],
    ['everyone', official],
    ['everyone', leader],
    ['everyone', clerk],
    ['unitAndHead', official],
    ['unitAndHead', clerk],
    ['leaderSelf', leader],
  ] as const)('after %s: %s opens, then acknowledges', async (to, address) => {
    const directive = await issue(leader, recipients[to]);
    await act(address, 'open', directive);
    await expectFolded();
    await act(address, 'acknowledge', directive);
    await expectFolded();
  });

  it.each([
    ['person', official],
    ['unit', official],
    ['everyone', official],
    ['leaderSelf', leader],
  ] as const)('after %s: %s acknowledges at once', async (to, address) => {
    const directive = await issue(leader, recipients[to]);
    await act(address, 'acknowledge', directive);
    await expectFolded();
  });

  it.each([
    ['person', official],
    ['unit', official],
    ['several', districtClerk],
    ['everyone', leader],
    ['everyone', clerk],
  ] as const)('after %s: arrived at %s', async (to, address) => {
    await issue(leader, recipients[to]);
    await stateOf(address).settled(rows);
    await arrive(address);
    await expectFolded();
  });

  it('after an acknowledgement, a recall, and an opening of what is recalled', async () => {
    const directive = await issue(viceLeader, recipients.several);
    await act(districtHead, 'acknowledge', directive);
    await recall(viceLeader, directive);
    await act(official, 'open', directive);
    await expectFolded();
  });

  it.each([1, 2])('after 30 acts drawn with seed %i', async (seed) => {
    const random = seededRandom(seed);
    const issued: { id: string; by: string; open: boolean }[] = [];
    for (let step = 0; step < 30; step += 1) {
      const draw = random();
      const target = issued[Math.floor(random() * issued.length)];
      const who = pick([official, districtHead, districtClerk, clerk, leader, viceLeader], random());
      if (target === undefined || draw < 0.25) {
        const by = pick([leader, viceLeader], random());
        issued.push({ id: await issue(by, recipients[pick(issues, random())]), by, open: true });
      } else if (draw < 0.32 && target.open) {
        await recall(target.by, target.id);
        target.open = false;
      } else if (draw < 0.42) {
        await stateOf(who).settled(rows);
        await arrive(who);
      } else {
        const id = await assignmentOf(who, target.id);
        const verb = draw < 0.7 || !target.open ? 'open' : 'acknowledge';
        // Whoever only sees it, as its issuer does, is refused: that must change nothing either.
        if (id !== undefined) await clientFor(who).request('POST', `/api/v1/assignments/${id}/${verb}`);
      }
    }
    await expectFolded();
  });
});

function pick<Item>(items: readonly Item[], draw: number): Item {
  const item = items[Math.floor(draw * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** mulberry32: the same acts in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
