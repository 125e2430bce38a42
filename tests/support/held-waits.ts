import type { Wait } from '#mail/smtp/tarpit.ts';

export interface HeldWait {
  readonly ms: number;
  /** The time has passed. */
  pass(): void;
  /** Ended before its time. */
  readonly ended: boolean;
}

/** A clock for those who must wait: nothing passes until a test lets it. */
export function createHeldWaits(): { readonly wait: Wait; readonly waits: readonly HeldWait[] } {
  const waits: HeldWait[] = [];
  return {
    waits,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        const refuse = (): void => reject(signal.reason as Error);
        if (signal.aborted) return refuse();
        signal.addEventListener('abort', refuse, { once: true });
        waits.push({
          ms,
          pass: resolve,
          get ended() {
            return signal.aborted;
          },
        });
      }),
  };
}
