import { randomBytes } from 'node:crypto';
import type { Sql } from './database.ts';

/** Facts about this hub that every process of it shares. */
export interface Settings {
  read<Value>(key: string): Promise<Value | undefined>;
  write(key: string, value: unknown): Promise<void>;
  /** The hub's own secret, made once, whichever process is first. */
  secret(): Promise<Buffer>;
}

export function createSettings(sql: Sql): Settings {
  async function read<Value>(key: string): Promise<Value | undefined> {
    const [row] = await sql.rows<{ value: Value }>(`select value from hub_setting where key = $1`, [key]);
    return row?.value;
  }
  return {
    read,
    async write(key, value) {
      await sql.rows(
        `insert into hub_setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value`,
        [key, JSON.stringify(value)],
      );
    },
    async secret() {
      await sql.rows(
        `insert into hub_setting (key, value) values ('secret', to_jsonb($1::text)) on conflict do nothing`,
        [randomBytes(32).toString('base64')],
      );
      return Buffer.from((await read<string>('secret')) ?? '', 'base64');
    },
  };
}
