import { createHash, createPrivateKey, sign } from 'node:crypto';
import { headerFields, latin1Of } from '#mail/message/header-fields.ts';
import { foldField } from '#mail/message/encode-header.ts';
import { headerOf } from './outgoing-octets.ts';

export type DkimAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

/** What a signature is made with and how long it holds. */
export interface DkimSigning {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  readonly signedAt: Date;
  readonly expiresAt: Date;
}

/**
 * Named once more than they occur, so that nobody on the way can add one, or a second one, and keep the signature
 * (RFC 6376, section 8.15; threats S19).
 */
const oversigned = [
  'From',
  'Subject',
  'Date',
  'To',
  'Cc',
  'Reply-To',
  'Message-ID',
  'Content-Type',
  'MIME-Version',
] as const;
/** Named as often as they occur. */
const signed = [
  ...oversigned,
  'Sender',
  'In-Reply-To',
  'References',
  'Content-Transfer-Encoding',
  'Content-Disposition',
  'Auto-Submitted',
  'List-Id',
  'List-Unsubscribe',
] as const;

/**
 * A DKIM-Signature field with its CRLF, relaxed/relaxed, over the whole body (no `l=`). The message has CRLF only. Our own
 * signer, because the package that verifies signatures names only fields that occur.
 */
export function dkimSignature(message: Buffer, signing: DkimSigning): string {
  const header = headerOf(message);
  const fields = [...headerFields(message, header, 10)];
  const names: string[] = [];
  const octets: string[] = [];
  for (const name of signed) {
    const own = fields.filter((field) => field.name === name.toLowerCase());
    // Verifiers take fields of one name from the last to the first (RFC 6376, section 5.4.2).
    for (const field of own.toReversed()) {
      names.push(name);
      octets.push(relaxedField(field.name, latin1Of(message, field.valueStart, field.end)));
    }
  }
  names.push(...oversigned);

  const tags = [
    'v=1;',
    `a=${signing.algorithm};`,
    'c=relaxed/relaxed;',
    `d=${signing.domain};`,
    `s=${signing.selector};`,
    `t=${seconds(signing.signedAt)};`,
    `x=${seconds(signing.expiresAt)};`,
    // In pieces, so that the line can be folded between names.
    ...names.map((name, at) => `${at === 0 ? 'h=' : ''}${name}${at === names.length - 1 ? ';' : ':'}`),
    `bh=${bodyHash(message.subarray(header.end))};`,
  ];
  const unsigned = foldField('DKIM-Signature', [...tags, 'b=']);
  const covered = octets.join('') + relaxedField('dkim-signature', valueOf(unsigned)).slice(0, -2);
  const signature = signatureOf(Buffer.from(covered, 'latin1'), signing);
  const pieces = signature.match(/.{1,72}/g) ?? [];
  return foldField('DKIM-Signature', [...tags, 'b=', ...pieces]);
}

function signatureOf(octets: Buffer, { algorithm, privateKey }: DkimSigning): string {
  const key = createPrivateKey(privateKey);
  switch (algorithm) {
    case 'rsa-sha256':
      return sign('sha256', octets, key).toString('base64');
    case 'ed25519-sha256':
      // Ed25519 signs the hash, not the octets (RFC 8463, section 3).
      return sign(undefined, createHash('sha256').update(octets).digest(), key).toString('base64');
  }
}

/** RFC 6376, section 3.4.2. */
function relaxedField(name: string, value: string): string {
  const text = value
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ')
    .replace(/^ /, '')
    .replace(/ $/, '');
  return `${name}:${text}\r\n`;
}

/** RFC 6376, section 3.4.4: blanks at line ends and empty lines at the end go, other blanks become one. */
function bodyHash(body: Buffer): string {
  const lines = body
    .toString('latin1')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(' \r\n', '\r\n');
  let end = lines.length;
  while (end >= 2 && lines.startsWith('\r\n', end - 2)) end -= 2;
  const text = end === 0 ? '' : `${lines.slice(0, end)}\r\n`;
  return createHash('sha256').update(text, 'latin1').digest('base64');
}

function valueOf(field: string): string {
  return field.slice(field.indexOf(':') + 1);
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}
