import type { MimePart } from '#domain/mail/structure.ts';
import { encodeNstring, encodeString, type Octets } from '#mail/imap/wire/encode.ts';

import { encodeEnvelope } from './envelope.ts';

/** What stands for a multipart without parts, since the grammar demands one. */
const EMPTY_TEXT: MimePart = {
  type: 'text',
  subtype: 'plain',
  params: {},
  encoding: '7BIT',
  header: { start: 0, end: 0 },
  body: { start: 0, end: 0 },
  lines: 0,
};

export interface StructureForm {
  /** BODYSTRUCTURE, or BODY without the extension data. */
  readonly extended: boolean;
  /** Whether a message/global has the form of a message, as in IMAP4rev2; RFC 3501 knows message/rfc822 alone. */
  readonly global: boolean;
}

/** RFC 9051, section 7.5.2. */
export function encodeBodyStructure(part: MimePart, form: StructureForm): Octets {
  return part.type === 'multipart' ? encodeMultipart(part, form) : encodeSinglePart(part, form);
}

/** Whether the form depends on which IMAP the client speaks. */
export function holdsGlobal(part: MimePart): boolean {
  if (part.type === 'message' && part.subtype === 'global') return true;
  return [...(part.parts ?? []), ...(part.message === undefined ? [] : [part.message.root])].some(
    holdsGlobal,
  );
}

function encodeMultipart(part: MimePart, form: StructureForm): Octets {
  const parts = part.parts === undefined || part.parts.length === 0 ? [EMPTY_TEXT] : part.parts;
  const children = parts.map((child) => encodeBodyStructure(child, form)).join('');
  const tail = form.extended ? ` ${encodeParams(part.params)} ${encodeExtension(part)}` : '';
  return `(${children} ${encodeString(part.subtype.toUpperCase())}${tail})`;
}

function encodeSinglePart(part: MimePart, form: StructureForm): Octets {
  const isMessage =
    part.type === 'message' && (part.subtype === 'rfc822' || (part.subtype === 'global' && form.global));
  // A message that could not be read into is shown as opaque octets: its form would demand an envelope.
  const isOpaque = isMessage && part.message === undefined;
  const fields = [
    encodeString(isOpaque ? 'APPLICATION' : part.type.toUpperCase()),
    encodeString(isOpaque ? 'OCTET-STREAM' : part.subtype.toUpperCase()),
    encodeParams(part.params),
    encodeNstring(part.id),
    encodeNstring(part.description),
    encodeString(part.encoding),
    String(part.body.end - part.body.start),
  ];
  if (isMessage && part.message !== undefined) {
    fields.push(encodeEnvelope(part.message.envelope));
    fields.push(encodeBodyStructure(part.message.root, form));
    fields.push(String(part.lines ?? 0));
  } else if (part.type === 'text') {
    fields.push(String(part.lines ?? 0));
  }
  if (form.extended) fields.push(encodeNstring(part.md5), encodeExtension(part));
  return `(${fields.join(' ')})`;
}

/** Disposition, language and location. */
function encodeExtension(part: MimePart): Octets {
  const { disposition, language } = part;
  const shown =
    disposition === undefined
      ? 'NIL'
      : `(${encodeString(disposition.type.toUpperCase())} ${encodeParams(disposition.params)})`;
  const languages =
    language === undefined || language.length === 0 ? 'NIL' : `(${language.map(encodeString).join(' ')})`;
  return `${shown} ${languages} ${encodeNstring(part.location)}`;
}

function encodeParams(params: Readonly<Record<string, string>>): Octets {
  const pairs = Object.entries(params);
  if (pairs.length === 0) return 'NIL';
  return `(${pairs.map(([name, value]) => `${encodeString(name.toUpperCase())} ${encodeString(value)}`).join(' ')})`;
}
