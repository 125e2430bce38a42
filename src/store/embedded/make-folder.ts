import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { StartRefusal } from '#lib/start-refusal.ts';

/**
 * Makes the folder and those above it that are missing, all with this mode whatever the umask. Folders that exist
 * keep their mode.
 */
export async function makeFolder(folder: string, mode: number): Promise<void> {
  try {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made)) await chmod(made, mode);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefusal(
      `The folder ${folder} cannot be made (${reason}): make it, or set HUB_DATA to another folder.`,
      { cause: error },
    );
  }
}
