import {
  attributionLines,
  isForwardMark,
  isOriginalMark,
  isOtherField,
  isQuotedLine,
  isSenderField,
} from './quote-marks.ts';
import { isBanner, isClosing, isDisclaimer, isProgramFooter, isSignatureDash } from './signature-marks.ts';

/** What the writer of a reply wrote, without what the mail program or server put around it. */
export interface OwnWords {
  /** Lines with LF between them; '' when there are none. */
  readonly text: string;
  /** The writer answered piece by piece, between pieces of the earlier message. */
  readonly interleaved: boolean;
  /** An earlier message is passed on below. */
  readonly forwarded: boolean;
}

/** docs/limits.md. What is beyond is not read: an act stands in the first line. */
export const replyLimits = {
  replyCharactersMax: 65_536,
  replyLinesMax: 2_000,
  replyLineCharactersMax: 1_000,
} as const;

/** A signature is short lines; a paragraph below `Thanks,` is a person's words. */
const signatureLinesMax = 14;
const signatureLineCharactersMax = 110;

const lineEnds = /\r\n|[\r\n\u0085\u2028\u2029]/;
const invisible = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Cuts quoted text, signatures and disclaimers from a text in which quoted lines bear `>`. Never throws, and linear:
 * each line is looked at a bounded number of times.
 */
export function ownWords(text: string): OwnWords {
  const lines = linesOf(text);
  const blocks: string[][] = [];
  let block: string[] = [];
  let forwarded = false;
  let skipping = false;
  let wrote = false;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (isQuotedLine(line)) {
      blocks.push(block);
      block = [];
      skipping = false;
      at += 1;
      continue;
    }
    if (isForwardMark(line)) {
      forwarded = true;
      break;
    }
    const attribution = attributionLines(lines, at);
    if (attribution > 0) {
      const next = nextFilled(lines, at + attribution);
      // Without `>` there is no telling where the earlier message ends.
      if (next === undefined || !isQuotedLine(next)) break;
      at += attribution;
      continue;
    }
    if (startsOriginal(lines, at, blocks, block)) break;
    const closes = isClosing(line, wrote) && closesAt(lines, at);
    if (closes || isSignatureDash(line) || isProgramFooter(line) || isDisclaimer(line)) skipping = true;
    if (!skipping && !(isBanner(line) && isBlank(block))) {
      block.push(line);
      wrote ||= line !== '';
    }
    at += 1;
  }
  blocks.push(block);
  const written = blocks.map(trimmed).filter((one) => one !== '');
  return { text: written.join('\n\n'), interleaved: written.length > 1, forwarded };
}

function linesOf(text: string): string[] {
  const { replyCharactersMax, replyLinesMax, replyLineCharactersMax } = replyLimits;
  return text
    .slice(0, replyCharactersMax)
    .toWellFormed()
    .normalize('NFC')
    .split(lineEnds)
    .slice(0, replyLinesMax)
    .map((line) =>
      line.replaceAll(invisible, '').replaceAll(/\s+/gu, ' ').trim().slice(0, replyLineCharactersMax),
    );
}

/** A mark between dashes, or a block of `From:`, `Sent:`, `To:` as Outlook writes it. */
function startsOriginal(
  lines: readonly string[],
  at: number,
  blocks: readonly string[][],
  block: readonly string[],
): boolean {
  const line = lines[at] ?? '';
  if (isOriginalMark(line)) return true;
  if (!isSenderField(line)) return false;
  // A message that begins so has nothing of the writer's own before it.
  if (blocks.length === 0 && isBlank(block)) return true;
  return lines.slice(at + 1, at + 6).some(isOtherField);
}

/** Whether a closing line has nothing but a few short lines below it, down to the earlier message or the end. */
function closesAt(lines: readonly string[], at: number): boolean {
  let filled = 0;
  for (let next = at + 1; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (line === '') continue;
    if (endsWords(lines, next)) return true;
    if (line.length > signatureLineCharactersMax) return false;
    filled += 1;
    if (filled > signatureLinesMax) return false;
  }
  return true;
}

function endsWords(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  return (
    isQuotedLine(line) ||
    isForwardMark(line) ||
    isOriginalMark(line) ||
    isSenderField(line) ||
    isSignatureDash(line) ||
    isProgramFooter(line) ||
    isDisclaimer(line) ||
    attributionLines(lines, at) > 0
  );
}

function nextFilled(lines: readonly string[], from: number): string | undefined {
  for (let at = from; at < lines.length; at += 1) if (lines[at] !== '') return lines[at];
  return undefined;
}

function isBlank(lines: readonly string[]): boolean {
  return lines.every((line) => line === '');
}

function trimmed(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replaceAll(/\n{3,}/gu, '\n\n')
    .trim();
}
