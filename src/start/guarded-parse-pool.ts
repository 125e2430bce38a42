import type { FileInspector } from '#app/ports/file-inspector.ts';
import { holdsFiles } from '#mail/message/attached-files.ts';
import type { ParsePool } from '#mail/message/parse-pool.ts';

/**
 * The parser of mail with the look into its files: what stands on a document inside a message stands on the message
 * (architecture.md §6). A message whose files could not be looked into in time counts as one that could not be read, so
 * that its sender tries again. Texts alone are looked at by the parser and cost nothing more.
 */
export function createGuardedParsePool(pool: ParsePool, inspector: FileInspector): ParsePool {
  return {
    async parse(bytes) {
      const parsed = await pool.parse(bytes);
      if (parsed === undefined || parsed.secretStamp !== undefined || !holdsFiles(parsed.structure))
        return parsed;
      const inspection = await inspector.inspectBytes('message.eml', bytes);
      if (inspection === undefined) return undefined;
      return inspection.stamp === undefined ? parsed : { ...parsed, secretStamp: inspection.stamp };
    },
    text: (bytes) => pool.text(bytes),
    get restarts() {
      return pool.restarts;
    },
    close: () => pool.close(),
  };
}
