import type {
  FiledBatch,
  ImportBatch,
  ImportedMessage,
  ImportRefusal,
  MailImports,
  OpenedImport,
  OpenImport,
} from '#app/ports/mail-import.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql, Transaction } from '#store/database.ts';
import { fileImported, type ImportRow } from './file-imported.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { lockAccount } from './mailbox-rows.ts';
import { quotaOf, requireQuota } from './quota.ts';
import { storeMessages } from './store-message.ts';

export function createMailImports(session: MailSession): MailImports {
  const { database, accountId } = session;
  return {
    find: (input) => findImport(database, accountId, input),
    open: (input) => openImport(session, input),
    file: (batch) => fileBatch(session, batch),
    async refused(source) {
      return database.rows<{ item: string; place: string; refusal: ImportRefusal; folder: string }>(
        `select m.item, m.place, m.refusal, i.folder
         from mail_import i join mail_import_message m on m.import_id = i.id
         where i.account_id = $1 and i.source = $2 and m.refusal is not null
         order by i.folder, i.id, m.place`,
        [accountId, source],
      );
    },
    quota: () => quotaOf(database, accountId),
  };
}

async function findImport(
  sql: Sql,
  accountId: string,
  { source, folder }: Omit<OpenImport, 'mailboxId'>,
): Promise<OpenedImport | undefined> {
  const [row] = await sql.rows<{ id: number; items: string[] }>(
    `select i.id, array(select item from mail_import_message where import_id = i.id) as items
     from mail_import i
     where i.account_id = $1 and i.source = $2 and i.folder = $3 and i.uid_validity = $4
       and i.mailbox_id is not null`,
    [accountId, source, folder.path, folder.uidValidity ?? 0],
  );
  return row === undefined
    ? undefined
    : { id: String(row.id), isNew: row.items.length === 0, known: new Set(row.items) };
}

/** A mailbox that was deleted since is filled again; one that was filled before never gets its old UIDs back. */
async function openImport(session: MailSession, input: OpenImport): Promise<OpenedImport> {
  const { accountId } = session;
  await changeMail(session, async (tx, asker) => {
    await lockAccount(tx, accountId);
    await tx.rows(
      `insert into mail_import (account_id, source, folder, uid_validity, mailbox_id, started_at)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [accountId, input.source, input.folder.path, input.folder.uidValidity ?? 0, input.mailboxId, asker.at],
    );
    await tx.rows(
      `with moved as (
         select id, mailbox_id from mail_import
         where account_id = $1 and source = $2 and folder = $3 and uid_validity = $4
           and mailbox_id is distinct from $5),
       again as (
         delete from mail_import_message
         where import_id in (select id from moved where mailbox_id is null))
       update mail_import i
       set mailbox_id = $5, keeps_uids = case when keeps_uids is null then null else false end
       from moved where i.id = moved.id`,
      [accountId, input.source, input.folder.path, input.folder.uidValidity ?? 0, input.mailboxId],
    );
    return { result: undefined, changed: [] };
  });
  const opened = await findImport(session.database, accountId, input);
  if (opened === undefined) throw new HubError('mailbox_unknown');
  return opened;
}

/** Locks: account, messages, mailbox. The import's own row comes after the account, which its writers have locked. */
async function fileBatch(session: MailSession, batch: ImportBatch): Promise<FiledBatch> {
  const { accountId } = session;
  return changeMail(session, async (tx, asker) => {
    await lockAccount(tx, accountId);
    const { row, known } = await lockImport(tx, accountId, batch);
    const messages = batch.messages.filter(({ item }) => !known.has(item));
    const bytes = messages.reduce((sum, { message }) => sum + message.bytes.length, 0);
    if (bytes > 0) await requireQuota(tx, accountId, bytes, messages.length);
    const ids = await storeMessages(
      tx,
      messages.map(({ message }) => ({ message, receivedAt: asker.at })),
    );
    const filed = await fileImported(tx, { asker, row, uidNext: batch.uidNext, messages, ids });
    await remember(tx, { batch, messages, at: asker.at });
    return {
      result: {
        filed: messages.length,
        keepsUids: filed.keepsUids,
        droppedKeywords: filed.droppedKeywords,
      },
      changed: filed.changed ? [{ id: row.mailbox_id, account_id: accountId }] : [],
    };
  });
}

async function lockImport(
  tx: Transaction,
  accountId: string,
  batch: ImportBatch,
): Promise<{ readonly row: ImportRow; readonly known: ReadonlySet<string> }> {
  const [row] = await tx.rows<ImportRow>(
    `select i.id, i.folder, i.mailbox_id, i.uid_validity, i.keeps_uids,
            exists (select from mail_import o
                    where o.account_id = i.account_id and o.id <> i.id and o.folder = i.folder
                      and o.uid_validity = i.uid_validity and o.keeps_uids is not null) as uids_used
     from mail_import i
     where i.id = $1 and i.account_id = $2 and i.mailbox_id is not null for update`,
    [batch.importId, accountId],
  );
  // Someone has deleted the mailbox under the import.
  if (row === undefined) throw new HubError('mailbox_unknown');
  const known = await tx.rows<{ item: string }>(
    'select item from mail_import_message where import_id = $1 and item = any($2::text[])',
    [row.id, batch.messages.map(({ item }) => item)],
  );
  return { row, known: new Set(known.map(({ item }) => item)) };
}

async function remember(
  tx: Transaction,
  input: {
    readonly batch: ImportBatch;
    readonly messages: readonly ImportedMessage[];
    readonly at: Date;
  },
): Promise<void> {
  const { batch, messages } = input;
  const rows = [
    ...messages.map(({ item }) => ({ item, place: null, refusal: null })),
    ...batch.refused.map(({ item, place, refusal }) => ({ item, place, refusal })),
  ];
  if (rows.length === 0) return;
  await tx.rows(
    `insert into mail_import_message (import_id, item, place, refusal, at)
     select $1, item, place, refusal, $5
     from unnest($2::text[], $3::text[], $4::text[]) as m (item, place, refusal)
     on conflict do nothing`,
    [
      batch.importId,
      rows.map(({ item }) => item),
      rows.map(({ place }) => place),
      rows.map(({ refusal }) => refusal),
      input.at,
    ],
  );
}
