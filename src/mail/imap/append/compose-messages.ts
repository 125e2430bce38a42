import type { NewMessage } from '#app/ports/mail.ts';
import { HubError } from '#domain/hub-error.ts';
import { type ImapUrl, parseImapUrl } from '#mail/imap/grammar/imap-url.ts';
import type { WrittenMessage } from '#mail/imap/grammar/new-message.ts';
import { CommandRefused } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';

import { readSection } from './read-section.ts';

/**
 * The messages of an APPEND or REPLACE, whole. What URLs name is read with the rights of whoever is signed in (RFC 4469,
 * section 3), and held to the sizes that literals are held to. Throws `CommandRefused` with BADURL, TOOBIG or UNAVAILABLE.
 */
export async function composeMessages(
  session: Session,
  written: readonly WrittenMessage[],
): Promise<readonly NewMessage[]> {
  const { limits } = session;
  const messages: NewMessage[] = [];
  let total = 0;
  for (const { pieces, ...message } of written) {
    const octets: Buffer[] = [];
    let size = 0;
    for (const piece of pieces) {
      const read = 'octets' in piece ? piece.octets : await readUrl(session, piece.url);
      size += read.length;
      total += read.length;
      if (size > limits.messageBytesMax || total > limits.appendBytesMax)
        throw new CommandRefused('The message is too large', 'TOOBIG');
      octets.push(read);
    }
    // A literal of no octets is how a client gives an APPEND up (RFC 3502).
    if (size === 0) throw new CommandRefused('The message is empty');
    const [only] = octets;
    messages.push({
      ...message,
      bytes: octets.length === 1 && only !== undefined ? only : Buffer.concat(octets),
    });
  }
  return messages;
}

async function readUrl(session: Session, text: string): Promise<Buffer> {
  const { fetchItemsMax, nestingMax: partPathMax } = session.limits;
  const url = parseImapUrl(text, { fetchItemsMax, partPathMax });
  const octets = url && (await readNamed(session, url));
  if (octets === undefined) throw new CommandRefused('There is nothing at this URL', badUrl(text));
  session.door.holdOctets(octets.length);
  return octets;
}

/** Undefined where there is no such thing, or nobody who signed in here may read it. */
async function readNamed(session: Session, url: ImapUrl): Promise<Buffer | undefined> {
  const { access, limits } = session;
  try {
    const path = url.path ?? (session.state === 'selected' ? session.view.mailbox.path : undefined);
    if (path === undefined) return undefined;
    const mailbox = await access.open(path);
    if (url.uidValidity !== undefined && url.uidValidity !== mailbox.uidValidity) return undefined;
    return await readSection({ access, mailboxId: mailbox.id, uid: url.uid }, url, limits);
  } catch (error) {
    const isHidden =
      error instanceof HubError && (error.code === 'mailbox_unknown' || error.code === 'not_permitted');
    if (isHidden) return undefined;
    throw error;
  }
}

/** The URL as it was written, save for what would end the code. */
function badUrl(url: string): string {
  const shown = url
    .slice(0, 1000)
    .replaceAll(/[^!-\\^-~]/g, (char) => `%${Buffer.from(char, 'latin1').toString('hex')}`);
  return `BADURL ${shown}`;
}
