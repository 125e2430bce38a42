import { createHash, randomUUID, type Hash } from 'node:crypto';
import type { Actor } from '#domain/access/actor.ts';
import { attachmentName, type Attachment } from '#domain/attachment/attachment.ts';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import { mediaTypeOf } from '#domain/attachment/file-type.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { findSecretStampInSubject } from '#domain/secrecy/secret-stamp.ts';
import type { ScanFile, UploadSpool } from '#app/ports/attachments.ts';
import type { FileInspector, Inspection, SpooledFile } from '#app/ports/file-inspector.ts';
import type { HubStore } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';

export interface UploadPorts {
  readonly store: HubStore;
  readonly clock: Clock;
  readonly spool: UploadSpool;
  readonly inspector: FileInspector;
  readonly scan: ScanFile;
  /** Told of a refusal for secrecy or malice: hash and reason, never content. */
  readonly refused: (facts: { accountId: string; sha256: string; reason: string }) => void;
}

export interface UploadAttachment {
  readonly actor: Actor;
  readonly key?: string | undefined;
  readonly name: string;
  /** Rejects when the client goes away. */
  readonly content: AsyncIterable<Buffer>;
}

const { fileBytesMax, fileChunkBytes, uploadsAtOnceMax } = attachmentLimits;

/** Of this process. */
let uploading = 0;

/**
 * Takes a file: streamed into the spool, looked into there, and only then written to the database, because nothing of
 * a refused file may be in it. Throws `message_too_large`, `bad_input` for an empty file or name, `secret_content`,
 * `file_type_refused`, `file_type_mismatch`, `archive_beyond_limits`, `file_infected`, `over_quota`, `unavailable`
 * where it could not be looked into or too many come at once, `idempotency_key_reused`.
 */
export async function uploadAttachment(ports: UploadPorts, input: UploadAttachment): Promise<Attachment> {
  const name = attachmentName(input.name);
  if (findSecretStampInSubject(name.replace(/\.[^.]*$/u, '')) !== undefined)
    throw new HubError('secret_content', { field: 'name' });
  if (uploading >= uploadsAtOnceMax) throw new HubError('unavailable', { retryAfterMs: 5000 });
  uploading += 1;
  const spooled = await ports.spool.create().catch((error: unknown) => {
    uploading -= 1;
    throw error;
  });
  try {
    const hashes = await receive(spooled, input.content);
    const inspection = await judge(ports, { input, name, spooled, sha256: hashes.sha256.toString('hex') });
    return await save(ports, { input, name, spooled, hashes, inspection });
  } finally {
    uploading -= 1;
    await spooled.remove();
  }
}

type Spooled = Awaited<ReturnType<UploadSpool['create']>>;

interface Hashes {
  readonly sha256: Buffer;
  readonly chunks: readonly Buffer[];
}

/** Into the spool, with the hash of the whole and of each 1 MiB on the way. */
async function receive(spooled: Spooled, content: AsyncIterable<Buffer>): Promise<Hashes> {
  const whole = createHash('sha256');
  const chunks: Buffer[] = [];
  let chunk: Hash = createHash('sha256');
  let inChunk = 0;
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    if (size > fileBytesMax) throw new HubError('message_too_large', { field: 'file' });
    whole.update(piece);
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + fileChunkBytes - inChunk);
      chunk.update(part);
      at += part.length;
      inChunk += part.length;
      if (inChunk < fileChunkBytes) continue;
      chunks.push(chunk.digest());
      chunk = createHash('sha256');
      inChunk = 0;
    }
    await spooled.write(piece);
  }
  if (size === 0) throw new HubError('bad_input', { field: 'file' });
  if (inChunk > 0) chunks.push(chunk.digest());
  return { sha256: whole.digest(), chunks };
}

/** Whether it may be taken, and what it is. */
async function judge(
  ports: UploadPorts,
  file: { input: UploadAttachment; name: string; spooled: SpooledFile; sha256: string },
): Promise<Inspection & { readonly mediaType: string }> {
  const { input, name, spooled, sha256 } = file;
  const refused = (reason: string) => ports.refused({ accountId: input.actor.accountId, sha256, reason });
  const inspection = await ports.inspector.inspect(name, spooled);
  // What cannot be looked at must not be kept (architecture.md §6).
  if (inspection === undefined) throw new HubError('unavailable', { field: 'file' });
  if (inspection.stamp !== undefined) {
    refused(`secrecy mark ${inspection.stamp}`);
    throw new HubError('secret_content', { field: 'file' });
  }
  const mediaType = mediaTypeOf(name, inspection.found);
  if (inspection.beyondLimits) throw new HubError('archive_beyond_limits', { field: 'file' });
  const verdict = await ports.scan(spooled);
  if (verdict.kind === 'unavailable') throw new HubError('unavailable', { field: 'file' });
  if (verdict.kind === 'infected') {
    refused(`malicious content ${verdict.name}`);
    throw new HubError('file_infected', { field: 'file' });
  }
  return { ...inspection, mediaType };
}

async function save(
  ports: UploadPorts,
  file: {
    input: UploadAttachment;
    name: string;
    spooled: Spooled;
    hashes: Hashes;
    inspection: Awaited<ReturnType<typeof judge>>;
  },
): Promise<Attachment> {
  const { input, name, spooled, hashes, inspection } = file;
  const { accountId } = input.actor;
  const uploadedAt = ports.clock.now();
  const sha256 = hashes.sha256.toString('hex');
  const stored = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId, key: input.key, operation: 'attachment.upload', request: { name, sha256 } },
      async () => {
        const attachment = {
          id: randomUUID(),
          name,
          mediaType: inspection.mediaType,
          size: spooled.size,
          flags: inspection.flags,
          uploadedAt,
        };
        await tx.saveAttachment({
          ...attachment,
          ...hashes,
          uploaderId: accountId,
          text: inspection.text,
          readAt: (start, length) => spooled.readAt(start, length),
        });
        return { ...attachment, sha256, uploadedAt: uploadedAt.toISOString() };
      },
    ),
  );
  return { ...stored, uploadedAt: new Date(stored.uploadedAt) };
}
