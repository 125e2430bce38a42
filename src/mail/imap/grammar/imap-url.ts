import { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { type FetchItemLimits, type Partial, scanSection, type Section } from './fetch-items.ts';
import { canonicalPath } from './mailbox-name.ts';

/** What an IMAP URL (RFC 5092) names on this server. */
export interface ImapUrl {
  /** Absent: the selected mailbox. */
  readonly path: string | undefined;
  readonly uidValidity: number | undefined;
  readonly uid: number;
  readonly section: Section;
  readonly partial: Partial | undefined;
}

// iabsolute-path, or a reference to a message of the selected mailbox. No part of it holds a semicolon.
const form =
  /^(?:\/([^;]+)(?:;UIDVALIDITY=(\d{1,10}))?\/)?;UID=(\d{1,10})(?:\/?;SECTION=([^;]+?))?(?:\/?;PARTIAL=(\d{1,10})(?:\.(\d{1,10}))?)?$/i;

/**
 * `/INBOX;UIDVALIDITY=7/;UID=20/;SECTION=1.2/;PARTIAL=0.1024`, or the same from `;UID=` on. Undefined for anything else:
 * URLs with a server's name in them are of nobody's mailbox here, and those with a key (RFC 4467) are not given out.
 */
export function parseImapUrl(url: string, limits: FetchItemLimits): ImapUrl | undefined {
  const found = form.exec(url);
  if (found === null) return undefined;
  const [, mailbox, uidValidity, uid, section = '', offset, length] = found;
  const [path, sectionText] = [mailbox && decodePercents(mailbox), decodePercents(section)];
  if (sectionText === undefined || (mailbox !== undefined && path === undefined)) return undefined;
  const parsed = parseSection(sectionText, limits);
  if (parsed === undefined || Number(uid) === 0 || length === '0') return undefined;
  return {
    path: path && canonicalPath(path.normalize('NFC')),
    uidValidity: uidValidity === undefined ? undefined : Number(uidValidity),
    uid: Number(uid),
    section: parsed,
    partial:
      offset === undefined
        ? undefined
        : { offset: Number(offset), length: length === undefined ? Infinity : Number(length) },
  };
}

function decodePercents(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function parseSection(text: string, limits: FetchItemLimits): Section | undefined {
  const scanner = new Scanner(
    { texts: [Buffer.from(text, 'latin1')], literals: [] },
    { nestingMax: 1, utf8: false },
  );
  try {
    const section = scanSection(scanner, limits);
    scanner.end();
    return section;
  } catch (error) {
    if (error instanceof ImapSyntaxError) return undefined;
    throw error;
  }
}
