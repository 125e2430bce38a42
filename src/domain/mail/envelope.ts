/** When the sender wants to be told (RFC 3461, section 4.1); `never` stands alone. */
export type Notify = 'never' | 'success' | 'failure' | 'delay';

/** One recipient of an SMTP transaction. */
export interface EnvelopeRecipient {
  /** As it was given, with a domain. */
  readonly address: string;
  /** Absent: the default of RFC 3461, failure and perhaps delay. */
  readonly notify?: readonly Notify[];
  /** ORCPT as it was given, `rfc822;…`. */
  readonly originalRecipient?: string;
}

/** What an SMTP transaction says besides the message (RFC 5321, 3461, 6531, 8689). */
export interface MailEnvelope {
  /** '' is the null sender. */
  readonly sender: string;
  readonly recipients: readonly EnvelopeRecipient[];
  /** RET: how much of the message a failure report returns. */
  readonly returnPart?: 'full' | 'headers';
  readonly envelopeId?: string;
  readonly requireTls: boolean;
  readonly smtpUtf8: boolean;
}

/** The part after the last `@`, in lower case (NFC); '' when there is none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0
    ? ''
    : address
        .slice(at + 1)
        .normalize('NFC')
        .toLowerCase();
}

/** An address as it is stored and compared: NFC, lower case. */
export function canonicalAddress(address: string): string {
  return address.trim().normalize('NFC').toLowerCase();
}
