import { randomUUID } from 'node:crypto';
import type {
  ClaimedBatch,
  EnqueueOutbound,
  OutboundQueue,
  OutboundTransaction,
  SettledDelivery,
} from '#app/ports/outbound.ts';
import { canonicalAddress, domainOf, type Notify } from '#domain/mail/envelope.ts';
import { hereDomain, type OutboundDelivery, type OutboundState } from '#domain/mail/outbound.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { recordTrace } from './mail-trace-write.ts';
import { storableJson } from './sql-text.ts';

/** SMTP transactions with one domain at the same moment, in all processes together. */
export const connectionsPerDomainMax = 2;

export function createOutboundQueue(database: Database): OutboundQueue {
  return {
    claim: (input) => database.transaction((tx) => claimBatch(tx, input)),
    renew: (claim, until) => database.transaction((tx) => renewClaim(tx, claim, until)),
    release: (claim) => database.transaction((tx) => releaseClaim(tx, claim)),
    dueDomains: (at, limit) => dueDomains(database, at, limit),
    transaction: (work) => database.transaction((tx) => work(outboundTransaction(tx))),
  };
}

const statementsOf = new WeakMap<OutboundTransaction, Transaction>();

export function outboundTransaction(tx: Transaction): OutboundTransaction {
  return shareTransaction(tx, {
    enqueue: (input) => enqueueOutbound(tx, input),
    settle: (claim, settled, at) => settleClaim(tx, claim, settled, at),
    trace: (entries, at) => recordTrace(tx, entries, at),
    record: (events, at) => recordEvents(tx, events, at),
  });
}

/** Lets `transactionBehind` find what carries these operations. */
export function shareTransaction<Operations extends OutboundTransaction>(
  tx: Transaction,
  outbound: Operations,
): Operations {
  statementsOf.set(outbound, tx);
  return outbound;
}

/** The same transaction for other parts of the store, which file a report in the commit that settles its recipients. */
export function transactionBehind(outbound: OutboundTransaction): Transaction {
  const tx = statementsOf.get(outbound);
  if (tx === undefined) throw new Error('this outbound transaction is not of the store');
  return tx;
}

/**
 * One statement whatever the number of recipients. The local part stays as it was written, because only its own server
 * knows what its letters mean (RFC 5321, section 2.4); two spellings are one recipient all the same.
 */
export async function enqueueOutbound(tx: Transaction, input: EnqueueOutbound): Promise<void> {
  const { envelope } = input;
  const recipients = new Map(
    envelope.recipients
      .toReversed()
      .map((recipient) => [canonicalAddress(recipient.address), recipient] as const),
  );
  if (recipients.size === 0) return;
  const rows = [...recipients.values()].toReversed().map((recipient) => ({
    recipient: routableAddress(recipient.address),
    domain: input.here === true ? hereDomain : domainOf(recipient.address),
    notify: recipient.notify,
    original_recipient: recipient.originalRecipient,
  }));
  await tx.rows(
    `insert into outbound_delivery (message_id, sender, recipient, domain, state, queued_at, next_attempt_at, expires_at,
       notify, original_recipient, return_part, envelope_id, require_tls, smtp_utf8, verified_sender, submitted_by)
     select $2, $3, r.recipient, r.domain, 'queued', $4, $4, $5, r.notify, r.original_recipient, $6, $7, $8, $9, $10, $11
     from rows from (jsonb_to_recordset($1::jsonb) as (recipient text, domain text, notify text[],
         original_recipient text)) with ordinality as r(recipient, domain, notify, original_recipient, place)
     where not exists (select 1 from outbound_delivery d
                       where d.message_id = $2 and d.sender = $3 and lower(d.recipient) = lower(r.recipient))
     order by r.place
     on conflict do nothing`,
    [
      storableJson(rows),
      input.messageId,
      envelope.sender,
      input.at,
      input.expiresAt,
      envelope.returnPart ?? null,
      envelope.envelopeId ?? null,
      envelope.requireTls,
      envelope.smtpUtf8,
      input.verifiedSender,
      input.submittedBy ?? null,
    ],
  );
}

function routableAddress(address: string): string {
  const whole = address.trim().normalize('NFC');
  return `${whole.slice(0, whole.lastIndexOf('@') + 1)}${domainOf(whole)}`;
}

