import type { Appended, AppendMessage } from '#app/ports/mail.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagsAllowed, hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { personalKeywords } from './keywords.ts';
import type { Asker } from './asker.ts';
import { askerOf, changeMail, type MailSession } from './mail-change.ts';
import { lockMailbox, mailboxAt, type MailboxRow } from './mailbox-rows.ts';
import { requireQuota } from './quota.ts';
import { storeMessage } from './store-message.ts';

export interface AppendOptions {
  readonly messageBytesMax: number;
  readonly prepare: (bytes: Buffer) => Promise<PreparedMessage>;
}

/**
 * APPEND (RFC 9051, section 6.3.12). The message is parsed and scanned before the transaction, which then holds no
 * lock while it waits, and everything is written in one commit: a client that breaks off leaves nothing (threats I12).
 * Throws `mailbox_unknown`, `not_permitted`, `message_too_large`, `over_quota`, `secret_content`, `bad_input`.
 */
export async function appendMessage(
  session: MailSession,
  options: AppendOptions,
  input: AppendMessage,
): Promise<Appended> {
  const { internalDate } = input;
  if (input.accountId !== session.accountId) throw new HubError('mailbox_unknown');
  if (input.bytes.length > options.messageBytesMax) throw new HubError('message_too_large');
  if (internalDate !== undefined && Number.isNaN(internalDate.getTime()))
    throw new HubError('bad_input', { field: 'internalDate' });
  const keywords = personalKeywords(input.keywords);
  // Spares the parser a message that has nowhere to go; the transaction decides again.
  await mailboxAt(session.database, askerOf(session), input.path, rightBit.i);
  const message = await options.prepare(input.bytes);
  if (message.secretStamp !== undefined) throw new HubError('secret_content');
  return changeMail(session, async (tx, asker) => {
    const { id, account_id } = await mailboxAt(tx, asker, input.path, rightBit.i);
    await requireQuota(tx, account_id, message.bytes.length);
    const messageId = await storeMessage(tx, message, asker.at);
    const mailbox = await lockMailbox(tx, asker, id, rightBit.i);
    const uid = await fileMessage(tx, mailbox, asker, {
      messageId,
      size: message.bytes.length,
      flags: input.flags & flagsAllowed(mailbox.rights),
      keywords: hasRights(mailbox.rights, rightBit.w) ? keywords : [],
      internalDate: internalDate ?? asker.at,
    });
    return { result: { uidValidity: mailbox.uid_validity, uid }, changed: [mailbox] };
  });
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
  const [filed] = await tx.rows<{ uid: number }>(
    `with box as (
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
     select uid from box`,
    [
      mailbox.id,
      input.messageId,
      input.size,
      marks ? input.flags & ~flagBit.seen : input.flags,
      input.keywords,
      input.internalDate,
      asker.at,
      asker.accountId,
      marks,
    ],
  );
  if (filed === undefined) throw new HubError('mailbox_unknown');
  return filed.uid;
}
