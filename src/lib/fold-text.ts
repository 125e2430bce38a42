/**
 * Folds text for a search that does not mind case or Vietnamese marks: `Chỉ đạo` becomes `chi dao`. It is done here,
 * not in PostgreSQL, so that every server version and the browser agree.
 */
export function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[đĐ]/g, 'd')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .trim();
}
