/** A reply of another server (RFC 5321, section 4.2). */
export interface SmtpReply {
  readonly code: number;
  /** Enhanced status (RFC 3463) where the first line has one that fits the code. */
  readonly status: string | undefined;
  /** Without codes; no control characters, so that it may stand in a log, a column, a report. */
  readonly lines: readonly string[];
}

export interface ReplyReader {
  /** Replies that the octets complete. Throws `ReplyFault`. */
  push(octets: Buffer): readonly SmtpReply[];
  /** Forgets what has begun to arrive; gives how many octets that were. */
  drop(): number;
}

/** What is no SMTP reply, or one without end. */
export class ReplyFault extends Error {
  override readonly name = 'ReplyFault';
}

const lineFeed = 10;
const lineBytesMax = 2_048;
const linesMax = 100;
const replyCharactersMax = 500;

/**
 * Reads replies strictly: a code from 200 to 599, the same on every line, and an end to both lines and their number. The
 * server is a stranger's, and what it says ends up in our database. A LF alone ends a line, because such servers exist.
 */
export function createReplyReader(): ReplyReader {
  let rest = Buffer.alloc(0);
  let lines: string[] = [];
  let code = '';

  function readLine(line: string): SmtpReply | undefined {
    const match = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line);
    if (match === null || (code !== '' && match[1] !== code)) throw new ReplyFault('not an SMTP reply');
    const [, said = '', separator, text = ''] = match;
    code = said;
    lines.push(text);
    if (lines.length > linesMax) throw new ReplyFault('a reply of too many lines');
    if (separator === '-') return undefined;
    const reply = { code: Number(code), status: statusIn(code, lines[0] ?? ''), lines };
    code = '';
    lines = [];
    return reply;
  }

  return {
    push(octets) {
      rest = Buffer.concat([rest, octets]);
      const replies: SmtpReply[] = [];
      let at = 0;
      for (let end = rest.indexOf(lineFeed); end !== -1; end = rest.indexOf(lineFeed, at)) {
        if (end - at > lineBytesMax) throw new ReplyFault('a reply line that is too long');
        const reply = readLine(cleanText(rest.toString('utf8', at, end).replace(/\r$/, '')));
        if (reply) replies.push(reply);
        at = end + 1;
      }
      rest = rest.subarray(at);
      if (rest.length > lineBytesMax) throw new ReplyFault('a reply line that is too long');
      return replies;
    },
    drop() {
      const dropped = rest.length + lines.length;
      rest = Buffer.alloc(0);
      lines = [];
      code = '';
      return dropped;
    },
  };
}

function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '?');
}

function statusIn(code: string, text: string): string | undefined {
  const status = /^([245]\.\d{1,3}\.\d{1,3})(?= |$)/.exec(text)?.[1];
  return status?.startsWith(code.charAt(0)) ? status : undefined;
}

/** The enhanced status of a reply, or the one that says no more than its code does. */
export function statusOf(reply: SmtpReply): string {
  return reply.status ?? `${String(reply.code).charAt(0)}.0.0`;
}

/** A reply in one line, for people and for Diagnostic-Code (RFC 3464, section 2.3.6). */
export function replyText(reply: SmtpReply): string {
  return `${reply.code} ${reply.lines.join(' ')}`.trim().slice(0, replyCharactersMax);
}
