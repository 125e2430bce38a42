import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpooledFile } from '#app/ports/file-inspector.ts';

/** A file on its way in. */
export interface SpoolFile extends SpooledFile {
  write(chunk: Buffer): Promise<void>;
  /** From `start`, a multiple of 16, at most `length` octets. */
  readAt(start: number, length: number): Promise<Buffer>;
  /** Removes it, also half written. */
  remove(): Promise<void>;
}

export interface Spool {
  create(): Promise<SpoolFile>;
}

const readBytes = 256 * 1024;
const algorithm = 'aes-256-ctr';

/**
 * Where files wait until they have been looked into. Nothing of them may be in the database before (a rolled back row
 * stays in the write-ahead log), and each lies here under a key that only this process's memory holds, so that a file
 * which is refused, or left by a crash, is nowhere in clear. Those that an earlier process left are removed.
 */
export async function openSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const mark = `${process.pid}-`;
  for (const name of await readdir(folder)) {
    const pid = Number(/^(\d+)-/u.exec(name)?.[1] ?? 0);
    if (!isAlive(pid) || name.startsWith(mark)) await rm(join(folder, name), { force: true });
  }
  return {
    async create() {
      const path = join(folder, `${mark}${randomUUID()}`);
      return spoolFile(path, await open(path, 'wx+', 0o600));
    },
  };
}

/** Several processes of one machine may share the folder. */
function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function spoolFile(path: string, file: FileHandle): SpoolFile {
  const key = randomBytes(32);
  const start = randomBytes(16);
  const cipher = createCipheriv(algorithm, key, start);
  let size = 0;
  const readAt = async (at: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, at + filled);
      if (bytesRead === 0) throw new Error('a spooled file is shorter than it was written');
      filled += bytesRead;
    }
    return createDecipheriv(algorithm, key, counterAt(start, at)).update(buffer);
  };
  return {
    get size() {
      return size;
    },
    async write(chunk) {
      const sealed = cipher.update(chunk);
      await file.appendFile(sealed);
      size += chunk.length;
    },
    readAt,
    async *read() {
      for (let at = 0; at < size; at += readBytes) yield await readAt(at, readBytes);
    },
    async remove() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

/** The counter block of an octet (NIST SP 800-38A, 6.5): the first one and one more for each 16 octets. */
function counterAt(start: Buffer, at: number): Buffer {
  const value = (BigInt(`0x${start.toString('hex')}`) + BigInt(at / 16)) & ((1n << 128n) - 1n);
  return Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
}
