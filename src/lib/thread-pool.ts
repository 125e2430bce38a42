import { type TransferListItem, Worker } from 'node:worker_threads';

export interface ThreadPoolOptions {
  /** The threads' program: it posts `ready` once, then one answer to each request. */
  readonly program: URL;
  /** Threads; each holds about 10 MiB when idle. */
  readonly size: number;
  /** How long a request may take in its thread. */
  readonly deadlineMs: number;
  /** How long a request may wait for a thread; longer than the deadline, or a bad one before it would cost it its turn. */
  readonly waitMs: number;
  /** Old space of a thread; octets that are handed over lie outside it. */
  readonly heapMegabytesMax: number;
  /** What a request is, in the words of a log. */
  readonly what: string;
  /** Hears of each thread that a request has ended. */
  readonly onRestart?: ((reason: string) => void) | undefined;
}

/** `failed`: it was the request. `no_turn`: it was not. */
export type Outcome<Answer> =
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'failed' | 'no_turn' };

export interface ThreadPool<Request, Answer> {
  /** `handedOver` leaves the caller's thread. Never rejects. */
  ask(request: () => { request: Request; handedOver: readonly TransferListItem[] }): Promise<Outcome<Answer>>;
  /** Threads that were ended, because a request was too slow for them or brought them down, and replaced. */
  readonly restarts: number;
  /** Ends the threads; what is still under way has had no turn. */
  close(): Promise<void>;
}

interface Task<Request, Answer> {
  readonly build: () => { request: Request; handedOver: readonly TransferListItem[] };
  readonly resolve: (outcome: Outcome<Answer>) => void;
  timer: NodeJS.Timeout | undefined;
}

interface Slot<Request, Answer> {
  readonly worker: Worker;
  ready: boolean;
  task: Task<Request, Answer> | undefined;
}

/**
 * Does hostile work in threads of their own, so that it can neither hold the event loop nor take the process's memory.
 * A thread that is late or dies is ended and replaced.
 */
export function createThreadPool<Request, Answer>(options: ThreadPoolOptions): ThreadPool<Request, Answer> {
  const resourceLimits = {
    maxOldGenerationSizeMb: options.heapMegabytesMax,
    maxYoungGenerationSizeMb: 32,
    stackSizeMb: 4,
  };
  const slots = new Set<Slot<Request, Answer>>();
  const waiting = new Set<Task<Request, Answer>>();
  let restarts = 0;
  let closed = false;

  function settle(task: Task<Request, Answer>, outcome: Outcome<Answer>): void {
    clearTimeout(task.timer);
    waiting.delete(task);
    task.resolve(outcome);
  }

  function startWorker(): void {
    // The thread needs no environment, and so cannot leak one; its flags are not those of the parent.
    const worker = new Worker(options.program, { resourceLimits, env: {}, execArgv: [] });
    const slot: Slot<Request, Answer> = { worker, ready: false, task: undefined };
    slots.add(slot);
    worker.unref();
    worker.on('message', (answer: unknown) => {
      if (answer === 'ready') slot.ready = true;
      else if (slot.task) settle(slot.task, { kind: 'done', answer: answer as Answer });
      slot.task = undefined;
      dispatch();
    });
    // Both events follow a crash; the first one frees the slot. A thread that never got ready is not started again
    // before the next request, or a broken program would be restarted without end.
    worker.on('error', (error) => retire(slot, error instanceof Error ? error.message : 'an error'));
    worker.on('exit', () => retire(slot, 'it ended'));
  }

  function retire(slot: Slot<Request, Answer>, reason: string): void {
    if (!slots.delete(slot)) return;
    if (slot.task) settle(slot.task, { kind: closed ? 'no_turn' : 'failed' });
    slot.task = undefined;
    void slot.worker.terminate();
    if (closed || !slot.ready) return;
    restarts += 1;
    options.onRestart?.(reason);
    fill();
  }

  function fill(): void {
    while (slots.size < options.size) startWorker();
  }

  function dispatch(): void {
    for (const slot of slots) {
      const [task] = waiting;
      if (!task) return;
      if (slot.ready && !slot.task) run(slot, task);
    }
  }

  function run(slot: Slot<Request, Answer>, task: Task<Request, Answer>): void {
    waiting.delete(task);
    clearTimeout(task.timer);
    slot.task = task;
    task.timer = setTimeout(() => retire(slot, `${options.what} took too long`), options.deadlineMs);
    const { request, handedOver } = task.build();
    slot.worker.postMessage(request, handedOver);
  }

  fill();
  return {
    ask(build) {
      if (closed) return Promise.resolve({ kind: 'no_turn' });
      return new Promise((resolve) => {
        const task: Task<Request, Answer> = { build, resolve, timer: undefined };
        task.timer = setTimeout(() => settle(task, { kind: 'no_turn' }), options.waitMs);
        waiting.add(task);
        fill();
        dispatch();
      });
    },
    get restarts() {
      return restarts;
    },
    async close() {
      closed = true;
      for (const task of waiting) settle(task, { kind: 'no_turn' });
      const ended = [...slots].map((slot) => slot.worker.terminate());
      for (const slot of slots) retire(slot, 'the pool is closed');
      await Promise.all(ended);
    },
  };
}
