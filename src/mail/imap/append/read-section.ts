import type { Partial, Section } from '#mail/imap/grammar/fetch-items.ts';
import { fallbackStructure, readRange, type StoredMessage } from '#mail/imap/fetch/fallback-structure.ts';
import { pickHeaderFields } from '#mail/imap/fetch/header-fields.ts';
import { locateSection, partialRange } from '#mail/imap/fetch/section.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';

interface Wanted {
  readonly section: Section;
  readonly partial: Partial | undefined;
}

/** What FETCH BODY[…] would give, in memory; undefined when the message or the part is not there. */
export async function readSection(
  named: Omit<StoredMessage, 'size'>,
  { section, partial }: Wanted,
  limits: ImapLimits,
): Promise<Buffer | undefined> {
  const { access, mailboxId, uid } = named;
  // A stored message is at most so long, and a read ends where it ends.
  let size = limits.messageBytesMax;
  let structure = (await access.structures(mailboxId, [uid])).get(uid);
  if (structure === undefined) {
    const whole = await readRange({ ...named, size }, 0, size, limits.chunkBytes);
    if (whole === undefined) return undefined;
    size = whole.length;
    structure = await fallbackStructure({ ...named, size }, limits);
  } else size = Math.max(structure.root.header.end, structure.root.body.end);
  const located = structure && locateSection(structure, size, section);
  if (located === undefined) return undefined;
  const { range, fields } = located;
  if (fields === undefined) {
    const { start, end } = partialRange(range, partial);
    const octets = await readRange({ ...named, size }, start, end, limits.chunkBytes);
    return octets?.length === end - start ? octets : undefined;
  }
  const end = Math.min(range.end, range.start + limits.headerBytesMax);
  const header = await readRange({ ...named, size }, range.start, end, limits.chunkBytes);
  if (header === undefined) return undefined;
  const picked = pickHeaderFields(header, fields.names, fields.not);
  const shown = partialRange({ start: 0, end: picked.length }, partial);
  return picked.subarray(shown.start, shown.end);
}
