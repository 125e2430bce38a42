import { HubError } from '#domain/hub-error.ts';

export const directiveKeyword = '$Directive';
export const documentKeyword = '$Document';
export const assignmentKeyword = '$Assignment';
export const recalledKeyword = '$Recalled';

/**
 * Keywords that only the hub sets and removes (mail.md): a person who could would make any message look official, or
 * a recalled one look valid. They are ignored in what a client asks.
 */
export const officialKeywords = [
  directiveKeyword,
  documentKeyword,
  assignmentKeyword,
  recalledKeyword,
] as const;

export const keywordsPerMessageMax = 100;
export const keywordCharactersMax = 100;

const official = new Set(officialKeywords.map((keyword) => keyword.toLowerCase()));

// An atom without what ends one (RFC 9051, section 9: flag-keyword); `\` begins a system flag.
const atom = /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/;

/** A client's keywords, each once whatever its case, without the official ones. Throws `bad_input`. */
export function personalKeywords(keywords: readonly string[]): readonly string[] {
  const kept = new Map<string, string>();
  for (const keyword of keywords) {
    if (keyword.length > keywordCharactersMax || !atom.test(keyword))
      throw new HubError('bad_input', { field: 'keywords' });
    const folded = keyword.toLowerCase();
    if (!official.has(folded) && !kept.has(folded)) kept.set(folded, keyword);
  }
  if (kept.size > keywordsPerMessageMax) throw new HubError('bad_input', { field: 'keywords' });
  return [...kept.values()];
}

/** What of a source's keywords a message may keep; the official ones and what is no keyword here are dropped. */
export function importedKeywords(keywords: readonly string[]): {
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
} {
  const kept = new Map<string, string>();
  const dropped: string[] = [];
  for (const keyword of keywords) {
    const folded = keyword.toLowerCase();
    if (kept.has(folded)) continue;
    const fits = kept.size < keywordsPerMessageMax && keyword.length <= keywordCharactersMax;
    if (fits && atom.test(keyword) && !official.has(folded)) kept.set(folded, keyword);
    else dropped.push(keyword);
  }
  return { kept: [...kept.values()], dropped };
}
