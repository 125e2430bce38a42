import type { SMTPServerSession } from 'smtp-server';
import type { MailEnvelope, Notify } from '#domain/mail/envelope.ts';
import { fullAddress } from './mail-path.ts';

/**
 * The envelope of a transaction; `<postmaster>` gets the hub's own domain. What RFC 3461 (DSN) and RFC 8689 (REQUIRETLS)
 * let a client ask for was checked when it was said.
 */
export function envelopeOf(session: SMTPServerSession, domain: string): MailEnvelope {
  const { mailFrom, rcptTo, smtpUtf8, requireTLS, dsn } = session.envelope;
  return {
    sender: mailFrom ? mailFrom.address : '',
    recipients: rcptTo.map(({ address, dsn: asked }) => ({
      address: fullAddress(address, domain),
      ...(asked?.notify === undefined ? {} : { notify: asked.notify.flatMap(notifyOf) }),
      ...(asked?.orcpt === undefined ? {} : { originalRecipient: asked.orcpt }),
    })),
    ...(dsn?.ret ? { returnPart: dsn.ret === 'FULL' ? 'full' : 'headers' } : {}),
    ...(dsn?.envid ? { envelopeId: dsn.envid } : {}),
    requireTls: requireTLS === true,
    smtpUtf8: smtpUtf8 === true,
  };
}

const notifyWords: ReadonlyMap<string, Notify> = new Map([
  ['NEVER', 'never'],
  ['SUCCESS', 'success'],
  ['FAILURE', 'failure'],
  ['DELAY', 'delay'],
]);

function notifyOf(word: string): readonly Notify[] {
  const notify = notifyWords.get(word);
  return notify === undefined ? [] : [notify];
}
