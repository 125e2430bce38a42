import type { ReplyReceived } from '#domain/mail/reply/reply-event.ts';
import type { Transaction } from '#store/database.ts';

interface ReplyToOwe {
  readonly messageId: string;
  readonly directiveId: string;
  readonly accountId: string;
  readonly at: Date;
}

/** From this commit on the act of the reply is owed; of one that is held, from its release on. */
export async function oweReply(
  tx: Transaction,
  { messageId, directiveId, accountId, at, held }: ReplyToOwe & { readonly held: boolean },
): Promise<readonly ReplyReceived[]> {
  await tx.rows(
    `insert into reply_act (message_id, directive_id, account_id, taken_at, held) values ($1, $2, $3, $4, $5)`,
    [messageId, directiveId, accountId, at, held],
  );
  return held ? [] : [{ type: 'reply.received', messageId, directiveId, accountId }];
}

/** A held reply has gone out to `accountIds`; without the issuer among them it is words to a colleague and no act. */
export async function releaseReply(
  tx: Transaction,
  messageId: string,
  accountIds: readonly string[],
): Promise<readonly ReplyReceived[]> {
  const rows = await tx.rows<{ directive_id: string; account_id: string }>(
    `update reply_act r set held = false from directive d
     where r.message_id = $1 and r.held and d.id = r.directive_id and d.issuer_account_id = any($2::uuid[])
     returning r.directive_id, r.account_id`,
    [messageId, accountIds],
  );
  return rows.map((row) => ({
    type: 'reply.received',
    messageId,
    directiveId: row.directive_id,
    accountId: row.account_id,
  }));
}
