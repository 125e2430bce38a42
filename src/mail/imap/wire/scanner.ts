import type { CommandOctets } from './command-decoder.ts';
import { ImapSyntaxError } from './syntax-error.ts';

/** Where the tokens of a command stop for the reader of an atom. */
const ATOM_SPECIALS = new Set('(){ %*"\\]'.split('').map((c) => c.charCodeAt(0)));
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const QUOTED_BYTES_MAX = 64 * 1024;

/**
 * Reads the tokens of one command from left to right (RFC 9051, section 9). Every method either takes a whole token
 * or throws `ImapSyntaxError`; none looks back, so the time is linear in the octets whatever they are (I4).
 */
export class Scanner {
  readonly #octets: CommandOctets;
  readonly #nestingMax: number;
  /** Whether quoted strings and mailbox names are UTF-8. */
  readonly utf8: boolean;
  #segment = 0;
  #at = 0;
  #depth = 0;

  constructor(octets: CommandOctets, options: { nestingMax: number; utf8: boolean }) {
    this.#octets = octets;
    this.#nestingMax = options.nestingMax;
    this.utf8 = options.utf8;
  }

  /** The next octet of the text, or undefined at a literal and at the end. */
  peek(): number | undefined {
    return this.#text()[this.#at];
  }

  peekIs(char: string): boolean {
    return this.peek() === char.charCodeAt(0);
  }

  isAtLiteral(): boolean {
    return this.peek() === undefined && this.#segment < this.#octets.literals.length;
  }

  isAtEnd(): boolean {
    return this.peek() === undefined && !this.isAtLiteral();
  }

  /** Takes the character if it is next. */
  skip(char: string): boolean {
    if (!this.peekIs(char)) return false;
    this.#at += 1;
    return true;
  }

  expect(char: string): void {
    if (!this.skip(char)) throw new ImapSyntaxError(char === ' ' ? 'A space is missing' : `Expected ${char}`);
  }

  space(): void {
    this.expect(' ');
  }

  end(): void {
    if (!this.isAtEnd()) throw new ImapSyntaxError('Unexpected text after the command');
  }

  /** Goes one level deeper; the caller leaves with `leave` (I3). */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > this.#nestingMax) throw new ImapSyntaxError('Nested too deeply');
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** `(item item …)`; an empty list only where `emptyAllowed`. */
  list<Item>(read: () => Item, options: { itemsMax: number; emptyAllowed?: boolean }): Item[] {
    this.expect('(');
    this.enter();
    const items: Item[] = [];
    if (this.peekIs(')') && options.emptyAllowed !== true) throw new ImapSyntaxError('The list is empty');
    while (!this.skip(')')) {
      if (items.length > 0) this.space();
      items.push(read());
      if (items.length > options.itemsMax) throw new ImapSyntaxError('The list is too long');
    }
    this.leave();
    return items;
  }

  /** Everything up to the first octet that `accepts` refuses; may be empty. */
  run(accepts: (byte: number) => boolean): string {
    const text = this.#text();
    const start = this.#at;
    let byte = text[this.#at];
    while (byte !== undefined && accepts(byte)) {
      this.#at += 1;
      byte = text[this.#at];
    }
    return text.toString('latin1', start, this.#at);
  }

  /** What `run` would take, without taking it. */
  lookAhead(accepts: (byte: number) => boolean): string {
    const at = this.#at;
    const found = this.run(accepts);
    this.#at = at;
    return found;
  }

  tag(): string {
    const tag = this.run((byte) => isAstringByte(byte) && byte !== 0x2b);
    if (tag === '' || tag.length > 128) throw new ImapSyntaxError('The tag is missing');
    return tag;
  }

  atom(): string {
    const atom = this.run(isAtomByte);
    if (atom === '') throw new ImapSyntaxError('Expected a word');
    return atom;
  }

  /** An atom in capitals: the name of a command, item or option. */
  keyword(): string {
    return this.atom().toUpperCase();
  }

  /** Takes the word if the whole next atom is it. */
  skipKeyword(word: string): boolean {
    if (this.lookAhead(isAtomByte).toUpperCase() !== word) return false;
    this.#at += word.length;
    return true;
  }

  /** Takes the text, in any case, if all of it is next. */
  skipText(text: string): boolean {
    const found = this.#text().toString('latin1', this.#at, this.#at + text.length);
    if (found.toUpperCase() !== text.toUpperCase()) return false;
    this.#at += text.length;
    return true;
  }

  number(): number {
    const digits = this.#digits();
    const value = digits.length > 10 ? Number.POSITIVE_INFINITY : Number(digits);
    if (value > 0xff_ff_ff_ff) throw new ImapSyntaxError('The number is too large');
    return value;
  }

  /** A 63-bit number, kept exact up to 2^53 - 1: larger ones stand for "more than there is" (RFC 7162). */
  number63(): number {
    const digits = this.#digits();
    if (digits.length > 19) throw new ImapSyntaxError('The number is too large');
    return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
  }

  #digits(): string {
    const digits = this.run(isDigitByte);
    if (digits === '') throw new ImapSyntaxError('Expected a number');
    return digits;
  }

  /** Quoted or literal. */
  string(): Buffer {
    if (this.isAtLiteral()) return this.literal();
    if (this.peek() === QUOTE) return this.#quoted();
    throw new ImapSyntaxError('Expected a string');
  }

  astring(): Buffer {
    if (this.isAtLiteral() || this.peek() === QUOTE) return this.string();
    const atom = this.run(isAstringByte);
    if (atom === '') throw new ImapSyntaxError('Expected a string');
    return Buffer.from(atom, 'latin1');
  }

  /** A string, or undefined for NIL. */
  nstring(): Buffer | undefined {
    if (this.skipKeyword('NIL')) return undefined;
    return this.string();
  }

  literal(): Buffer {
    const literal = this.isAtLiteral() ? this.#octets.literals[this.#segment] : undefined;
    if (literal === undefined) throw new ImapSyntaxError('Expected a literal');
    this.#segment += 1;
    this.#at = 0;
    return literal;
  }

  /** A literal, or a literal8, which may hold NUL (RFC 3516, section 4.4). */
  literal8(): Buffer {
    this.skip('~');
    return this.literal();
  }

  /** RFC 9051, quoted: only `"` and `\` may follow a backslash, and 8-bit only once UTF-8 is enabled (I4). */
  #quoted(): Buffer {
    const text = this.#text();
    const bytes: number[] = [];
    let at = this.#at + 1;
    for (;;) {
      let byte = text[at];
      if (byte === undefined) throw new ImapSyntaxError('The quoted string does not end');
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        at += 1;
        byte = text[at];
        if (byte !== QUOTE && byte !== BACKSLASH) throw new ImapSyntaxError('Bad quoted pair');
      } else if (byte > 0x7e && !this.utf8) {
        throw new ImapSyntaxError('8-bit characters need a literal');
      }
      bytes.push(byte);
      at += 1;
      if (bytes.length > QUOTED_BYTES_MAX) throw new ImapSyntaxError('The quoted string is too long');
    }
    this.#at = at + 1;
    return Buffer.from(bytes);
  }

  #text(): Buffer {
    return this.#octets.texts[this.#segment] ?? Buffer.alloc(0);
  }
}

export function isAtomByte(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && !ATOM_SPECIALS.has(byte);
}

/** RFC 9051, ASTRING-CHAR: an atom's characters and `]`. */
export function isAstringByte(byte: number): boolean {
  return isAtomByte(byte) || byte === 0x5d;
}

export function isDigitByte(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
