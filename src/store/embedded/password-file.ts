import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { StartRefusal } from '#lib/start-refusal.ts';

type DatabasePassword = { readonly password: string; readonly isNew: boolean };

export function passwordFile(dataDir: string): string {
  return join(dataDir, 'postgres-password');
}

/**
 * The password of the database role `hub`: 256 random bits, kept in a file that only the hub's own user can read.
 * Other users of the machine can reach the port on 127.0.0.1 but not the database. A lost file is replaced, and
 * `isNew` tells the caller to give the role the new password.
 */
export async function readOrMakePassword(dataDir: string): Promise<DatabasePassword> {
  const file = passwordFile(dataDir);
  try {
    const password = (await readFile(file, 'utf8')).trim();
    if (/^[\w-]{20,}$/u.test(password)) return { password, isNew: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new StartRefusal(
        `The file ${file} cannot be read: start the hub as the user that owns it, or as root.`,
        { cause: error },
      );
    }
  }
  const password = randomBytes(32).toString('base64url');
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(`${password}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
  return { password, isNew: true };
}
