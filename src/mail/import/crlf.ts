const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Octets of a file as mail: files on Unix end lines with LF, mail with CRLF (RFC 5322, section 2.3), and a mail server
 * that reads them does the same. Nothing else changes.
 */
export function withCrlf(bytes: Buffer): Buffer {
  let missing = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1))
    if (bytes[at - 1] !== carriageReturn) missing += 1;
  if (missing === 0) return bytes;
  const whole = Buffer.allocUnsafe(bytes.length + missing);
  let from = 0;
  let to = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) {
    if (bytes[at - 1] === carriageReturn) continue;
    to += bytes.copy(whole, to, from, at);
    whole[to] = carriageReturn;
    to += 1;
    from = at;
  }
  bytes.copy(whole, to, from);
  return whole;
}
