import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Change } from '#protocol/change.ts';
import {
  openSocket,
  signInTo,
  type HubClient,
  type IssueBody,
  type LiveSocket,
} from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { stampedHead } from '#support/live-state.ts';
import {
  administrator,
  districtHead,
  leader,
  official,
  startTestHub,
  type TestHub,
} from '#support/start-test-hub.ts';

let hub: TestHub;
let rows: HubRows;
let chair: HubClient;
let director: HubClient;
let outsider: HubClient;
let toDirector: IssueBody['recipients'];
let toOutsider: IssueBody['recipients'];
/** How long after its first one a connection that nothing is for has been told `synced` again; begun before all else. */
let syncedAgainMs: Promise<number>;

async function personOf(address: string): Promise<string> {
  const found = await chair.request<{ items: { id: string }[] }>('GET', `/api/v1/people?query=${address}`);
  return found.body.items[0]?.id ?? '';
}

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
  chair = await signInTo(hub, leader);
  director = await signInTo(hub, official);
  outsider = await signInTo(hub, districtHead);
  const quiet = await (await signInTo(hub, administrator)).connect();
  const begun = performance.now();
  syncedAgainMs = new Promise((resolve) =>
    quiet.socket.once('synced', () => {
      resolve(performance.now() - begun);
      quiet.close();
    }),
  );
  toDirector = [{ role: 'lead', kind: 'person', id: await personOf(official) }];
  toOutsider = [{ role: 'lead', kind: 'person', id: await personOf(districtHead) }];
});

afterAll(async () => {
  await rows.close();
  await hub.remove();
});

async function issue(recipients: IssueBody['recipients']): Promise<{ id: string; assignment: string }> {
  const { status, body } = await chair.issue({ recipients });
  expect(status).toBe(201);
  return { id: body.id, assignment: body.assignments[0]?.id ?? '' };
}

const issuedIds = (changes: readonly Change[]) =>
  changes.flatMap((change) => (change.type === 'directive.issued' ? [change.directive.id] : []));

/** What this client's connection says first, and what it has heard by then. */
async function firstWord(
  client: HubClient,
  position: unknown,
): Promise<{ word: string; position: number; live: LiveSocket }> {
  const live = openSocket(hub.url, client.token, position as number);
  const said = await new Promise<{ word: string; position: number }>((resolve) => {
    for (const word of ['synced', 'resync'])
      live.socket.once(word, (line: { position: number }) => resolve({ word, position: line.position }));
  });
  return { ...said, live };
}

/** Everything sent on the connection so far has been heard. */
const roundTrip = (live: LiveSocket) => live.command('assignment.open', {});

describe('a connection', () => {
  it('without a position hears from now on', async () => {
    await issue(toDirector);
    const head = await stampedHead(rows);
    const { word, position, live } = await firstWord(director, undefined);
    expect({ word, position, changes: live.changes }).toEqual({
      word: 'synced',
      position: head,
      changes: [],
    });
    const { id } = await issue(toDirector);
    await live.next((change) => change.type === 'directive.issued');
    expect(issuedIds(live.changes)).toEqual([id]);
    live.close();
  });

  it('with an old position hears exactly what its account may hear after it, in order, and the same as over HTTP', async () => {
    const from = await stampedHead(rows);
    const mine = [await issue(toDirector), await issue(toDirector)];
    const others = await issue(toOutsider);
    const everyones = await issue([{ role: 'info', kind: 'everyone' }]);
    await outsider.request('POST', `/api/v1/assignments/${others.assignment}/acknowledge`);
    await director.request('POST', `/api/v1/assignments/${mine[0]?.assignment}/open`);
    const head = await stampedHead(rows);
    const { word, position, live } = await firstWord(director, from);
    expect({ word, position }).toEqual({ word: 'synced', position: head });
    expect(issuedIds(live.changes)).toEqual([...mine, everyones].map(({ id }) => id));
    const positions = live.changes.map((change) => change.position);
    expect(positions).toEqual([...new Set(positions)].toSorted((left, right) => left - right));
    const { body } = await director.request<{ items: Change[]; position: number }>(
      'GET',
      `/api/v1/changes?after=${from}`,
    );
    expect(live.changes).toEqual(body.items);
    expect(body.position).toBe(head);
    live.close();
  });

  it('that comes in the middle of a stream has neither gap nor double', async () => {
    const from = await stampedHead(rows);
    const lives: LiveSocket[] = [];
    const issued: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      const [{ id }] = await Promise.all([
        issue([{ role: 'info', kind: 'everyone' }]),
        firstWord(director, from).then(({ live }) => lives.push(live)),
      ]);
      issued.push(id);
    }
    const last = issued.at(-1);
    for (const live of lives) {
      await live.next((change) => change.type === 'directive.issued' && change.directive.id === last);
      expect(issuedIds(live.changes)).toEqual(issued);
      live.close();
    }
  });

  it('of the future is told to load a snapshot', async () => {
    const { word, live } = await firstWord(director, (await stampedHead(rows)) + 1000);
    expect(word).toBe('resync');
    expect(live.changes).toEqual([]);
    // It is live all the same: what happens while it loads is not lost.
    const { id } = await issue(toDirector);
    await live.next((change) => change.type === 'directive.issued' && change.directive.id === id);
    live.close();
  });

  it.each([-1, 0.5, Number.NaN, '7', null, {}, 2 ** 60])(
    'with the position %s, which is none, hears from now on',
    async (position) => {
      const { word, live } = await firstWord(director, position);
      expect({ word, changes: live.changes }).toEqual({ word: 'synced', changes: [] });
      live.close();
    },
  );

  it('too far behind is told to load a snapshot', async () => {
    const from = await stampedHead(rows);
    const { accountId } = (await outsider.request<{ accountId: string }>('GET', '/api/v1/me')).body;
    await rows.query(
      `insert into outbox (type, at, rooms, payload)
       select 'mailbox.changed', now(), array['account:' || $1],
         jsonb_build_object('type', 'mailbox.changed', 'accountId', $1::text, 'mailboxIds', jsonb_build_array())
       from generate_series(1, 2100)`,
      [accountId],
    );
    await stampedHead(rows);
    const behind = await firstWord(outsider, from);
    expect(behind.word).toBe('resync');
    behind.live.close();
    // Who may hear none of it is not behind.
    const other = await firstWord(director, from);
    expect({ word: other.word, changes: other.live.changes }).toEqual({ word: 'synced', changes: [] });
    other.live.close();
  });
});

