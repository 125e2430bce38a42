import type { SMTPServerSession } from 'smtp-server';
import type { MailRecipient, MailWriter } from '#app/ports/mail-delivery.ts';
import type { ReceiveMail } from '#app/mail/receive-mail.ts';
import type { CheckedOrigin, CheckOrigin, ScanMail } from '#app/ports/mail-checks.ts';
import { HubError } from '#domain/hub-error.ts';
import { isSenderVerified, verdictOf } from '#domain/mail/authentication.ts';
import { originOf } from './trace-of.ts';
import { envelopeOf } from './envelope-of.ts';
import { fullAddress } from './mail-path.ts';
import { defaultSmtpLimits } from './smtp-limits.ts';
import { prepareMessage, refuseLoop } from './prepare-message.ts';
import {
  createSmtpDoor,
  type DoorState,
  type ReceivedMail,
  type SmtpDoor,
  type SmtpDoorOptions,
} from './smtp-door.ts';
import { SmtpRefusal } from './smtp-refusal.ts';

export interface MxDoorOptions extends SmtpDoorOptions {
  readonly recipient: (address: string, writer: MailWriter) => Promise<MailRecipient>;
  readonly receive: (input: ReceiveMail) => Promise<unknown>;
  /** Outside recipients whose tokens stand in the addresses, when they wrote it. */
  readonly answersOf?: (addresses: readonly string[], from: string | undefined) => Promise<readonly number[]>;
  /** SPF, DKIM, DMARC and ARC. */
  readonly checkOrigin?: CheckOrigin;
  /** The configured scanners. */
  readonly scan?: ScanMail;
}

interface LookedAt {
  readonly checked?: CheckedOrigin | undefined;
  readonly into: 'inbox' | 'junk';
  readonly hold?: { readonly reason: string };
}

/**
 * Origin and content of a message, before anything is kept: what its author's domain wants refused is refused (DMARC),
 * and what a scanner knows as malicious. A configured scanner that gives no answer makes the message wait (threats M8).
 * Throws `SmtpRefusal`.
 */
async function lookAt(options: MxDoorOptions, bytes: Buffer, session: SMTPServerSession): Promise<LookedAt> {
  const origin = originOf(session);
  const [checked, scanned] = await Promise.all([
    options.checkOrigin?.(bytes, origin),
    options.scan?.(bytes, origin) ?? { kind: 'clean' as const },
  ]);
  const verdict = checked === undefined ? 'accept' : verdictOf(checked.authentication);
  if (verdict === 'reject')
    throw new SmtpRefusal({ code: 550, status: '5.7.1', text: 'Refused by the DMARC policy of the author' });
  const into = verdict === 'quarantine' ? 'junk' : 'inbox';
  switch (scanned.kind) {
    case 'clean':
      return { checked, into };
    case 'infected':
      throw maliciousContent();
    case 'spam':
      if (scanned.reject)
        throw new SmtpRefusal({ code: 550, status: '5.7.1', text: 'The message was judged to be spam' });
      return { checked, into: 'junk' };
    case 'unavailable':
      return { checked, into, hold: { reason: `${scanned.scanner}: ${scanned.reason}` } };
  }
}

export function maliciousContent(): SmtpRefusal {
  return new SmtpRefusal({ code: 550, status: '5.7.1', text: 'The message has malicious content' });
}

/** The door for the world (RFC 5321): takes mail for local accounts from anybody, passes nothing on, signs nobody in. */
export function createMxDoor(options: MxDoorOptions): SmtpDoor {
  const hopsMax = options.limits?.hopsMax ?? defaultSmtpLimits.hopsMax;
  return createSmtpDoor(options, {
    server: { disabledCommands: ['AUTH'] },
    // Whose word the sender is will be SPF's and DMARC's to say; nothing is claimed here.
    mailFrom: () => Promise.resolve(),
    rcptTo: (address, session, door) =>
      requireLocal(options, fullAddress(address, options.domain), session, door),
    async message({ bytes, session, id }: ReceivedMail) {
      refuseLoop(bytes, hopsMax);
      const found = await lookAt(options, bytes, session);
      const message = await prepareMessage(options, {
        bytes,
        received: bytes,
        session,
        id,
        checked: found.checked,
      });
      const envelope = envelopeOf(session, options.domain);
      // What a program sent answers nothing (RFC 3834).
      const answersOf = message.autoSubmitted
        ? undefined
        : await options.answersOf?.(
            envelope.recipients.map(({ address }) => address),
            message.fromAddress,
          );
      await options.receive({
        message,
        envelope,
        answersOf,
        into: found.into,
        verifiedSender: found.checked !== undefined && isSenderVerified(found.checked.authentication),
        hold: found.hold,
        traceId: id,
        clientAddress: session.remoteAddress,
      });
    },
  });
}

async function requireLocal(
  options: MxDoorOptions,
  address: string,
  session: SMTPServerSession,
  door: DoorState,
): Promise<void> {
  const { mailFrom } = session.envelope;
  const recipient = await options.recipient(address, { address: mailFrom ? mailFrom.address : '' });
  switch (recipient.kind) {
    case 'account':
      if (recipient.full) throw new HubError('over_quota');
      return;
    case 'group':
      return;
    case 'closed':
      throw new SmtpRefusal({ code: 550, status: '5.7.1', text: 'You may not write to this group' });
    case 'foreign':
      throw new SmtpRefusal({ code: 550, status: '5.7.1', text: 'Relaying denied' });
    case 'unknown': {
      await punishGuess(session, door);
      throw new HubError('recipient_unknown');
    }
  }
}

/** The answer to a guess comes later and later, and then the client is shut out (S16). */
async function punishGuess(session: SMTPServerSession, door: DoorState): Promise<void> {
  const ticket = door.ticketOf(session);
  if (ticket === undefined) return;
  const verdict = door.gate.unknownRecipient(ticket);
  switch (verdict.kind) {
    case 'delayed':
      return door.hold(session, verdict.ms);
    case 'shut_out':
      throw new SmtpRefusal({ code: 421, status: '4.7.0', text: 'Too many unknown recipients' });
  }
}
