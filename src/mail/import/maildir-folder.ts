import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importedLevel } from '#domain/mail/import-folder.ts';
import { decodeModifiedUtf7 } from '#mail/imap/wire/modified-utf7.ts';

/** A folder on disk that holds `cur`, and its name as a path. */
export interface MaildirFolder {
  readonly directory: string;
  readonly path: string;
}

const ownFolders = new Set(['cur', 'new', 'tmp']);

/**
 * The folders of a Maildir: the root is INBOX, `.A.B` is A/B (Maildir++), and a plain folder with a `cur` of its own is one
 * too (Dovecot's layout `fs`). Links are not followed.
 */
export async function maildirFolders(root: string): Promise<readonly MaildirFolder[]> {
  const folders: MaildirFolder[] = [];
  async function walk(directory: string, above: readonly string[]): Promise<void> {
    const entries = await readdir(directory, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const isRoot = above.length === 0;
    if (names.includes('cur'))
      folders.push({ directory, path: isRoot ? 'INBOX' : above.map(importedLevel).join('/') });
    for (const name of names.toSorted()) {
      if (ownFolders.has(name)) continue;
      if (isRoot && name.startsWith('.')) await walk(join(directory, name), levelsOf(name.slice(1)));
      else if (!name.startsWith('.')) await walk(join(directory, name), [...above, levelOf(name)]);
    }
  }
  await walk(root, []);
  return folders;
}

function levelsOf(name: string): readonly string[] {
  return name.split('.').map(levelOf);
}

/** Modified UTF-7 as IMAP had it, or what some servers write instead: UTF-8. */
function levelOf(name: string): string {
  return (decodeModifiedUtf7(name) ?? name).normalize('NFC');
}

/** What a Maildir says about its messages beside their file names; Dovecot's files. */
export interface MaildirFacts {
  readonly uidValidity: number | undefined;
  readonly uidNext: number;
  /** By the part of a file name that never changes. */
  readonly uids: ReadonlyMap<string, number>;
  /** Keywords by their letter, a first. */
  readonly keywords: readonly (string | undefined)[];
}

export async function maildirFacts(directory: string): Promise<MaildirFacts> {
  const [uidList, keywordList] = await Promise.all([
    linesOf(join(directory, 'dovecot-uidlist')),
    linesOf(join(directory, 'dovecot-keywords')),
  ]);
  const keywords: string[] = [];
  for (const line of keywordList ?? []) {
    const [, letter = '', name = ''] = /^(\d{1,2}) (.+)$/.exec(line) ?? [];
    if (name !== '') keywords[Number(letter)] = name;
  }
  return { ...readUidList(uidList ?? []), keywords };
}

/** Version 3: `3 V1275660208 N25 G…`, then `UID facts :name`; version 1: `1 validity next`, then `UID name`. */
function readUidList([header = '', ...lines]: readonly string[]): Omit<MaildirFacts, 'keywords'> {
  const uidValidity = /^3 (?:.* )?V(\d{1,10})\b/.exec(header)?.[1] ?? /^1 (\d{1,10}) /.exec(header)?.[1];
  const next = /^3 (?:.* )?N(\d{1,10})\b/.exec(header)?.[1] ?? /^1 \d{1,10} (\d{1,10})/.exec(header)?.[1];
  const uids = new Map<string, number>();
  let last = 0;
  for (const line of lines) {
    const uid = Number(/^(\d{1,10}) /.exec(line)?.[1]);
    if (!(uid > last)) continue;
    const colon = line.indexOf(' :');
    const name = colon === -1 ? line.slice(line.indexOf(' ') + 1) : line.slice(colon + 2);
    uids.set(plainFileName(name), uid);
    last = uid;
  }
  return {
    uidValidity: uidValidity === undefined ? undefined : Number(uidValidity),
    uidNext: Math.max(Number(next ?? 1), last + 1),
    uids,
  };
}

/** A file name without what changes with its flags. */
export function plainFileName(name: string): string {
  return name.replace(/[:;!]2,[A-Za-z]*$/, '');
}

/** Subscribed paths, by Dovecot's file or Courier's; undefined where neither is. */
export async function maildirSubscriptions(root: string): Promise<ReadonlySet<string> | undefined> {
  const dovecot = await linesOf(join(root, 'subscriptions'));
  const courier = await linesOf(join(root, 'courierimapsubscribed'));
  if (dovecot === undefined && courier === undefined) return undefined;
  const isSecondVersion = dovecot?.[0]?.startsWith('V\t') ?? false;
  const names = [
    ...(dovecot ?? [])
      .slice(isSecondVersion ? 1 : 0)
      .map((line) => line.split(isSecondVersion ? '\t' : /[./]/)),
    // Courier's names all begin with INBOX.
    ...(courier ?? []).map((line) => line.split('.')),
  ];
  return new Set(
    names.map((levels) => {
      const below = levels.length > 1 && levels[0] === 'INBOX' ? levels.slice(1) : levels;
      return below.map((level) => importedLevel(levelOf(level))).join('/');
    }),
  );
}

async function linesOf(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
