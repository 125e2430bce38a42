import { encodeAstring } from '#mail/imap/wire/encode.ts';
import { isAtomByte, type Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

export type SectionText =
  | { readonly kind: 'whole' | 'header' | 'text' | 'mime' }
  | { readonly kind: 'fields'; readonly names: readonly string[]; readonly not: boolean };

/** What stands in the brackets of BODY[…]: a part, from the top, and what of it is wanted. */
export interface Section {
  readonly path: readonly number[];
  readonly text: SectionText;
}

export interface Partial {
  readonly offset: number;
  readonly length: number;
}

export type FetchItem =
  | { readonly kind: 'flags' | 'uid' | 'internal_date' | 'size' | 'modseq' }
  | { readonly kind: 'envelope' }
  | { readonly kind: 'email_id' | 'thread_id' | 'save_date' }
  /** A lazy preview may be NIL where it is not at hand (RFC 8970, section 3.2). */
  | { readonly kind: 'preview'; readonly lazy: boolean }
  | { readonly kind: 'structure'; readonly extended: boolean }
  /** A part with its transfer encoding undone, or how long that is (RFC 3516, section 4.2). */
  | {
      readonly kind: 'binary';
      readonly label: string;
      readonly path: readonly number[];
      readonly partial: Partial | undefined;
      readonly peek: boolean;
    }
  | { readonly kind: 'binary_size'; readonly label: string; readonly path: readonly number[] }
  | {
      readonly kind: 'body';
      /** The name that the answer carries, with its partial: `BODY[1]<0>`, `RFC822.HEADER`. */
      readonly label: string;
      readonly section: Section;
      readonly partial: Partial | undefined;
      readonly peek: boolean;
    };

const FLAGS: FetchItem = { kind: 'flags' };
const INTERNAL_DATE: FetchItem = { kind: 'internal_date' };
const SIZE: FetchItem = { kind: 'size' };
const ENVELOPE: FetchItem = { kind: 'envelope' };
const BODY: FetchItem = { kind: 'structure', extended: false };

const macros: Readonly<Record<string, readonly FetchItem[]>> = {
  FAST: [FLAGS, INTERNAL_DATE, SIZE],
  ALL: [FLAGS, INTERNAL_DATE, SIZE, ENVELOPE],
  FULL: [FLAGS, INTERNAL_DATE, SIZE, ENVELOPE, BODY],
};

const plainItems: Readonly<Record<string, FetchItem>> = {
  FLAGS,
  UID: { kind: 'uid' },
  INTERNALDATE: INTERNAL_DATE,
  'RFC822.SIZE': SIZE,
  ENVELOPE,
  MODSEQ: { kind: 'modseq' },
  EMAILID: { kind: 'email_id' },
  THREADID: { kind: 'thread_id' },
  SAVEDATE: { kind: 'save_date' },
  BODYSTRUCTURE: { kind: 'structure', extended: true },
  RFC822: body('RFC822', 'whole', false),
  'RFC822.HEADER': body('RFC822.HEADER', 'header', true),
  'RFC822.TEXT': body('RFC822.TEXT', 'text', false),
};

export interface FetchItemLimits {
  readonly fetchItemsMax: number;
  readonly partPathMax: number;
}

/** The items of a FETCH (RFC 9051, section 6.4.5), each once. */
export function scanFetchItems(scanner: Scanner, limits: FetchItemLimits): readonly FetchItem[] {
  if (scanner.peekIs('(')) {
    const items = scanner.list(() => scanFetchItem(scanner, limits), { itemsMax: limits.fetchItemsMax });
    return withoutRepeats(items);
  }
  const macro = macros[scanner.lookAhead(isItemByte).toUpperCase()];
  if (macro === undefined) return [scanFetchItem(scanner, limits)];
  scanner.run(isItemByte);
  return macro;
}

function scanFetchItem(scanner: Scanner, limits: FetchItemLimits): FetchItem {
  const name = scanner.run(isItemByte).toUpperCase();
  if ((name === 'BODY' || name === 'BODY.PEEK') && scanner.skip('[')) {
    return scanBody(scanner, name === 'BODY.PEEK', limits);
  }
  if (name === 'PREVIEW') return scanPreview(scanner);
  if (name.startsWith('BINARY') && scanner.skip('[')) return scanBinary(scanner, name, limits);
  const item = name === 'BODY' ? BODY : plainItems[name];
  if (item === undefined) throw new ImapSyntaxError('Unknown fetch item');
  return item;
}

/** `PREVIEW`, or `PREVIEW (LAZY)`; outside of a list of items, modifiers of the FETCH may follow instead. */
function scanPreview(scanner: Scanner): FetchItem {
  const lazy = scanner.skipText(' (LAZY)');
  return { kind: 'preview', lazy };
}

function scanBody(scanner: Scanner, peek: boolean, limits: FetchItemLimits): FetchItem {
  const section = scanSection(scanner, limits);
  scanner.expect(']');
  const partial = scanPartial(scanner);
  const origin = partial === undefined ? '' : `<${partial.offset}>`;
  return { kind: 'body', label: `BODY[${sectionLabel(section)}]${origin}`, section, partial, peek };
}

/** `BINARY[1.2]<0.100>`, `BINARY.SIZE[1]`: numbers only, and a partial of what was decoded. */
function scanBinary(scanner: Scanner, name: string, limits: FetchItemLimits): FetchItem {
  const { path, text } = scanSection(scanner, limits);
  if (text.kind !== 'whole') throw new ImapSyntaxError('A binary section is a part number');
  scanner.expect(']');
  const section = `[${path.join('.')}]`;
  switch (name) {
    case 'BINARY':
    case 'BINARY.PEEK': {
      const partial = scanPartial(scanner);
      const origin = partial === undefined ? '' : `<${partial.offset}>`;
      return { kind: 'binary', label: `BINARY${section}${origin}`, path, partial, peek: name !== 'BINARY' };
    }
    case 'BINARY.SIZE':
      return { kind: 'binary_size', label: `BINARY.SIZE${section}`, path };
    default:
      throw new ImapSyntaxError('Unknown fetch item');
  }
}

/** RFC 9051, section-spec: `1.2.HEADER.FIELDS (DATE FROM)`, `2.MIME`, `TEXT`, or nothing for the whole. */
export function scanSection(scanner: Scanner, limits: FetchItemLimits): Section {
  const words = scanner
    .run((byte) => isItemByte(byte) && byte !== 0x5b)
    .toUpperCase()
    .split('.');
  const path: number[] = [];
  while (words[0] !== undefined && /^[1-9]\d{0,5}$/.test(words[0])) path.push(Number(words.shift()));
  if (path.length > limits.partPathMax) throw new ImapSyntaxError('The part is nested too deeply');
  return { path, text: scanSectionText(scanner, words.join('.'), path.length > 0, limits) };
}

function scanSectionText(
  scanner: Scanner,
  word: string,
  ofPart: boolean,
  limits: FetchItemLimits,
): SectionText {
  switch (word) {
    case '':
      return { kind: 'whole' };
    case 'HEADER':
      return { kind: 'header' };
    case 'TEXT':
      return { kind: 'text' };
    case 'MIME':
      if (!ofPart) throw new ImapSyntaxError('MIME needs a part number');
      return { kind: 'mime' };
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT': {
      scanner.space();
      const names = scanner.list(() => scanner.astring().toString('latin1'), {
        itemsMax: limits.fetchItemsMax,
      });
      if (!names.every(isFieldName)) throw new ImapSyntaxError('Bad header field name');
      return { kind: 'fields', names, not: word === 'HEADER.FIELDS.NOT' };
    }
    default:
      throw new ImapSyntaxError('Unknown section');
  }
}

