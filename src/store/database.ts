import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { giveBackBroken } from './broken-connections.ts';
import { entities } from './entities.ts';
import { usePrepared } from './prepared.ts';
import { rowsOf, runTransaction, type Transaction } from './transaction.ts';
import type { Sql } from './sql.ts';

export type { Sql } from './sql.ts';
export type { Transaction } from './transaction.ts';

export interface Database extends Sql {
  readonly orm: MikroORM;
  /** A fresh identity map for one read. */
  em(): EntityManager;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** One moment's view of everything, for snapshots: repeatable read, read only. */
  snapshot<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

interface PgTypes {
  getTypeParser(oid: number, format?: string): (value: string) => unknown;
}

const keptConnections = 4;

const int8Oid = 20;
const timestamptzOid = 1184;

/** `2016-05-11 01:45:00.5+00` as a Date; V8 needs the `T` and whole offset. */
function parseTimestamptz(value: string): Date {
  const iso = value.replace(' ', 'T');
  return new Date(/[+-]\d\d$/.test(iso) ? `${iso}:00` : iso);
}

/** MikroORM leaves int8 and timestamptz as text; one reading for entities and statements alike is easier to trust. */
function useOurTypes(pool: Pool): void {
  const options = pool.options as { types?: PgTypes };
  const inner = options.types;
  options.types = {
    getTypeParser(oid: number, format?: string) {
      if (oid === int8Oid) return Number;
      if (oid === timestamptzOid) return parseTimestamptz;
      if (inner === undefined) return String;
      return inner.getTypeParser(oid, format);
    },
  };
}

export async function openDatabase(url: string, options: { connectionsMax: number }): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [...entities],
    // A connection that is new reads catalogs and plans anew for its first statements: a few stay.
    pool: { min: Math.min(keptConnections, options.connectionsMax), max: options.connectionsMax },
    driverOptions: {
      pipeline: true,
      onPoolCreated(pool: Pool) {
        useOurTypes(pool);
        usePrepared(pool);
        giveBackBroken(pool);
      },
    },
    // What fails is thrown to the caller, who logs it; MikroORM's own notes are not for the hub's standard output.
    logger: () => undefined,
  });
  const pool = await orm.em.getConnection().getNativeClient();

  return {
    orm,
    em: () => orm.em.fork(),
    rows: (text, parameters = []) => rowsOf(pool, text, parameters),
    transaction: (work) => runTransaction(pool, 'BEGIN', work),
    snapshot: (work) => runTransaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    close: () => orm.close(true),
  };
}
