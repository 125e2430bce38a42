const lineFeed = 10;
const carriageReturn = 13;

/** `bare_octet`: CR or LF that does not belong to a CRLF, or NUL. */
export type OctetFault = 'bare_octet' | 'long_line';

export interface OctetCheck {
  /** The first fault of the stream, at the latest in the chunk that completes it. */
  push(chunk: Buffer): OctetFault | undefined;
  end(): OctetFault | undefined;
}

/** In text of one character an octet. A CR at the very end is judged with the next chunk. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const bareOctet = /\0|\r(?!\n|$)|(?<!\r)\n/;

/**
 * Looks at a message while it arrives. Servers disagree about what a CR or LF alone means, and a message that one of
 * them ends at `<LF>.<CRLF>` carries commands of an attacker for the other (SMTP smuggling, threats S1); RFC 5321,
 * section 2.3.8 forbids both. Linear, and by an expression because a loop over the octets takes more than twice as long.
 */
export function createOctetCheck(lineBytesMax: number): OctetCheck {
  let afterReturn = false;
  let lineBytes = 0;

  /** Whether a line is too long; looks at each line only where the chunk could complete such a one. */
  function isLong(chunk: Buffer): boolean {
    let at = 0;
    if (lineBytes + chunk.length > lineBytesMax) {
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, at)) {
        if (lineBytes + end - at > lineBytesMax) return true;
        lineBytes = 0;
        at = end + 1;
      }
    } else {
      at = chunk.lastIndexOf(lineFeed) + 1;
      if (at > 0) lineBytes = 0;
    }
    lineBytes += chunk.length - at;
    return lineBytes > lineBytesMax;
  }

  return {
    push(chunk) {
      if (chunk.length === 0) return undefined;
      if (bareOctet.test(`${afterReturn ? '\r' : ''}${chunk.toString('latin1')}`)) return 'bare_octet';
      afterReturn = chunk.at(-1) === carriageReturn;
      return isLong(chunk) ? 'long_line' : undefined;
    },
    end: () => (afterReturn ? 'bare_octet' : undefined),
  };
}
