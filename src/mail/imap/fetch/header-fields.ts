import { headerFields } from '#mail/message/header-fields.ts';

/** HEADER.FIELDS and HEADER.FIELDS.NOT: the fields as stored and the empty line (RFC 9051, section 6.4.5). */
export function pickHeaderFields(header: Buffer, names: readonly string[], not: boolean): Buffer {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const picked: Buffer[] = [];
  for (const field of headerFields(header, { start: 0, end: header.length })) {
    if (wanted.has(field.name) !== not) picked.push(header.subarray(field.start, field.end));
  }
  return Buffer.concat([...picked, Buffer.from('\r\n')]);
}
