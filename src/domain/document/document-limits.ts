import { HubError } from '#domain/hub-error.ts';
import type { Circulation } from './document.ts';

/** Lengths of Decree 30/2020, Appendix VI, part II, in characters. */
export const documentLimits = {
  typeNameCharactersMax: 100,
  organNameCharactersMax: 200,
  subjectCharactersMax: 500,
  languageCharactersMax: 30,
  descriptionCharactersMax: 500,
  toPlacesCharactersMax: 1000,
  pageAmountMax: 999,
  issuedAmountMax: 9_999_999,
  /** No limit of the decree: what a leader, a clerk or a drafter writes beside the document. */
  noteCharactersMax: 2000,
  /** Of a draft, before it becomes a file. */
  bodyCharactersMax: 200_000,
  recipientsPerDocumentMax: 500,
} as const;

// A field of one line stands in registers, headers and file names: whatever ends a line would forge the next.
const lineBreaking = /[\p{Cc}\u2028\u2029]/u;
// eslint-disable-next-line no-control-regex -- NUL cannot be stored, the others hide text from a reader
const controlInText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** A required field of one line, trimmed and in NFC. Throws `bad_input`, `line_break_in_field`, `text_too_long`. */
export function lineOf(field: string, text: string, charactersMax: number): string {
  if (lineBreaking.test(text)) throw new HubError('line_break_in_field', { field });
  const line = text.trim().normalize('NFC');
  if (line === '') throw new HubError('bad_input', { field });
  if (line.length > charactersMax) throw new HubError('text_too_long', { field });
  return line;
}

export function optionalLineOf(
  field: string,
  text: string | undefined,
  charactersMax: number,
): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : lineOf(field, text, charactersMax);
}

/** A text of several lines; empty only where `isRequired` is false. */
export function textOf(field: string, text: string, charactersMax: number, isRequired = true): string {
  if (controlInText.test(text)) throw new HubError('line_break_in_field', { field });
  const words = text.normalize('NFC');
  if (isRequired && words.trim() === '') throw new HubError('bad_input', { field });
  if (words.length > charactersMax) throw new HubError('text_too_long', { field });
  return words;
}

export function countOf(field: string, count: number | undefined, max: number): number | undefined {
  if (count === undefined) return undefined;
  if (!Number.isInteger(count) || count < 1 || count > max) throw new HubError('bad_input', { field });
  return count;
}

/** A day of the calendar as `2016-05-11`, that exists. Throws `bad_input`. */
export function dayOf(field: string, text: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const day = new Date(`${text}T00:00:00Z`);
  if (match === null || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
    throw new HubError('bad_input', { field });
  return text;
}

/**
 * The hub is a networked machine: it takes no state secret, at any level (Law 29/2018/QH14, Article 5; Decree
 * 26/2020). Throws `secret_content`.
 */
export function refuseSecrecy(secrecy: string | undefined): void {
  if (secrecy !== undefined && secrecy !== 'none') throw new HubError('secret_content', { field: 'secrecy' });
}

/** What is only to be known inside the organ does not leave it. Throws `bad_input`. */
export function checkCirculation(circulation: Circulation, leavesOrgan: boolean): void {
  if (circulation === 'internal_only' && leavesOrgan)
    throw new HubError('bad_input', { field: 'circulation' });
}
