export interface Repeated {
  /** Runs it now, or waits for the run that is under way. */
  now(): Promise<void>;
  /** No further run; resolves when the last one has ended. */
  stop(): Promise<void>;
}

/** Runs `work` every so often until it is stopped, never twice at once; the first time after one interval. */
export function repeat(
  work: () => Promise<void>,
  everyMs: number,
  onFault: (error: unknown) => void,
): Repeated {
  let running: Promise<void> | undefined;
  function now(): Promise<void> {
    running ??= work()
      .catch(onFault)
      .finally(() => {
        running = undefined;
      });
    return running;
  }
  const timer = setInterval(() => void now(), everyMs);
  return {
    now,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
