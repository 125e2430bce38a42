import { fieldOctets, headerEnd, headerFields, lineEnd } from '#mail/message/header-fields.ts';
import { addressOf, parseAddresses } from '#mail/message/addresses.ts';
import { domainOf } from '#domain/mail/envelope.ts';
import { isHeaderStart } from '#mail/message/parse-structure.ts';

const lineFeed = 10;
/** Return-Path is the last server's to write (RFC 5321, section 4.4); nobody outside may learn of a blind copy. */
const removedFields = new Set(['return-path', 'bcc', 'resent-bcc']);
/** In text of one character an octet. */
const bareBreak = /\r(?!\n)|(?<!\r)\n/;

/**
 * The octets of a stored message as they leave: without Return-Path and Bcc, with CRLF and nothing else as line break,
 * and one at the end. A CR or LF alone becomes CRLF before the message is signed and its dots are stuffed, so that no
 * server can see an end of the message where we see none (outbound smuggling, threats S2). Lines of more than 998 octets
 * and 8-bit octets stay: to re-encode them would break the signatures of others, and servers take them.
 */
export function outgoingOctets(stored: Uint8Array): Buffer {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const field of headerFields(stored, headerOf(stored), lineFeed)) {
    if (!removedFields.has(field.name)) continue;
    pieces.push(stored.subarray(from, field.start));
    from = field.end;
  }
  pieces.push(stored.subarray(from));
  const text = Buffer.concat(pieces).toString('latin1');
  const lines = bareBreak.test(text) ? text.replaceAll(/\r\n|\r|\n/g, '\r\n') : text;
  return Buffer.from(lines.endsWith('\r\n') ? lines : `${lines}\r\n`, 'latin1');
}

/** The message as DATA carries it, its end included (RFC 5321, section 4.5.2). The octets are those of `outgoingOctets`. */
export function dataOctets(message: Buffer): Buffer {
  const text = message.toString('latin1');
  const stuffed = text.replaceAll('\r\n.', '\r\n..');
  return Buffer.from(`${stuffed.startsWith('.') ? '.' : ''}${stuffed}.\r\n`, 'latin1');
}

/** The header, empty line included; empty where the first line is no field. */
export function headerOf(bytes: Uint8Array): { readonly start: number; readonly end: number } {
  const firstEnd = lineEnd(bytes, 0, bytes.length, lineFeed);
  const begins = isHeaderStart(bytes, 0, firstEnd, lineFeed);
  return { start: 0, end: begins ? headerEnd(bytes, 0, lineFeed) : 0 };
}

/** The domain of the first author; undefined when the header names none. */
export function authorDomainOf(bytes: Uint8Array): string | undefined {
  for (const field of headerFields(bytes, headerOf(bytes), lineFeed)) {
    if (field.name !== 'from') continue;
    const author = parseAddresses(fieldOctets(bytes, field))
      .map(addressOf)
      .find((address) => address !== undefined);
    return author === undefined ? undefined : domainOf(author);
  }
  return undefined;
}
