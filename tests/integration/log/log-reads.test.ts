import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogReads } from '#store/log/log-reads.ts';
import { nameOf } from '#support/log-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

const entries = 60_000;
let db: TestDatabase;

/** A log of 60,000 entries for 1,000 accounts, each tenth of them for everyone. */
beforeAll(async () => {
  db = await createTestDatabase();
  await db.database.rows(
    `insert into outbox (position, type, at, rooms, payload)
     select n, 'membership.changed', now(), array[case when n % 10 = 0 then 'everyone' else 'account:' || n % 1000 end],
            jsonb_build_object('type', 'membership.changed', 'accountId', n::text)
     from generate_series(1, $1::int) as n`,
    [entries],
  );
  await db.database.rows(`insert into log_audience select distinct unnest(rooms), position from outbox`);
  await db.database.rows(`update log_head set position = $1`, [entries]);
  await db.database.rows(`analyze outbox, log_audience`);
});
afterAll(() => db.drop());

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

describe('createLogReads', () => {
  it('gives a room what it may hear between two positions, in order', async () => {
    const log = createLogReads(db.database);
    expect(await log.head()).toBe(entries);
    const heard = await log.readFor(['account:7', 'everyone'], 1000, 1027, 100);
    expect(heard.map(nameOf)).toEqual(['1007', '1010', '1020']);
    expect(
      (await log.readFor(['account:7', 'everyone'], 0, entries, 3)).map((entry) => entry.position),
    ).toEqual([7, 10, 20]);
    expect(await log.readFor(['account:nobody'], 0, entries, 100)).toEqual([]);
    expect(await log.readFor([], 0, entries, 100)).toEqual([]);
  });

  it('reads a client its part of a long log by the index on room and position', async () => {
    const plans: PlanNode[] = [];
    const explained = createLogReads({
      async rows<Row>(text: string, parameters: readonly unknown[] = []) {
        const [row] = await db.database.rows<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
          `explain (format json) ${text}`,
          parameters,
        );
        plans.push(...(row?.['QUERY PLAN'] ?? []).map(({ Plan }) => Plan));
        return [] as Row[];
      },
    });
    await explained.readFor(['account:7', 'unit:a', 'everyone'], entries - 500, entries, 500);
    const nodes = plans.flatMap(nodesOf);
    expect(nodes.filter((node) => node['Index Name'] === 'log_audience_pkey')).toHaveLength(1);
    expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  });
});
