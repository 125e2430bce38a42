import { canonicalAddress } from '#domain/mail/envelope.ts';
import type { TraceEntry } from '#domain/mail/mail-trace.ts';
import type { Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';
import { storableJson } from './sql-text.ts';

/** Longer ids are none (RFC 5322, section 2.1.1), and as the key of an index one would make the step impossible to write. */
const headerBytesMax = 998;

/**
 * Writes steps of messages' lives, in their order, in the transaction that made them true. Addresses are kept in the
 * one spelling by which they are looked for.
 */
export function recordTrace(tx: Transaction, entries: readonly TraceEntry[], at: Date): Promise<void> {
  recordTimedTrace(
    tx,
    entries.map((entry) => ({ entry, at })),
  );
  return Promise.resolve();
}

export interface TimedTrace {
  readonly entry: TraceEntry;
  readonly at: Date;
}

export function recordTimedTrace(tx: Transaction, entries: readonly TimedTrace[]): void {
  if (entries.length === 0) return;
  const rows = entries.map(({ entry, at }) => ({
    at: at.toISOString(),
    step: entry.step,
    message_id: entry.messageId,
    trace_id: entry.traceId,
    message_id_header: headerKey(entry.messageIdHeader),
    sender: canonicalAddress(entry.sender),
    recipients: [...new Set(entry.recipients.map(canonicalAddress))],
    submitted_by: entry.submittedBy,
    detail: entry.detail,
  }));
  tx.send(traceSql, [storableJson(rows)]);
}

const traceSql =
  prepared(`insert into mail_trace (at, step, message_id, trace_id, message_id_header, sender, recipients, submitted_by, detail)
     select t.at, t.step, t.message_id, t.trace_id, t.message_id_header, t.sender, t.recipients, t.submitted_by, t.detail
     from rows from (jsonb_to_recordset($1::jsonb) as (at timestamptz, step text, message_id bigint, trace_id text,
         message_id_header text, sender text, recipients text[], submitted_by uuid, detail jsonb))
       with ordinality as t(at, step, message_id, trace_id, message_id_header, sender, recipients, submitted_by, detail, place)
     order by t.place`);

function headerKey(header: string | undefined): string | undefined {
  return header === undefined || Buffer.byteLength(header) > headerBytesMax ? undefined : header;
}
