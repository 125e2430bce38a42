import { decodeWords } from '#mail/message/header-fields.ts';

export interface BaseSubject {
  readonly text: string;
  /** A `re:`, `fw:`, `fwd:` or `(fwd)` was taken away. */
  readonly isReplyOrForward: boolean;
}

/**
 * The subject without what replies and forwards put about it (RFC 5256, section 2.1). The text is read by position
 * from both ends, so that the time is linear whatever the subject is.
 */
export function baseSubject(subject: string): BaseSubject {
  const text = decodeWords(subject).replaceAll(/\s+/g, ' ');
  let [start, end] = [0, text.length];
  let isReplyOrForward = false;
  for (;;) {
    const trailer = skipTrailers(text, start, end);
    isReplyOrForward ||= trailer.isForward;
    end = trailer.end;
    const leader = skipLeaders(text, start, end);
    isReplyOrForward ||= leader.isReply;
    start = leader.at;
    if (!isWrapped(text, start, end)) break;
    isReplyOrForward = true;
    start += '[fwd:'.length;
    end -= 1;
  }
  return { text: text.slice(start, end), isReplyOrForward };
}

/** Step 2: `(fwd)` and white space at the end. */
function skipTrailers(text: string, start: number, end: number): { end: number; isForward: boolean } {
  let isForward = false;
  for (let at = end; ;) {
    if (at > start && text[at - 1] === ' ') at -= 1;
    else if (at - 5 >= start && text.slice(at - 5, at).toLowerCase() === '(fwd)') {
      isForward = true;
      at -= 5;
    } else return { end: at, isForward };
  }
}

/** Steps 3 to 5: white space, `re:` with blobs before it, and blobs that are not all there is. */
function skipLeaders(text: string, start: number, end: number): { at: number; isReply: boolean } {
  let isReply = false;
  let at = start;
  for (;;) {
    at = skipSpaces(text, at, end);
    const blobs = skipBlobs(text, at, end);
    const behind = skipReply(text, blobs.end, end);
    // The last blob stays where nothing would be left behind it.
    if (behind === undefined) return { at: blobs.end < end ? blobs.end : blobs.last, isReply };
    isReply = true;
    at = behind;
  }
}

function skipSpaces(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text[at] === ' ') at += 1;
  return at;
}

/** Where a run of blobs ends, and where the last of them begins. */
function skipBlobs(text: string, from: number, end: number): { end: number; last: number } {
  let [at, last] = [from, from];
  for (let next = skipBlob(text, at, end); next !== undefined; next = skipBlob(text, at, end)) {
    last = at;
    at = next;
  }
  return { end: at, last };
}

/** `[…]` without brackets inside, and the white space behind it. */
function skipBlob(text: string, from: number, end: number): number | undefined {
  if (from >= end || text[from] !== '[') return undefined;
  for (let at = from + 1; at < end; at += 1) {
    if (text[at] === '[') return undefined;
    if (text[at] === ']') return skipSpaces(text, at + 1, end);
  }
  return undefined;
}

/** `re:`, `fw:` or `fwd:`, with a blob before the colon if there is one. */
function skipReply(text: string, from: number, end: number): number | undefined {
  const word = /^(?:re|fwd?)/i.exec(text.slice(from, Math.min(end, from + 3)))?.[0];
  if (word === undefined) return undefined;
  const behind = skipSpaces(text, from + word.length, end);
  const at = skipBlob(text, behind, end) ?? behind;
  return at < end && text[at] === ':' ? at + 1 : undefined;
}

/** Step 6: `[fwd: …]`. */
function isWrapped(text: string, start: number, end: number): boolean {
  return end - start >= 6 && text.slice(start, start + 5).toLowerCase() === '[fwd:' && text[end - 1] === ']';
}
