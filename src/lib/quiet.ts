import { setTimeout as delay } from 'node:timers/promises';

export interface QuietOptions {
  /** It is quiet when nothing has been noted for so long. */
  readonly quietMs: number;
  /** Nobody waits longer, however busy it is. */
  readonly waitMsMax: number;
  readonly signal: AbortSignal;
  readonly now?: () => number;
  /** Resolves after so many milliseconds, or when the signal is given. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Lets work that can wait give way to work that cannot, on a machine that has no core to spare for both. */
export interface Quiet {
  /** Something that cannot wait has happened. */
  note(): void;
  /** Resolves when it is quiet, when that has taken too long, or when the signal is given. */
  wait(): Promise<void>;
}

export function createQuiet(options: QuietOptions): Quiet {
  const { quietMs, waitMsMax, signal, now = () => performance.now(), pause = pauseUnlessAborted } = options;
  let noted = -Infinity;
  return {
    note() {
      noted = now();
    },
    async wait() {
      const untilMs = now() + waitMsMax;
      for (;;) {
        const leftMs = Math.min(noted + quietMs, untilMs) - now();
        if (leftMs <= 0 || signal.aborted) return;
        await pause(leftMs, signal);
      }
    },
  };
}

async function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
