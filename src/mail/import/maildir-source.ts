import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  ImportSource,
  ReadFolder,
  SourceFolder,
  SourceMessage,
  SourceProblem,
} from '#app/ports/mail-import.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { withCrlf } from './crlf.ts';
import { flagsOfMaildirName } from './import-flags.ts';
import {
  maildirFacts,
  maildirFolders,
  maildirSubscriptions,
  plainFileName,
  type MaildirFacts,
} from './maildir-folder.ts';

/**
 * A Maildir with its folders. Only what was delivered whole is read, `cur` and `new`. UIDs are those of Dovecot's list,
 * where there is one; a file that is not in it yet gets what Dovecot would give it. A message is known by its file's
 * name, without the flags at its end. Throws `StartRefusal` when it is none.
 */
export async function openMaildirSource(root: string): Promise<ImportSource> {
  const path = await realpath(root);
  const found = await maildirFolders(path);
  if (found.length === 0) throw new StartRefusal(`${root} is no Maildir: it has no folder cur.`);
  const directories = new Map(found.map((folder) => [folder.path, folder.directory]));
  const problems: SourceProblem[] = [];
  return {
    name: `maildir:${path}`,
    async folders() {
      const subscriptions = await maildirSubscriptions(path);
      const folders: SourceFolder[] = [];
      for (const [folder, directory] of directories) {
        const [facts, names] = await Promise.all([maildirFacts(directory), fileNames(directory)]);
        const unlisted = names.filter(({ plain }) => !facts.uids.has(plain)).length;
        folders.push({
          path: folder,
          subscribed: subscriptions?.has(folder),
          messages: names.length,
          ...(facts.uidValidity === undefined
            ? {}
            : { uidValidity: facts.uidValidity, uidNext: facts.uidNext + unlisted }),
        });
      }
      return folders;
    },
    messages: (folder, input) => read(directories.get(folder.path) ?? '', input, problems),
    problems: () => problems,
    close: () => Promise.resolve(),
  };
}

interface FileName {
  readonly path: string;
  readonly name: string;
  readonly plain: string;
}

/** One that is moved from `new` to `cur` meanwhile may be seen in both, and is one message. */
async function fileNames(directory: string): Promise<readonly FileName[]> {
  const names = new Map<string, FileName>();
  for (const folder of ['new', 'cur'])
    for (const entry of await entriesOf(join(directory, folder)))
      if (entry.isFile() && !entry.name.startsWith('.'))
        names.set(plainFileName(entry.name), {
          path: join(directory, folder, entry.name),
          name: entry.name,
          plain: plainFileName(entry.name),
        });
  return [...names.values()];
}

async function entriesOf(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function* read(
  directory: string,
  input: ReadFolder,
  problems: SourceProblem[],
): AsyncGenerator<SourceMessage, void, undefined> {
  const facts = await maildirFacts(directory);
  for (const file of await filesOf(directory, facts, problems)) {
    if (input.known.has(file.plain)) continue;
    if (input.since !== undefined && file.modified < input.since) continue;
    const message = await readOne(file, facts, input.messageBytesMax);
    if (message === undefined) problems.push({ place: file.path, reason: 'gone_meanwhile' });
    else yield message;
  }
}

interface File extends FileName {
  readonly uid: number | undefined;
  readonly modified: Date;
  readonly size: number;
}

/** In the order of UIDs, and after those by arrival. */
async function filesOf(
  directory: string,
  facts: MaildirFacts,
  problems: SourceProblem[],
): Promise<readonly File[]> {
  const files: File[] = [];
  for (const file of await fileNames(directory)) {
    const found = await statOf(file.path);
    if (found === undefined) {
      problems.push({ place: file.path, reason: 'gone_meanwhile' });
      continue;
    }
    files.push({ ...file, uid: facts.uids.get(file.plain), modified: found.mtime, size: found.size });
  }
  files.sort(
    (left, right) =>
      (left.uid ?? Infinity) - (right.uid ?? Infinity) ||
      left.modified.getTime() - right.modified.getTime() ||
      (left.plain < right.plain ? -1 : 1),
  );
  if (facts.uidValidity === undefined) return files.map((file) => ({ ...file, uid: undefined }));
  let next = facts.uidNext;
  return files.map((file) => (file.uid === undefined ? { ...file, uid: next++ } : file));
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readOne(
  file: File,
  facts: MaildirFacts,
  messageBytesMax: number,
): Promise<SourceMessage | undefined> {
  const { plain, path, uid, modified, size } = file;
  const said = {
    item: plain,
    place: path,
    uid,
    ...flagsOfMaildirName(file.name, facts.keywords),
    internalDate: modified,
  };
  if (size > messageBytesMax) return { ...said, size, bytes: undefined };
  try {
    const bytes = withCrlf(await readFile(path));
    return { ...said, size: bytes.length, bytes: bytes.length > messageBytesMax ? undefined : bytes };
  } catch (error) {
    // Its flags have changed, and with them its name: the next run finds it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
