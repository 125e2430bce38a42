import type { LogReads } from '#app/ports/hub-store.ts';
import type { LogEntry } from '#domain/event.ts';

export interface LogReader {
  /** The last entry that every subscriber has been given. */
  position(): number;
  /** There may be more, up to `head` where that is known: reads on from its own position. Calls fold together. */
  wake(head?: number): void;
  /** Called with entries in order, without gaps. */
  subscribe(subscriber: (entries: readonly LogEntry[]) => void): () => void;
  /** Resolves once everything up to `position` has been given to the subscribers. */
  caughtUp(position: number): Promise<void>;
  close(): Promise<void>;
}

const batchEntries = 500;
const retryMs = 250;

/**
 * One reader of the log in each process that has sockets or IMAP sessions. It starts at the head: what came before is
 * in the snapshots that its clients load.
 */
export async function startLogReader(
  log: LogReads,
  options: { pollMs: number; onFault: (error: unknown) => void },
): Promise<LogReader> {
  let position = await log.head();
  let reading: Promise<void> | undefined;
  /** How far it is to read; Infinity when nobody knows. */
  let wanted = 0;
  let closed = false;
  const subscribers = new Set<(entries: readonly LogEntry[]) => void>();
  const waiting = new Set<{ position: number; resolve: () => void }>();

  function give(entries: readonly LogEntry[]): void {
    for (const subscriber of subscribers) {
      try {
        subscriber(entries);
      } catch (error) {
        // One door's fault must not keep the others from hearing.
        options.onFault(error);
      }
    }
    position = entries.at(-1)?.position ?? position;
    for (const waiter of waiting) {
      if (waiter.position > position) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  }

  async function readOn(): Promise<void> {
    while (wanted > position && !closed) {
      if (wanted === Infinity) wanted = 0;
      const entries = await log.read(position, batchEntries);
      if (entries.length > 0) give(entries);
      if (entries.length === batchEntries) wanted = Infinity;
      // What was named cannot be missing; should it be, the next notice or the poll asks again.
      else if (wanted !== Infinity && entries.length === 0) return;
    }
  }

  function wake(head = Infinity): void {
    if (closed || head <= position) return;
    wanted = Math.max(wanted, head);
    if (reading !== undefined) return;
    reading = readOn()
      .catch((error: unknown) => {
        options.onFault(error);
        setTimeout(() => wake(), retryMs).unref();
      })
      .finally(() => {
        reading = undefined;
        if (wanted === Infinity) wake();
      });
  }

  // A lost notice costs at most this long.
  const timer = setInterval(() => wake(), options.pollMs);
  timer.unref();

  return {
    position: () => position,
    wake,
    subscribe(subscriber) {
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
    caughtUp(wanted) {
      if (position >= wanted) return Promise.resolve();
      return new Promise((resolve) => waiting.add({ position: wanted, resolve }));
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await reading;
    },
  };
}
