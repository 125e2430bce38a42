import { Worker } from 'node:worker_threads';
import { messageText, type MessageText } from './message-text.ts';
import { parseMessage, type ParsedMessage } from './parse-message.ts';

export interface ParsePoolOptions {
  /** Threads; each holds about 10 MiB when idle. */
  readonly size: number;
  /** How long a message may take in its thread. Default 2,000. */
  readonly deadlineMs?: number;
  /** How long a message may wait for a thread; longer, or a bad one before it would cost it its turn. Default fourfold. */
  readonly waitMs?: number;
  /**
   * Messages up to this size are read in the calling thread. Default 65,535: at that size parsing takes about 0.4 ms
   * and the way to a thread and back costs as much again (measured on two cores), while the slowest 64 KiB known, made
   * to be slow, take about 10 ms, because all work is linear.
   */
  readonly inlineBytesMax?: number;
  /** The thread's program; tests put a hanging or crashing one here. */
  readonly program?: URL;
  /** Hears of each thread that a message has ended. */
  readonly onRestart?: (reason: string) => void;
}

export interface ParsePool {
  /** Undefined when the message could not be parsed in time; it is then delivered without a structure. Never rejects. */
  parse(bytes: Uint8Array): Promise<ParsedMessage | undefined>;
  /** Undefined when the message's text cannot be had. Rejects when the message had no turn: it is tried again. */
  text(bytes: Uint8Array): Promise<MessageText | undefined>;
  /** Threads that were ended, because a message was too slow for them or brought them down, and replaced. */
  readonly restarts: number;
  /** Ends the threads; what is still under way has had no turn. */
  close(): Promise<void>;
}

/** What a thread is asked for. */
export interface PoolRequest {
  readonly want: 'parsed' | 'text';
  readonly bytes: Uint8Array;
}

/** `failed`: it was the message. `no_turn`: it was not. */
type Outcome = { readonly kind: 'done'; readonly answer: unknown } | { readonly kind: 'failed' | 'no_turn' };

interface Task {
  readonly request: PoolRequest;
  readonly resolve: (outcome: Outcome) => void;
  timer: NodeJS.Timeout | undefined;
}

interface Slot {
  readonly worker: Worker;
  ready: boolean;
  task: Task | undefined;
}

/** Old space for the structure of the largest message and its decoded text; the octets themselves lie outside it. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
const program = new URL('./parse-worker.ts', import.meta.url);

/**
 * Reads messages in threads of their own, so that a hostile message can neither hold the event loop nor take the
 * process's memory (threats M1, M2, M5, F16). A thread that is late or dies is ended and replaced.
 */
export function createParsePool(options: ParsePoolOptions): ParsePool {
  const deadlineMs = options.deadlineMs ?? 2_000;
  const waitMs = options.waitMs ?? 4 * deadlineMs;
  const inlineBytesMax = options.inlineBytesMax ?? 65_535;
  const slots = new Set<Slot>();
  const waiting = new Set<Task>();
  let restarts = 0;
  let closed = false;

  function settle(task: Task, outcome: Outcome): void {
    clearTimeout(task.timer);
    waiting.delete(task);
    task.resolve(outcome);
  }

  function startWorker(): void {
    // The thread needs no environment, and so cannot leak one; its flags are not those of the parent.
    const worker = new Worker(options.program ?? program, { resourceLimits, env: {}, execArgv: [] });
    const slot: Slot = { worker, ready: false, task: undefined };
    slots.add(slot);
    worker.unref();
    worker.on('message', (answer: unknown) => {
      if (answer === 'ready') slot.ready = true;
      else if (slot.task) settle(slot.task, { kind: 'done', answer });
      slot.task = undefined;
      dispatch();
    });
    // Both events follow a crash; the first one frees the slot. A thread that never got ready is not started again
    // before the next message, or a broken program would be restarted without end.
    worker.on('error', (error) => retire(slot, error instanceof Error ? error.message : 'an error'));
    worker.on('exit', () => retire(slot, 'it ended'));
  }

  function retire(slot: Slot, reason: string): void {
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

  function run(slot: Slot, task: Task): void {
    waiting.delete(task);
    clearTimeout(task.timer);
    slot.task = task;
    task.timer = setTimeout(() => retire(slot, 'a message took too long'), deadlineMs);
    // A copy that is handed over: cloning a Buffer would copy all of the memory that it is a view of.
    const bytes = new Uint8Array(task.request.bytes);
    slot.worker.postMessage({ ...task.request, bytes } satisfies PoolRequest, [bytes.buffer]);
  }

  function ask(request: PoolRequest): Promise<Outcome> {
    return new Promise((resolve) => {
      const task: Task = { request, resolve, timer: undefined };
      task.timer = setTimeout(() => settle(task, { kind: 'no_turn' }), waitMs);
      waiting.add(task);
      fill();
      dispatch();
    });
  }

  fill();
  return {
    async parse(bytes) {
      if (closed) return undefined;
      if (bytes.length <= inlineBytesMax) return inline(parseMessage, bytes);
      const outcome = await ask({ want: 'parsed', bytes });
      return outcome.kind === 'done' ? (outcome.answer as ParsedMessage) : undefined;
    },
    async text(bytes) {
      if (closed) throw new Error('the parser is closed');
      if (bytes.length <= inlineBytesMax) return inline(messageText, bytes);
      const outcome = await ask({ want: 'text', bytes });
      if (outcome.kind === 'no_turn') throw new Error('no thread was free for the message');
      return outcome.kind === 'done' ? (outcome.answer as MessageText) : undefined;
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

/** A fault here is answered as one in a thread is. */
function inline<Answer>(read: (bytes: Uint8Array) => Answer, bytes: Uint8Array): Answer | undefined {
  try {
    return read(bytes);
  } catch {
    return undefined;
  }
}
