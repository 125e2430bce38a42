import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase({ connectionsMax: 2 });
  await test.database.rows('create table kept (n int primary key)');
});
afterAll(() => test.drop());

const insertSql = 'insert into kept (n) values ($1)';

async function kept(): Promise<readonly number[]> {
  const rows = await test.database.rows<{ n: number }>('select n from kept order by n');
  return rows.map(({ n }) => n);
}

describe('database.transaction', () => {
  it('commits what was only sent, behind what was waited for', async () => {
    await test.database.transaction(async (tx) => {
      tx.send(insertSql, [1]);
      await tx.rows(insertSql, [2]);
      tx.send(insertSql, [3]);
    });
    expect(await kept()).toEqual([1, 2, 3]);
  });

  it('keeps nothing when a statement that was only sent fails, says why, and gives the connection back', async () => {
    for (const again of [1, 2, 3]) {
      const failed = test.database.transaction(async (tx) => {
        await tx.rows(insertSql, [10 + again]);
        tx.send(insertSql, [again]);
      });
      await expect(failed).rejects.toMatchObject({ code: '23505' });
    }
    expect(await kept()).toEqual([1, 2, 3]);
  });

  it('keeps nothing when the work fails while a statement is on its way', async () => {
    const failed = test.database.transaction(async (tx) => {
      tx.send(insertSql, [20]);
      throw new Error('not that way');
    });
    await expect(failed).rejects.toThrow('not that way');
    expect(await kept()).toEqual([1, 2, 3]);
  });

  it('says so when PostgreSQL has rolled back what the work took for done', async () => {
    const failed = test.database.transaction(async (tx) => {
      await tx.rows('select 1 / 0').catch(() => undefined);
    });
    await expect(failed).rejects.toThrow('the transaction was rolled back');
  });
});
