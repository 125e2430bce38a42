import type { Envelope, EnvelopeAddress } from '#domain/mail/structure.ts';
import { encodeNstring, type Octets } from '#mail/imap/wire/encode.ts';

/** RFC 9051, section 7.5.2, envelope. */
export function encodeEnvelope(envelope: Envelope): Octets {
  const fields = [
    encodeNstring(envelope.date),
    encodeNstring(envelope.subject),
    encodeAddresses(envelope.from),
    encodeAddresses(envelope.sender),
    encodeAddresses(envelope.replyTo),
    encodeAddresses(envelope.to),
    encodeAddresses(envelope.cc),
    encodeAddresses(envelope.bcc),
    encodeNstring(envelope.inReplyTo),
    encodeNstring(envelope.messageId),
  ];
  return `(${fields.join(' ')})`;
}

function encodeAddresses(addresses: readonly EnvelopeAddress[] | undefined): Octets {
  if (addresses === undefined || addresses.length === 0) return 'NIL';
  return `(${addresses.map(encodeAddress).join('')})`;
}

function encodeAddress(address: EnvelopeAddress): Octets {
  const { name, route, mailbox, host } = address;
  return `(${[name, route, mailbox, host].map(encodeNstring).join(' ')})`;
}
