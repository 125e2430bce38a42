import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type {
  ImportSource,
  ReadFolder,
  SourceFolder,
  SourceMessage,
  SourceProblem,
} from '#app/ports/mail-import.ts';
import { importedLevel } from '#domain/mail/import-folder.ts';
import { fieldText, headerEnd, headerFields } from '#mail/message/header-fields.ts';
import { withCrlf } from './crlf.ts';
import { flagsOfMboxHeader } from './import-flags.ts';
import { dateOfFromLine, isMbox, readMbox, type MboxFormat, type MboxMessage } from './read-mbox.ts';

interface MboxFile {
  readonly path: string;
  readonly folder: string;
}

/**
 * An mbox, or a folder of them: Thunderbird keeps the children of `X` in `X.sbd`, Apple's Mail exports `X` as
 * `X.mbox/mbox`. It has no UIDs and no subscriptions. A message is known by its octets, and by how many of the same came
 * before it in its file.
 */
export async function openMboxSource(root: string, format: MboxFormat): Promise<ImportSource> {
  const path = await realpath(root);
  const problems: SourceProblem[] = [];
  const files = (await stat(path)).isDirectory()
    ? await filesIn(path, '', problems)
    : [{ path, folder: importedLevel(plainName(basename(path))) }];
  const byFolder = new Map<string, MboxFile[]>();
  for (const file of files) byFolder.set(file.folder, [...(byFolder.get(file.folder) ?? []), file]);
  return {
    name: `mbox:${path}`,
    async folders() {
      const folders: SourceFolder[] = [];
      for (const [folder, parts] of byFolder) {
        let messages = 0;
        for (const part of parts)
          for await (const _ of readMbox(part.path, { format, messageBytesMax: 0 })) messages += 1;
        folders.push({ path: folder, subscribed: undefined, messages });
      }
      return folders;
    },
    async *messages(folder, input) {
      const seen = new Map<string, number>();
      for (const part of byFolder.get(folder.path) ?? [])
        for await (const message of readMbox(part.path, { format, messageBytesMax: input.messageBytesMax })) {
          const times = (seen.get(message.sha256) ?? 0) + 1;
          seen.set(message.sha256, times);
          const found = sourceMessage(part.path, message, times, input);
          if (found !== undefined) yield found;
        }
    },
    problems: () => problems,
    close: () => Promise.resolve(),
  };
}

function sourceMessage(
  path: string,
  { bytes, size, sha256, fromLine, offset }: MboxMessage,
  times: number,
  { known, since, messageBytesMax }: ReadFolder,
): SourceMessage | undefined {
  const item = `${sha256} ${times}`;
  const internalDate = dateOfFromLine(fromLine);
  if (known.has(item) || (since !== undefined && internalDate !== undefined && internalDate < since))
    return undefined;
  const whole = bytes === undefined ? undefined : withCrlf(bytes);
  const fits = whole !== undefined && whole.length <= messageBytesMax;
  return {
    item,
    place: `${path} at ${offset}`,
    ...(bytes === undefined ? { flags: 0, keywords: [] } : flagsOf(bytes)),
    internalDate,
    size: whole?.length ?? size,
    bytes: fits ? whole : undefined,
  };
}

function flagsOf(bytes: Buffer) {
  const fields = new Map<string, string>();
  for (const field of headerFields(bytes, { start: 0, end: headerEnd(bytes) }))
    if (/^(?:x-)?(?:status|keywords|mozilla-status|mozilla-keys)$/.test(field.name))
      fields.set(field.name, fieldText(bytes, field));
  return flagsOfMboxHeader((name) => fields.get(name) ?? '');
}

/** Links are not followed: they may lead out of the folder, or back into it. */
async function filesIn(
  folder: string,
  above: string,
  problems: SourceProblem[],
): Promise<readonly MboxFile[]> {
  const files: MboxFile[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const name = plainName(entry.name);
    const level = above === '' ? importedLevel(name) : `${above}/${importedLevel(name)}`;
    if (entry.isDirectory()) files.push(...(await filesIn(path, level, problems)));
    else if (!entry.isFile() || !(await isMbox(path))) problems.push({ place: path, reason: 'not_mbox' });
    else files.push({ path, folder: entry.name === 'mbox' && above !== '' ? above : level });
  }
  return files;
}

function plainName(name: string): string {
  return name.replace(/\.(?:mbox|mbx|sbd)$/i, '').normalize('NFC');
}
