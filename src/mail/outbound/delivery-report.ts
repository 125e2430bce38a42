import { createHash } from 'node:crypto';
import { HubError } from '#domain/hub-error.ts';
import { messageIdOf } from '#mail/message/compose-official.ts';
import { foldField, phraseWords, refuseLineBreaks, textWords } from '#mail/message/encode-header.ts';
import { decodeWords, fieldText, headerFields } from '#mail/message/header-fields.ts';
import { formatMessageDate } from '#mail/message/message-date.ts';
import { headerOf, outgoingOctets } from './outgoing-octets.ts';
import { type ReportAction, type ReportedRecipient, reportSubjects, reportText } from './report-text.ts';

/** What a delivery status notification is made of (RFC 3464). */
export interface DeliveryReport {
  /** Of the report; with or without its angle brackets. */
  readonly messageId: string;
  readonly at: Date;
  /** Of this server, for Reporting-MTA. */
  readonly hostname: string;
  readonly systemDomain: string;
  /** The sender of the original. */
  readonly to: string;
  /** The original as it is stored. */
  readonly original: Uint8Array;
  /** RET: only with `full` a failure returns the whole message, and never one above 256 KiB. */
  readonly returnPart?: 'full' | 'headers';
  /** ENVID, decoded. */
  readonly envelopeId?: string;
  readonly arrivedAt: Date;
  readonly recipients: readonly ReportedRecipient[];
}

const returnedBytesMax = 256 * 1024;
const returnedHeaderBytesMax = 64 * 1024;
const fieldCharactersMax = 500;
/** What a report is called after, when it tells of several. */
const gravest: readonly ReportAction[] = ['failed', 'delayed', 'relayed', 'delivered'];

/**
 * Writes a delivery status notification: words for a person, the same for programs, and the original or its header
 * (RFC 3461, 3462, 3464); in the parts of RFC 6533 where an address is not ASCII. The caller sends it from the null
 * sender. Throws `line_break_in_field`, `bad_input`, `no_recipient`.
 */
