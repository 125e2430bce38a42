import { OctetQueue } from './octet-queue.ts';

/** The octets of one command: texts[0], literals[0], texts[1], …; there is always one text more than literals. */
export interface CommandOctets {
  readonly texts: readonly Buffer[];
  readonly literals: readonly Buffer[];
}

/**
 * What the decoder found next.
 * - `literal`: a literal is announced; nothing more comes until `acceptLiteral` or `refuseLiteral`.
 * - `malformed`: a command with NUL, bare CR or bare LF, or a NUL in a literal that is no literal8; the framing is intact (I4).
 * - `overflow`: a command or line longer than the limit; where the next one starts is unknown, so the caller closes.
 */
export type Decoded =
  | { readonly type: 'command'; readonly octets: CommandOctets }
  | { readonly type: 'line'; readonly line: Buffer }
  | {
      readonly type: 'literal';
      readonly size: number;
      readonly nonSynchronising: boolean;
      /** The command so far, from which the tag and the verb can be read. */
      readonly head: Buffer;
      /** Octets of the literals before this one. */
      readonly literalBytesBefore: number;
    }
  | { readonly type: 'malformed'; readonly head: Buffer }
  | { readonly type: 'overflow'; readonly head: Buffer };

const CR = 13;
const LF = 10;
const TILDE = 0x7e;

/** The size of a literal that no limit allows; larger figures are not told apart (I1: `{2147483648}` and up). */
const LITERAL_SIZE_CAP = 0xff_ff_ff_ff;

/**
 * Cuts a stream of octets into commands (RFC 9051, section 4.3: a line that ends in `{n}` or `{n+}` goes on after n
 * octets) or, on request, into single lines. It is pure: octets in, findings out, no socket and no clock, so that a
 * test can feed it anything. Only CRLF ends a line: a bare LF must never start a second command that the sender's
 * own library took for data (I4).
 */
export class CommandDecoder {
  readonly #input = new OctetQueue();
  #texts: Buffer[] = [];
  #textBytes = 0;
  #literals: Buffer[] = [];
  #literalBytes = 0;
  #malformed = false;
  #announced: number | undefined;
  /** Whether the announced literal may hold NUL (RFC 3516, section 4.4: `~{n}`). */
  #isBinary = false;
  #wanted: number | undefined;
  #literal = new OctetQueue();

  push(chunk: Buffer): void {
    this.#input.push(chunk);
  }

  /** Octets received and not yet given out. */
  get bufferedBytes(): number {
    return this.#input.length;
  }

  /** Forgets everything received: what came in clear after STARTTLS must not count inside TLS (I5, S3). */
  discard(): void {
    this.#input.clear();
    this.#reset();
  }

  acceptLiteral(): void {
    this.#wanted = this.#announced;
    this.#announced = undefined;
  }

  /** Drops the command so far. The caller closes when the literal was a non-synchronising one (I2). */
  refuseLiteral(): void {
    this.#reset();
  }

  /** The next command, or undefined when more octets are needed. */
  nextCommand(commandBytesMax: number): Decoded | undefined {
    for (;;) {
      if (this.#announced !== undefined) return undefined;
      if (this.#wanted !== undefined && !this.#takeLiteral(this.#wanted)) return undefined;
      const line = this.#takeLine(commandBytesMax - this.#textBytes);
      if (line === undefined) return undefined;
      if (line === 'overflow') return this.#overflow();
      const announcement = announcedLiteral(line);
      const text = announcement === undefined ? line : line.subarray(0, announcement.at);
      if (hasControl(text)) this.#malformed = true;
      this.#texts.push(text);
      this.#textBytes += line.length;
      if (announcement !== undefined) {
        this.#announced = announcement.size;
        this.#isBinary = text.at(-1) === TILDE;
        return {
          type: 'literal',
          size: announcement.size,
          nonSynchronising: announcement.nonSynchronising,
          head: this.#texts[0] ?? text,
          literalBytesBefore: this.#literalBytes,
        };
      }
      return this.#finish();
    }
  }

  /** The next single line, without its CRLF; for what follows a continuation request. */
  nextLine(lineBytesMax: number): Decoded | undefined {
    const line = this.#takeLine(lineBytesMax);
    if (line === undefined) return undefined;
    if (line === 'overflow') return this.#overflow();
    return hasControl(line) ? { type: 'malformed', head: line } : { type: 'line', line };
  }

  #finish(): Decoded {
    const octets = { texts: this.#texts, literals: this.#literals };
    const head = this.#texts[0] ?? Buffer.alloc(0);
    const malformed = this.#malformed;
    this.#reset();
    return malformed ? { type: 'malformed', head } : { type: 'command', octets };
  }

  #overflow(): Decoded {
    const head = this.#texts[0] ?? this.#input.take(Math.min(256, this.#input.length));
    this.discard();
    return { type: 'overflow', head };
  }

  #reset(): void {
    this.#texts = [];
    this.#textBytes = 0;
    this.#literals = [];
    this.#literalBytes = 0;
    this.#malformed = false;
    this.#announced = undefined;
    this.#wanted = undefined;
    this.#literal.clear();
  }

  /** Moves what has arrived of a literal out of the input; true when it is complete. */
  #takeLiteral(size: number): boolean {
    const missing = size - this.#literal.length;
    this.#literal.push(this.#input.take(Math.min(missing, this.#input.length)));
    if (this.#literal.length < size) return false;
    const literal = this.#literal.take(size);
    if (!this.#isBinary && literal.includes(0)) this.#malformed = true;
    this.#literals.push(literal);
    this.#literalBytes += size;
    this.#wanted = undefined;
    return true;
  }

  #takeLine(bytesMax: number): Buffer | 'overflow' | undefined {
    const length = this.#input.lineLength();
    if (length === undefined) return this.#input.length > bytesMax + 1 ? 'overflow' : undefined;
    if (length - 2 > bytesMax) return 'overflow';
    return this.#input.take(length).subarray(0, length - 2);
  }
}

function hasControl(text: Buffer): boolean {
  return text.includes(0) || text.includes(CR) || text.includes(LF);
}

interface Announcement {
  /** Where the text before the announcement ends. */
  readonly at: number;
  readonly size: number;
  readonly nonSynchronising: boolean;
}

/** Reads `{n}` or `{n+}` at the end of a line, by hand: a pattern would look at a 64 KiB line more than once. */
function announcedLiteral(line: Buffer): Announcement | undefined {
  let at = line.length - 1;
  if (line[at] !== 0x7d) return undefined;
  at -= 1;
  const nonSynchronising = line[at] === 0x2b;
  if (nonSynchronising) at -= 1;
  const digitsEnd = at;
  while (at >= 0 && isDigit(line[at])) at -= 1;
  if (at === digitsEnd || at < 0 || line[at] !== 0x7b) return undefined;
  const digits = line.toString('latin1', at + 1, digitsEnd + 1);
  const size = digits.length > 15 ? LITERAL_SIZE_CAP : Math.min(Number(digits), LITERAL_SIZE_CAP);
  return { at, size, nonSynchronising };
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
