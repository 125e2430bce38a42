import { wordsOf, type Word } from './lexemes.ts';
import type { SearchTerm } from './search-query.ts';

/** A piece of a text; `hit`: it was looked for. Plain text, never markup. */
export interface Segment {
  readonly text: string;
  readonly hit: boolean;
}

export const snippetWordsMax = 40;
const wordsBeforeHit = 8;
const ellipsis = '…';

/** The whole text with its hits. */
export function markHits(text: string, terms: readonly SearchTerm[]): Segment[] {
  const composed = text.normalize('NFC');
  const words = wordsOf(composed);
  return segmentsOf(composed, words.filter(isHitOf(terms)), 0, composed.length);
}

/** The part of a text with most different words that were looked for; its beginning where there are none. */
export function snippetOf(text: string, terms: readonly SearchTerm[]): Segment[] {
  const composed = text.normalize('NFC');
  const words = wordsOf(composed);
  const isHit = isHitOf(terms);
  const hits = words.map(isHit);
  const from = Math.max(0, bestWindow(words, hits) - wordsBeforeHit);
  const to = Math.min(words.length, from + snippetWordsMax);
  const start = from === 0 ? 0 : (words[from]?.start ?? 0);
  const end = to === words.length ? composed.length : (words[to - 1]?.end ?? composed.length);
  const shown = segmentsOf(
    composed,
    words.slice(from, to).filter((_word, index) => hits[from + index]),
    start,
    end,
  );
  return [
    ...(start > 0 ? [{ text: ellipsis, hit: false }] : []),
    ...shown,
    ...(end < composed.length ? [{ text: ellipsis, hit: false }] : []),
  ];
}

function isHitOf(terms: readonly SearchTerm[]): (word: Word) => boolean {
  const wanted = new Set<string>();
  const beginnings: string[] = [];
  for (const { words, isExcluded, isPrefix } of terms) {
    if (isExcluded) continue;
    for (const [index, word] of words.entries())
      if (isPrefix && index === words.length - 1) beginnings.push(word.folded);
      else wanted.add(word.folded);
  }
  return ({ folded }) => wanted.has(folded) || beginnings.some((part) => folded.startsWith(part));
}

/** The word at which a window with most different hits begins: one pass, however long the text. */
function bestWindow(words: readonly Word[], hits: readonly boolean[]): number {
  const inWindow = new Map<string, number>();
  let best = 0;
  let bestAt = 0;
  let from = 0;
  for (const [index, word] of words.entries()) {
    if (!hits[index]) continue;
    inWindow.set(word.folded, (inWindow.get(word.folded) ?? 0) + 1);
    while (from <= index - (snippetWordsMax - wordsBeforeHit)) {
      const left = words[from];
      if (left !== undefined && hits[from]) {
        const count = (inWindow.get(left.folded) ?? 0) - 1;
        if (count <= 0) inWindow.delete(left.folded);
        else inWindow.set(left.folded, count);
      }
      from += 1;
    }
    while (from < index && !hits[from]) from += 1;
    if (inWindow.size > best) {
      best = inWindow.size;
      bestAt = from;
    }
  }
  return bestAt;
}

function segmentsOf(text: string, hits: readonly Word[], start: number, end: number): Segment[] {
  const segments: Segment[] = [];
  let at = start;
  for (const hit of hits) {
    if (hit.start > at) segments.push({ text: text.slice(at, hit.start), hit: false });
    segments.push({ text: text.slice(hit.start, hit.end), hit: true });
    at = hit.end;
  }
  if (at < end) segments.push({ text: text.slice(at, end), hit: false });
  return segments;
}
