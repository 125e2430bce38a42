import type { OutboundMessage } from '#app/ports/outbound.ts';
import type { AttemptOutcome } from '#domain/mail/outbound.ts';
import type { OutboundLimits } from './outbound-limits.ts';
import { dataOctets } from './outgoing-octets.ts';
import { SmtpFault } from './smtp-client.ts';
import { replyText, type SmtpReply, statusOf } from './smtp-reply.ts';
import { hasAsciiLocalPart, isPath, type LeavingMessage, mailCommand, rcptCommand } from './smtp-commands.ts';
import type { SmtpSession } from './smtp-session.ts';

type Recipient = OutboundMessage['recipients'][number];

interface TransactionOptions {
  readonly host: string;
  readonly within: (limitMs: number) => number;
  readonly limits: OutboundLimits;
}

/**
 * Gives one message to a greeted server (RFC 5321, section 3.3): an outcome for each recipient, in their order. Rejects
 * with `SmtpFault` while nothing of the message has been sent, so that another host may be tried without sending it
 * twice; from then on a lost connection is an outcome. A double is possible when only the last reply is lost; the
 * Message-ID is the same then (threats F5).
 */
export async function runTransaction(
  { client, offers }: SmtpSession,
  message: LeavingMessage,
  options: TransactionOptions,
): Promise<readonly AttemptOutcome[]> {
  const { within, limits } = options;
  const outcomes = createOutcomes(message, options.host, client.secure, offers.has('DSN'));
  refuseUnsendable(message, offers, outcomes);
  const sendable = outcomes.unsettled();
  if (sendable.length === 0) return outcomes.all();

  const mail = unlessBusy(await client.command(mailCommand(message, offers), within(limits.commandMs)));
  if (!isDone(mail)) {
    outcomes.answer(sendable, mail);
    return outcomes.all();
  }
  const accepted = await nameRecipients({ client, offers }, sendable, outcomes, options);
  if (accepted.length === 0) return outcomes.all();

  const data = unlessBusy(await client.command('DATA', within(limits.commandMs)));
  if (data.code !== 354) {
    // A 2xx here answers nothing that was asked.
    if (isDone(data)) outcomes.settle(accepted, 'deferred', '4.5.0', replyText(data));
    else outcomes.answer(accepted, data);
    return outcomes.all();
  }
  try {
    const endsAtMs = performance.now() + within(limits.dataMs);
    await client.write(dataOctets(message.bytes), endsAtMs - performance.now());
    outcomes.answer(accepted, await client.read(endsAtMs - performance.now()));
  } catch (error) {
    if (!(error instanceof SmtpFault)) throw error;
    outcomes.settle(accepted, 'deferred', error.status, error.message);
  }
  return outcomes.all();
}

/** The outcomes of a transaction as they become known; the first one of a recipient stays. */
interface Outcomes {
  settle(recipients: readonly Recipient[], kind: 'deferred' | 'failed', status: string, text: string): void;
  /** As the server replied. */
  answer(recipients: readonly Recipient[], reply: SmtpReply): void;
  unsettled(): readonly Recipient[];
  all(): readonly AttemptOutcome[];
}

function createOutcomes(message: LeavingMessage, host: string, tls: boolean, dsn: boolean): Outcomes {
  const known = new Map<Recipient, AttemptOutcome>();
  const set = (recipients: readonly Recipient[], outcome: AttemptOutcome): void => {
    for (const recipient of recipients) if (!known.has(recipient)) known.set(recipient, outcome);
  };
  return {
    settle: (recipients, kind, status, reply) => set(recipients, { kind, status, reply, host, tls }),
    answer(recipients, reply) {
      const said = { reply: replyText(reply), host, tls };
      if (isDone(reply)) set(recipients, { kind: 'delivered', status: statusOf(reply), dsn, ...said });
      else if (reply.code < 400) set(recipients, { kind: 'deferred', status: '4.5.0', ...said });
      else
        set(recipients, { kind: reply.code < 500 ? 'deferred' : 'failed', status: statusOf(reply), ...said });
    },
    unsettled: () => message.recipients.filter((recipient) => !known.has(recipient)),
    all: () =>
      message.recipients.map(
        (recipient) =>
          known.get(recipient) ?? { kind: 'deferred', status: '4.0.0', reply: 'Not tried', host, tls },
      ),
  };
}

/** What this server could not take, or what no server could, is not offered to it. */
function refuseUnsendable(
  message: LeavingMessage,
  offers: ReadonlyMap<string, string>,
  outcomes: Outcomes,
): void {
  const { bytes, sender, recipients, headerUtf8 } = message;
  const utf8 = offers.has('SMTPUTF8');
  const sizeMax = Number(offers.get('SIZE') ?? 0);
  if (sizeMax > 0 && bytes.length > sizeMax) {
    outcomes.settle(recipients, 'failed', '5.3.4', `The server takes no message above ${sizeMax} octets`);
  }
  if (sender !== '' && !isPath(sender)) {
    outcomes.settle(recipients, 'failed', '5.1.7', 'The sender is no address');
  }
  for (const recipient of recipients) {
    if (!isPath(recipient.address)) {
      outcomes.settle([recipient], 'failed', '5.1.3', 'This is no address');
    } else if (!utf8 && (headerUtf8 || !hasAsciiLocalPart(sender) || !hasAsciiLocalPart(recipient.address))) {
      outcomes.settle([recipient], 'failed', '5.6.7', 'This needs SMTPUTF8, which the server does not offer');
    }
  }
}

/** RCPT for each; gives those that the server took. Where it offers PIPELINING, many are sent at once (RFC 2920). */
async function nameRecipients(
  { client, offers }: SmtpSession,
  recipients: readonly Recipient[],
  outcomes: Outcomes,
  { limits, within }: TransactionOptions,
): Promise<readonly Recipient[]> {
  const accepted: Recipient[] = [];
  const window = offers.has('PIPELINING') ? limits.pipelinedMax : 1;
  for (let at = 0; at < recipients.length; at += window) {
    const group = recipients.slice(at, at + window);
    const commands = group.map((recipient) => `${rcptCommand(recipient, offers)}\r\n`);
    await client.write(commands.join(''), within(limits.commandMs));
    let full: SmtpReply | undefined;
    for (const recipient of group) {
      const reply = unlessBusy(await client.read(within(limits.commandMs)));
      if (isDone(reply)) accepted.push(recipient);
      else if (isTooMany(reply, accepted.length)) {
        full = reply;
        outcomes.settle([recipient], 'deferred', '4.5.3', replyText(reply));
      } else outcomes.answer([recipient], reply);
    }
    if (full) {
      outcomes.settle(recipients.slice(at + window), 'deferred', '4.5.3', replyText(full));
      break;
    }
  }
  return accepted;
}

/** 421 ends the connection, whatever it answers. */
function unlessBusy(reply: SmtpReply): SmtpReply {
  if (reply.code === 421) throw new SmtpFault('busy', statusOf(reply), replyText(reply));
  return reply;
}

function isDone(reply: SmtpReply): boolean {
  return reply.code >= 200 && reply.code < 300;
}

/**
 * Too many recipients for one transaction: the others have their turn later, though many servers say it with a 552
 * (RFC 5321, section 4.5.3.1.10). A full mailbox, x.2.2, is one recipient's own matter.
 */
function isTooMany(reply: SmtpReply, accepted: number): boolean {
  if (reply.code !== 452 && reply.code !== 552) return false;
  return reply.status === undefined ? accepted > 0 : /^[45]\.5\.3$/.test(reply.status);
}