export interface OutboundRow {
  readonly id: number;
  readonly message_id: number;
  readonly sender: string;
  readonly recipient: string;
  readonly domain: string;
  readonly state: OutboundState;
  readonly attempts: number;
  readonly queued_at: Date;
  readonly next_attempt_at: Date;
  readonly expires_at: Date;
  readonly notify: Notify[] | null;
  readonly original_recipient: string | null;
  readonly return_part: 'full' | 'headers' | null;
  readonly envelope_id: string | null;
  readonly require_tls: boolean;
  readonly smtp_utf8: boolean;
  readonly verified_sender: boolean;
  readonly submitted_by: string | null;
  readonly last_status: string | null;
  readonly last_reply: string | null;
  readonly last_host: string | null;
  readonly delay_notified_at: Date | null;
}

export const outboundColumns = `d.id, d.message_id, d.sender, d.recipient, d.domain, d.state, d.attempts, d.queued_at,
  d.next_attempt_at, d.expires_at, d.notify, d.original_recipient, d.return_part, d.envelope_id, d.require_tls,
  d.smtp_utf8, d.verified_sender, d.submitted_by, d.last_status, d.last_reply, d.last_host, d.delay_notified_at`;

export function outboundDeliveryOf(row: OutboundRow): OutboundDelivery {
  return {
    id: row.id,
    messageId: String(row.message_id),
    sender: row.sender,
    recipient: row.recipient,
    domain: row.domain,
    state: row.state,
    attempts: row.attempts,
    queuedAt: row.queued_at,
    nextAttemptAt: row.next_attempt_at,
    expiresAt: row.expires_at,
    ...(row.notify === null ? {} : { notify: row.notify }),
    ...(row.original_recipient === null ? {} : { originalRecipient: row.original_recipient }),
    ...(row.return_part === null ? {} : { returnPart: row.return_part }),
    ...(row.envelope_id === null ? {} : { envelopeId: row.envelope_id }),
    requireTls: row.require_tls,
    smtpUtf8: row.smtp_utf8,
    verifiedSender: row.verified_sender,
    ...(row.submitted_by === null ? {} : { submittedBy: row.submitted_by }),
    ...(row.last_status === null ? {} : { lastStatus: row.last_status }),
    ...(row.last_reply === null ? {} : { lastReply: row.last_reply }),
    ...(row.last_host === null ? {} : { lastHost: row.last_host }),
    ...(row.delay_notified_at === null ? {} : { delayNotifiedAt: row.delay_notified_at }),
  };
}

/** Due at $1, and leased to nobody whose lease still runs: what a crashed worker held comes back by itself. */
const isDue = (at: string) =>
  `d.state = 'queued' and d.next_attempt_at <= ${at} and (d.claimed_until is null or d.claimed_until <= ${at})`;

/**
 * The oldest due delivery chooses the message; what else is due of it, with the same sender and demands, goes along.
 * Claims of one domain take turns for these few milliseconds, so that two cannot both see the last free connection.
 */
async function claimBatch(
  tx: Transaction,
  input: Parameters<OutboundQueue['claim']>[0],
): Promise<ClaimedBatch | undefined> {
  const { domain, at, leaseUntil, recipientsMax } = input;
  await tx.rows(`select pg_advisory_xact_lock(hashtextextended('outbound ' || $1::text, 0))`, [domain]);
  const [busy] = await tx.rows<{ claims: number }>(
    `select count(distinct d.claim) as claims from outbound_delivery d
     where d.claim is not null and d.claimed_until > $2 and d.domain = $1`,
    [domain, at],
  );
  if ((busy?.claims ?? 0) >= connectionsPerDomainMax) return undefined;
  const [oldest] = await tx.rows<OutboundRow>(
    `select ${outboundColumns} from outbound_delivery d where d.domain = $1 and ${isDue('$2')}
     order by d.next_attempt_at, d.id limit 1 for update skip locked`,
    [domain, at],
  );
  if (oldest === undefined) return undefined;
  const claim = randomUUID();
  const rows = await tx.rows<OutboundRow>(
    `update outbound_delivery d set claim = $3, claimed_until = $4
     where d.id = any(array(
       select d.id from outbound_delivery d
       where d.message_id = $5 and d.domain = $1 and d.sender = $6 and d.return_part is not distinct from $7
         and d.envelope_id is not distinct from $8 and d.require_tls = $9 and d.smtp_utf8 = $10 and ${isDue('$2')}
       order by d.next_attempt_at, d.id limit $11 for update skip locked))
     returning ${outboundColumns}`,
    [
      domain,
      at,
      claim,
      leaseUntil,
      oldest.message_id,
      oldest.sender,
      oldest.return_part,
      oldest.envelope_id,
      oldest.require_tls,
      oldest.smtp_utf8,
      recipientsMax,
    ],
  );
  return {
    claim,
    messageId: String(oldest.message_id),
    bytes: await bytesOf(tx, oldest.message_id),
    deliveries: rows.map(outboundDeliveryOf).toSorted((left, right) => left.id - right.id),
  };
}

