import {
  acknowledgeLine,
  begunLine,
  contradiction,
  extensionLine,
  reportLine,
  submitLine,
} from './act-words.ts';
import { ownWords } from './own-words.ts';

/** Why a reply is a comment and no act; each is told to its writer. */
export const unclearReasons = [
  'no_act',
  'question',
  'contradiction',
  'percent_unclear',
  'date_unclear',
  'words_missing',
  'result_missing',
  'two_acts',
  'interleaved',
  'forwarded',
] as const;
export type UnclearReason = (typeof unclearReasons)[number];

/** What a reply to a directive does. */
export type ReplyAct =
  /** `text`: what else the writer says; '' when nothing. */
  | { readonly kind: 'acknowledge'; readonly text: string }
  | { readonly kind: 'report'; readonly percent: number; readonly text: string }
  | { readonly kind: 'submit'; readonly text: string }
  | { readonly kind: 'extension'; readonly newDueAt: Date; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string; readonly reason: UnclearReason }
  /** The writer wrote nothing. */
  | { readonly kind: 'nothing' };

export interface ReplyToRead {
  /** As a person reads it; quoted lines bear `>`. */
  readonly text: string;
  /** Files, pictures of a signature left out. */
  readonly attachments: number;
}

/**
 * What a reply does by its first line. Whatever can be read in two ways is a comment: a false receipt or result would tell
 * a leader what nobody has said. Pure and total.
 */
export function readReply({ text, attachments }: ReplyToRead): ReplyAct {
  const own = ownWords(text);
  if (own.text === '') return { kind: 'nothing' };
  const [first = '', ...others] = own.text.split('\n');
  const comment = (reason: UnclearReason): ReplyAct => ({ kind: 'comment', text: own.text, reason });
  const line = first.toLowerCase();
  if (!begunLine.test(line)) return comment('no_act');
  if (own.forwarded) return comment('forwarded');
  if (own.interleaved) return comment('interleaved');
  if (line.includes('?')) return comment('question');
  if (others.some((other) => isActLine(other.toLowerCase()))) return comment('two_acts');
  const rest = others.join('\n').trim();
  if (acknowledgeLine.test(line))
    return goesOn(first, others) ? comment('contradiction') : { kind: 'acknowledge', text: saidIn(rest) };
  return (
    reportOf(line, first, rest, comment) ??
    extensionOf(line, first, rest, comment) ??
    submitOf(line, first, rest, attachments, comment) ??
    comment(whyUnread(line))
  );
}

type Comment = (reason: UnclearReason) => ReplyAct;

function reportOf(line: string, first: string, rest: string, comment: Comment): ReplyAct | undefined {
  const found = reportLine.exec(line);
  if (found === null) return undefined;
  const percent = Number(found[1]);
  const said = tailOf(first, found[2]);
  if (percent > 100 || /\d ?%/u.test(said)) return comment('percent_unclear');
  if (said === '' && saidIn(rest) === '') return comment('words_missing');
  return { kind: 'report', percent, text: joined(said, rest) };
}

function extensionOf(line: string, first: string, rest: string, comment: Comment): ReplyAct | undefined {
  const found = extensionLine.exec(line);
  if (found === null) return undefined;
  const [, day, month, year, tail] = found;
  const newDueAt = closeOfBusiness(Number(year), Number(month), Number(day));
  if (newDueAt === undefined) return comment('date_unclear');
  const said = tailOf(first, tail);
  if (said === '' && saidIn(rest) === '') return comment('words_missing');
  return { kind: 'extension', newDueAt, text: joined(said, rest) };
}

function submitOf(
  line: string,
  first: string,
  rest: string,
  attachments: number,
  comment: Comment,
): ReplyAct | undefined {
  const found = submitLine.exec(line);
  if (found === null) return undefined;
  const said = tailOf(first, found[1]);
  if (/%/u.test(said)) return comment('percent_unclear');
  if (startsNegated(said)) return comment('contradiction');
  const text = joined(said, rest);
  if (attachments === 0 && saidIn(text) === '') return comment('result_missing');
  return { kind: 'submit', text: text === '' ? first : text };
}

function whyUnread(line: string): UnclearReason {
  if (contradiction.test(line)) return 'contradiction';
  if (/gia hạn|gia han|lùi hạn|lui han|exten/u.test(line)) return 'date_unclear';
  return line.includes('%') ? 'percent_unclear' : 'no_act';
}

function isActLine(line: string): boolean {
  return (
    acknowledgeLine.test(line) || reportLine.test(line) || extensionLine.test(line) || submitLine.test(line)
  );
}

/** `Đã nhận,` with `nhưng chưa rõ` below it: the sentence is not at its end. */
function goesOn(first: string, others: readonly string[]): boolean {
  const next = others[0] ?? '';
  if (/[.!]$/u.test(first) || next === '') return false;
  return /^\p{Ll}/u.test(next) || contradiction.test(next.toLowerCase());
}

function startsNegated(said: string): boolean {
  return contradiction.test(said.toLowerCase().slice(0, 24));
}

/** The tail of the line as it was written: matching is done in lower case, which may change the length. */
function tailOf(first: string, tail: string | undefined): string {
  if (tail === undefined || tail === '') return '';
  const lower = first.toLowerCase();
  return lower.length === first.length ? first.slice(first.length - tail.length).trim() : tail.trim();
}

function joined(said: string, rest: string): string {
  return [said, rest].filter((part) => part !== '').join('\n');
}

const nameLinesMax = 8;
const nameCharactersMax = 60;
const nameWordsMax = 7;

/** What is said in the lines; '' when they are only a name, a post and an office without a mark between. */
function saidIn(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  const isName = (line: string) =>
    line.length <= nameCharactersMax &&
    line.split(' ').length <= nameWordsMax &&
    !/^\p{Ll}|^(?:Do|Vì|Because|Due) |[.?!;]$|[?:]/u.test(line);
  return lines.length <= nameLinesMax && lines.every(isName) ? '' : text;
}

const closingHour = 17;
const provinceOffsetHours = 7;

/** The end of office hours of a day in the province, 17:00 +07:00 (domain.md §5.5); undefined for 30/02 and the like. */
function closeOfBusiness(year: number, month: number, day: number): Date | undefined {
  const at = new Date(Date.UTC(year, month - 1, day, closingHour - provinceOffsetHours));
  const isReal = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return isReal && year >= 2000 ? at : undefined;
}
