import type { Appended, AppendedAll, AppendMessage, AppendMessages } from '#app/ports/mail.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagsAllowed, hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';
import { personalKeywords } from './keywords.ts';
import { type Asker, requireRights } from './asker.ts';
import { askerOf, changeMail, type MailSession } from './mail-change.ts';
import { lockMailboxes, mailboxAt, mailboxKey, type MailboxRow } from './mailbox-rows.ts';
import { requireQuota } from './quota.ts';
import { removeEntries } from './remove-entries.ts';
import { storeUnthreaded, threadMessages } from './store-message.ts';
import { rightsToMoveOut } from './transfer-messages.ts';

export interface AppendOptions {
  readonly messageBytesMax: number;
  readonly prepare: (bytes: Buffer) => Promise<PreparedMessage>;
}

/** One message; see `appendMessages`. */
export async function appendMessage(
  session: MailSession,
  options: AppendOptions,
  { accountId, path, ...message }: AppendMessage,
): Promise<Appended> {
  const { uidValidity, uids } = await appendMessages(session, options, {
    accountId,
    path,
    messages: [message],
  });
  const [uid] = uids;
  if (uid === undefined) throw new Error('a message was filed and has no UID');
  return { uidValidity, uid };
}

/**
 * APPEND (RFC 9051, section 6.3.12) and MULTIAPPEND (RFC 3502). The messages are parsed and scanned before the
 * transaction, which then holds no lock while it waits, and everything is written in one commit: a client that breaks
 * off, and a message that is refused among others, leave nothing (threats I12). Throws `mailbox_unknown`,
 * `not_permitted`, `message_too_large`, `over_quota`, `secret_content`, `unavailable`, `bad_input`.
 */
export async function appendMessages(
  session: MailSession,
  options: AppendOptions,
  input: AppendMessages,
): Promise<AppendedAll> {
  if (input.accountId !== session.accountId) throw new HubError('mailbox_unknown');
  for (const { bytes, internalDate } of input.messages) {
    if (bytes.length > options.messageBytesMax) throw new HubError('message_too_large');
    if (internalDate !== undefined && Number.isNaN(internalDate.getTime()))
      throw new HubError('bad_input', { field: 'internalDate' });
  }
  if (input.messages.length === 0) throw new HubError('bad_input', { field: 'messages' });
  const keywords = input.messages.map((message) => personalKeywords(message.keywords));
  // Spares the parser messages that have nowhere to go; the transaction decides again.
  const presumed = await mailboxAt(session.database, askerOf(session), input.path, rightBit.i);
  const parsed: PreparedMessage[] = [];
  for (const { bytes } of input.messages) {
    const message = await options.prepare(bytes);
    if (message.secretStamp !== undefined) throw new HubError('secret_content');
    parsed.push(message);
  }
  return changeMail(session, async (tx, asker) => {
    const total = parsed.reduce((sum, message) => sum + message.bytes.length, 0);
    const messages = parsed.map((message) => ({ message, receivedAt: asker.at }));
    // They travel together and run in this order: messages are locked before mailboxes, everywhere in the mail store.
    const [found, , ids] = await Promise.all([
      mailboxAt(tx, asker, input.path, rightBit.i),
      requireQuota(tx, presumed.account_id, total, parsed.length),
      storeUnthreaded(tx, messages),
    ]);
    // The name has become another's meanwhile; whoever asks again finds it so.
    if (found.account_id !== presumed.account_id) throw new HubError('mailbox_unknown');
    threadMessages(tx, messages, ids);
    const { target, source } = await lockBoth(tx, asker, found.id, input.replaces);
    const uids = await Promise.all(
      parsed.map((message, place) => {
        const { flags = 0, internalDate } = input.messages[place] ?? {};
        return fileMessage(tx, target, asker, {
          messageId: ids[place] ?? '',
          size: message.bytes.length,
          flags: flags & flagsAllowed(target.rights),
          keywords: hasRights(target.rights, rightBit.w) ? (keywords[place] ?? []) : [],
          internalDate: internalDate ?? asker.at,
        });
      }),
    );
    if (source !== undefined && input.replaces !== undefined)
      await removeEntries(tx, source.id, [input.replaces.uid]);
    return {
      result: { uidValidity: target.uid_validity, uids },
      changed: source === undefined ? [target] : [target, source],
      messageIds: ids,
    };
  });
}

/**
 * Locks the mailboxes in the order of all others. What is replaced goes as by a move (RFC 8508, section 3.5). Throws
 * `mailbox_unknown`, `not_permitted`, `not_found` when the message is not there any more.
 */
async function lockBoth(
  tx: Transaction,
  asker: Asker,
  targetId: number,
  replaces: AppendMessages['replaces'],
): Promise<{ target: MailboxRow; source: MailboxRow | undefined }> {
  const sourceId = replaces === undefined ? undefined : mailboxKey(replaces.mailboxId);
  const ids = sourceId === undefined ? [targetId] : [targetId, sourceId];
  const locked = await lockMailboxes(tx, asker, ids);
  const byId = (id: string) => locked.find((row) => String(row.id) === id);
  const target = requireRights(byId(String(targetId)), rightBit.i);
  if (replaces === undefined || sourceId === undefined) return { target, source: undefined };
  const source = requireRights(byId(sourceId), rightsToMoveOut);
  const rows = await tx.rows('select 1 from mailbox_message where mailbox_id = $1 and uid = $2', [
    source.id,
    replaces.uid,
  ]);
  if (rows.length === 0) throw new HubError('not_found');
  return { target, source };
}

interface FileMessage {
  readonly messageId: string;
  readonly size: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly internalDate: Date;
}

/** The mailbox is locked. Where `\Seen` is each reader's own, it is set for whoever appends and nobody else. */
async function fileMessage(
  tx: Transaction,
  mailbox: MailboxRow,
  asker: Asker,
  input: FileMessage,
): Promise<number> {
  const marks = mailbox.personal_seen && (input.flags & flagBit.seen) !== 0;
  const [filed] = await tx.rows<{ uid: number }>(fileSql, [
    mailbox.id,
    input.messageId,
    input.size,
    marks ? input.flags & ~flagBit.seen : input.flags,
    input.keywords,
    input.internalDate,
    asker.at,
    asker.accountId,
    marks,
  ]);
  if (filed === undefined) throw new HubError('mailbox_unknown');
  return filed.uid;
}

const fileSql = prepared(`
  with box as (
     update mailbox
     set uid_next = uid_next + 1, highest_modseq = highest_modseq + 1, message_count = message_count + 1,
         unseen_count = unseen_count + case when $4::int & ${flagBit.seen} = 0 then 1 else 0 end,
         deleted_count = deleted_count + case when $4::int & ${flagBit.deleted} <> 0 then 1 else 0 end,
         total_size = total_size + $3::int
     where id = $1
     returning id, uid_next - 1 as uid, highest_modseq as modseq),
   filed as (
     insert into mailbox_message
       (mailbox_id, uid, message_id, flags, keywords, modseq, internal_date, save_date, size)
     select id, uid, $2::bigint, $4::int, $5::text[], modseq, $6, $7, $3::int from box),
   marked as (
     insert into mailbox_seen (mailbox_id, account_id, uid, seen, modseq)
     select id, $8, uid, true, modseq from box where $9::boolean),
   reader as (
     insert into mailbox_reader as v (mailbox_id, account_id, seen_delta)
     select id, $8, 1 from box where $9::boolean
     on conflict (mailbox_id, account_id) do update set seen_delta = v.seen_delta + 1)
   select uid from box`);
