import { canonicalMailboxPath, isForeignPath, parentPaths } from './mailbox-path.ts';
import type { SpecialUse } from './structure.ts';

/** What mail programs call the folders of a special use, in lower case (NFC). */
const wellKnownNames: Readonly<Record<SpecialUse, readonly string[]>> = {
  '\\Sent': [
    'sent',
    'sent items',
    'sent messages',
    'sent mail',
    'sent-mail',
    'đã gửi',
    'thư đã gửi',
    'mục đã gửi',
  ],
  '\\Drafts': ['drafts', 'draft', 'nháp', 'bản nháp', 'thư nháp'],
  '\\Archive': ['archive', 'archives', 'lưu trữ', 'thư lưu trữ'],
  '\\Junk': ['junk', 'spam', 'junk e-mail', 'junk email', 'junk mail', 'bulk mail', 'thư rác'],
  '\\Trash': [
    'trash',
    'deleted',
    'deleted items',
    'deleted messages',
    'thùng rác',
    'đã xóa',
    'đã xoá',
    'mục đã xóa',
    'mục đã xoá',
  ],
};
const useOfName = new Map(
  (Object.entries(wellKnownNames) as [SpecialUse, readonly string[]][]).flatMap(([use, names]) =>
    names.map((name) => [name.normalize('NFC'), use] as const),
  ),
);

/** Views of other folders: their messages would come twice. */
const views = new Set(['\\All', '\\Flagged', '\\Important']);

interface NamedFolder {
  readonly path: string;
  readonly specialUse?: string | undefined;
}

export interface FolderTargets {
  /** The hub's mailbox of a special use, where the account has it. */
  readonly ownPaths: ReadonlyMap<SpecialUse, string>;
  /** What the administrator says, by the source's path; wins over everything else. */
  readonly folderMap: ReadonlyMap<string, string>;
}

/**
 * Where each folder of a source goes: what the administrator says; INBOX to INBOX; what the source calls `\Sent` and so
 * on to the hub's own; then, unless the source has named one, the first folder with a well-known name. Children go
 * with the folder that they are in. Undefined is a view of other folders, which is left out.
 */
export function targetsOf(
  folders: readonly NamedFolder[],
  { ownPaths, folderMap }: FolderTargets,
): ReadonlyMap<string, string | undefined> {
  const moved = new Map(folderMap);
  const taken = new Set<string>();
  for (const { path, specialUse } of folders) {
    const own = ownPaths.get(specialUse as SpecialUse);
    if (own === undefined || taken.has(own)) continue;
    taken.add(own);
    if (!moved.has(path)) moved.set(path, own);
  }
  for (const { path } of folders) {
    // Courier and its like put every folder below INBOX.
    const name = path
      .replace(/^INBOX\//i, '')
      .normalize('NFC')
      .toLowerCase();
    const use = useOfName.get(name);
    const own = use === undefined ? undefined : ownPaths.get(use);
    if (own === undefined || taken.has(own) || moved.has(path)) continue;
    taken.add(own);
    moved.set(path, own);
  }
  return new Map(
    folders.map(({ path, specialUse }) => [
      path,
      specialUse !== undefined && views.has(specialUse) && !moved.has(path) ? undefined : placed(path, moved),
    ]),
  );
}

/** Under the nearest of its parents that goes elsewhere. */
function placed(path: string, moved: ReadonlyMap<string, string>): string {
  for (const above of [path, ...parentPaths(path).toReversed()]) {
    const target = moved.get(above);
    if (target !== undefined) return `${target}${path.slice(above.length)}`;
  }
  return path;
}

/** A level of a source's folder as one of ours: `/` divides levels here, and an empty level is none. */
export function importedLevel(level: string): string {
  return level === '' ? '_' : level.replaceAll('/', '_');
}

/** Of the account itself: `Shared` and `Other Users` are names of others' mailboxes here. Throws `mailbox_name_bad`. */
export function importedPath(path: string): string {
  const own = canonicalMailboxPath(path);
  return isForeignPath(own) ? canonicalMailboxPath(`Own ${own}`) : own;
}