describe('live changes', () => {
  it('H1 go to the recipients and the issuer and to nobody else', async () => {
    const lives = await Promise.all([chair, director, outsider].map((client) => client.connect()));
    const [ofChair, ofDirector, ofOutsider] = lives;
    const { id } = await issue(toDirector);
    for (const live of [ofChair, ofDirector])
      expect(await live?.next((change) => change.type === 'directive.issued')).toMatchObject({
        directive: { id },
      });
    await Promise.all(lives.map(roundTrip));
    expect(ofOutsider?.changes).toEqual([]);
    // The counts are the issuer's.
    expect(ofChair?.changes[0]).toHaveProperty('directive.board');
    expect(ofDirector?.changes[0]).not.toHaveProperty('directive.board');
    for (const live of lives) live.close();
  });

  it('tell the issuer who has received, and count it on the board', async () => {
    const ofChair = await chair.connect();
    const ofDirector = await director.connect();
    const { id } = await issue(toDirector);
    const issued = await ofDirector.next(
      (change) => change.type === 'directive.issued' && change.directive.id === id,
    );
    expect((await chair.board(id)).counts).toEqual({
      recipients: 1,
      delivered: 1,
      arrived: 0,
      opened: 0,
      acknowledged: 0,
    });
    ofDirector.socket.emit('arrived', { position: issued.position - 1 });
    ofDirector.socket.emit('arrived', { position: issued.position });
    const arrived = await ofChair.next(
      (change) => change.type === 'assignment.arrived' && change.directiveId === id,
    );
    expect(arrived).toMatchObject({
      mine: false,
      board: { arrived: 1, opened: 0 },
      accounts: [{ name: expect.stringMatching(/\S/u) as string }],
    });
    const { counts, recipients, assignments } = await chair.board(id);
    expect(counts).toEqual({ recipients: 1, delivered: 1, arrived: 1, opened: 0, acknowledged: 0 });
    expect(recipients.items[0]).toHaveProperty('arrivedAt');
    expect(assignments).toMatchObject([{ state: 'arrived', recipients: 1 }]);
    await roundTrip(ofDirector);
    // Who has it before their eyes is not told that it came.
    expect(ofDirector.changes.filter((change) => change.type === 'assignment.arrived')).toEqual([]);
    ofChair.close();
    ofDirector.close();
  });

  it('count nothing for a device that claims the future', async () => {
    const ofDirector = await director.connect();
    ofDirector.socket.emit('arrived', { position: 2 ** 50 });
    await roundTrip(ofDirector);
    const { id } = await issue(toDirector);
    await ofDirector.next((change) => change.type === 'directive.issued' && change.directive.id === id);
    expect((await chair.board(id)).counts.arrived).toBe(0);
    ofDirector.close();
  });

  it.each([
    {},
    { position: -1 },
    { position: '7' },
    { position: 1.5 },
    { position: 1, more: true },
    null,
    'x',
  ])('end for a device that reports %j', async (report) => {
    const live = await director.connect();
    const ended = new Promise((resolve) => live.socket.once('disconnect', resolve));
    live.socket.emit('arrived', report);
    await ended;
  });
});

