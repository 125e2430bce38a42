import { inflateRawSync } from 'node:zlib';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';

/** Why an archive cannot be read to its end. */
export class ArchiveFault extends Error {
  readonly kind: 'damaged' | 'encrypted' | 'limit';

  constructor(kind: 'damaged' | 'encrypted' | 'limit') {
    super(kind);
    this.name = 'ArchiveFault';
    this.kind = kind;
  }
}

/** What may still come out of a file and of everything inside it, together (threats M4). */
export interface ArchiveBudget {
  bytes: number;
  entries: number;
}

/** The ratio bounds what a small file costs, the total what a large one does. */
export function archiveBudget(fileBytes: number): ArchiveBudget {
  const { inflatedBytesMax, inflatedRatioMax, archiveEntriesMax } = attachmentLimits;
  return {
    bytes: Math.min(inflatedBytesMax, 1024 ** 2 + fileBytes * inflatedRatioMax),
    entries: archiveEntriesMax,
  };
}

export interface ZipEntry {
  readonly name: string;
  /** Throws `ArchiveFault`. */
  read(): Buffer;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const localMark = 0x04034b50;
const endBytes = 22;
const commentBytesMax = 0xffff;
const entryBytes = 46;
const localBytes = 30;
/** Sizes and offsets of this value are elsewhere (ZIP64): such archives are beyond any limit here. */
const elsewhere = 0xffffffff;

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * The files of a ZIP archive by its central directory (APPNOTE 4.3.12), in memory alone: names are never paths. What
 * an entry says of its size is not believed. Throws `ArchiveFault`.
 */
export function zipEntries(bytes: Uint8Array, budget: ArchiveBudget): readonly ZipEntry[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfDirectory(file);
  const count = file.readUInt16LE(end + 10);
  let at = file.readUInt32LE(end + 16);
  if (at === elsewhere || count > budget.entries) throw new ArchiveFault('limit');
  budget.entries -= count;
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    if (at + entryBytes > file.length || file.readUInt32LE(at) !== entryMark)
      throw new ArchiveFault('damaged');
    const nameBytes = file.readUInt16LE(at + 28);
    const name = file.toString('utf8', at + entryBytes, at + entryBytes + nameBytes);
    const header = at;
    if (!name.endsWith('/')) entries.push({ name, read: () => readEntry(file, header, budget) });
    at += entryBytes + nameBytes + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return entries;
}

function endOfDirectory(file: Buffer): number {
  const first = Math.max(0, file.length - endBytes - commentBytesMax);
  for (let at = file.length - endBytes; at >= first; at -= 1)
    if (file.readUInt32LE(at) === endMark) return at;
  throw new ArchiveFault('damaged');
}

function readEntry(file: Buffer, header: number, budget: ArchiveBudget): Buffer {
  const isEncrypted = (file.readUInt16LE(header + 8) & 1) === 1;
  if (isEncrypted) throw new ArchiveFault('encrypted');
  const method = file.readUInt16LE(header + 10);
  const packedBytes = file.readUInt32LE(header + 20);
  const local = file.readUInt32LE(header + 42);
  if (packedBytes === elsewhere || local === elsewhere) throw new ArchiveFault('limit');
  if (local + localBytes > file.length || file.readUInt32LE(local) !== localMark)
    throw new ArchiveFault('damaged');
  const start = local + localBytes + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
  const packed = file.subarray(start, start + packedBytes);
  if (packed.length !== packedBytes) throw new ArchiveFault('damaged');
  const content = unpack(packed, method, budget.bytes);
  budget.bytes -= content.length;
  return content;
}

function unpack(packed: Buffer, method: number, bytesMax: number): Buffer {
  if (method === 0) {
    if (packed.length > bytesMax) throw new ArchiveFault('limit');
    return packed;
  }
  if (method !== 8) throw new ArchiveFault('damaged');
  if (bytesMax < 1) throw new ArchiveFault('limit');
  try {
    return inflateRawSync(packed, { maxOutputLength: bytesMax });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new ArchiveFault(isTooLarge ? 'limit' : 'damaged');
  }
}
