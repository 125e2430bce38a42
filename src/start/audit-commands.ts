import { readFile } from 'node:fs/promises';
import type { AuditAnchor } from '#domain/audit/audit-entry.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { createAudit } from '#store/audit/audit-store.ts';
import type { Commands } from './command.ts';

const barCharacters = 30;

/** The evidence of who did what, for whoever is at the machine. */
export const auditCommands: Commands = {
  'audit verify': {
    usage: 'audit verify [ANCHORS]',
    about:
      'Computes the audit again and names what was changed; ANCHORS is a file of `audit anchors` kept elsewhere.',
    words: 'own',
    async run({ database, write, now }, words) {
      if (words.length > 1) throw new StartRefusal('Usage: npm run hub -- audit verify [ANCHORS]');
      const exported = words[0] === undefined ? [] : await anchorsIn(words[0]);
      const bar = progressBar();
      const verdict = await createAudit(database).verify({ now: now(), exported, onProgress: bar.show });
      bar.end();
      for (const { fault, where } of verdict.faults) write(`${fault}\t${where}\n`);
      if (verdict.faults.length > 0)
        throw new StartRefusal(`${verdict.faults.length} faults in ${verdict.entries} entries.`);
      write(`${verdict.entries} entries, no fault.\n`);
    },
  },
  'audit anchors': {
    usage: 'audit anchors',
    about: 'The anchors of each day, one JSON a line: keep them where nobody of this machine can write.',
    words: 0,
    async run({ database, write }) {
      for (const anchor of await createAudit(database).anchors()) write(`${JSON.stringify(anchor)}\n`);
    },
  },
};

/** On standard error, and only for a person: what is written to a file stays clean. */
function progressBar(): { show(done: number, whole: number): void; end(): void } {
  const { stderr } = process;
  let shown = -1;
  return {
    show(done, whole) {
      const part = whole === 0 ? 1 : Math.min(1, done / whole);
      const percent = Math.floor(part * 100);
      if (!stderr.isTTY || percent === shown) return;
      shown = percent;
      const full = Math.round(part * barCharacters);
      stderr.write(
        `\r[${'#'.repeat(full)}${'.'.repeat(barCharacters - full)}] ${percent} % (${done} of ${whole})`,
      );
    },
    end() {
      if (stderr.isTTY) stderr.write('\n');
    },
  };
}

async function anchorsIn(path: string): Promise<readonly AuditAnchor[]> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => {
      const anchor = JSON.parse(line) as Partial<AuditAnchor>;
      if (
        typeof anchor.day !== 'string' ||
        typeof anchor.hash !== 'string' ||
        typeof anchor.heads !== 'object'
      )
        throw new Error('no anchor');
      return anchor as AuditAnchor;
    });
  } catch (error) {
    throw new StartRefusal(
      `${path} holds no anchors: ${error instanceof Error ? error.message : 'unreadable'}.`,
    );
  }
}
