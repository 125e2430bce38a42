import { HubError } from '#domain/hub-error.ts';

const mailboxLevelsMax = 10;
const mailboxLevelCharactersMax = 200;
/** A path is a key of a PostgreSQL B-tree, whose entries end at 2,704 octets. */
const mailboxPathBytesMax = 2_500;
export const mailboxesPerAccountMax = 5_000;
/** The MESSAGE quota of every account (RFC 9208, section 5.2). */
export const messagesPerAccountMax = 1_000_000;

// Controls and line separators break protocol lines; bidirectional controls make a name read as another one.
// eslint-disable-next-line no-control-regex -- these are the characters to refuse
const refused = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * The one spelling of a mailbox name: NFC, `/` between levels, INBOX in capitals however it was written (RFC 9051,
 * section 5.1), also as the parent of others. A name is a database value and nothing else, so `..` is a name like
 * any other (threats I7). One `/` at the end is dropped: it only announces children (section 6.3.4).
 * Throws `mailbox_name_bad`.
 */
export function canonicalMailboxPath(name: string): string {
  // Normalising is work in proportion to the length, so what cannot be a name is refused before it.
  if (name.length > 2 * mailboxPathBytesMax || refused.test(name)) throw new HubError('mailbox_name_bad');
  const levels = name.normalize('NFC').replace(/\/$/, '').split('/');
  if (levels.length > mailboxLevelsMax) throw new HubError('mailbox_name_bad');
  for (const level of levels) {
    if (level === '' || codePoints(level) > mailboxLevelCharactersMax) throw new HubError('mailbox_name_bad');
  }
  if (levels[0]?.toUpperCase() === 'INBOX') levels[0] = 'INBOX';
  const path = levels.join('/');
  if (Buffer.byteLength(path) > mailboxPathBytesMax) throw new HubError('mailbox_name_bad');
  return path;
}

/** The mailboxes that must exist above a path, outermost first. */
export function parentPaths(path: string): readonly string[] {
  const levels = path.split('/');
  return levels.slice(1).map((_, index) => levels.slice(0, index + 1).join('/'));
}

/** Characters as Unicode counts them, so that a letter outside the first plane is not two. */
function codePoints(text: string): number {
  return Array.from(text).length;
}

/** Where mailboxes of others appear (RFC 2342): those of offices, and those that a person shares. */
export const sharedNamespace = 'Shared';
export const otherUsersNamespace = 'Other Users';

/** A mailbox of another account as its reader names it. */
export interface ForeignPath {
  readonly namespace: string;
  /** Of its owner. */
  readonly address: string;
  /** As its owner names it. */
  readonly path: string;
}

/** Whether a path is in a namespace of others, or is the namespace itself: nobody's own mailbox may be called so. */
export function isForeignPath(path: string): boolean {
  return [sharedNamespace, otherUsersNamespace].some(
    (namespace) => path === namespace || path.startsWith(`${namespace}/`),
  );
}

/** The three parts of `Shared/van.thu@snv.binhthuan.example/INBOX`. Throws `mailbox_name_bad`. */
export function parseForeignPath(name: string): ForeignPath {
  const [namespace = '', address = '', ...rest] = name.split('/');
  if (!isForeignPath(namespace) || !address.includes('@') || rest.length === 0)
    throw new HubError('mailbox_name_bad');
  return {
    namespace,
    address: address.normalize('NFC').toLowerCase(),
    path: canonicalMailboxPath(rest.join('/')),
  };
}
