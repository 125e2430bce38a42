/**
 * Responses are built as binary strings, one character per octet, so that text and literals are joined without
 * copying buffers about; `Buffer.from(text, 'latin1')` gives the octets.
 */
export type Octets = string;

const QUOTED_CHARS_MAX = 1024;

/** A quoted string where one is allowed, else a literal in UTF-8 (RFC 9051, section 4.3). */
export function encodeString(text: string): Octets {
  if (isQuotable(text)) return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  // NUL may stand in neither form; header text that holds one is shown without it.
  const bytes = Buffer.from(text.replaceAll('\0', ''), 'utf8');
  return encodeLiteral(bytes);
}

/** Octets that need not be text in UTF-8. */
export function encodeOctets(bytes: Buffer): Octets {
  const text = bytes.toString('latin1');
  return isQuotable(text) ? encodeString(text) : encodeLiteral(bytes);
}

export function encodeNstring(text: string | undefined): Octets {
  return text === undefined ? 'NIL' : encodeString(text);
}

export function encodeLiteral(bytes: Buffer): Octets {
  return `{${bytes.length}}\r\n${bytes.toString('latin1')}`;
}

/** An atom where the text is one, else a string; for names of mailboxes and header fields. */
export function encodeAstring(text: string): Octets {
  if (text.toUpperCase() !== 'NIL' && isAtomText(text)) return text;
  return encodeString(text);
}

/** Numbers in rising order as a sequence set: `1:3,7`. */
export function encodeNumberSet(numbers: readonly number[]): Octets {
  const ranges: string[] = [];
  let start: number | undefined;
  let end = 0;
  for (const number of numbers) {
    if (start !== undefined && number === end + 1) {
      end = number;
      continue;
    }
    if (start !== undefined) ranges.push(start === end ? String(start) : `${start}:${end}`);
    start = number;
    end = number;
  }
  if (start !== undefined) ranges.push(start === end ? String(start) : `${start}:${end}`);
  return ranges.join(',');
}

function isQuotable(text: string): boolean {
  if (text.length > QUOTED_CHARS_MAX) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

function isAtomText(text: string): boolean {
  if (text === '') return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code > 0x7e || '(){%*"\\]'.includes(text.charAt(at))) return false;
  }
  return true;
}
