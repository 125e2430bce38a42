import { readComment, readQuoted } from './addresses.ts';
import { textOfOctets } from './header-fields.ts';
import { mimeParametersMax } from './mime-limit.ts';

/** A structured field value: the part before the first `;`, and its parameters in order, one character an octet. */
export interface Parameterised {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads `value; name=value; …` (RFC 2045, section 5.1) from an unfolded value. Tolerant: comments, empty and unnamed
 * parameters, unclosed quotes and unquoted spaces are read as far as they make sense. Names are lower case; the first
 * of two equal names wins. RFC 2231 continuations are joined: plain ones under their name, and when a segment is
 * extended under `name*`, still percent-encoded with its charset, as Dovecot does.
 */
export function parseParameterised(octets: string): Parameterised {
  const head = readUntilSemicolon(octets, 0, () => true);
  const raw = new Map<string, string>();
  let at = head.end;
  while (at < octets.length && raw.size < mimeParametersMax) {
    const parameter = readParameter(octets, at + 1);
    if (parameter.name !== '' && !raw.has(parameter.name)) raw.set(parameter.name, parameter.value);
    at = parameter.end;
  }
  return { value: head.text, parameters: joinContinuations(raw) };
}

interface Read {
  readonly text: string;
  readonly end: number;
}

/**
 * Text up to the next `;`, without comments; `end` is at the `;`. In a value, `(` begins a comment only behind white
 * space, because unquoted file names such as `bao-cao(1).pdf` are common.
 */
function readUntilSemicolon(
  octets: string,
  start: number,
  isComment: (before: string) => boolean = (before) => ' \t)'.includes(before),
): Read {
  let text = '';
  let at = start;
  while (at < octets.length && octets.charAt(at) !== ';') {
    const char = octets.charAt(at);
    if (char === '(' && (text === '' || isComment(octets.charAt(at - 1)))) {
      at = readComment(octets, at).end;
    } else {
      text += char;
      at += 1;
    }
  }
  return { text: text.trim(), end: at };
}

function readParameter(octets: string, start: number): { name: string; value: string; end: number } {
  let at = start;
  let name = '';
  while (at < octets.length && octets.charAt(at) !== '=' && octets.charAt(at) !== ';') {
    if (octets.charAt(at) === '(') {
      at = readComment(octets, at).end;
    } else {
      name += octets.charAt(at);
      at += 1;
    }
  }
  name = name.trim().toLowerCase();
  if (octets.charAt(at) !== '=') return { name: '', value: '', end: at };
  at += 1;
  while (octets.charAt(at) === ' ' || octets.charAt(at) === '\t') at += 1;
  if (octets.charAt(at) === '"') {
    const quoted = readQuoted(octets, at);
    return { name, value: quoted.text, end: readUntilSemicolon(octets, quoted.end).end };
  }
  const plain = readUntilSemicolon(octets, at);
  return { name, value: plain.text, end: plain.end };
}

interface Segment {
  readonly index: number;
  readonly extended: boolean;
  readonly value: string;
}

function joinContinuations(raw: ReadonlyMap<string, string>): Map<string, string> {
  const joined = new Map<string, string>();
  const segments = new Map<string, Segment[]>();
  for (const [name, value] of raw) {
    const match = /^([^*]+)\*(\d{1,5})(\*?)$/.exec(name);
    if (!match) {
      joined.set(name, value);
      continue;
    }
    const base = match[1] ?? '';
    const list = segments.get(base) ?? [];
    list.push({ index: Number(match[2]), extended: match[3] === '*', value });
    segments.set(base, list);
  }
  for (const [base, list] of segments) {
    const run = contiguous(list);
    const extended = run.some((segment) => segment.extended);
    const name = extended ? `${base}*` : base;
    const value = run.map((part) => (extended && !part.extended ? percentEncode(part.value) : part.value));
    if (!joined.has(name) && run.length > 0) joined.set(name, value.join(''));
  }
  return joined;
}

/** Segments 0, 1, 2, … up to the first that is missing (RFC 2231, section 3). */
function contiguous(list: Segment[]): Segment[] {
  const sorted = list.sort((a, b) => a.index - b.index);
  const gap = sorted.findIndex((segment, index) => segment.index !== index);
  return gap === -1 ? sorted : sorted.slice(0, gap);
}

function percentEncode(octets: string): string {
  return octets.replaceAll(
    /[^A-Za-z0-9!#$&+\-.^_`|~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** The parameters as stored: 8-bit octets decoded. `Object.fromEntries` makes even `__proto__` a plain own field. */
export function parametersRecord(parameters: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    [...parameters].map(([name, value]) => [textOfOctets(name), textOfOctets(value)]),
  );
}
