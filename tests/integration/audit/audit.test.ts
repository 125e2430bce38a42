import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepAudit } from '#app/audit/keep-audit.ts';
import { listAudit } from '#app/audit/read-audit.ts';
import { createReadRecorder } from '#app/audit/record-read.ts';
import type { Audit, AuditVerdict } from '#app/ports/audit.ts';
import { operator } from '#domain/access/administered.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { HubEvent } from '#domain/event.ts';
import { withOrigin } from '#lib/act-origin.ts';
import { createAudit } from '#store/audit/audit-store.ts';
import { createHubStore } from '#store/hub-store.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { makeAccounts } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let audit: Audit;
let now: Date;
const clock = { now: () => now };

beforeEach(async () => {
  test = await createTestDatabase();
  audit = createAudit(test.database);
  now = new Date('2026-05-11T02:00:00Z');
});
afterEach(() => test.drop());

const stamp = () => test.database.rows(`select stamp_log(10000, 'hub_log')`);
const change = (index: number): HubEvent => ({
  type: 'administration.changed',
  act: 'sts_mode.set',
  by: { kind: 'operator' },
  object: `d${index}.example`,
  before: { mode: 'none' },
  after: { mode: 'enforce' },
});
const delivered = (index: number): HubEvent => ({ type: 'mail.delivered', messageId: String(index) });

async function write(events: readonly HubEvent[]): Promise<void> {
  await test.database.transaction((tx) => recordEvents(tx, events, now));
  await stamp();
}

async function sealAll(): Promise<void> {
  while ((await audit.seal(7)) > 0);
}

async function sealedHub(): Promise<void> {
  await write(Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? change(index) : delivered(index))));
  await sealAll();
}

async function faults(): Promise<readonly string[]> {
  return (await audit.verify({ now })).faults.map(({ fault }) => fault);
}

/** As the owner of the tables, who may do what a superuser may: rights are given back and the triggers are off. */
async function tamper(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: test.url });
  await client.connect();
  try {
    for (const table of ['audit_event', 'audit_anchor']) {
      await client.query(`grant all on ${table} to current_user`);
      await client.query(`alter table ${table} disable trigger user`);
    }
    await client.query(statement);
    for (const table of ['audit_event', 'audit_anchor'])
      await client.query(`alter table ${table} enable trigger user`);
  } finally {
    await client.end();
  }
}

describe('sealing', () => {
  it('makes entries of all that the log has, mail in batches, and finds them whole', async () => {
    await sealedHub();
    const { items } = await audit.list({}, { limit: 100 });
    expect(items.filter(({ action }) => action === 'sts_mode.set')).toHaveLength(15);
    const batches = items.filter(({ action }) => action === 'mail.batch');
    expect(batches.reduce((sum, { eventCount }) => sum + eventCount, 0)).toBe(15);
    expect(await audit.verify({ now })).toEqual({ checkedAt: now, entries: items.length, faults: [] });
  });

  it('is done once, however many do it', async () => {
    await write(Array.from({ length: 50 }, (_, index) => change(index)));
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let round = 0; round < 20; round += 1) await audit.seal(5);
      }),
    );
    await sealAll();
    const { items } = await audit.list({}, { limit: 100 });
    expect(items).toHaveLength(50);
    expect(await faults()).toEqual([]);
  });

  it('chains by the organ of who did it, and keeps the address', async () => {
    const [account] = await makeAccounts(test.database, 1);
    const organ = randomUUID();
    await test.database.rows(
      `insert into org_unit (id, organ_id, code, name, name_folded, kind, level, is_organ, valid_from)
       values ($1, '', '', 'Sở', 'so', 'dept', 'province', true, $2)`,
      [organ, now],
    );
    await test.database.rows('update account set unit_id = $1 where id = $2', [organ, account?.accountId]);
    await write([
      {
        type: 'content.read',
        accountId: account?.accountId ?? '',
        object: { kind: 'mail', id: 'm' },
        ip: '::1',
      },
      { type: 'content.read', accountId: randomUUID(), object: { kind: 'mail', id: 'm' } },
    ]);
    await sealAll();
    const { items } = await audit.list({}, { limit: 10 });
    expect(items).toMatchObject([
      { chain: 'hub', chainSeq: 1 },
      { chain: organ, chainSeq: 1, actor: account?.address, object: 'mail:m', ip: '::1' },
    ]);
    expect(await faults()).toEqual([]);
  });

  it('keeps whose request it was and from where, of each for itself', async () => {
    const recalled: HubEvent = {
      type: 'directive.recalled',
      directiveId: 'd',
      issuerAccountId: 'chair',
      recalledAt: now.toISOString(),
      reason: 'Nhầm',
      rooms: [],
    };
    await Promise.all(
      ['x', 'y'].map((name, index) =>
        withOrigin({ accountId: `delegate-${name}`, ip: `10.0.0.${index}` }, () => write([recalled])),
      ),
    );
    await write([recalled]);
    await sealAll();
    const { items } = await audit.list({ object: 'directive:d' }, { limit: 10 });
    expect(items.map(({ accountId, ip }) => [accountId, ip])).toEqual(
      expect.arrayContaining([
        ['chair', undefined],
        ['delegate-x', '10.0.0.0'],
        ['delegate-y', '10.0.0.1'],
      ]),
    );
    expect(await faults()).toEqual([]);
    await tamper(`update outbox set origin = '{"accountId": "somebody"}' where position = 1`);
    expect(await faults()).toContain('event_changed');
  });

  it('is not stopped by an event that names something odd', async () => {
    const odd = { kind: 'mail' as const, id: 'x'.repeat(10_000) };
    await write([{ type: 'content.read', accountId: 'nobody', object: odd }, change(1)]);
    await sealAll();
    expect(await audit.list({ accountId: 'nobody' }, { limit: 10 })).toMatchObject({ items: [{ seq: 1 }] });
    expect(await faults()).toEqual([]);
  });

  it('leaves what is not stamped for later', async () => {
    await test.database.transaction((tx) => recordEvents(tx, [change(1)], now));
    expect(await audit.seal(10)).toBe(0);
    await stamp();
    expect(await audit.seal(10)).toBe(1);
  });
});