describe('commands', () => {
  it('issue, open, acknowledge and recall as HTTP does, and answer with no more than their result', async () => {
    const ofChair = await chair.connect();
    const ofDirector = await director.connect();
    const issued = await ofChair.command<{ id: string; code: string }>('directive.issue', {
      key: crypto.randomUUID(),
      subject: 'Qua đường dây',
      text: 'Báo cáo trước 16 giờ.',
      urgency: 'hoa_toc',
      dueAt: new Date(Date.now() + 3_600_000).toISOString(),
      acknowledgeWithinMinutes: 30,
      recipients: toDirector,
    });
    expect(issued).toEqual({
      ok: true,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/u) as string,
      code: expect.stringMatching(/^YKCĐ-\d{4}-\d{6}$/u) as string,
    });
    const heard = await ofDirector.next(
      (change) => change.type === 'directive.issued' && change.directive.id === issued.id,
    );
    const assignment = heard.type === 'directive.issued' ? heard.directive.assignments[0]?.id : undefined;
    const key = crypto.randomUUID();
    expect(await ofDirector.command('assignment.open', { id: assignment })).toEqual({
      ok: true,
      id: assignment,
    });
    await ofChair.next((change) => change.type === 'assignment.opened' && change.directiveId === issued.id);
    expect(await ofDirector.command('assignment.acknowledge', { id: assignment, key })).toEqual({
      ok: true,
      id: assignment,
    });
    expect(await ofDirector.command('assignment.acknowledge', { id: assignment, key })).toEqual({
      ok: true,
      id: assignment,
    });
    const acknowledged = await ofChair.next(
      (change) => change.type === 'assignment.acknowledged' && change.directiveId === issued.id,
    );
    expect(acknowledged).toMatchObject({ board: { recipients: 1, arrived: 1, opened: 1, acknowledged: 1 } });
    expect(await ofChair.command('directive.recall', { id: issued.id, reason: 'Sai số' })).toMatchObject({
      ok: true,
      id: issued.id,
    });
    await ofDirector.next(
      (change) => change.type === 'directive.recalled' && change.directiveId === issued.id,
    );
    await Promise.all([ofChair, ofDirector].map(roundTrip));
    // The actor learns of its own act by the same event as everyone else, once.
    const own = ofDirector.changes.filter(
      (change) => change.type === 'assignment.acknowledged' && change.directiveId === issued.id,
    );
    expect(own).toMatchObject([{ mine: true }]);
    ofChair.close();
    ofDirector.close();
  });

  it.each([
    ['directive.issue', {}, 'bad_input'],
    [
      'directive.issue',
      { subject: 'x', text: 'x', urgency: 'normal', recipients: [], issuerAccountId: 'x' },
      'bad_input',
    ],
    ['directive.recall', { id: { $ne: null }, reason: 'x' }, 'bad_input'],
    ['directive.recall', { id: '00000000-0000-4000-8000-000000000000', reason: 'x' }, 'not_found'],
    ['assignment.open', { id: "' or 1=1" }, 'bad_input'],
    ['assignment.acknowledge', { id: '00000000-0000-4000-8000-000000000000' }, 'not_found'],
    ['assignment.acknowledge', { id: '00000000-0000-4000-8000-000000000000', key: 'khoa lenh' }, 'bad_input'],
    ['assignment.acknowledge', ['x'], 'bad_input'],
    ['assignment.acknowledge', 7, 'bad_input'],
  ])('refuse %s with %j', async (name, input, code) => {
    const live = await director.connect();
    const before = await rows.written();
    expect(await live.command(name, input)).toEqual({
      ok: false,
      error: expect.objectContaining({ code, message: expect.stringMatching(/\S/u) as string }) as object,
    });
    expect(await rows.written()).toEqual(before);
    live.close();
  });

  it('H1 refuse what HTTP refuses: another’s assignment, another’s directive, an issue without the right', async () => {
    const { id, assignment } = await issue(toDirector);
    const live = await outsider.connect();
    const codeOf = async (name: string, input: unknown) =>
      ((await live.command(name, input)) as { error?: { code: string } }).error?.code;
    expect(await codeOf('assignment.acknowledge', { id: assignment })).toBe('not_found');
    expect(await codeOf('assignment.open', { id: assignment })).toBe('not_found');
    expect(await codeOf('directive.recall', { id, reason: 'x' })).toBe('not_found');
    expect(
      await codeOf('directive.issue', { subject: 'x', text: 'x', urgency: 'normal', recipients: toDirector }),
    ).toBe('not_permitted');
    live.close();
  });
});

