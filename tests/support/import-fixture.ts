import { importMail, type ImportMail, type ImportSummary } from '#app/mail/import-mail.ts';
import type { ImportSource } from '#app/ports/mail-import.ts';
import { systemClock } from '#domain/clock.ts';
import { createParsePool, type ParsePool } from '#mail/message/parse-pool.ts';
import { prepareMessage } from '#mail/official-mail.ts';
import type { Database } from '#store/database.ts';
import { createMailAccess } from '#store/mail/mail-access.ts';
import { createMailImports } from '#store/mail/mail-imports.ts';
import { indexWith, type MailAccount } from './mail-fixture.ts';

export const importBytesMax = 100_000;

/** One run of an import into an account, through the real store and the real parser. */
export async function runImport(
  database: Database,
  account: MailAccount,
  source: ImportSource,
  options: Partial<ImportMail> = {},
  guard: (pool: ParsePool) => ParsePool = (pool) => pool,
): Promise<ImportSummary> {
  const pool = guard(createParsePool({ size: 1 }));
  const prepare = (bytes: Buffer) => prepareMessage(pool, bytes);
  const afterCommit = (): void => undefined;
  try {
    return await importMail(
      {
        access: createMailAccess(database, systemClock, account, {
          messageBytesMax: importBytesMax,
          prepare,
          index: indexWith(database),
          afterCommit,
        }),
        imports: createMailImports({
          database,
          clock: systemClock,
          accountId: account.accountId,
          afterCommit,
        }),
        prepare,
        clock: systemClock,
        progress: { expect: () => undefined, advance: () => undefined },
      },
      {
        source,
        folderMap: new Map(),
        since: undefined,
        dryRun: false,
        messageBytesMax: importBytesMax,
        ...options,
      },
    );
  } finally {
    await pool.close();
    await source.close();
  }
}

export interface KeptMessage {
  readonly path: string;
  readonly uid: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly date: string;
  readonly text: string;
}

/** Everything in the account's mailboxes, by path and UID. */
export async function keptMessages(database: Database, account: MailAccount): Promise<KeptMessage[]> {
  const rows = await database.rows<{
    path: string;
    uid: number;
    flags: number;
    keywords: string[];
    internal_date: Date;
    bytes: Buffer;
  }>(
    `select b.path, e.uid, e.flags, e.keywords, e.internal_date, o.bytes
     from mailbox b join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id join blob o on o.sha256 = m.blob_sha256
     where b.account_id = $1 order by b.path collate "C", e.uid`,
    [account.accountId],
  );
  return rows.map(({ internal_date, bytes, ...row }) => ({
    ...row,
    date: internal_date.toISOString(),
    text: bytes.toString('latin1'),
  }));
}
