import { letterOf } from '#bench/mail/letters.ts';
import { rareWord } from './sample-mail.ts';

/** Messages in each mailbox of the mixed load. */
export const mixedMessages = 1000;
const appendBytes = 5000;

/** An APPEND with a non-synchronizing literal (RFC 7888), which both servers take. */
export function appendCommand(mailbox: string): string {
  const octets = letterOf(appendBytes);
  return `APPEND ${mailbox} (\\Seen) {${Buffer.byteLength(octets)}+}\r\n${octets}`;
}

/** UTF-8 goes in a literal: a quoted string of IMAP4rev1 has no 8-bit octets. */
export function searchText(word: string): string {
  return `SEARCH CHARSET UTF-8 TEXT {${Buffer.byteLength(word)}+}\r\n${word}`;
}

/** Of a hundred commands, how many of each. SEARCH TEXT gives way to a FETCH when it is left out. */
const shares = [
  [30, 'header'],
  [15, 'body'],
  [20, 'store'],
  [10, 'noop'],
  [8, 'search_unseen'],
  [5, 'search_text'],
  [5, 'status'],
  [4, 'select'],
  [3, 'append'],
] as const;

/** The commands of one connection, drawn by a generator of its own, the same against either server. */
export function createMix(seed: number, searchesText: boolean): () => string {
  let state = (seed + 1) * 7919;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const kinds = shares.flatMap(([share, kind]) => Array.from({ length: share }, () => kind));
  return () => {
    const kind = kinds[below(kinds.length)] ?? 'noop';
    const uid = 1 + below(mixedMessages - 10);
    switch (kind) {
      case 'header':
        return `UID FETCH ${uid}:${uid + 9} (FLAGS ENVELOPE RFC822.SIZE)`;
      case 'body':
        return `UID FETCH ${uid} (BODY.PEEK[])`;
      case 'store':
        return `UID STORE ${uid} ${below(2) === 0 ? '+' : '-'}FLAGS (\\Flagged)`;
      case 'noop':
        return 'NOOP';
      case 'search_unseen':
        return 'SEARCH UNSEEN';
      case 'search_text':
        return searchesText ? searchText(rareWord(below(1000))) : `UID FETCH ${uid} (FLAGS)`;
      case 'status':
        return 'STATUS INBOX (MESSAGES UNSEEN UIDNEXT)';
      case 'select':
        return 'SELECT INBOX';
      case 'append':
        return appendCommand('Drafts');
    }
  };
}
