import type { ByteRange, MessageStructure, MimePart } from '#domain/mail/structure.ts';
import { fieldColon, latin1Of, lineBreakOf, lineEnd, lineTextEnd } from './header-fields.ts';
import type { LineBreak } from './header-fields.ts';
import { boundaryLengthMax, mimeNestingMax, mimePartsMax } from './mime-limit.ts';
import { readEnvelope, readPartHeader } from './part-header.ts';
import type { DefaultType, PartHeader } from './part-header.ts';

const dash = 45;

/** Octets looked at, so that a test can show the work to be linear in the message without a clock. */
export interface StepMeter {
  steps: number;
}

/** A boundary line that stopped the reading of an entity. */
interface Delimiter {
  /** Which open multipart it belongs to, counted from the outermost. */
  readonly level: number;
  readonly closes: boolean;
  /** The end of what came before: the line break in front of the boundary belongs to it (RFC 2046, section 5.1.1). */
  readonly contentEnd: number;
  /** The start of the line behind it. */
  readonly next: number;
}

interface Scan {
  readonly bytes: Uint8Array;
  readonly lineBreak: LineBreak;
  readonly meter: StepMeter;
  /** Open boundaries by text, so that a line costs the same however many are open. */
  readonly boundaries: Map<string, number>;
  at: number;
  /** Line breaks passed so far. */
  breaks: number;
  parts: number;
  /** The boundary line at `at`; undefined elsewhere. */
  delimiter: Delimiter | undefined;
}

/**
 * Finds the MIME structure of a message and where each part lies, in one pass and in linear time. It never throws: a
 * multipart without a usable boundary or without any part is shown as text, an unclosed one ends where its parent
 * does, and beyond `mimeNestingMax` levels or `mimePartsMax` parts the remainder is one application/octet-stream part
 * (threats M1, M2). All ranges lie inside the message, and those of a child inside its parent's body.
 */
export function parseStructure(bytes: Uint8Array, meter: StepMeter = { steps: 0 }): MessageStructure {
  const scan: Scan = {
    bytes,
    lineBreak: lineBreakOf(bytes),
    meter,
    boundaries: new Map(),
    at: 0,
    breaks: 0,
    parts: 0,
    delimiter: undefined,
  };
  return readMessage(scan, 0);
}

function readMessage(scan: Scan, depth: number): MessageStructure {
  const root = readEntity(scan, depth, 'text');
  scan.meter.steps += root.header.end - root.header.start;
  return { root, envelope: readEnvelope(scan.bytes, root.header, scan.lineBreak) };
}

function readEntity(scan: Scan, depth: number, fallback: DefaultType): MimePart {
  scan.parts += 1;
  const header = readHeader(scan);
  scan.meter.steps += header.end - header.start;
  const own = readPartHeader(scan.bytes, header, scan.lineBreak, fallback);
  const { type, subtype } = own.described;
  const deep = depth >= mimeNestingMax || scan.parts >= mimePartsMax - 1;
  if (type === 'multipart') {
    if (own.boundary === undefined) return readUnsplit(scan, header, own);
    return deep ? readOpaque(scan, header) : readMultipart(scan, depth, header, own, own.boundary);
  }
  if (type === 'message' && (subtype === 'rfc822' || subtype === 'global') && isIdentity(own)) {
    return deep ? readOpaque(scan, header) : readNestedMessage(scan, depth, header, own);
  }
  const leaf = readLeaf(scan);
  const { body, lines } = leaf;
  return type === 'text' ? { ...own.described, header, body, lines } : { ...own.described, header, body };
}

/** An encoded message/rfc822 cannot be looked into without decoding; it stays a part without a structure. */
function isIdentity(own: PartHeader): boolean {
  return own.described.encoding !== 'BASE64' && own.described.encoding !== 'QUOTED-PRINTABLE';
}

/**
 * Reads a header up to and with its empty line. An entity whose first line is no field has no header and is all body;
 * later lines that are no field are part of the header, as mailparser and Dovecot have it. A boundary line ends a
 * header that has no empty line.
 */
function readHeader(scan: Scan): ByteRange {
  const start = scan.at;
  if (!beginsHeader(scan)) return { start, end: start };
  while (scan.at < scan.bytes.length && !atDelimiter(scan)) {
    const end = takeLine(scan);
    if (end.empty) break;
  }
  return { start, end: scan.at };
}

function beginsHeader(scan: Scan): boolean {
  const { bytes, at, lineBreak } = scan;
  const end = lineEnd(bytes, at, bytes.length, lineBreak);
  scan.meter.steps += end - at;
  return isHeaderStart(bytes, at, end, lineBreak);
}

/** Whether a header can begin with this line: a field, the empty line, or the `From ` line of an mbox file. */
export function isHeaderStart(bytes: Uint8Array, start: number, end: number, lineBreak: LineBreak): boolean {
  if (lineTextEnd(bytes, start, end, lineBreak) === start) return end > start;
  if (fieldColon(bytes, start, end) !== -1) return true;
  return /^>?From /.test(latin1Of(bytes, start, Math.min(end, start + 6)));
}

function takeLine(scan: Scan): { readonly empty: boolean } {
  const { bytes, at, lineBreak } = scan;
  const end = lineEnd(bytes, at, bytes.length, lineBreak);
  const textEnd = lineTextEnd(bytes, at, end, lineBreak);
  scan.meter.steps += end - at;
  scan.at = end;
  if (textEnd !== end) scan.breaks += 1;
  return { empty: textEnd === at };
}

