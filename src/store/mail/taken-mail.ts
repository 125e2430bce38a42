import type { Sql, Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';

export interface Taking {
  readonly key: Buffer;
  readonly at: Date;
}

/** Whether each of the keys is taken for the first time; of two that are the same the first is. */
export async function takeOnce(tx: Transaction, takings: readonly Taking[]): Promise<readonly boolean[]> {
  const first = new Map<string, Taking>();
  for (const taking of takings) {
    const name = taking.key.toString('hex');
    if (!first.has(name)) first.set(name, taking);
  }
  const rows = await tx.rows<{ key: Buffer }>(takeSql, [
    [...first.keys()],
    [...first.values()].map(({ at }) => at),
  ]);
  const taken = new Set(rows.map(({ key }) => key.toString('hex')));
  return takings.map((taking) => {
    const name = taking.key.toString('hex');
    return first.get(name) === taking && taken.has(name);
  });
}

/** In the order of the keys: transactions that take the same ones wait for each other, never in a circle. */
const takeSql = prepared(`
  insert into taken_mail (key, at)
  select decode(t.key, 'hex'), t.at from unnest($1::text[], $2::timestamptz[]) as t (key, at) order by t.key
  on conflict do nothing returning key`);

/** Returns how many rows went. */
export async function deleteOldTaken(sql: Sql, before: Date, limit: number): Promise<number> {
  const rows = await sql.rows(
    `delete from taken_mail where key = any(array(select key from taken_mail where at < $1 limit $2)) returning 1`,
    [before, limit],
  );
  return rows.length;
}
