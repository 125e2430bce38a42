import type { LogReads } from '#app/ports/hub-store.ts';
import { jobsOfBatch } from './jobs.ts';
import type { Queues } from './queues.ts';

export interface Dispatcher {
  wake(): void;
  close(): Promise<void>;
}

export interface DispatcherOptions {
  readonly log: LogReads;
  /** How far events have been turned into jobs, kept in PostgreSQL. */
  readonly dispatched: () => Promise<number>;
  readonly saveDispatched: (position: number) => Promise<void>;
  readonly queues: Pick<Queues, 'add'>;
  /** Only one process dispatches: the one whose relay stamps. */
  readonly isElected: () => boolean;
  readonly onFault: (error: unknown) => void;
  readonly retryMs: number;
  /** Between two rounds: on a busy hub a round is many entries and few jobs, and a quiet one does not wait. */
  readonly paceMs: number;
}

const batchEntries = 200;

/**
 * Turns log events into jobs. The position is saved after the queue has taken a batch: a crash between the two enqueues
 * again, under the same ids. While the queue does not answer, nothing is skipped and nobody waits: the log goes on.
 */
export function startDispatcher(options: DispatcherOptions): Dispatcher {
  let closed = false;
  let wanted = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    let position = await options.dispatched();
    while (!closed && options.isElected()) {
      wanted = false;
      const entries = await options.log.read(position, batchEntries);
      for (const { id, job } of jobsOfBatch(entries)) await options.queues.add(id, job);
      const last = entries.at(-1);
      if (last === undefined) return;
      position = last.position;
      await options.saveDispatched(position);
    }
  }

  function pause(ms: number, isOwed: () => boolean): void {
    if (closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (isOwed()) wake();
    }, ms);
  }

  function wake(): void {
    wanted = true;
    if (closed || running !== undefined || timer !== undefined) return;
    running = run()
      .then(
        () => pause(options.paceMs, () => wanted),
        (error: unknown) => {
          options.onFault(error);
          pause(options.retryMs, () => true);
        },
      )
      .finally(() => {
        running = undefined;
      });
  }

  return {
    wake,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
