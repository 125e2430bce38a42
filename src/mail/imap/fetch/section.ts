import type { ByteRange, MessageStructure, MimePart } from '#domain/mail/structure.ts';
import type { Partial, Section } from '#mail/imap/grammar/fetch-items.ts';

/** Where the octets of a section lie in the stored message; `fields` picks from the header that lies there. */
export interface LocatedSection {
  readonly range: ByteRange;
  readonly fields: { readonly names: readonly string[]; readonly not: boolean } | undefined;
}

/** Undefined when the message has no such part, which is answered NIL. */
export function locateSection(
  structure: MessageStructure,
  messageBytes: number,
  section: Section,
): LocatedSection | undefined {
  if (section.path.length === 0) return locateInMessage(structure.root, messageBytes, section);
  const part = findPart(structure.root, section.path);
  if (part === undefined) return undefined;
  if (section.text.kind === 'whole') return { range: part.body, fields: undefined };
  if (section.text.kind === 'mime') return { range: part.header, fields: undefined };
  const inner = part.message?.root;
  return inner === undefined ? undefined : locateInMessage(inner, inner.body.end, section);
}

/** Whether the section is known without the structure. */
export function isWholeMessage(section: Section): boolean {
  return section.path.length === 0 && section.text.kind === 'whole';
}

/** The octets [offset, offset + length) of a range, as far as there are any. */
export function partialRange(range: ByteRange, partial: Partial | undefined): ByteRange {
  if (partial === undefined) return range;
  const start = Math.min(range.start + partial.offset, range.end);
  return { start, end: Math.min(start + partial.length, range.end) };
}

function locateInMessage(root: MimePart, end: number, section: Section): LocatedSection {
  const { text } = section;
  switch (text.kind) {
    case 'whole':
    case 'mime':
      return { range: { start: root.header.start, end }, fields: undefined };
    case 'header':
      return { range: root.header, fields: undefined };
    case 'text':
      return { range: { start: root.header.end, end: Math.max(root.header.end, end) }, fields: undefined };
    case 'fields':
      return { range: root.header, fields: text };
  }
}

/**
 * RFC 9051, section 6.4.5.1: a multipart's children are numbered from 1; anything else has one part, 1, which is its
 * own body; the numbers go on inside a message/rfc822 with those of the message in it.
 */
export function findPart(root: MimePart, path: readonly number[]): MimePart | undefined {
  let container: MimePart | undefined = root;
  let part: MimePart | undefined;
  for (const number of path) {
    if (container === undefined) return undefined;
    part =
      container.parts === undefined ? (number === 1 ? container : undefined) : container.parts[number - 1];
    if (part === undefined) return undefined;
    container = part.message?.root ?? (part.parts === undefined ? undefined : part);
  }
  return part;
}
