import type { MailReceptionTransaction } from '#app/ports/mail-delivery.ts';
import { coalesce } from '#lib/coalesce.ts';
import type { Database } from '#store/database.ts';
import { CommitUnknown } from '#store/transaction.ts';
import { deliverShared } from './shared-delivery.ts';

/** Recipients of the messages that share a transaction; one with more has its own. */
const recipientsTogetherMax = 256;

interface Delivery {
  readonly recipients: number;
  readonly work: (tx: MailReceptionTransaction) => Promise<unknown>;
}

/**
 * Runs deliveries that are there at the same moment in one transaction; `alone` runs one by itself. When one of them
 * fails, all are undone and each runs again alone, also the only one: a group may have more members than are written
 * together. Only when the commit itself was not confirmed none is tried again:
 * their senders will do that, and what was taken is then folded.
 */
export function createDeliveryBatches(
  database: Database,
  alone: (work: Delivery['work']) => Promise<unknown>,
): <Result>(recipients: number, work: (tx: MailReceptionTransaction) => Promise<Result>) => Promise<Result> {
  const shared = (deliveries: readonly Delivery[], next: () => void) =>
    database.transaction(async (tx) => {
      const results = await deliverShared(
        tx,
        deliveries.map(({ work }) => work),
      );
      // All is sent but the commit: while that goes to the disk, the next ones can be looked at.
      next();
      return results;
    });

  const deliver = coalesce<Delivery, unknown>(
    async (deliveries, next) => {
      const [first] = deliveries;
      if (first === undefined) return [];
      if (first.recipients > recipientsTogetherMax) return settle([() => alone(first.work)]);
      try {
        return (await shared(deliveries, next)).map((value) => ({ status: 'fulfilled', value }));
      } catch (error) {
        if (error instanceof CommitUnknown) throw error;
        return settle(
          deliveries.map(
            ({ work }) =>
              () =>
                alone(work),
          ),
        );
      }
    },
    { weightMax: recipientsTogetherMax, weightOf: ({ recipients }) => recipients },
  );

  return <Result>(recipients: number, work: (tx: MailReceptionTransaction) => Promise<Result>) =>
    deliver({ recipients, work }) as Promise<Result>;
}

async function settle(
  attempts: readonly (() => Promise<unknown>)[],
): Promise<readonly PromiseSettledResult<unknown>[]> {
  const settled: PromiseSettledResult<unknown>[] = [];
  for (const attempt of attempts) settled.push(...(await Promise.allSettled([attempt()])));
  return settled;
}
