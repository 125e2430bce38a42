import { foldText } from '#lib/fold-text.ts';

/** A word of a text, where it stands in it (UTF-16), and the two ways in which it is found. */
export interface Word {
  readonly start: number;
  readonly end: number;
  /** Without case and marks: `chi`. */
  readonly folded: string;
  /** In lower case with its marks: `chỉ`. Equal to `folded` where it has none. */
  readonly marked: string;
}

/** How much a word of a part counts: a title and number, names, a summary, the rest. */
export type Weight = 'A' | 'B' | 'C' | 'D';

export interface WeighedText {
  readonly weight: Weight;
  readonly text: string;
}

/** PostgreSQL keeps positions up to here; what comes later in a text is stored but not found. */
export const searchWordsMax = 16_000;
/** A longer run of letters is no word of any language: its beginning is enough. */
export const searchWordCharactersMax = 60;
/** PostgreSQL keeps so many places of one word. */
const placesOfWordMax = 255;

const wordPattern = /[\p{L}\p{N}\p{M}]+/gu;

/** The words of a text in composed letters (NFC), in order, at most `max`. */
export function wordsOf(text: string, max: number = searchWordsMax): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(wordPattern)) {
    if (words.length === max) break;
    const whole = match[0];
    const part = whole.slice(0, searchWordCharactersMax).toWellFormed();
    const folded = foldText(part);
    // Marks that stand alone fold to nothing.
    if (folded === '') continue;
    words.push({
      start: match.index,
      end: match.index + whole.length,
      folded,
      marked: part.normalize('NFC').toLowerCase(),
    });
  }
  return words;
}

/** A marked word stands apart from a folded one by a sign that no word has. */
export function markedLexeme(marked: string): string {
  return `=${marked}`;
}

/**
 * Texts as a `tsvector` literal (PostgreSQL, section 8.11.1), made here so that every server version finds the same.
 * A phrase does not reach from one text into the next.
 */
export function searchVector(texts: readonly WeighedText[]): string {
  const places = new Map<string, string[]>();
  let position = 0;
  const place = (lexeme: string, weight: Weight) => {
    const found = places.get(lexeme);
    const at = weight === 'D' ? String(position) : `${position}${weight}`;
    if (found === undefined) places.set(lexeme, [at]);
    else if (found.length < placesOfWordMax) found.push(at);
  };
  for (const { text, weight } of texts) {
    for (const { folded, marked } of wordsOf(text.normalize('NFC'), searchWordsMax - position)) {
      position += 1;
      place(folded, weight);
      if (marked !== folded) place(markedLexeme(marked), weight);
    }
    position = Math.min(position + 1, searchWordsMax);
  }
  // Letters, digits and the sign alone: nothing in it could end the quotes.
  return [...places].map(([lexeme, at]) => `'${lexeme}':${at.join(',')}`).join(' ');
}
