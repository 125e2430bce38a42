import { audienceOf, type HubEvent } from '#domain/event.ts';
import { currentOrigin } from '#lib/act-origin.ts';
import type { Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';

/**
 * Writes events into the outbox: the last statement of a transaction, after every lock is held, so that ids of
 * dependent events rise in the order of their commits. It is sent and not waited for: the commit tells of a failure.
 */
export function recordEvents(tx: Transaction, events: readonly HubEvent[], at: Date): Promise<void> {
  recordTimedEvents(
    tx,
    events.map((event) => ({ event, at })),
  );
  return Promise.resolve();
}

export interface TimedEvent {
  readonly event: HubEvent;
  readonly at: Date;
}

export function recordTimedEvents(tx: Transaction, events: readonly TimedEvent[]): void {
  if (events.length === 0) return;
  const rows = events.map(({ event, at }) => ({
    type: event.type,
    at: at.toISOString(),
    rooms: audienceOf(event),
    payload: event,
  }));
  const origin = currentOrigin();
  tx.send(outboxSql, [JSON.stringify(rows), origin === undefined ? null : JSON.stringify(origin)]);
}

const outboxSql = prepared(`insert into outbox (type, at, rooms, payload, origin)
     select e.type, e.at, array(select jsonb_array_elements_text(e.rooms)), e.payload, $2::jsonb
     from rows from (jsonb_to_recordset($1::jsonb) as (type text, at timestamptz, rooms jsonb, payload jsonb))
       with ordinality as e(type, at, rooms, payload, place)
     order by e.place`);
