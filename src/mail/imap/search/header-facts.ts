import type { Envelope, EnvelopeAddress } from '#domain/mail/structure.ts';
import { decodeWords, fieldText, headerFields } from '#mail/message/header-fields.ts';

import { fold } from './fold.ts';

/** What SEARCH can ask of a header. */
export interface HeaderFacts {
  /** The Date header as written. */
  readonly date: string | undefined;
  /** The folded text of each field of that name, in lower case. */
  texts(field: string): readonly string[];
}

/** The fields that a parsed structure answers without the octets of the header. */
const envelopeFields = new Set(['date', 'subject', 'from', 'to', 'cc', 'bcc', 'in-reply-to', 'message-id']);

export function isEnvelopeField(field: string): boolean {
  return envelopeFields.has(field);
}

export function factsOfHeader(header: Buffer): HeaderFacts {
  const fields = [...headerFields(header, { start: 0, end: header.length })];
  const texts = (name: string): readonly string[] =>
    fields.filter((field) => field.name === name).map((field) => fold(decodeWords(fieldText(header, field))));
  return { date: texts('date')[0], texts };
}

export function factsOfEnvelope({ envelope }: { readonly envelope: Envelope }): HeaderFacts {
  const texts = (name: string): readonly string[] => {
    switch (name) {
      case 'date':
        return plain(envelope.date);
      case 'subject':
        return plain(envelope.subject);
      case 'in-reply-to':
        return plain(envelope.inReplyTo);
      case 'message-id':
        return plain(envelope.messageId);
      case 'from':
      case 'to':
      case 'cc':
      case 'bcc':
        return addresses(envelope[name]);
      default:
        return [];
    }
  };
  return { date: envelope.date, texts };
}

function plain(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [fold(decodeWords(text))];
}

function addresses(list: readonly EnvelopeAddress[] | undefined): readonly string[] {
  if (list === undefined) return [];
  const shown = list.map(({ name, mailbox, host }) => {
    const address = host === undefined ? (mailbox ?? '') : `<${mailbox ?? ''}@${host}>`;
    return name === undefined ? address : `${decodeWords(name)} ${address}`;
  });
  return [fold(shown.join(', '))];
}