export function composeDeliveryReport(report: DeliveryReport): Buffer {
  const { messageId, hostname, systemDomain, to, recipients } = report;
  refuseLineBreaks({ hostname, systemDomain, to });
  for (const { address, originalRecipient } of recipients) {
    refuseLineBreaks({ 'recipients.address': address, 'recipients.originalRecipient': originalRecipient });
  }
  if (recipients.length === 0) throw new HubError('no_recipient');
  if (!/^[^\s<>]{1,1000}@[^\s<>@]{1,255}$/u.test(to)) throw new HubError('bad_input', { field: 'to' });
  const id = messageIdOf('messageId', messageId);
  const action =
    gravest.find((each) => recipients.some((recipient) => recipient.action === each)) ?? 'failed';
  const isGlobal = [to, ...recipients.map(({ address }) => address)].some((address) => !isAscii(address));

  const original = outgoingOctets(report.original);
  const header = original.subarray(0, headerOf(original).end);
  const returnsWhole =
    action === 'failed' && report.returnPart === 'full' && original.length <= returnedBytesMax;
  const subject = subjectOf(original);
  const text = reportText({ subject, arrivedAt: report.arrivedAt, recipients, returnsWhole });
  const status = statusPart(report, isGlobal);
  const returned = returnsWhole ? original : firstLines(header, returnedHeaderBytesMax);
  const types = partTypes(isGlobal, returnsWhole);
  const parts = [
    part('text/plain; charset=utf-8', 'base64', Buffer.from(base64Lines(text))),
    part(types.status, encodingOf(status), status),
    part(types.returned, encodingOf(returned), returned),
  ];
  const boundary = boundaryFor(id, returned);
  const fields = [
    ...headerFieldsOf(report, id, action),
    ...referencesTo(original),
    foldField('Content-Type', [
      'multipart/report;',
      'report-type=delivery-status;',
      `boundary="${boundary}"`,
    ]),
    ...(parts.some((each) => encodingOf(each) === '8bit')
      ? [foldField('Content-Transfer-Encoding', ['8bit'])]
      : []),
  ];
  return Buffer.concat([
    Buffer.from(`${fields.join('')}\r\n`),
    ...parts.flatMap((each) => [Buffer.from(`--${boundary}\r\n`), each]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

function headerFieldsOf(report: DeliveryReport, id: string, action: ReportAction): string[] {
  const { vi, en } = reportSubjects[action];
  return [
    foldField('From', [
      ...phraseWords('Hệ thống thư', 'From:'.length),
      `<MAILER-DAEMON@${report.systemDomain}>`,
    ]),
    foldField('To', [`<${report.to}>`]),
    foldField('Subject', textWords(`${vi} (${en})`, 'Subject:'.length)),
    foldField('Date', [formatMessageDate(report.at)]),
    foldField('Message-ID', [id]),
    foldField('Auto-Submitted', ['auto-replied']),
    foldField('MIME-Version', ['1.0']),
    foldField('Content-Language', ['vi,', 'en']),
  ];
}

function partTypes(
  isGlobal: boolean,
  whole: boolean,
): { readonly status: string; readonly returned: string } {
  if (isGlobal) {
    return {
      status: 'message/global-delivery-status',
      returned: whole ? 'message/global' : 'message/global-headers',
    };
  }
  return { status: 'message/delivery-status', returned: whole ? 'message/rfc822' : 'text/rfc822-headers' };
}

/** The fields of the message and of each recipient (RFC 3464, section 2), groups parted by an empty line. */
function statusPart(report: DeliveryReport, isGlobal: boolean): Buffer {
  const field = (name: string, value: string): string => {
    const text = statusText(value, isGlobal);
    return foldField(name, text.split(' '));
  };
  const message = [
    field('Reporting-MTA', `dns; ${report.hostname}`),
    ...(report.envelopeId === undefined ? [] : [field('Original-Envelope-Id', report.envelopeId)]),
    field('Arrival-Date', formatMessageDate(report.arrivedAt)),
  ];
  const groups = report.recipients.map((recipient) => {
    const { address, originalRecipient, action, status, reply, host, lastAttemptAt, retryUntil } = recipient;
    return [
      ...(originalRecipient === undefined
        ? []
        : [field('Original-Recipient', originalRecipient.replace(/^([^;]*);\s*/, '$1; '))]),
      field('Final-Recipient', `${isAscii(address) ? 'rfc822' : 'utf-8'}; ${address}`),
      field('Action', action),
      field('Status', status),
      ...(host === undefined ? [] : [field('Remote-MTA', `dns; ${host}`)]),
      ...(reply === undefined ? [] : [field('Diagnostic-Code', diagnosticOf(reply))]),
      ...(lastAttemptAt === undefined ? [] : [field('Last-Attempt-Date', formatMessageDate(lastAttemptAt))]),
      ...(action === 'delayed' && retryUntil !== undefined
        ? [field('Will-Retry-Until', formatMessageDate(retryUntil))]
        : []),
    ];
  });
  return Buffer.from([message, ...groups].map((group) => group.join('')).join('\r\n'));
}

/** `smtp` only for what a server said (RFC 3464, section 2.3.6); the rest is ours. */
function diagnosticOf(reply: string): string {
  return `${/^[245]\d\d\b/.test(reply) ? 'smtp' : 'x-chidao'}; ${reply}`;
}

/** Another server's words must not become a field, and not be more than a program expects. */
function statusText(value: string, isGlobal: boolean): string {
  const text = value
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, '?')
    .replaceAll(/ +/g, ' ')
    .trim()
    .slice(0, fieldCharactersMax);
  return isGlobal ? text.toWellFormed() : text.replaceAll(/\P{ASCII}/gu, '?');
}

function part(type: string, encoding: string, body: Buffer): Buffer {
  const transfer = encoding === '7bit' ? '' : `Content-Transfer-Encoding: ${encoding}\r\n`;
  const end = body.subarray(-2).toString('latin1') === '\r\n' ? '' : '\r\n';
  // Each part ends with a line break of its own besides the one that belongs to the boundary.
  return Buffer.concat([
    Buffer.from(`Content-Type: ${type}\r\n${transfer}\r\n`),
    body,
    Buffer.from(`${end}\r\n`),
  ]);
}

function encodingOf(octets: Uint8Array): '7bit' | '8bit' {
  return octets.some((octet) => octet > 127) ? '8bit' : '7bit';
}

function base64Lines(text: string): string {
  return Buffer.from(text.toWellFormed())
    .toString('base64')
    .replaceAll(/.{1,76}/g, '$&\r\n');
}

/** No line of what is returned can be the boundary, whoever wrote it. */
function boundaryFor(id: string, returned: Buffer): string {
  for (let round = 0; ; round += 1) {
    const digest = createHash('sha256').update(`${id} ${round}`).digest('hex');
    const boundary = `=_report_${digest.slice(0, 32)}`;
    if (!returned.includes(boundary)) return boundary;
  }
}

function firstLines(header: Buffer, bytesMax: number): Buffer {
  if (header.length <= bytesMax) return header;
  return header.subarray(0, header.lastIndexOf('\r\n', bytesMax) + 2);
}

function fieldOf(original: Uint8Array, name: string): string | undefined {
  for (const field of headerFields(original, headerOf(original), 10)) {
    if (field.name === name) return fieldText(original, field);
  }
  return undefined;
}

function subjectOf(original: Uint8Array): string | undefined {
  const subject = fieldOf(original, 'subject');
  return subject === undefined ? undefined : decodeWords(subject).slice(0, fieldCharactersMax);
}

/** So that mail programs show the report beneath what it reports on. */
function referencesTo(original: Uint8Array): string[] {
  const id = fieldOf(original, 'message-id');
  if (id === undefined || !/^<[!-;=?-~]{1,400}>$/.test(id)) return [];
  return [foldField('In-Reply-To', [id]), foldField('References', [id])];
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}
