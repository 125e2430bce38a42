import type { AttachmentReads } from '#app/ports/attachments.ts';
import type {
  AttachmentRole,
  FileFacts,
  FileFlag,
  LinkedAttachment,
  SubjectKind,
} from '#domain/attachment/attachment.ts';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import type { Database, Sql } from '#store/database.ts';

export interface AttachmentRow {
  readonly id: string;
  readonly uploader_id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
  readonly sha256_hex: string;
  readonly flags: FileFlag[];
  readonly uploaded_at: Date;
  readonly subject_kind: SubjectKind | null;
  readonly subject_id: string | null;
  readonly role: AttachmentRole | null;
  readonly ordinal: number | null;
}

const { fileChunkBytes } = attachmentLimits;
const columns = `a.*, encode(a.sha256, 'hex') as sha256_hex`;

export function factsOf(row: AttachmentRow): FileFacts {
  return {
    id: row.id,
    name: row.name,
    mediaType: row.media_type,
    size: row.size,
    sha256: row.sha256_hex,
    flags: row.flags,
  };
}

/** Of several subjects of one kind, in one statement. */
export async function attachmentsOf(
  sql: Sql,
  kind: SubjectKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly LinkedAttachment[]>> {
  const rows = await sql.rows<AttachmentRow & { subject_id: string; role: AttachmentRole; ordinal: number }>(
    `select ${columns} from attachment a where a.subject_kind = $1 and a.subject_id = any($2::uuid[])
     order by a.subject_id, a.ordinal`,
    [kind, ids],
  );
  const groups = Map.groupBy(rows, (row) => row.subject_id);
  return new Map(
    [...groups].map(([id, own]) => [
      id,
      own.map((row) => ({ ...factsOf(row), role: row.role, ordinal: row.ordinal })),
    ]),
  );
}

/** Octets [start, end) of a file, a blob of at most 1 MiB at a time. */
export async function* fileOctets(
  sql: Sql,
  sha256: string,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    const ordinal = Math.floor(at / fileChunkBytes);
    const from = at - ordinal * fileChunkBytes;
    const length = Math.min(end - at, fileChunkBytes - from);
    const [row] = await sql.rows<{ bytes: Buffer }>(
      `select substring(b.bytes from $3 for $4) as bytes
       from file_chunk c join blob b on b.sha256 = c.blob_sha256
       where c.sha256 = decode($1, 'hex') and c.ordinal = $2`,
      [sha256, ordinal, from + 1, length],
    );
    if (row === undefined || row.bytes.length !== length)
      throw new Error(`file ${sha256} lacks octets at ${at}`);
    yield row.bytes;
    at += length;
  }
}

export function createAttachmentReads(database: Database): AttachmentReads {
  return {
    async find(id) {
      const [row] = await database.rows<AttachmentRow>(
        `select ${columns} from attachment a where a.id = $1`,
        [id],
      );
      if (row === undefined) return undefined;
      const { subject_kind: kind, subject_id: subjectId } = row;
      return {
        ...factsOf(row),
        uploadedAt: row.uploaded_at,
        uploaderId: row.uploader_id,
        ...(kind === null || subjectId === null ? {} : { subject: { kind, id: subjectId } }),
      };
    },
    ofSubjects: (kind, ids) => attachmentsOf(database, kind, ids),
    octets: (sha256, start, end) => fileOctets(database, sha256, start, end),
    async text(sha256) {
      const [row] = await database.rows<{ text: string }>(
        `select text from file_content where sha256 = decode($1, 'hex')`,
        [sha256],
      );
      return row?.text ?? '';
    },
  };
}
