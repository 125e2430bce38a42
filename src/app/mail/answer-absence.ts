import { answeredBefore, mayAnswer } from '#domain/mail/absence.ts';
import type { Clock } from '#domain/clock.ts';
import type { AbsenceReply, Absences, AbsentAccount, AnswerableHeader } from '#app/ports/mail-settings.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';

export interface AnswerAbsencePorts {
  readonly absences: Absences;
  readonly readHeader: (header: Buffer) => AnswerableHeader;
  readonly compose: (reply: AbsenceReply) => Promise<PreparedMessage>;
  readonly clock: Clock;
  /** After a commit that wrote outbox rows. */
  readonly committed: () => void;
}

/**
 * Tells the sender of a message which of its recipients are away (RFC 3834). A job runs it, perhaps twice: the marker
 * of account and sender is taken in the transaction that sends, so the answer goes out once (threats F14, S18). Gives
 * the accounts that answered.
 */
export async function answerAbsence(
  ports: AnswerAbsencePorts,
  input: { readonly messageId: string; readonly accountIds: readonly string[] },
): Promise<readonly string[]> {
  const { absences } = ports;
  const found = await absences.message(input.messageId);
  if (found === undefined || found.sender === '') return [];
  const { sender, senderVerified } = found;
  const { answered, ...header } = ports.readHeader(found.header);
  const mail = { ...header, sender, senderVerified };
  const at = ports.clock.now();
  const accounts = await absences.absent(input.accountIds, { messageId: input.messageId, sender, at });
  const done: string[] = [];
  const faults: unknown[] = [];
  for (const account of accounts) {
    if (!mayAnswer({ ...account, mail, at })) continue;
    try {
      const message = await ports.compose(replyOf(account, sender, answered, at));
      if (message.secretStamp === undefined && (await sendOnce(ports, account, sender, message, at)))
        done.push(account.accountId);
    } catch (fault) {
      // One account that cannot answer keeps no other from it; the job is tried again, and markers spare the others.
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
  return done;
}

function replyOf(
  account: AbsentAccount,
  sender: string,
  answered: AnswerableHeader['answered'],
  at: Date,
): AbsenceReply {
  const { address, name, absence } = account;
  return {
    from: { name, address },
    to: sender,
    subject: absence.subject,
    text: absence.text,
    answered,
    date: at,
  };
}

async function sendOnce(
  ports: AnswerAbsencePorts,
  { accountId, absence }: AbsentAccount,
  sender: string,
  message: PreparedMessage,
  at: Date,
): Promise<boolean> {
  const sent = await ports.absences.transaction(async (tx) => {
    const claimed = await tx.claim({ accountId, sender, at, answeredBefore: answeredBefore(absence, at) });
    if (claimed) await tx.send({ fromAccountId: accountId, to: sender, message, at });
    return claimed;
  });
  if (sent) ports.committed();
  return sent;
}
