import type { MailQuota, QuotaRoot } from '#app/ports/mail-quota.ts';
import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import { messagesPerAccountMax } from '#domain/mail/mailbox-path.ts';
import { rightBit } from '#domain/mail/mailbox-rights.ts';
import type { Sql } from '#store/database.ts';
import { readableSql } from './asker.ts';
import { askerOf, type MailSession } from './mail-change.ts';
import { mailboxAt } from './mailbox-rows.ts';

export function createMailQuota(session: MailSession): MailQuota {
  const { database } = session;
  return {
    async rootOf(path) {
      const { account_id } = await mailboxAt(database, askerOf(session), path, rightBit.r);
      return rootOf(database, account_id);
    },
    async root(name) {
      const { accountId, at } = askerOf(session);
      const [row] = await database.rows<{ id: string }>(
        `select o.id from account o join mailbox b on b.account_id = o.id and b.path = 'INBOX'
         where o.address = $3 and ${readableSql('$1', '$2')}`,
        [accountId, at, canonicalAddress(name)],
      );
      if (row === undefined) throw new HubError('mailbox_unknown');
      return rootOf(database, row.id);
    },
  };
}

async function rootOf(sql: Sql, accountId: string): Promise<QuotaRoot> {
  const [row] = await sql.rows<{ name: string; used: number; max: number; messages: number }>(
    `select a.address as name, a.quota_bytes as max, u.used, u.messages
     from account a cross join lateral (
       select coalesce(sum(total_size), 0)::bigint as used, coalesce(sum(message_count), 0)::bigint as messages
       from mailbox where account_id = a.id) u
     where a.id = $1`,
    [accountId],
  );
  if (row === undefined) throw new HubError('mailbox_unknown');
  const { name, used, max, messages } = row;
  return { name, usedBytes: used, bytesMax: max, messages, messagesMax: messagesPerAccountMax };
}