function scanPartial(scanner: Scanner): Partial | undefined {
  if (!scanner.skip('<')) return undefined;
  const offset = scanner.number();
  scanner.expect('.');
  const length = scanner.number();
  if (length === 0) throw new ImapSyntaxError('A partial of no octets');
  scanner.expect('>');
  return { offset, length };
}

function sectionLabel(section: Section): string {
  const path = section.path.join('.');
  const text = textLabel(section.text);
  return path !== '' && text !== '' ? `${path}.${text}` : path + text;
}

function textLabel(text: SectionText): string {
  switch (text.kind) {
    case 'whole':
      return '';
    case 'header':
      return 'HEADER';
    case 'text':
      return 'TEXT';
    case 'mime':
      return 'MIME';
    case 'fields':
      return `HEADER.FIELDS${text.not ? '.NOT' : ''} (${text.names.map(encodeAstring).join(' ')})`;
  }
}

function body(label: string, kind: 'whole' | 'header' | 'text', peek: boolean): FetchItem {
  return { kind: 'body', label, section: { path: [], text: { kind } }, partial: undefined, peek };
}

/** The same item asked for a thousand times is answered once (I8). */
function withoutRepeats(items: readonly FetchItem[]): readonly FetchItem[] {
  const seen = new Map<string, FetchItem>();
  for (const item of items) {
    const partial =
      item.kind === 'body' || item.kind === 'binary'
        ? `${item.label}.${item.partial?.length ?? ''}.${item.peek}`
        : '';
    const label = item.kind === 'binary_size' ? item.label : '';
    const extended = item.kind === 'structure' ? String(item.extended) : '';
    seen.set(item.kind + extended + partial + label, item);
  }
  return [...seen.values()];
}

/** RFC 5322, ftext: printable and no colon. */
function isFieldName(name: string): boolean {
  return /^[!-9;-~]{1,200}$/.test(name);
}

/** An item's name stops at `[`, where its section begins, and at `<`. */
function isItemByte(byte: number): boolean {
  return isAtomByte(byte) && byte !== 0x5b && byte !== 0x3c;
}
