import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** How lines of a text that begin with `From ` were made harmless; it cannot be told from the file. */
export const mboxFormats = ['mboxrd', 'mboxo'] as const;
export type MboxFormat = (typeof mboxFormats)[number];

export interface MboxMessage {
  /** The line that begins it, without its end. */
  readonly fromLine: string;
  /** Unescaped; absent when it is larger than what was asked for. */
  readonly bytes: Buffer | undefined;
  readonly size: number;
  /** Of the unescaped octets, in hexadecimal. */
  readonly sha256: string;
  /** Where its first line is in the file, in octets. */
  readonly offset: number;
}

const lineFeed = 0x0a;
const pieceBytes = 1024 ** 2;
const fromLineCharactersMax = 500;
const from = Buffer.from('From ');
const escaped = 0x3e;

interface Open {
  readonly fromLine: string;
  readonly offset: number;
  readonly hash: Hash;
  lines: Buffer[];
  size: number;
}

/**
 * The messages of an mbox, one after the other. A message begins with `From `, at the start of the file or behind an
 * empty line, and with a time and a year in that line unless it is the first: a text may have such a line too, where a
 * program relied on Content-Length instead of escaping it. Content-Length itself is wrong as soon as someone has
 * edited the file, and is ignored. A file of any size is read in pieces.
 */
export async function* readMbox(
  path: string,
  input: { readonly format: MboxFormat; readonly messageBytesMax: number },
): AsyncGenerator<MboxMessage, void, undefined> {
  let open: Open | undefined;
  /** The empty line that may be the end of a message and not a part of it. */
  let blank: Buffer | undefined;
  let offset = 0;
  for await (const { line, isStart } of linesOf(path)) {
    const isFirst = offset === 0;
    if (isStart && (isFirst || blank !== undefined) && isFromLine(line, isFirst)) {
      if (open !== undefined) yield closed(open, input.messageBytesMax);
      open = { fromLine: textOf(line), offset, hash: createHash('sha256'), lines: [], size: 0 };
      blank = undefined;
    } else if (open !== undefined) {
      if (blank !== undefined) add(open, blank, input.messageBytesMax);
      blank = isStart && isBlank(line) ? line : undefined;
      if (blank === undefined)
        add(open, isStart ? unescaped(line, input.format) : line, input.messageBytesMax);
    }
    offset += line.length;
  }
  if (open !== undefined) yield closed(open, input.messageBytesMax);
}

/** Whether a file begins as an mbox does; an empty one is an mbox without messages. */
export async function isMbox(path: string): Promise<boolean> {
  for await (const piece of createReadStream(path, { end: from.length - 1 }))
    return (piece as Buffer).equals(from);
  return true;
}

function add(open: Open, line: Buffer, messageBytesMax: number): void {
  open.hash.update(line);
  open.size += line.length;
  if (open.size <= messageBytesMax) open.lines.push(line);
  else open.lines = [];
}

function closed({ fromLine, offset, hash, lines, size }: Open, messageBytesMax: number): MboxMessage {
  const bytes = size > messageBytesMax ? undefined : Buffer.concat(lines, size);
  return { fromLine, offset, bytes, size, sha256: hash.digest('hex') };
}

function isBlank(line: Buffer): boolean {
  return line[0] === lineFeed || (line[0] === 0x0d && line[1] === lineFeed);
}

function isFromLine(line: Buffer, isFirst: boolean): boolean {
  if (line.compare(from, 0, from.length, 0, from.length) !== 0) return false;
  return isFirst || (/\d:\d\d/.test(textOf(line)) && /\b\d{4}\b/.test(textOf(line)));
}

function textOf(line: Buffer): string {
  return line.subarray(0, fromLineCharactersMax).toString('latin1').trimEnd();
}

/** mboxrd escapes a line with any number of `>` by one more, mboxo only the line without any. */
function unescaped(line: Buffer, format: MboxFormat): Buffer {
  if (line[0] !== escaped) return line;
  let marks = 1;
  while (line[marks] === escaped) marks += 1;
  if (format === 'mboxo' && marks > 1) return line;
  const isEscaped = line.subarray(marks, marks + from.length).equals(from);
  return isEscaped ? line.subarray(1) : line;
}

/** Lines with their ends. One that is longer than a piece comes in several. */
async function* linesOf(path: string): AsyncGenerator<{ line: Buffer; isStart: boolean }, void, undefined> {
  let rest = Buffer.alloc(0);
  let isStart = true;
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
    const read = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer]);
    let at = 0;
    for (let end = read.indexOf(lineFeed); end !== -1; end = read.indexOf(lineFeed, at)) {
      yield { line: read.subarray(at, end + 1), isStart };
      isStart = true;
      at = end + 1;
    }
    rest = Buffer.from(read.subarray(at));
    if (rest.length < pieceBytes) continue;
    yield { line: rest, isStart };
    isStart = false;
    rest = Buffer.alloc(0);
  }
  if (rest.length > 0) yield { line: rest, isStart };
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const fromDate =
  /\b([A-Z][a-z]{2}) {1,3}(\d{1,2}) (\d{1,2}):(\d\d)(?::(\d\d))?(?: ([+-]\d{4}|[A-Z]{1,5}))? (\d{4})(?: ([+-]\d{4}))?/;

/** When the message came in, by the line that begins it: `From name Wed May 11 08:45:00 2016`, in UTC unless it says. */
export function dateOfFromLine(fromLine: string): Date | undefined {
  const found = fromDate.exec(fromLine);
  if (found === null) return undefined;
  const [, name = '', day, hour, minute, second, zoneBefore, year, zoneAfter] = found;
  const month = months.indexOf(name.toLowerCase());
  if (month === -1) return undefined;
  const zone = /^([+-])(\d\d)(\d\d)$/.exec(zoneAfter ?? zoneBefore ?? '');
  const offsetMinutes =
    zone === null ? 0 : (Number(zone[2]) * 60 + Number(zone[3])) * (zone[1] === '-' ? -1 : 1);
  return new Date(
    Date.UTC(
      Number(year),
      month,
      Number(day),
      Number(hour),
      Number(minute) - offsetMinutes,
      Number(second ?? 0),
    ),
  );
}
