/**
 * Mailbox names on the wire of IMAP4rev1 (RFC 3501, section 5.1.3): printable ASCII as it is, `&` as `&-`, anything
 * else as UTF-16 in base64 with `,` for `/` and without padding, between `&` and `-`.
 */
export function encodeModifiedUtf7(text: string): string {
  let encoded = '';
  let at = 0;
  while (at < text.length) {
    if (isPrintable(text.charCodeAt(at))) {
      const char = text.charAt(at);
      encoded += char === '&' ? '&-' : char;
      at += 1;
      continue;
    }
    const start = at;
    while (at < text.length && !isPrintable(text.charCodeAt(at))) at += 1;
    const units = Buffer.from(text.slice(start, at), 'utf16le').swap16();
    encoded += `&${units.toString('base64').replaceAll('=', '').replaceAll('/', ',')}-`;
  }
  return encoded;
}

/**
 * The text of a name, or undefined where it is not the one right spelling of it: encoded printable characters, two
 * runs beside each other, left-over bits and halves of surrogate pairs are all refused, so that no two names on the
 * wire are the same mailbox (I7).
 */
export function decodeModifiedUtf7(encoded: string): string | undefined {
  let text = '';
  let at = 0;
  while (at < encoded.length) {
    const char = encoded.charAt(at);
    if (!isPrintable(encoded.charCodeAt(at))) return undefined;
    if (char !== '&') {
      text += char;
      at += 1;
      continue;
    }
    const end = encoded.indexOf('-', at + 1);
    if (end < 0) return undefined;
    text += end === at + 1 ? '&' : decodeRun(encoded.slice(at + 1, end));
    at = end + 1;
  }
  return text.isWellFormed() && encodeModifiedUtf7(text) === encoded ? text : undefined;
}

/** Wrong input gives some text here; the comparison with the right spelling catches it. */
function decodeRun(run: string): string {
  const units = Buffer.from(run.replaceAll(',', '/'), 'base64');
  return units
    .subarray(0, units.length - (units.length % 2))
    .swap16()
    .toString('utf16le');
}

function isPrintable(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}
