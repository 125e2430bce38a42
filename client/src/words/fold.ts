/** `Chỉ đạo` becomes `chi dao`: what is typed without marks finds what is written with them. */
export function foldWords(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[đĐ]/g, 'd')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * Whether a text answers a query: each typed word begins some word of the text, marks and case apart, or the query is
 * made of the initials ("snnptnt" finds Sở Nông nghiệp và Phát triển nông thôn, with or without its small words).
 */
export function answersQuery(text: string, query: string): boolean {
  const asked = foldWords(query);
  if (asked === '') return true;
  const words = wordsOf(foldWords(text));
  if (wordsOf(asked).every((typed) => words.some((word) => word.startsWith(typed)))) return true;
  if (foldWords(text).includes(asked)) return true;
  if (asked.includes(' ') || asked.length < 2) return false;
  const initials = words.map((word) => word[0]).join('');
  const withoutSmall = words
    .filter((word) => word !== 'va')
    .map((word) => word[0])
    .join('');
  return initials.includes(asked) || withoutSmall.includes(asked);
}

/** `YKCĐ-2016-000123` as it stands in an address: ASCII only, so that no mail program breaks the link. */
export function addressCode(code: string): string {
  return code.replaceAll('Đ', 'D').replaceAll('đ', 'd');
}

function wordsOf(folded: string): string[] {
  return folded.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}
