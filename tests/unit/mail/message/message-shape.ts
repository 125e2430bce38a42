import type { MessageStructure, MimePart } from '#domain/mail/structure.ts';

/** Octets of a message written as lines, each ended by `lineBreak`. */
export function octetsOf(lines: readonly string[], lineBreak = '\r\n'): Buffer {
  return Buffer.from(lines.map((line) => line + lineBreak).join(''), 'utf8');
}

/** A structure as one line of text: `multipart/mixed(text/plain "Kính gửi", message/rfc822{…})`. */
export function shapeOf(bytes: Uint8Array, part: MimePart): string {
  const name = `${part.type}/${part.subtype}`;
  if (part.parts) return `${name}(${part.parts.map((child) => shapeOf(bytes, child)).join(', ')})`;
  if (part.message) return `${name}{${shapeOf(bytes, part.message.root)}}`;
  return `${name} ${JSON.stringify(Buffer.from(bytes.subarray(part.body.start, part.body.end)).toString('utf8'))}`;
}

/** Every part of a message, containers and parts of messages inside included. */
export function* partsOf(structure: MessageStructure): Generator<MimePart> {
  yield* withChildren(structure.root);
}

function* withChildren(part: MimePart): Generator<MimePart> {
  yield part;
  for (const child of part.parts ?? []) yield* withChildren(child);
  if (part.message) yield* withChildren(part.message.root);
}

/** The faults in how ranges nest: header before body, child inside the parent's body, children in order. */
export function rangeFaults(
  bytes: Uint8Array,
  part: MimePart,
  within = { start: 0, end: bytes.length },
): string[] {
  const { header, body } = part;
  const faults: string[] = [];
  const ordered = [within.start, header.start, header.end, body.start, body.end, within.end];
  if (ordered.some((value, index) => index > 0 && value < (ordered[index - 1] ?? 0))) {
    faults.push(`${part.type}/${part.subtype} ${ordered.join(' ')}`);
  }
  if (header.end !== body.start) faults.push('body does not follow header');
  let from = body.start;
  for (const child of part.parts ?? []) {
    if (child.header.start < from) faults.push('children overlap');
    from = child.body.end;
    faults.push(...rangeFaults(bytes, child, body));
  }
  if (part.message) faults.push(...rangeFaults(bytes, part.message.root, body));
  return faults;
}
