import type { Clock } from '#domain/clock.ts';
import type { HubEvent } from '#domain/event.ts';
import type { Database, Transaction } from '#store/database.ts';
import { recordEvents } from '#store/log/record-events.ts';
import type { Asker } from './asker.ts';

/** The account that a session signed in as, and what its changes need. */
export interface MailSession {
  readonly database: Database;
  readonly clock: Clock;
  readonly accountId: string;
  /** Wakes the relay; called when a transaction that wrote log rows has been committed. */
  readonly afterCommit: () => void;
}

export interface MailChange<Result> {
  readonly result: Result;
  /** Mailboxes that are not what they were. */
  readonly changed: readonly ChangedMailbox[];
  readonly events?: readonly HubEvent[];
  /** Messages that came into the first of the changed mailboxes, to be made searchable. */
  readonly messageIds?: readonly string[];
}

export interface ChangedMailbox {
  readonly id: number;
  /** Of its owner, in whose room the change is heard. */
  readonly account_id: string;
  /** What the change has brought it to, where the change knows. */
  readonly modseq?: number;
}

export function askerOf(session: MailSession): Asker {
  return { accountId: session.accountId, at: session.clock.now() };
}

/**
 * Runs one change of mailboxes: work first, the log rows as the last statement, the relay after the commit. A change
 * that changed nothing leaves no log row. Locks are taken in one order everywhere in the mail store: account, messages,
 * mailboxes by id, directives.
 */
export async function changeMail<Result>(
  session: MailSession,
  work: (tx: Transaction, asker: Asker) => Promise<MailChange<Result>>,
): Promise<Result> {
  const { result, recorded } = await session.database.transaction(async (tx) => {
    const asker = askerOf(session);
    const change = await work(tx, asker);
    const events = [...mailboxesChanged(change), ...(change.events ?? [])];
    await recordEvents(tx, events, asker.at);
    return { result: change.result, recorded: events.length > 0 };
  });
  if (recorded) session.afterCommit();
  return result;
}

function mailboxesChanged({
  changed,
  messageIds,
}: Pick<MailChange<unknown>, 'changed' | 'messageIds'>): readonly HubEvent[] {
  return [...Map.groupBy(changed, (mailbox) => mailbox.account_id)].map(([accountId, mailboxes], place) => {
    const known = mailboxes.flatMap(({ id, modseq }) => (modseq === undefined ? [] : [[String(id), modseq]]));
    return {
      type: 'mailbox.changed',
      accountId,
      mailboxIds: [...new Set(mailboxes.map(({ id }) => String(id)))],
      ...(known.length === 0 ? {} : { modseqs: Object.fromEntries(known) }),
      ...(messageIds === undefined || place > 0 ? {} : { messageIds }),
    };
  });
}