/** Whether the line at `scan.at` is a boundary line of any open multipart; if so `scan.delimiter` says which. */
function atDelimiter(scan: Scan): boolean {
  const { bytes, at, lineBreak } = scan;
  if (scan.boundaries.size === 0 || bytes[at] !== dash || bytes[at + 1] !== dash) return false;
  const next = lineEnd(bytes, at, bytes.length, lineBreak);
  scan.meter.steps += next - at;
  let end = lineTextEnd(bytes, at, next, lineBreak);
  while (end > at + 2 && (bytes[end - 1] === 32 || bytes[end - 1] === 9)) end -= 1;
  if (end - at - 4 > boundaryLengthMax) return false;
  const line = latin1Of(bytes, at + 2, end);
  let closes = false;
  let level = scan.boundaries.get(line);
  if (level === undefined && line.endsWith('--')) {
    closes = true;
    level = scan.boundaries.get(line.slice(0, -2).trimEnd());
  }
  if (level === undefined) return false;
  const previousStart = Math.max(0, at - 2);
  scan.delimiter = { level, closes, contentEnd: lineTextEnd(bytes, previousStart, at, lineBreak), next };
  return true;
}

function readToDelimiter(scan: Scan): void {
  while (scan.at < scan.bytes.length && !atDelimiter(scan)) takeLine(scan);
}

/** Where a body that began at `start` ends, now that reading has stopped. */
function bodyEnd(scan: Scan, start: number): number {
  return Math.max(start, scan.delimiter ? scan.delimiter.contentEnd : scan.bytes.length);
}

/** Lines of [start, end), the last one counted also when it has no line break; `breaks` is the count at `start`. */
function linesOf(scan: Scan, start: number, end: number, breaks: number): number {
  if (end <= start) return 0;
  const passed = scan.breaks - breaks - (end < scan.at ? 1 : 0);
  return scan.bytes[end - 1] === scan.lineBreak ? passed : passed + 1;
}

function readLeaf(scan: Scan): { readonly body: ByteRange; readonly lines: number } {
  const start = scan.at;
  const breaks = scan.breaks;
  readToDelimiter(scan);
  const end = bodyEnd(scan, start);
  return { body: { start, end }, lines: linesOf(scan, start, end, breaks) };
}

/** A multipart that cannot be cut is shown as the text that it is. */
function readUnsplit(scan: Scan, header: ByteRange, own: PartHeader): MimePart {
  return { ...asText(own), header, ...readLeaf(scan) };
}

function asText(own: PartHeader): PartHeader['described'] {
  return { ...own.described, type: 'text', subtype: 'plain', params: { charset: 'us-ascii' } };
}

function readOpaque(scan: Scan, header: ByteRange): MimePart {
  const { body } = readLeaf(scan);
  return { ...opaque, header, body };
}

const opaque = { type: 'application', subtype: 'octet-stream', params: {}, encoding: '8BIT' } as const;

/** Everything that is left of the message as one part, boundaries of every level included. */
function readRemainder(scan: Scan): MimePart {
  const start = scan.at;
  const end = scan.bytes.length;
  scan.parts += 1;
  scan.meter.steps += 1;
  scan.at = end;
  scan.delimiter = undefined;
  return { ...opaque, header: { start, end: start }, body: { start, end } };
}

function readMultipart(
  scan: Scan,
  depth: number,
  header: ByteRange,
  own: PartHeader,
  boundary: string,
): MimePart {
  const start = scan.at;
  const breaks = scan.breaks;
  const level = depth;
  const shadowed = scan.boundaries.get(boundary);
  const isOwn = (): boolean => scan.delimiter?.level === level;
  scan.boundaries.set(boundary, level);
  readToDelimiter(scan);
  const parts: MimePart[] = [];
  while (isOwn() && scan.delimiter?.closes === false) {
    passDelimiter(scan);
    parts.push(readChild(scan, depth, own));
  }
  if (shadowed === undefined) scan.boundaries.delete(boundary);
  else scan.boundaries.set(boundary, shadowed);
  if (isOwn()) {
    passDelimiter(scan);
    readToDelimiter(scan);
  }
  const lastChild = parts.at(-1);
  const end = Math.max(bodyEnd(scan, start), lastChild?.body.end ?? start);
  const body = { start, end };
  if (parts.length > 0) return { ...own.described, header, body, parts };
  return { ...asText(own), header, body, lines: linesOf(scan, start, end, breaks) };
}

function readChild(scan: Scan, depth: number, parent: PartHeader): MimePart {
  if (scan.parts >= mimePartsMax - 1) return readRemainder(scan);
  return readEntity(scan, depth + 1, parent.described.subtype === 'digest' ? 'digest' : 'text');
}

function passDelimiter(scan: Scan): void {
  if (scan.delimiter === undefined) return;
  scan.at = scan.delimiter.next;
  if (scan.bytes[scan.at - 1] === scan.lineBreak) scan.breaks += 1;
  scan.delimiter = undefined;
}

function readNestedMessage(scan: Scan, depth: number, header: ByteRange, own: PartHeader): MimePart {
  const start = scan.at;
  const breaks = scan.breaks;
  const message = readMessage(scan, depth + 1);
  const end = Math.max(bodyEnd(scan, start), message.root.body.end);
  const body = { start, end };
  return { ...own.described, header, body, lines: linesOf(scan, start, end, breaks), message };
}
