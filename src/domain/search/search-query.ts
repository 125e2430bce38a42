import { HubError } from '#domain/hub-error.ts';
import { markedLexeme, wordsOf, type Word } from './lexemes.ts';

/** Words that stand one after another, all to be found or none. */
export interface SearchTerm {
  readonly words: readonly Word[];
  readonly isExcluded: boolean;
  /** The last word may go on. */
  readonly isPrefix: boolean;
}

export const searchCharactersMax = 200;
export const searchTermsMax = 20;
/** A shorter beginning is in too many words. */
const prefixCharactersMin = 2;

const termPattern = /(-)?(?:"([^"]*)"|([^\s"]+))/gu;

/**
 * What a person types: words that must all occur, `"words in a row"`, `-without`, `begin*`. Throws `bad_input`,
 * `text_too_long`.
 */
export function parseSearch(text: string): readonly SearchTerm[] {
  if (text.length > searchCharactersMax) throw new HubError('text_too_long', { field: 'text' });
  const terms: SearchTerm[] = [];
  for (const [, minus, phrase, bare] of text.normalize('NFC').matchAll(termPattern)) {
    const words = wordsOf(phrase ?? bare ?? '');
    if (words.length === 0) continue;
    const last = words.at(-1)?.folded ?? '';
    terms.push({
      words,
      isExcluded: minus !== undefined,
      isPrefix: bare?.endsWith('*') === true && last.length >= prefixCharactersMin,
    });
  }
  if (terms.length > searchTermsMax) throw new HubError('bad_input', { field: 'text' });
  if (terms.length > 0 && terms.every((term) => term.isExcluded))
    throw new HubError('bad_input', { field: 'text' });
  return terms;
}

/** Whether marks were typed: then hits that have them as well stand higher, and `exact` asks for nothing else. */
export function hasMarks(terms: readonly SearchTerm[]): boolean {
  return terms.some((term) => term.words.some((word) => word.marked !== word.folded));
}

/** As a `tsquery` literal (PostgreSQL, section 8.11.2). A word typed without marks is found with and without them. */
export function tsqueryOf(terms: readonly SearchTerm[], isExact: boolean): string {
  return terms
    .map(({ words, isExcluded, isPrefix }) => {
      const lexemes = words.map((word, index) => {
        const lexeme = isExact && word.marked !== word.folded ? markedLexeme(word.marked) : word.folded;
        return `'${lexeme}'${isPrefix && index === words.length - 1 ? ':*' : ''}`;
      });
      return `${isExcluded ? '!' : ''}(${lexemes.join(' <-> ')})`;
    })
    .join(' & ');
}
