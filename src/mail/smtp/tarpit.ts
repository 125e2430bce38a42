import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLost } from './receive-octets.ts';
import { SmtpRefusal } from './smtp-refusal.ts';

/** Resolves after `ms`; rejects when the signal ends the wait first. Tests put a clock of their own here. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Lets clients that guess at addresses wait for their answers (S16). Each waits on its own timer and for itself only. */
export interface Tarpit {
  /**
   * Resolves when the client has waited. Throws `ConnectionLost` as soon as the client is gone, and a `SmtpRefusal` of
   * 421 as soon as the door closes.
   */
  hold(peer: string, ms: number): Promise<void>;
  /** The connection has ended; nobody waits for its answer. */
  leave(peer: string): void;
  close(): void;
}

export const waitOnTimer: Wait = (ms, signal) => sleep(ms, undefined, { signal });

export function createTarpit(wait: Wait): Tarpit {
  const held = new Map<string, AbortController>();
  let closing = false;

  /** True: it waited to the end. */
  async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await wait(ms, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  return {
    async hold(peer, ms) {
      const controller = new AbortController();
      held.set(peer, controller);
      if (closing) controller.abort();
      const toTheEnd = await waited(ms, controller.signal);
      // A later connection may have the same peer by now.
      if (held.get(peer) === controller) held.delete(peer);
      if (toTheEnd) return;
      throw closing ? new SmtpRefusal(shuttingDown) : new ConnectionLost();
    },
    leave(peer) {
      held.get(peer)?.abort();
    },
    close() {
      closing = true;
      for (const controller of held.values()) controller.abort();
    },
  };
}

export const shuttingDown = {
  code: 421,
  status: '4.3.2',
  text: 'Shutting down; try again later',
} as const;
