import type { Appended, AppendMessage } from '#app/ports/mail.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { personalKeywords } from './keywords.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { knownPath } from './mailbox-rows.ts';
import { requireQuota } from './quota.ts';
import { everyFlag } from './store-flags.ts';
import { storeMessage } from './store-message.ts';

export interface AppendOptions {
  readonly messageBytesMax: number;
  readonly prepare: (bytes: Buffer) => Promise<PreparedMessage>;
}

/**
 * APPEND (RFC 9051, section 6.3.12). The message is parsed and scanned before the transaction, which then holds no
 * lock while it waits, and everything is written in one commit: a client that breaks off leaves nothing (threats I12).
 * Throws `mailbox_unknown`, `message_too_large`, `over_quota`, `secret_content`, `bad_input`.
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
  const path = knownPath(input.path);
  const keywords = personalKeywords(input.keywords);
  await requireTarget(session, path);
  const message = await options.prepare(input.bytes);
  if (message.secretStamp !== undefined) throw new HubError('secret_content');
  return changeMail(session, async (tx, at) => {
    await requireQuota(tx, session.accountId, message.bytes.length);
    const messageId = await storeMessage(tx, message, at);
    const filed = await fileMessage(tx, {
      accountId: session.accountId,
      path,
      messageId,
      size: message.bytes.length,
      flags: input.flags & everyFlag,
      keywords,
      internalDate: internalDate ?? at,
      saveDate: at,
    });
    return { result: { uidValidity: filed.uid_validity, uid: filed.uid }, mailboxIds: [filed.id] };
  });
}

/** Spares the parser a message that has nowhere to go; the transaction decides again. */
async function requireTarget(session: MailSession, path: string): Promise<void> {
  const rows = await session.database.rows('select 1 from mailbox where account_id = $1 and path = $2', [
    session.accountId,
    path,
  ]);
  if (rows.length === 0) throw new HubError('mailbox_unknown');
}

interface FileMessage {
  readonly accountId: string;
  readonly path: string;
  readonly messageId: string;
  readonly size: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly internalDate: Date;
  readonly saveDate: Date;
}

async function fileMessage(
  tx: Transaction,
  input: FileMessage,
): Promise<{ id: number; uid: number; uid_validity: number }> {
  const [filed] = await tx.rows<{ id: number; uid: number; uid_validity: number }>(
    `with box as (
       update mailbox
       set uid_next = uid_next + 1, highest_modseq = highest_modseq + 1, message_count = message_count + 1,
           unseen_count = unseen_count + case when $5::int & ${flagBit.seen} = 0 then 1 else 0 end,
           deleted_count = deleted_count + case when $5::int & ${flagBit.deleted} <> 0 then 1 else 0 end,
           total_size = total_size + $4::int
       where account_id = $1 and path = $2
       returning id, uid_validity, uid_next - 1 as uid, highest_modseq as modseq),
     filed as (
       insert into mailbox_message
         (mailbox_id, uid, message_id, flags, keywords, modseq, internal_date, save_date, size)
       select id, uid, $3::bigint, $5::int, $6::text[], modseq, $7, $8, $4::int from box)
     select id, uid, uid_validity from box`,
    [
      input.accountId,
      input.path,
      input.messageId,
      input.size,
      input.flags,
      input.keywords,
      input.internalDate,
      input.saveDate,
    ],
  );
  if (filed === undefined) throw new HubError('mailbox_unknown');
  return filed;
}
