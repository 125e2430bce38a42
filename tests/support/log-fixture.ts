import pg from 'pg';
import type { HubEvent } from '#domain/event.ts';
import type { Database } from '#store/database.ts';
import { recordEvents } from '#store/log/record-events.ts';

/** An event that is only a name: enough to tell log rows apart. */
export function named(name: string): HubEvent {
  return { type: 'membership.changed', accountId: name };
}

export function nameOf(entry: { event: HubEvent }): string {
  return 'accountId' in entry.event ? entry.event.accountId : entry.event.type;
}

export function write(database: Database, ...names: readonly string[]): Promise<void> {
  return database.transaction((tx) => recordEvents(tx, names.map(named), new Date()));
}

/** A transaction that has written its outbox rows and waits to commit. */
export async function heldWrite(database: Database, name: string): Promise<{ commit(): Promise<void> }> {
  const written = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const done = database.transaction(async (tx) => {
    await recordEvents(tx, [named(name)], new Date());
    // It was only sent: when this is answered it is written.
    await tx.rows('select 1');
    written.resolve();
    await released.promise;
  });
  await Promise.race([written.promise, done]);
  return {
    commit() {
      released.resolve();
      return done;
    },
  };
}

/** What the log has wrong about positions and audience; empty when it is whole. */
export async function logFaults(database: Database): Promise<unknown[]> {
  return database.rows(
    `select 'positions' as fault, count(*) as n, min(position) as first, max(position) as last
     from outbox where position is not null
     having count(*) <> coalesce(max(position), 0) or count(*) <> (select position from log_head)
     union all
     select 'audience', count(*), null, null
     from ((select unnest(rooms) as room, position from outbox where position is not null)
           except (select room, position from log_audience)) missing having count(*) > 0
     union all
     select 'audience of nothing', count(*), null, null
     from log_audience a where not exists (select from outbox o where o.position = a.position and a.room = any(o.rooms))
     having count(*) > 0`,
  );
}

/** Cuts every connection to this database that bears the name, as a failing network or server would. */
export async function cut(url: string, applicationName: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = $1 and pid <> pg_backend_pid()`,
      [applicationName],
    );
    return result.rowCount ?? 0;
  } finally {
    await client.end();
  }
}
