import type { Mailbox } from '#app/ports/mail.ts';
import type { ListArguments } from '#mail/imap/grammar/list-arguments.ts';
import { encodeStatus } from '#mail/imap/grammar/status-items.ts';
import { encodeMailboxName } from '#mail/imap/grammar/mailbox-name.ts';
import type { Octets } from '#mail/imap/wire/encode.ts';

import { createWildcardMatcher } from './wildcard.ts';

/** In which spelling the session reads names. */
interface NameReader {
  readonly speaksUtf8: boolean;
}

/** The untagged lines of LIST, without CRLF: mailboxes by path, each followed by its STATUS where asked. */
export function listLines(
  mailboxes: readonly Mailbox[],
  input: ListArguments,
  reader: NameReader,
): readonly Octets[] {
  const matches = pathMatcher(input.patterns);
  const parents = parentsOf(mailboxes);
  const selected = input.select.recursiveMatch ? mailboxes.filter(isSelected) : [];
  const selectedBelow = parentsOf(selected);
  // RFC 5258, section 4: a name is not shown for the sake of children that are shown themselves.
  const hiddenBelow = parentsOf(selected.filter((mailbox) => !matches(mailbox.path)));
  const lines: Octets[] = [];
  for (const mailbox of inOrder(withLevels(mailboxes, input.patterns))) {
    if (!matches(mailbox.path)) continue;
    const childInfo = selectedBelow.has(mailbox.path);
    if (!isSelected(mailbox) && !hiddenBelow.has(mailbox.path)) continue;
    const attributes = attributesOf(mailbox, parents, input.returns.subscribed);
    const name = encodeMailboxName(mailbox.path, reader);
    const extended = childInfo ? ` ("CHILDINFO" (${childInfoOf(input)}))` : '';
    lines.push(`* LIST (${attributes.join(' ')}) "/" ${name}${extended}`);
    if (input.returns.status !== undefined && isThere(mailbox)) {
      lines.push(`* STATUS ${name} ${encodeStatus(mailbox, input.returns.status)}`);
    }
  }
  return lines;

  function isSelected(mailbox: Mailbox): boolean {
    const { subscribed, specialUse } = input.select;
    return (!subscribed || mailbox.subscribed) && (!specialUse || mailbox.specialUse !== undefined);
  }
}

/**
 * The untagged lines of LSUB. With `%`, a level that is not subscribed itself and has a subscribed one below is
 * named as `\Noselect` (RFC 3501, section 6.3.9).
 */
export function subscribedLines(
  mailboxes: readonly Mailbox[],
  patterns: readonly string[],
  reader: NameReader,
): readonly Octets[] {
  const matches = pathMatcher(patterns);
  const subscribed = mailboxes.filter((mailbox) => mailbox.subscribed);
  const above = patterns.some((pattern) => pattern.includes('%')) ? parentsOf(subscribed) : new Set<string>();
  const shown = withLevels(mailboxes, patterns).filter(
    (mailbox) => mailbox.subscribed || above.has(mailbox.path),
  );
  return inOrder(shown)
    .filter((mailbox) => matches(mailbox.path))
    .map(
      (mailbox) =>
        `* LSUB (${isThere(mailbox) && mailbox.subscribed ? '' : '\\Noselect'}) "/" ${encodeMailboxName(mailbox.path, reader)}`,
    );
}

/** INBOX is the same in any case, and only as the first level. */
function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const matchers = patterns.map((pattern) => ({
    asWritten: createWildcardMatcher(pattern),
    inCapitals: createWildcardMatcher(upperFirstLevel(pattern)),
  }));
  return (path) => {
    const isInbox = path === 'INBOX' || path.startsWith('INBOX/');
    return matchers.some((matcher) => (isInbox ? matcher.inCapitals(path) : matcher.asWritten(path)));
  };
}

function upperFirstLevel(pattern: string): string {
  const slash = pattern.indexOf('/');
  if (slash < 0) return pattern.toUpperCase();
  return pattern.slice(0, slash).toUpperCase() + pattern.slice(slash);
}

function attributesOf(
  mailbox: Mailbox,
  parents: ReadonlySet<string>,
  subscribed: boolean,
): readonly string[] {
  const attributes = [parents.has(mailbox.path) ? '\\HasChildren' : '\\HasNoChildren'];
  if (!isThere(mailbox)) attributes.unshift('\\NonExistent', '\\Noselect');
  if (mailbox.specialUse !== undefined) attributes.push(mailbox.specialUse);
  if (subscribed && mailbox.subscribed) attributes.push('\\Subscribed');
  return attributes;
}

/** Levels that are no mailboxes, like `Shared`: named to who walks down by `%` (RFC 3501, section 6.3.8; RFC 5258). */
function withLevels(mailboxes: readonly Mailbox[], patterns: readonly string[]): readonly Mailbox[] {
  if (!patterns.some((pattern) => pattern.endsWith('%'))) return mailboxes;
  const there = new Set(mailboxes.map((mailbox) => mailbox.path));
  const levels = [...parentsOf(mailboxes)].filter((path) => !there.has(path));
  return [...mailboxes, ...levels.map((path): Mailbox => ({ ...noMailbox, path }))];
}

const noMailbox: Mailbox = {
  id: '',
  accountId: '',
  path: '',
  uidValidity: 0,
  uidNext: 0,
  highestModseq: 0,
  messages: 0,
  unseen: 0,
  deleted: 0,
  deletedSize: 0,
  size: 0,
  subscribed: false,
  rights: 0,
};

/** A name that is subscribed to without a mailbox (RFC 5258, section 3). */
export function lostMailbox(path: string): Mailbox {
  return { ...noMailbox, path, subscribed: true };
}

function isThere(mailbox: Mailbox): boolean {
  return mailbox.id !== '';
}

function childInfoOf(input: ListArguments): string {
  const { subscribed, specialUse } = input.select;
  return [...(subscribed ? ['"SUBSCRIBED"'] : []), ...(specialUse ? ['"SPECIAL-USE"'] : [])].join(' ');
}

function parentsOf(mailboxes: readonly Mailbox[]): Set<string> {
  const parents = new Set<string>();
  for (const { path } of mailboxes) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      parents.add(path.slice(0, at));
  }
  return parents;
}

function inOrder(mailboxes: readonly Mailbox[]): readonly Mailbox[] {
  const rank = (path: string): number => (path === 'INBOX' ? 0 : 1);
  return mailboxes.toSorted((one, other) => {
    const byRank = rank(one.path) - rank(other.path);
    return byRank === 0 ? (one.path < other.path ? -1 : 1) : byRank;
  });
}
