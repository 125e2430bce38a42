import type { ByteRange, Envelope, EnvelopeAddress, MimePart } from '#domain/mail/structure.ts';
import { parseAddresses } from './addresses.ts';
import { fieldOctets, headerFields, textOfOctets } from './header-fields.ts';
import type { LineBreak } from './header-fields.ts';
import { boundaryLengthMax } from './mime-limit.ts';
import { parametersRecord, parseParameterised } from './parameters.ts';
import { present } from './present.ts';

/** What an entity is when its header does not say: `digest` inside multipart/digest (RFC 2046, section 5.1.5). */
export type DefaultType = 'text' | 'digest';

/** The fields of a `MimePart` that its own header decides. */
export interface PartHeader {
  readonly described: Omit<MimePart, 'header' | 'body' | 'lines' | 'parts' | 'message'>;
  /** One character an octet, as it is compared with the lines of the body; undefined when there is none to use. */
  readonly boundary: string | undefined;
}

const partFields = new Set([
  'content-type',
  'content-transfer-encoding',
  'content-id',
  'content-description',
  'content-md5',
  'content-disposition',
  'content-language',
  'content-location',
]);

const envelopeFields = new Set([
  'date',
  'subject',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'in-reply-to',
  'message-id',
]);

/** The first field of each wanted name; a second one is ignored, as Dovecot does. */
function firstFields(
  bytes: Uint8Array,
  header: ByteRange,
  lineBreak: LineBreak,
  wanted: ReadonlySet<string>,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const field of headerFields(bytes, header, lineBreak)) {
    if (wanted.has(field.name) && !found.has(field.name)) found.set(field.name, fieldOctets(bytes, field));
  }
  return found;
}

export function readPartHeader(
  bytes: Uint8Array,
  header: ByteRange,
  lineBreak: LineBreak,
  fallback: DefaultType,
): PartHeader {
  const fields = firstFields(bytes, header, lineBreak, partFields);
  const text = (name: string): string | undefined => {
    const value = fields.get(name);
    return value === undefined || value === '' ? undefined : textOfOctets(value);
  };
  const contentType = contentTypeOf(fields.get('content-type'), fallback);
  const language = text('content-language')
    ?.split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return {
    described: present({
      type: contentType.type,
      subtype: contentType.subtype,
      params: contentType.params,
      id: text('content-id'),
      description: text('content-description'),
      encoding: encodingOf(fields.get('content-transfer-encoding')),
      md5: text('content-md5'),
      disposition: dispositionOf(fields.get('content-disposition')),
      language: language?.length ? language : undefined,
      location: text('content-location'),
    }),
    boundary: contentType.boundary,
  };
}

interface ContentType {
  readonly type: string;
  readonly subtype: string;
  readonly params: Readonly<Record<string, string>>;
  readonly boundary: string | undefined;
}

function contentTypeOf(octets: string | undefined, fallback: DefaultType): ContentType {
  const parsed = octets === undefined ? undefined : parseParameterised(octets);
  const match = /^([^\s/;]+)\s*\/\s*([^\s/;]+)/.exec(parsed?.value ?? '');
  const [, type, subtype] = match ?? [];
  if (parsed === undefined || type === undefined || subtype === undefined) {
    return fallback === 'digest'
      ? { type: 'message', subtype: 'rfc822', params: {}, boundary: undefined }
      : { type: 'text', subtype: 'plain', params: { charset: 'us-ascii' }, boundary: undefined };
  }
  // White space at its end is not part of a boundary (RFC 2046, section 5.1.1): gateways add it to lines.
  const boundary = parsed.parameters.get('boundary')?.trimEnd();
  return {
    type: textOfOctets(type).toLowerCase(),
    subtype: textOfOctets(subtype).toLowerCase(),
    params: parametersRecord(parsed.parameters),
    boundary: boundary && boundary.length <= boundaryLengthMax ? boundary : undefined,
  };
}

function encodingOf(octets: string | undefined): string {
  const token = parseParameterised(octets ?? '').value.split(/\s/, 1)[0];
  return token ? textOfOctets(token).toUpperCase() : '7BIT';
}

function dispositionOf(octets: string | undefined): MimePart['disposition'] {
  if (octets === undefined) return undefined;
  const { value, parameters } = parseParameterised(octets);
  if (value === '') return undefined;
  return { type: textOfOctets(value).toLowerCase(), params: parametersRecord(parameters) };
}

/**
 * The envelope of a message header (RFC 9051, section 7.5.2): text unfolded and not decoded; Sender and Reply-To
 * become From when they are absent or empty.
 */
export function readEnvelope(bytes: Uint8Array, header: ByteRange, lineBreak: LineBreak): Envelope {
  const fields = firstFields(bytes, header, lineBreak, envelopeFields);
  const text = (name: string): string | undefined => {
    const value = fields.get(name);
    return value === undefined ? undefined : textOfOctets(value);
  };
  const addresses = (name: string): EnvelopeAddress[] | undefined => {
    const list = parseAddresses(fields.get(name) ?? '');
    return list.length === 0 ? undefined : list;
  };
  const from = addresses('from');
  return present({
    date: text('date'),
    subject: text('subject'),
    from,
    sender: addresses('sender') ?? from,
    replyTo: addresses('reply-to') ?? from,
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    inReplyTo: text('in-reply-to'),
    messageId: text('message-id'),
  });
}
