import type { NewAttachment } from '#app/ports/attachments.ts';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Transaction } from '#store/database.ts';

const { fileChunkBytes, unlinkedBytesMax } = attachmentLimits;

/** Octets once, whoever brings them; then what was found in them; then the attachment. Throws `over_quota`. */
export async function saveAttachment(tx: Transaction, input: NewAttachment): Promise<void> {
  await refuseHoarding(tx, input);
  await saveContent(tx, input);
  await tx.rows(
    `insert into attachment (id, uploader_id, name, media_type, size, sha256, flags, uploaded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      input.id,
      input.uploaderId,
      input.name,
      input.mediaType,
      input.size,
      input.sha256,
      input.flags,
      input.uploadedAt,
    ],
  );
}

/** The account's row is the lock: uploads at once are counted one after another. */
async function refuseHoarding(tx: Transaction, { uploaderId, size }: NewAttachment): Promise<void> {
  await tx.rows(`select id from account where id = $1 for no key update`, [uploaderId]);
  const [row] = await tx.rows<{ bytes: number }>(
    `select coalesce(sum(size), 0)::bigint as bytes from attachment where uploader_id = $1 and subject_id is null`,
    [uploaderId],
  );
  if ((row?.bytes ?? 0) + size > unlinkedBytesMax) throw new HubError('over_quota', { field: 'file' });
}

async function saveContent(tx: Transaction, input: NewAttachment): Promise<void> {
  // The row of the content is the lock of the file: whoever brings the same octets waits here, and finds them.
  const made = await tx.rows(
    `insert into file_content (sha256, size, text, created_at) values ($1, $2, $3, $4)
     on conflict (sha256) do nothing returning sha256`,
    [input.sha256, input.size, input.text.replaceAll('\0', ' '), input.uploadedAt],
  );
  if (made.length === 0) {
    // Kept from being removed beside us, which asks for the same row.
    await tx.rows(`select sha256 from file_content where sha256 = $1 for key share`, [input.sha256]);
    return;
  }
  // In the order of their keys, as mail stores its own: two transactions never wait for each other in a circle.
  const chunks = input.chunks
    .map((sha256, ordinal) => ({ sha256, ordinal }))
    .toSorted((left, right) => left.sha256.compare(right.sha256));
  for (const { sha256, ordinal } of chunks) {
    const bytes = await input.readAt(ordinal * fileChunkBytes, fileChunkBytes);
    await tx.rows(
      `insert into blob (sha256, size, received_sha256, bytes, created_at) values ($1, $2, $1, $3, $4)
       on conflict (sha256) do nothing`,
      [sha256, bytes.length, bytes, input.uploadedAt],
    );
  }
  await tx.rows(
    `insert into file_chunk (sha256, ordinal, blob_sha256)
     select $1, c.ordinal - 1, c.blob_sha256 from unnest($2::bytea[]) with ordinality as c(blob_sha256, ordinal)`,
    [input.sha256, input.chunks],
  );
}
