import type { SMTPServerSession } from 'smtp-server';
import type { MailOrigin } from '#app/ports/mail-checks.ts';
import type { Trace, TransferProtocol } from '#mail/message/trace-headers.ts';
import type { SmtpDoorOptions } from './smtp-door.ts';

/** Where a message came from, for the checks of its origin. */
export function originOf(session: SMTPServerSession): MailOrigin {
  const { mailFrom } = session.envelope;
  return {
    clientAddress: session.remoteAddress,
    helo: session.hostNameAppearsAs,
    sender: mailFrom ? mailFrom.address : '',
  };
}

/** Where a message came from, for Return-Path and Received. A lone recipient is named; of several none is. */
export function traceOf(
  options: Pick<SmtpDoorOptions, 'hostname' | 'clock'>,
  session: SMTPServerSession,
  id: string,
): Trace {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    returnPath: mailFrom ? mailFrom.address : '',
    helo: session.hostNameAppearsAs,
    clientAddress: session.remoteAddress,
    hostname: options.hostname,
    protocol: protocolOf(session),
    id,
    recipient: rcptTo.length === 1 ? rcptTo[0]?.address : undefined,
    receivedAt: options.clock.now(),
  };
}

function protocolOf(session: SMTPServerSession): TransferProtocol {
  if (session.openingCommand !== 'EHLO') return 'SMTP';
  const extended = session.envelope.smtpUtf8 === true ? 'UTF8SMTP' : 'ESMTP';
  if (session.secure) return session.user ? `${extended}SA` : `${extended}S`;
  return session.user ? `${extended}A` : extended;
}