export async function bytesOf(sql: Sql, messageId: string | number): Promise<Buffer> {
  const [row] = await sql.rows<{ bytes: Buffer }>(
    'select b.bytes from message m join blob b on b.sha256 = m.blob_sha256 where m.id = $1',
    [messageId],
  );
  if (row === undefined) throw new Error(`message ${messageId} is to be sent and has no octets`);
  return row.bytes;
}

/**
 * Only rows that still carry the claim, so that a worker that slept past its lease changes nothing that another has
 * taken meanwhile (threats F14). A row that an administrator holds since stays held unless it has come to its end: what
 * the other server took is delivered.
 */
async function settleClaim(
  tx: Transaction,
  claim: string,
  settled: readonly SettledDelivery[],
  at: Date,
): Promise<readonly number[]> {
  const ids = await lockClaimed(
    tx,
    claim,
    settled.map(({ id }) => id),
  );
  if (ids.length === 0) return [];
  const rows = settled.map(({ id, state, outcome, ...told }) => ({
    id,
    state,
    next_attempt_at: told.nextAttemptAt,
    status: outcome.status,
    reply: outcome.reply,
    host: outcome.host,
    delay_notified: told.delayNotified,
    notified: told.notified,
  }));
  await tx.rows(
    `update outbound_delivery d set
       state = case when s.state = 'queued' then d.state else s.state end, attempts = d.attempts + 1,
       next_attempt_at = s.next_attempt_at, settled_at = case when s.state = 'queued' then null else $3::timestamptz end,
       claim = null, claimed_until = null, last_status = s.status, last_reply = s.reply, last_host = s.host,
       delay_notified_at = case when s.delay_notified then $3::timestamptz else d.delay_notified_at end,
       notified_at = case when s.notified then $3::timestamptz else d.notified_at end
     from jsonb_to_recordset($1::jsonb) as s(id bigint, state text, next_attempt_at timestamptz, status text, reply text,
       host text, delay_notified boolean, notified boolean)
     where d.id = s.id and d.id = any($2::bigint[])`,
    [storableJson(rows), ids, at],
  );
  return ids;
}

async function releaseClaim(tx: Transaction, claim: string): Promise<void> {
  const ids = await lockClaimed(tx, claim);
  await tx.rows(
    'update outbound_delivery set claim = null, claimed_until = null where id = any($1::bigint[])',
    [ids],
  );
}

/** Rows that another took carry its claim; those that have ended are not locked. A lease never gets shorter by it. */
async function renewClaim(tx: Transaction, claim: string, until: Date): Promise<void> {
  const ids = await lockClaimed(tx, claim);
  await tx.rows(
    `update outbound_delivery set claimed_until = greatest(claimed_until, $2::timestamptz)
     where id = any($1::bigint[])`,
    [ids, until],
  );
}

/** Locks in the order of ids, as everything does that changes several deliveries. */
async function lockClaimed(tx: Transaction, claim: string, among?: readonly number[]): Promise<number[]> {
  const rows = await tx.rows<{ id: number }>(
    `select id from outbound_delivery
     where claim = $1 and ($2::bigint[] is null or id = any($2)) and state in ('queued', 'held')
     order by id for update`,
    [claim, among ?? null],
  );
  return rows.map((row) => row.id);
}

async function dueDomains(sql: Sql, at: Date, limit: number): Promise<readonly string[]> {
  const rows = await sql.rows<{ domain: string }>(
    `select d.domain from outbound_delivery d where ${isDue('$1')}
     group by d.domain order by min(d.next_attempt_at), d.domain limit $2`,
    [at, limit],
  );
  return rows.map((row) => row.domain);
}
