import { documentType, normativeTypes, type TypeCode } from './document-type.ts';
import { HubError } from '#domain/hub-error.ts';

/** What a notation (ký hiệu) is made of (Decree 30/2020, Article 15 and Appendix I, II.3). */
export interface NotationParts {
  readonly typeCode: TypeCode;
  /** Abbreviation of the issuing organ, or of the advisory body that uses the organ's seal. */
  readonly organCode: string;
  /** Abbreviation of the drafting unit or of the field; for công văn only. */
  readonly unitCode?: string | undefined;
  /** Văn bản quy phạm pháp luật: the year stands in the notation. */
  readonly normativeYear?: number | undefined;
}

/** Appendix VI: CodeNumber and CodeNotation. */
export const codeNumberCharactersMax = 11;
export const codeNotationCharactersMax = 30;

/** Capitals and digits with their marks, joined by hyphens; a point stands in the codes of units below a unit. */
const codePart = /^[\p{L}\p{N}]+(?:[-.&][\p{L}\p{N}]+)*$/u;

/**
 * `QĐ-UBND`, `UBND-VX` for công văn, `2016/QĐ-UBND` for a normative document. Slash before the notation, hyphens inside,
 * no spaces. Throws `bad_input` for parts that cannot stand in one, `text_too_long` beyond 30 characters.
 */
export function notationOf(parts: NotationParts): string {
  const { typeCode, organCode, unitCode, normativeYear } = parts;
  const { abbreviation } = documentType(typeCode);
  for (const part of [organCode, ...(unitCode === undefined ? [] : [unitCode])])
    if (!codePart.test(part)) throw new HubError('bad_input', { field: 'notation' });
  if (normativeYear !== undefined && !normativeTypes.includes(typeCode))
    throw new HubError('bad_input', { field: 'normative' });
  const tail =
    abbreviation === undefined
      ? [organCode, ...(unitCode === undefined ? [] : [unitCode])].join('-')
      : `${abbreviation}-${organCode}`;
  const notation = (normativeYear === undefined ? tail : `${normativeYear}/${tail}`).normalize('NFC');
  if (notation.length > codeNotationCharactersMax) throw new HubError('text_too_long', { field: 'notation' });
  return notation;
}

/** `05`, `15a`: numbers below ten get a leading zero; a late booking of an earlier day has a suffix. */
export function numberText(number: number, suffix = ''): string {
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`${number} is no number of a document`);
  const text = `${String(number).padStart(2, '0')}${suffix}`;
  if (text.length > codeNumberCharactersMax) throw new HubError('text_too_long', { field: 'number' });
  return text;
}

/** Số và ký hiệu: `05/QĐ-UBND`, `12/UBND-VX`, `12/2016/QĐ-UBND`. */
export function symbolOf(number: number, suffix: string, notation: string): string {
  return `${numberText(number, suffix)}/${notation}`;
}

/** The suffixes of late bookings, in order: a, b … z, aa, ab … */
export function suffixAfter(last: string): string {
  if (last === '') return 'a';
  if (!/^[a-z]+$/.test(last)) throw new RangeError(`${last} is no suffix`);
  const head = last.slice(0, -1);
  const tail = last.slice(-1);
  if (tail !== 'z') return head + String.fromCharCode(tail.charCodeAt(0) + 1);
  return `${suffixAfter(head)}a`;
}

/**
 * A symbol written by somebody else, taken apart at its first slash: `15/QĐ-BNV` → 15 and `QĐ-BNV`. A symbol without
 * a number (papers of citizens and parties have such) is all notation.
 */
export function partsOfSymbol(symbol: string): { number: string; notation: string } {
  const slash = symbol.indexOf('/');
  if (slash < 1) return { number: '', notation: symbol };
  return { number: symbol.slice(0, slash).trim(), notation: symbol.slice(slash + 1).trim() };
}

/**
 * What two symbols are compared by: capitals, spaces, and leading zeros are how people type, not what they mean.
 */
export function comparedSymbol(symbol: string): string {
  return symbol
    .normalize('NFC')
    .toUpperCase()
    .replaceAll(/\s+/gu, '')
    .replace(/^0+(?=\d)/u, '');
}
