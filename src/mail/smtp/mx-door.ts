import type { SMTPServerSession } from 'smtp-server';
import type { MailRecipient } from '#app/ports/mail-delivery.ts';
import type { ReceiveMail } from '#app/mail/receive-mail.ts';
import { HubError } from '#domain/hub-error.ts';
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
  readonly recipient: (address: string) => Promise<MailRecipient>;
  readonly receive: (input: ReceiveMail) => Promise<unknown>;
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
      const message = await prepareMessage(options, { bytes, received: bytes, session, id });
      const recipients = session.envelope.rcptTo.map(({ address }) => fullAddress(address, options.domain));
      await options.receive({ message, recipients });
    },
  });
}

async function requireLocal(
  options: MxDoorOptions,
  address: string,
  session: SMTPServerSession,
  door: DoorState,
): Promise<void> {
  const recipient = await options.recipient(address);
  switch (recipient.kind) {
    case 'account':
      return;
    case 'foreign':
      throw new SmtpRefusal({ code: 550, status: '5.7.1', text: 'Relaying denied' });
    case 'unknown': {
      const ticket = door.ticketOf(session);
      if (ticket !== undefined && door.gate.unknownRecipient(ticket))
        throw new SmtpRefusal({ code: 421, status: '4.7.0', text: 'Too many unknown recipients' });
      throw new HubError('recipient_unknown');
    }
  }
}
