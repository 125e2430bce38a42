import { Worker } from 'node:worker_threads';
import { parseMessage } from './parse-message.ts';
import type { ParsedMessage } from './parse-message.ts';

export interface ParsePoolOptions {
  /** Threads; each holds about 10 MiB when idle. */
  readonly size: number;
  /** How long a message may wait for a thread, and then how long it may take there. Default 2,000. */
  readonly deadlineMs?: number;
  /**
   * Messages up to this size are parsed in the calling thread. Default 65,535: at that size parsing takes about 0.4 ms
   * and the way to a thread and back costs as much again (measured on two cores), while the slowest 64 KiB known, made
   * to be slow, take about 10 ms, because all work is linear.
   */
  readonly inlineBytesMax?: number;
  /** The thread's program; tests put a hanging or crashing one here. */
  readonly program?: URL;
}

export interface ParsePool {
  /** Undefined when the message could not be parsed in time; it is then delivered without a structure. Never rejects. */
  parse(bytes: Uint8Array): Promise<ParsedMessage | undefined>;
  /** Ends the threads; what is still under way answers undefined. */
  close(): Promise<void>;
}

interface Task {
  readonly bytes: Uint8Array;
  readonly resolve: (parsed: ParsedMessage | undefined) => void;
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
 * Parses messages in threads of their own, so that a hostile message can neither hold the event loop nor take the
 * process's memory (threats M1, M2, F16). A thread that is late or dies is ended and replaced.
 */
export function createParsePool(options: ParsePoolOptions): ParsePool {
  const deadlineMs = options.deadlineMs ?? 2_000;
  const inlineBytesMax = options.inlineBytesMax ?? 65_535;
  const slots = new Set<Slot>();
  const waiting = new Set<Task>();
  let closed = false;

  function settle(task: Task, parsed: ParsedMessage | undefined): void {
    clearTimeout(task.timer);
    waiting.delete(task);
    task.resolve(parsed);
  }

  function startWorker(): void {
    // The thread needs no environment, and so cannot leak one; its flags are not those of the parent.
    const worker = new Worker(options.program ?? program, { resourceLimits, env: {}, execArgv: [] });
    const slot: Slot = { worker, ready: false, task: undefined };
    slots.add(slot);
    worker.unref();
    worker.on('message', (answer: 'ready' | ParsedMessage) => {
      if (answer === 'ready') slot.ready = true;
      else if (slot.task) settle(slot.task, answer);
      slot.task = undefined;
      dispatch();
    });
    // Both events follow a crash; the first one frees the slot. A thread that never got ready is not started again
    // before the next message, or a broken program would be restarted without end.
    worker.on('error', () => retire(slot));
    worker.on('exit', () => retire(slot));
  }

  function retire(slot: Slot): void {
    if (!slots.delete(slot)) return;
    if (slot.task) settle(slot.task, undefined);
    slot.task = undefined;
    void slot.worker.terminate();
    if (!closed && slot.ready) fill();
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
    task.timer = setTimeout(() => retire(slot), deadlineMs);
    // A copy that is handed over: cloning a Buffer would copy all of the memory that it is a view of.
    const copy = new Uint8Array(task.bytes);
    slot.worker.postMessage(copy, [copy.buffer]);
  }

  function enqueue(bytes: Uint8Array): Promise<ParsedMessage | undefined> {
    return new Promise((resolve) => {
      const task: Task = { bytes, resolve, timer: undefined };
      task.timer = setTimeout(() => settle(task, undefined), deadlineMs);
      waiting.add(task);
      fill();
      dispatch();
    });
  }

  fill();
  return {
    async parse(bytes) {
      if (closed) return undefined;
      return bytes.length <= inlineBytesMax ? parseInline(bytes) : enqueue(bytes);
    },
    async close() {
      closed = true;
      for (const task of waiting) settle(task, undefined);
      const ended = [...slots].map((slot) => slot.worker.terminate());
      for (const slot of slots) retire(slot);
      await Promise.all(ended);
    },
  };
}

/** A fault here is answered as one in a thread is: the message is delivered without a structure. */
function parseInline(bytes: Uint8Array): ParsedMessage | undefined {
  try {
    return parseMessage(bytes);
  } catch {
    return undefined;
  }
}