describe('the tables', () => {
  it.each([
    `update audit_event set actor = 'x' where seq = 1`,
    `delete from audit_event where seq = 1`,
    `truncate audit_event`,
    `update audit_anchor set seq = 0`,
    `delete from audit_anchor`,
    `truncate audit_anchor`,
  ])('refuse: %s', async (statement) => {
    await sealedHub();
    await expect(test.database.rows(statement)).rejects.toThrow('permission denied');
    await test.database.rows('grant all on audit_event, audit_anchor to current_user');
    await expect(test.database.rows(statement)).rejects.toThrow('only added to');
    expect(await faults()).toEqual([]);
  });
});

describe('verify, after somebody with the keys of the database', () => {
  const rewritten = `update audit_event set actor = 'x' where seq =`;
  it.each([
    [`${rewritten} 1`, 'entry_changed'],
    [`${rewritten} (select max(seq) from audit_event)`, 'entry_changed'],
    [`update audit_event set at = at + interval '1 ms' where seq = 9`, 'entry_changed'],
    [`delete from audit_event where seq = 5`, 'entry_missing'],
    [`delete from audit_event where seq > 10`, 'entry_missing'],
    [`truncate audit_event`, 'entry_missing'],
    [
      `insert into audit_event select (jsonb_populate_record(e, '{"seq": 1000, "chain_seq": 1000}')).*
       from audit_event e where seq = 3`,
      'entry_missing',
    ],
    [`update outbox set payload = payload || '{"object": "x"}' where position = 1`, 'event_changed'],
    [`update outbox set payload = payload || '{"messageId": "x"}' where position = 2`, 'event_changed'],
    [`update outbox set at = at + interval '1 second' where position = 7`, 'event_changed'],
    [`delete from outbox where position = 3`, 'event_missing'],
    [`delete from outbox where position = 4`, 'event_missing'],
    [`update audit_head set position = position - 1`, 'event_uncovered'],
    [`update audit_chain set hash = repeat('0', 64)`, 'head_changed'],
  ])('finds: %s', async (statement, fault) => {
    await sealedHub();
    expect(await faults()).toEqual([]);
    await tamper(statement);
    expect(await faults()).toContain(fault);
  });

  it('finds an event that was removed before it was sealed', async () => {
    await write([change(1), change(2), change(3)]);
    await tamper('delete from outbox where position = 2');
    await sealAll();
    expect(await faults()).toEqual(['event_missing']);
  });
});

describe('anchors', () => {
  it('bind a day once it has ended and all of it is sealed', async () => {
    await write([change(1)]);
    const tomorrow = new Date('2026-05-11T17:00:00Z');
    expect(await audit.anchor(tomorrow)).toEqual([]);
    await sealAll();
    // The day before had nothing, and this one has not ended.
    expect(await audit.anchor(now)).toEqual([]);
    expect(await audit.anchor(tomorrow)).toMatchObject([{ day: '2026-05-11', seq: 1, position: 1 }]);
    expect(await audit.anchor(tomorrow)).toEqual([]);
    expect(await faults()).toEqual([]);
  });

  it('that were kept elsewhere find a history that was rewritten whole', async () => {
    await sealedHub();
    await audit.anchor(new Date('2026-05-12T02:00:00Z'));
    const exported = await audit.anchors();
    expect(exported).toHaveLength(1);
    await tamper(`update outbox set payload = payload || '{"object": "x"}' where position = 1`);
    await tamper('truncate audit_event, audit_anchor, audit_chain');
    await tamper('update audit_head set seq = 0, position = 0');
    await sealAll();
    expect(await faults()).toEqual([]);
    const found = await audit.verify({ now, exported });
    expect(found.faults.map(({ fault }) => fault)).toEqual(
      expect.arrayContaining(['anchor_missing', 'anchored_entry_changed']),
    );
  });
});

