import type { Clock } from '#domain/clock.ts';
import type { HubEvent } from '#domain/event.ts';
import type { Database, Transaction } from '#store/database.ts';
import { recordEvents } from '#store/log/record-events.ts';

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
  readonly mailboxIds: readonly (string | number)[];
  readonly events?: readonly HubEvent[];
}

/**
 * Runs one change of the account's mailboxes: work first, the log rows as the last statement, the relay after the
 * commit. A change that changed nothing leaves no log row. Locks are taken in one order everywhere in the mail store:
 * account, messages, mailboxes by id, directives.
 */
export async function changeMail<Result>(
  session: MailSession,
  work: (tx: Transaction, at: Date) => Promise<MailChange<Result>>,
): Promise<Result> {
  const { result, recorded } = await session.database.transaction(async (tx) => {
    const at = session.clock.now();
    const change = await work(tx, at);
    const events = [...mailboxChanged(session.accountId, change.mailboxIds), ...(change.events ?? [])];
    await recordEvents(tx, events, at);
    return { result: change.result, recorded: events.length > 0 };
  });
  if (recorded) session.afterCommit();
  return result;
}

function mailboxChanged(accountId: string, mailboxIds: readonly (string | number)[]): readonly HubEvent[] {
  if (mailboxIds.length === 0) return [];
  return [{ type: 'mailbox.changed', accountId, mailboxIds: [...new Set(mailboxIds.map(String))] }];
}
