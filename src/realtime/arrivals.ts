import type { Arrival } from '#app/directive/record-arrivals.ts';

/** Gathers what devices report, so that a whole province's arrivals are a statement, not 9,850. */
export interface Arrivals {
  report(accountId: string, upTo: number): void;
  close(): Promise<void>;
}

export function createArrivals(options: {
  everyMs: number;
  write: (batch: readonly Arrival[]) => Promise<void>;
  onFault: (error: unknown) => void;
}): Arrivals {
  let waiting = new Map<string, number>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    timer = undefined;
    const batch = [...waiting].map(([accountId, upTo]) => ({ accountId, upTo }));
    waiting = new Map();
    // One write at a time: the next batch gathers meanwhile.
    writing = writing
      .then(() => options.write(batch))
      .catch((error: unknown) => {
        options.onFault(error);
        // A device reports once; what could not be written is tried again with the next batch.
        for (const { accountId, upTo } of batch) remember(accountId, upTo);
      })
      .then(() => {
        if (waiting.size > 0) timer ??= setTimeout(flush, options.everyMs);
      });
  }

  function remember(accountId: string, upTo: number): void {
    if ((waiting.get(accountId) ?? -1) < upTo) waiting.set(accountId, upTo);
  }

  return {
    report(accountId, upTo) {
      remember(accountId, upTo);
      timer ??= setTimeout(flush, options.everyMs);
    },
    async close() {
      clearTimeout(timer);
      if (waiting.size > 0) flush();
      clearTimeout(timer);
      await writing;
      clearTimeout(timer);
    },
  };
}
