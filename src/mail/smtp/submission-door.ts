import { randomUUID } from 'node:crypto';
import type { SMTPServerAuthentication, SMTPServerSession } from 'smtp-server';
import type { MailSignIn, ScramSignIn } from '#app/access/sign-in.ts';
import type { SubmitMail } from '#app/mail/submit-mail.ts';
import type { MailRecipient, MailWriter } from '#app/ports/mail-delivery.ts';
import type { ScanMail } from '#app/ports/mail-checks.ts';
import type { Actor } from '#domain/access/actor.ts';
import { namedDirectiveIds } from '#domain/directive/message-id.ts';
import { HubError } from '#domain/hub-error.ts';
import { readReply } from '#domain/mail/reply/reply-act.ts';
import { signInRefusalOf } from './error-responses.ts';
import { envelopeOf } from './envelope-of.ts';
import type { ScramConversation } from './hub-connection.ts';
import { fullAddress } from './mail-path.ts';
import { releaseAtOf } from './future-release.ts';
import { prepareMessage, refuseLoop } from './prepare-message.ts';
import {
  createSmtpDoor,
  type DoorState,
  type ReceivedMail,
  type SmtpDoor,
  type SmtpDoorOptions,
} from './smtp-door.ts';
import { defaultSmtpLimits } from './smtp-limits.ts';
import { maliciousContent } from './mx-door.ts';
import { SmtpRefusal } from './smtp-refusal.ts';
import { originOf } from './trace-of.ts';
import { authorsOf, completeHeader } from './submission-header.ts';

export interface SubmissionDoorOptions extends SmtpDoorOptions {
  /** TLS from the first octet (RFC 8314, port 465); otherwise STARTTLS before AUTH. */
  readonly implicitTls: boolean;
  readonly signIn: MailSignIn;
  /** SCRAM-SHA-256, with app passwords. */
  readonly scram: ScramSignIn;
  readonly recipient: (address: string, writer: MailWriter) => Promise<MailRecipient>;
  /** Whether the account may write the address into MAIL FROM. */
  readonly mayUseSender: (actor: Actor, address: string) => Promise<boolean>;
  readonly submit: (input: SubmitMail) => Promise<unknown>;
  /** The configured scanners; what they judge as spam goes out all the same, its sender is known. */
  readonly scan?: ScanMail;
}

/** The door for the hub's own people (RFC 6409): signs in, and sends as the account that signed in or its office. */
export function createSubmissionDoor(options: SubmissionDoorOptions): SmtpDoor {
  const hopsMax = options.limits?.hopsMax ?? defaultSmtpLimits.hopsMax;
  return createSmtpDoor(options, {
    server: {
      secure: options.implicitTls,
      // Last, because it knows app passwords only: whoever takes the first one offered may bring any.
      authMethods: ['PLAIN', 'LOGIN', 'SCRAM-SHA-256'],
      authRequiredMessage: options.implicitTls
        ? '5.7.0 Sign in first'
        : '5.7.0 Begin TLS with STARTTLS and sign in first',
    },
    futureRelease: true,
    greetsAtOnce: true,
    scram: (door, session, clientFirst) => scram(options, door, session, clientFirst),
    mailFrom: (address, session) => requireOwnSender(options, address, session),
    rcptTo: (address, session) => requireReachable(options, address, session),
    message: (mail) => submit(options, hopsMax, mail),
    auth(door, auth, session, callback) {
      signIn(options, door, auth, session).then(
        (user) => callback(null, { user }),
        (error: unknown) => callback(signInFault(options, session, error)),
      );
    },
  });
}

/**
 * To act as somebody else (RFC 4616: authzid) is a right that nobody has; a client that fills in only that field is
 * refused like one with a wrong password (threats S7).
 */
async function signIn(
  options: SubmissionDoorOptions,
  door: DoorState,
  auth: SMTPServerAuthentication,
  session: SMTPServerSession,
): Promise<Actor> {
  const { username = '', authcid = username, authzid = '', password } = auth;
  const forAnother = authzid !== '' && authzid.toLowerCase() !== authcid.toLowerCase();
  if (forAnother || authcid === '') throw new HubError('wrong_credentials');
  const actor = await options.signIn({
    address: authcid,
    password: password ?? '',
    remoteAddress: session.remoteAddress,
  });
  countConnection(door, session, actor);
  return actor;
}

function countConnection(door: DoorState, session: SMTPServerSession, { accountId }: Actor): void {
  const ticket = door.ticketOf(session);
  if (ticket !== undefined && !door.gate.signedIn(ticket, accountId))
    throw new SmtpRefusal({ code: 421, status: '4.7.0', text: 'Too many connections of this account' });
}