describe('reads', () => {
  const actor: Actor = { ...operator, accountId: randomUUID(), kind: 'personal' };
  it('are in the log before they are answered, those of one moment in few commits', async () => {
    let commits = 0;
    const record = createReadRecorder({
      store: createHubStore(test.database),
      clock,
      committed: () => void (commits += 1),
    });
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        record({ actor, kind: 'directive', id: `d${index}`, ip: '10.0.0.7' }),
      ),
    );
    const [row] = await test.database.rows<{ n: number }>(
      `select count(*) as n from outbox where type = 'content.read'`,
    );
    expect(row?.n).toBe(200);
    expect(commits).toBeLessThan(20);
  });

  it('that cannot be recorded are not answered', async () => {
    const away = new Error('away');
    const record = createReadRecorder({
      store: { transaction: () => Promise.reject(away) },
      clock,
      committed: () => undefined,
    });
    await expect(record({ actor, kind: 'directive', id: 'd' })).rejects.toBe(away);
  });
});

describe('listAudit', () => {
  const recorded: unknown[] = [];
  const ports = () => ({
    audit,
    recordRead: async (read: unknown) => void recorded.push(read),
    lastVerdict: async () => undefined,
  });
  const withPost = (authority: 'auditor' | 'admin' | 'head'): Actor => ({
    ...operator,
    accountId: randomUUID(),
    kind: 'personal',
    positions: [
      {
        positionId: 'p',
        unitId: 'u',
        unitPath: ['u'],
        unitName: 'Thanh tra tỉnh',
        unitKind: 'agency',
        title: 'Kiểm tra viên',
        authority,
        rank: 1,
      },
    ],
  });

  it('pages from the newest to the oldest, filters, and is itself recorded', async () => {
    await sealedHub();
    const actor = withPost('auditor');
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await listAudit(ports(), { actor, filter: {}, limit: 4, cursor });
      seen.push(...page.items.map(({ seq }) => seq));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => seen.length - index));
    const one = await listAudit(ports(), { actor, filter: { object: 'd4.example' }, limit: 10 });
    expect(one.items).toMatchObject([{ action: 'sts_mode.set', actor: 'operator' }]);
    const none = { action: 'sts_mode.set', from: new Date('2027-01-01T00:00:00Z') };
    expect((await listAudit(ports(), { actor, filter: none, limit: 10 })).items).toEqual([]);
    expect(recorded.at(-1)).toMatchObject({ kind: 'audit', id: 'entries', actor });
  });

  it('is for auditors, and not for administrators or heads', async () => {
    const before = recorded.length;
    for (const authority of ['admin', 'head'] as const)
      await expect(
        listAudit(ports(), { actor: withPost(authority), filter: {}, limit: 4 }),
      ).rejects.toMatchObject({ code: 'not_permitted' });
    expect(recorded).toHaveLength(before);
  });

  it('refuses a cursor that is none', async () => {
    await expect(
      listAudit(ports(), { actor: withPost('auditor'), filter: {}, limit: 4, cursor: 'x' }),
    ).rejects.toMatchObject({ code: 'bad_input' });
  });
});

describe('keepAudit', () => {
  it('seals, anchors, checks once a night and says what it found', async () => {
    const saved: AuditVerdict[] = [];
    const found: AuditVerdict[] = [];
    const keeper = keepAudit({
      audit,
      clock,
      sealEveryMs: 3_600_000,
      quiet: () => Promise.resolve(),
      lastVerdict: async () => saved.at(-1),
      saveVerdict: async (verdict) => void saved.push(verdict),
      onFaults: (verdict) => found.push(verdict),
      onFault: (error) => {
        throw error;
      },
    });
    await write([change(1), change(2)]);
    now = new Date('2026-05-11T18:59:00Z');
    await keeper.round();
    expect(saved).toEqual([]);
    expect(await audit.anchors()).toHaveLength(1);
    now = new Date('2026-05-11T19:00:00Z');
    await keeper.round();
    await keeper.round();
    expect(saved).toMatchObject([{ faults: [] }]);
    await tamper(`update audit_event set actor = 'x' where seq = 1`);
    now = new Date('2026-05-12T19:30:00Z');
    await keeper.round();
    expect(found).toHaveLength(1);
    await keeper.stop();
  });
});
