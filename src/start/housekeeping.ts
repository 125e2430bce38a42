import type { Hub } from '#app/hub.ts';
import type { MessageIndex } from '#app/ports/message-index.ts';

const everyMs = 60_000;
const owedAfterMs = 60_000;
const owedPerRound = 200;

/**
 * What must happen even when nothing else does: expired sessions and keys go, and messages whose job was lost with a
 * flushed queue are indexed (threats F7). Every step may run in several processes at once.
 */
export function startHousekeeping(
  ports: { hub: Hub; index: MessageIndex; indexMessage: (messageId: string) => Promise<void> },
  onFault: (error: unknown) => void,
): { round(): Promise<void>; stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  let stopped = false;

  async function work(): Promise<void> {
    const now = ports.hub.clock.now();
    await ports.hub.access.deleteExpired(now);
    for (const id of await ports.index.owed(new Date(now.getTime() - owedAfterMs), owedPerRound)) {
      if (stopped) return;
      await ports.indexMessage(id);
    }
  }
  function round(): Promise<void> {
    running ??= work()
      .catch(onFault)
      .finally(() => {
        running = undefined;
      });
    return running;
  }
  // What an earlier process left owed does not wait for the first tick (threats F2).
  void round();
  const timer = setInterval(() => void round(), everyMs);
  return {
    round,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