describe('H2 a right that is lost', () => {
  const unitOf = `select p.unit_id as id, a.id as account from position p join account a on a.person_id = p.person_id
    where a.address = $1 and p.authority = 'head' limit 1`;

  /** What the use case that changes rights writes into the log. */
  async function tellMembershipChanged(accountId: string): Promise<void> {
    await rows.query(
      `insert into outbox (type, at, rooms, payload) values ('membership.changed', now(), array['account:' || $1],
         jsonb_build_object('type', 'membership.changed', 'accountId', $1::text))`,
      [accountId],
    );
  }

  it('H2 takes the socket out of its unit within 2 s, tells it to load a snapshot, and counts for its commands', async () => {
    const [unit] = await rows.query<{ id: string; account: string }>(unitOf, [official]);
    const toUnit = [{ role: 'lead', kind: 'unit', id: unit?.id ?? '' }];
    const live = await director.connect();
    const before = await issue(toUnit);
    await live.next((change) => change.type === 'directive.issued' && change.directive.id === before.id);
    const from = await stampedHead(rows);

    await rows.query(
      `update position set valid_to = now() where person_id = (select person_id from account where address = $1)`,
      [official],
    );
    const told = new Promise((resolve) => live.socket.once('resync', resolve));
    const begun = performance.now();
    await tellMembershipChanged(unit?.account ?? '');
    await told;
    expect(performance.now() - begun).toBeLessThan(2000);

    const after = await issue(toUnit);
    await stampedHead(rows);
    await vi.waitFor(async () => expect((await chair.snapshot()).directives[0]?.id).toBe(after.id));
    const probe = await director.connect(await stampedHead(rows));
    await roundTrip(live);
    expect(issuedIds(live.changes)).not.toContain(after.id);
    expect((await director.snapshot()).directives.map(({ id }) => id)).not.toContain(after.id);
    expect((await director.request('GET', `/api/v1/directives/${after.id}`)).status).toBe(404);
    expect(
      await live.command('directive.issue', {
        subject: 'x',
        text: 'x',
        urgency: 'normal',
        recipients: toUnit,
      }),
    ).toMatchObject({
      ok: false,
      error: { code: 'not_permitted' },
    });
    // A page that was away while its rights changed cannot go on from where it was.
    const late = await firstWord(director, from);
    expect(late.word).toBe('resync');
    for (const one of [live, probe, late.live]) one.close();

    await rows.query(
      `update position set valid_to = null where person_id = (select person_id from account where address = $1)`,
      [official],
    );
    const again = await director.connect();
    const back = new Promise((resolve) => again.socket.once('resync', resolve));
    await tellMembershipChanged(unit?.account ?? '');
    await back;
    const last = await issue(toUnit);
    await again.next((change) => change.type === 'directive.issued' && change.directive.id === last.id);
    again.close();
  });

  it('H2 ends the connections of a session that ends, and only those', async () => {
    const other = await signInTo(hub, districtHead);
    const ending = await other.connect();
    const staying = await outsider.connect();
    const said = new Promise((resolve) => ending.socket.once('session.ended', resolve));
    const ended = new Promise((resolve) => ending.socket.once('disconnect', resolve));
    expect((await other.request('DELETE', '/api/v1/sessions/current')).status).toBe(204);
    await Promise.all([said, ended]);
    await roundTrip(staying);
    expect(staying.socket.connected).toBe(true);
    staying.close();
  });

  it('H2 ends the connections of an account that is suspended', async () => {
    const [account] = await rows.query<{ id: string }>(`select id from account where address = $1`, [
      districtHead,
    ]);
    const live = await outsider.connect();
    const ended = new Promise((resolve) => live.socket.once('disconnect', resolve));
    await rows.query(`update account set status = 'suspended' where id = $1`, [account?.id]);
    await tellMembershipChanged(account?.id ?? '');
    await ended;
    expect((await outsider.request('GET', '/api/v1/me')).status).toBe(401);
    await rows.query(`update account set status = 'active' where id = $1`, [account?.id]);
  });
});

describe('a connection that nothing is for', () => {
  it('hears synced at least every 30 seconds', { timeout: 45_000 }, async () => {
    expect(await syncedAgainMs).toBeLessThan(31_000);
  });
});
