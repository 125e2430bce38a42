import type { AttachmentCleaning } from '#app/ports/attachments.ts';
import type { Database, Transaction } from '#store/database.ts';

/** May run in several processes at once: rows that another has are left to it. */
export function createAttachmentCleaning(database: Database): AttachmentCleaning {
  return {
    removeOwn: (id, accountId) =>
      database.transaction(async (tx) => {
        const removed = await tx.rows<{ sha256: Buffer }>(
          `delete from attachment where id = $1 and uploader_id = $2 and subject_id is null returning sha256`,
          [id, accountId],
        );
        await removeContent(tx, removed);
        return removed.length > 0;
      }),
    removeUnlinked: (uploadedBefore, max) =>
      database.transaction(async (tx) => {
        const removed = await tx.rows<{ sha256: Buffer }>(
          `delete from attachment where id in (
             select id from attachment where subject_id is null and uploaded_at < $1
             order by uploaded_at limit $2 for update skip locked)
           returning sha256`,
          [uploadedBefore, max],
        );
        await removeContent(tx, removed);
        return removed.length;
      }),
  };
}

/** Content that no attachment needs, and those of its blobs that neither another file nor a message needs. */
async function removeContent(tx: Transaction, removed: readonly { sha256: Buffer }[]): Promise<void> {
  if (removed.length === 0) return;
  const hashes = removed.map(({ sha256 }) => sha256);
  // Locked first: whoever brings the same octets now waits, and brings them again.
  await tx.rows(
    `select sha256 from file_content where sha256 = any($1::bytea[]) order by sha256 for update`,
    [hashes],
  );
  const chunks = await tx.rows<{ blob_sha256: Buffer }>(
    `select distinct c.blob_sha256 from file_chunk c where c.sha256 = any($1::bytea[])
       and not exists (select from attachment a where a.sha256 = c.sha256)`,
    [hashes],
  );
  await tx.rows(
    `delete from file_content f where f.sha256 = any($1::bytea[])
       and not exists (select from attachment a where a.sha256 = f.sha256)`,
    [hashes],
  );
  await tx.rows(
    `delete from blob b where b.sha256 = any($1::bytea[])
       and not exists (select from file_chunk c where c.blob_sha256 = b.sha256)
       and not exists (select from message m where m.blob_sha256 = b.sha256)`,
    [chunks.map(({ blob_sha256: hash }) => hash)],
  );
}