function scram(
  options: SubmissionDoorOptions,
  door: DoorState,
  session: SMTPServerSession,
  clientFirst: string,
): ScramConversation | undefined {
  const dialogue = options.scram({ clientFirst, remoteAddress: session.remoteAddress });
  if (dialogue === undefined) return undefined;
  return {
    serverFirst: dialogue.serverFirst,
    async finish(clientFinal) {
      try {
        const { actor, serverFinal } = await dialogue.finish(clientFinal);
        countConnection(door, session, actor);
        return { user: actor, serverFinal };
      } catch (error) {
        throw signInFault(options, session, error);
      }
    },
  };
}

/** A fault of ours is logged whole, and told as nothing but one. */
function signInFault(
  options: SubmissionDoorOptions,
  session: SMTPServerSession,
  error: unknown,
): SmtpRefusal {
  if (error instanceof SmtpRefusal) return error;
  if (!(error instanceof HubError))
    options.log.error({ session: session.id, error }, 'SMTP sign-in failed by a fault');
  return signInRefusalOf(error);
}

/** smtp-server keeps what `signIn` gave; without it no MAIL is let through. */
function actorOf(session: SMTPServerSession): Actor {
  const actor = session.user as Actor | undefined;
  if (!actor) throw new HubError('not_signed_in');
  return actor;
}

/** The null sender is allowed: a mail client's read receipt has it (RFC 8098), and From is still the account's own. */
async function requireOwnSender(
  options: SubmissionDoorOptions,
  address: string,
  session: SMTPServerSession,
): Promise<void> {
  const actor = actorOf(session);
  if (address === '' || (await options.mayUseSender(actor, address))) return;
  throw new SmtpRefusal({
    code: 553,
    status: '5.7.1',
    text: 'The sender must be your own address or that of a unit you answer for',
  });
}

async function requireReachable(
  options: SubmissionDoorOptions,
  address: string,
  session: SMTPServerSession,
): Promise<void> {
  const { accountId } = actorOf(session);
  const { mailFrom } = session.envelope;
  const writer = { accountId, address: mailFrom ? mailFrom.address : '' };
  const recipient = await options.recipient(fullAddress(address, options.domain), writer);
  switch (recipient.kind) {
    case 'account':
      if (recipient.full) throw new HubError('over_quota');
      return;
    case 'group':
    case 'foreign':
      return;
    case 'closed':
      throw new SmtpRefusal({ code: 550, status: '5.7.1', text: 'You may not write to this group' });
    case 'unknown':
      throw new HubError('recipient_unknown');
  }
}

async function submit(options: SubmissionDoorOptions, hopsMax: number, mail: ReceivedMail): Promise<void> {
  const { session, id } = mail;
  refuseLoop(mail.bytes, hopsMax);
  const bytes = completeHeader(mail.bytes, {
    messageId: `<${randomUUID()}@${options.domain}>`,
    at: options.clock.now(),
  });
  const scanned = (await options.scan?.(bytes, originOf(session))) ?? { kind: 'clean' };
  if (scanned.kind === 'infected') throw maliciousContent();
  const message = await prepareMessage(options, { bytes, received: mail.bytes, session, id });
  await options.submit({
    actor: actorOf(session),
    message,
    authors: message.fromAddress === undefined ? [] : authorsOf(bytes),
    envelope: envelopeOf(session, options.domain),
    releaseAt: releaseAtFor(options, session),
    traceId: id,
    hold: scanned.kind === 'unavailable' ? { reason: `${scanned.scanner}: ${scanned.reason}` } : undefined,
    clientAddress: session.remoteAddress,
    repliesTo: message.autoSubmitted ? [] : namedDirectiveIds(message, options.domain),
    acknowledges: readReply({ text: message.firstLines, attachments: 0 }).kind === 'acknowledge',
  });
}

/** It was checked at MAIL; by now its moment may have come, and then the message goes out at once. */
function releaseAtFor(options: SubmissionDoorOptions, session: SMTPServerSession): Date | undefined {
  const { mailFrom } = session.envelope;
  const asked = (mailFrom && mailFrom.args) || {};
  const secondsMax = options.limits?.holdSecondsMax ?? defaultSmtpLimits.holdSecondsMax;
  const releaseAt = releaseAtOf(asked, {
    secondsMax,
    now: () => options.clock.now(),
  });
  return releaseAt instanceof Date ? releaseAt : undefined;
}
