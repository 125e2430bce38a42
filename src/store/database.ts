import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery, type Kysely, type QueryResult } from 'kysely';
import type { Pool } from 'pg';
import { giveBackBroken } from './broken-connections.ts';
import { entities } from './entities.ts';

/**
 * Runs one statement with `$1…` parameters, sent apart from its text. bigint arrives as number (every counter of ours
 * stays far below 2^53), timestamptz as Date, jsonb as a value, bytea as Buffer.
 */
export interface Sql {
  rows<Row>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

export interface Transaction extends Sql {
  readonly em: EntityManager;
}

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

async function execute<Row>(
  executor: { executeQuery(query: CompiledQuery): Promise<QueryResult<unknown>> },
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const result = await executor.executeQuery(CompiledQuery.raw(text, [...parameters]));
  return result.rows as Row[];
}

export async function openDatabase(url: string, options: { connectionsMax: number }): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [...entities],
    pool: { min: 0, max: options.connectionsMax },
    driverOptions: {
      onPoolCreated(pool: Pool) {
        useOurTypes(pool);
        giveBackBroken(pool);
      },
    },
    // What fails is thrown to the caller, who logs it; MikroORM's own notes are not for the hub's standard output.
    logger: () => undefined,
  });
  const kysely = () => orm.em.fork().getKysely() as unknown as Kysely<unknown>;

  function run<Result>(
    work: (tx: Transaction) => Promise<Result>,
    settings: { isolationLevel?: 'repeatable read'; readOnly?: boolean },
  ): Promise<Result> {
    return orm.em.fork().transactional((em) => {
      const context = em.getTransactionContext<Kysely<unknown>>();
      if (context === undefined) throw new Error('MikroORM ran a transaction without its connection');
      return work({ em, rows: (text, parameters = []) => execute(context, text, parameters) });
    }, settings);
  }

  return {
    orm,
    em: () => orm.em.fork(),
    rows: (text, parameters = []) => execute(kysely(), text, parameters),
    transaction: (work) => run(work, {}),
    snapshot: (work) => run(work, { isolationLevel: 'repeatable read', readOnly: true }),
    close: () => orm.close(true),
  };
}
