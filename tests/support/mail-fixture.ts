import { createHash, randomUUID } from 'node:crypto';

import type { MailAccess } from '#app/ports/mail.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { systemClock } from '#domain/clock.ts';
import { indexForSearch, type IndexTextPorts } from '#mail/index-text.ts';
import type { Database } from '#store/database.ts';
import { ensureMailboxes } from '#store/mail/ensure-mailboxes.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { createMailAccess, type MailAccessOptions } from '#store/mail/mail-access.ts';

export interface MailAccount {
  readonly accountId: string;
  readonly address: string;
}

/** Accounts with the standard mailboxes, in a domain of their own. */
export async function makeAccounts(
  database: Database,
  count: number,
  options: { quotaBytes?: number; mailboxes?: boolean } = {},
): Promise<readonly MailAccount[]> {
  const domainId = randomUUID();
  const fqdn = `d${domainId.slice(0, 8)}.binhthuan.example`;
  await database.rows(
    `insert into mail_domain (id, fqdn, level, system) values ($1, $2, 'province', false)`,
    [domainId, fqdn],
  );
  const accounts = Array.from({ length: count }, (_, index) => ({
    accountId: randomUUID(),
    address: `person${index}@${fqdn}`,
  }));
  await database.rows(
    `insert into account (id, local_part, domain_id, address, display_name, kind, status, locale, quota_bytes, created_at)
     select a.id, split_part(a.address, '@', 1), $3, a.address, a.address, 'person', 'active', 'vi', $4, now()
     from unnest($1::uuid[], $2::text[]) as a(id, address)`,
    [
      accounts.map((account) => account.accountId),
      accounts.map((account) => account.address),
      domainId,
      options.quotaBytes ?? 1_000_000_000,
    ],
  );
  if (options.mailboxes !== false)
    await database.transaction((tx) =>
      ensureMailboxes(
        tx,
        accounts.map((account) => account.accountId),
      ),
    );
  return accounts;
}

/** A message as the parser would give it, with the first line as subject and the rest as text. */
export function preparedMessage(text: string, parts: Partial<PreparedMessage> = {}): PreparedMessage {
  const bytes = Buffer.from(text);
  const [subject = '', ...lines] = text.split('\n');
  return {
    bytes,
    receivedSha256: createHash('sha256').update(bytes).digest(),
    structure: undefined,
    messageIdHeader: `<${randomUUID()}@binhthuan.example>`,
    inReplyTo: undefined,
    references: [],
    subject,
    fromAddress: 'van.phong@binhthuan.example',
    sentAt: new Date('2016-05-11T01:45:00Z'),
    secretStamp: undefined,
    firstLines: lines.join('\n'),
    autoSubmitted: false,
    ...parts,
  };
}

export interface AccessFixture {
  readonly access: MailAccess;
  /** How often a commit was announced. */
  commits(): number;
}

export function accessOf(
  database: Database,
  account: MailAccount,
  prepare: (bytes: Buffer) => Promise<PreparedMessage> = (bytes) =>
    Promise.resolve(preparedMessage(bytes.toString())),
  textOf: IndexTextPorts['textOf'] = (bytes) => Promise.resolve(plainText(bytes)),
): AccessFixture {
  let commits = 0;
  const access = createMailAccess(database, systemClock, account, {
    messageBytesMax: 100_000,
    prepare,
    index: indexWith(database, textOf),
    afterCommit: () => (commits += 1),
  });
  return { access, commits: () => commits };
}

/** Indexes for a search as the hub does. */
export function indexWith(
  database: Database,
  textOf: IndexTextPorts['textOf'] = (bytes) => Promise.resolve(plainText(bytes)),
): MailAccessOptions['index'] {
  const ports = { index: createMessageIndex(database), textOf, clock: systemClock };
  return (messageIds, keepGoing) => indexForSearch(ports, messageIds, keepGoing);
}

/** The text of a message that `preparedMessage` made: its first line is the header. */
function plainText(bytes: Uint8Array): { header: string; body: string } {
  const [header = '', ...lines] = Buffer.from(bytes).toString().split('\n');
  return { header, body: lines.join('\n') };
}

/** Appends texts to a mailbox; returns their UIDs. */
export async function appendAll(
  access: MailAccess,
  path: string,
  texts: readonly string[],
  flags = 0,
): Promise<number[]> {
  const uids: number[] = [];
  for (const text of texts) {
    const appended = await access.append({
      accountId: access.accountId,
      path,
      bytes: Buffer.from(text),
      flags,
      keywords: [],
      internalDate: undefined,
    });
    uids.push(appended.uid);
  }
  return uids;
}

/** A directive of the issuer with the message as its mail and the accounts as its recipients, but not delivered. */
export async function insertDirective(
  database: Database,
  input: { issuerId: string; messageId: string; recipientIds: readonly string[] },
): Promise<string> {
  const directiveId = randomUUID();
  await database.rows(
    `insert into directive (id, code, subject, text, urgency, issuer_account_id, issuer_name, issuer_title,
       issuer_unit_name, issued_at, content_hash, state, message_id, rooms, recipient_count)
     values ($1::uuid, $1::text, 's', 't', 'normal', $2, 'n', 't', 'u', now(), '\\x00', 'issued', $3, '{}', $4)`,
    [directiveId, input.issuerId, input.messageId, input.recipientIds.length],
  );
  await database.rows(
    `insert into recipient (directive_id, account_id, ordinals, delivered_at)
     select $1, unnest($2::uuid[]), '{0}', now()`,
    [directiveId, input.recipientIds],
  );
  return directiveId;
}

/** Types of all log rows, oldest first. */
export async function loggedTypes(database: Database): Promise<string[]> {
  const rows = await database.rows<{ type: string }>('select type from outbox order by id');
  return rows.map((row) => row.type);
}

/** What the counters of every mailbox should be by its entries; empty when they are. */
export async function wrongCounters(database: Database): Promise<unknown[]> {
  return database.rows(
    `select b.id, b.path, b.message_count, b.unseen_count, b.deleted_count, b.total_size, t.*
     from mailbox b,
     lateral (
       select count(*) as n, count(*) filter (where flags & 1 = 0) as unseen,
              count(*) filter (where flags & 8 <> 0) as deleted, coalesce(sum(size), 0) as size,
              coalesce(max(modseq), 0) as modseq, coalesce(max(uid), 0) as uid
       from mailbox_message where mailbox_id = b.id) t
     where b.message_count <> t.n or b.unseen_count <> t.unseen or b.deleted_count <> t.deleted
        or b.total_size <> t.size or b.highest_modseq < t.modseq or b.uid_next <= t.uid`,
  );
}
