import type { SMTPServerSession } from 'smtp-server';
import type { MailEnvelope } from '#domain/mail/envelope.ts';
import { fullAddress } from './mail-path.ts';

/** The envelope of a transaction; `<postmaster>` gets the hub's own domain. */
export function envelopeOf(session: SMTPServerSession, domain: string): MailEnvelope {
  const { mailFrom, rcptTo, smtpUtf8 } = session.envelope;
  return {
    sender: mailFrom ? mailFrom.address : '',
    recipients: rcptTo.map(({ address }) => ({ address: fullAddress(address, domain) })),
    requireTls: false,
    smtpUtf8: smtpUtf8 === true,
  };
}
