import { join } from 'node:path';
import type { AttachmentCleaning, AttachmentReads, ScanFile } from '#app/ports/attachments.ts';
import type { UploadPorts } from '#app/attachment/upload-attachment.ts';
import { createInspectPool, type InspectPool } from '#files/inspect-pool.ts';
import { openSpool } from '#files/spool.ts';
import { type ClamdAddress, scanWithClamd } from '#mail/scan/clamd.ts';
import { createAttachmentReads } from '#store/attachment/read-attachments.ts';
import { createAttachmentCleaning } from '#store/attachment/remove-attachments.ts';
import type { Database } from '#store/database.ts';
import type { Log } from './log.ts';

export interface AttachmentParts {
  readonly attachments: AttachmentReads & AttachmentCleaning;
  readonly upload: Omit<UploadPorts, 'store' | 'clock'>;
}

/** The thread that looks into files; it knows mail too, which `files` does not. */
export const inspectProgram = new URL('./inspect-worker.ts', import.meta.url);

export function createInspector(log: Log): InspectPool {
  return createInspectPool({
    program: inspectProgram,
    onRestart: (reason) => log.error({ reason }, 'a file has ended the thread that looked into it'),
  });
}

export async function createAttachmentParts(options: {
  readonly database: Database;
  readonly dataDir: string;
  readonly inspector: InspectPool;
  readonly clamd: ClamdAddress | undefined;
  readonly scanWithinMs: number;
  readonly log: Log;
}): Promise<AttachmentParts> {
  const { clamd, log } = options;
  const scan: ScanFile = async (file) => {
    if (clamd === undefined) return { kind: 'clean' };
    const result = await scanWithClamd(clamd, file.read(), options.scanWithinMs);
    switch (result.kind) {
      case 'infected':
        return { kind: 'infected', name: result.name };
      case 'clean':
        return { kind: 'clean' };
      case 'spam':
      case 'unavailable':
        log.warn({ reason: result.kind }, 'the scanner gives no answer; the file is not taken');
        return { kind: 'unavailable' };
    }
  };
  return {
    attachments: {
      ...createAttachmentReads(options.database),
      ...createAttachmentCleaning(options.database),
    },
    upload: {
      spool: await openSpool(join(options.dataDir, 'spool')),
      inspector: options.inspector,
      scan,
      refused: (facts) => log.warn(facts, 'a file was refused'),
    },
  };
}
