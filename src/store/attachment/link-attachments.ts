import type { AttachmentTransaction } from '#app/ports/attachments.ts';
import type { LinkedAttachment } from '#domain/attachment/attachment.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Transaction } from '#store/database.ts';
import { factsOf, type AttachmentRow } from './read-attachments.ts';

/** One statement: the row's own condition decides, so that of two commands with one file only one gets it. */
export async function linkAttachments(
  tx: Transaction,
  input: Parameters<AttachmentTransaction['linkAttachments']>[0],
): Promise<readonly LinkedAttachment[]> {
  if (input.attachments.length === 0) return [];
  const rows = await tx.rows<AttachmentRow & { role: LinkedAttachment['role']; ordinal: number }>(
    `with place as (
       select coalesce(max(ordinal) + 1, 0) as first from attachment where subject_kind = $2 and subject_id = $3)
     update attachment a
     set subject_kind = $2, subject_id = $3, role = w.role, ordinal = place.first + w.place - 1, linked_at = $6
     from unnest($4::uuid[], $5::text[]) with ordinality as w(id, role, place), place
     where a.id = w.id and a.uploader_id = $1 and a.subject_id is null
     returning a.*, encode(a.sha256, 'hex') as sha256_hex`,
    [
      input.accountId,
      input.subject.kind,
      input.subject.id,
      input.attachments.map(({ id }) => id),
      input.attachments.map(({ role }) => role),
      input.at,
    ],
  );
  if (rows.length !== input.attachments.length)
    throw new HubError('attachment_unknown', { field: 'attachments' });
  return rows
    .map((row) => ({ ...factsOf(row), role: row.role, ordinal: row.ordinal }))
    .toSorted((left, right) => left.ordinal - right.ordinal);
}
