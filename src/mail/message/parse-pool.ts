import { createThreadPool, type Outcome } from '#lib/thread-pool.ts';
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

/** Old space for the structure of the largest message and its decoded text. */
const heapMegabytesMax = 256;
const program = new URL('./parse-worker.ts', import.meta.url);

/**
 * Reads messages in threads of their own, so that a hostile message can neither hold the event loop nor take the
 * process's memory (threats M1, M2, M5, F16). A thread that is late or dies is ended and replaced.
 */
export function createParsePool(options: ParsePoolOptions): ParsePool {
  const deadlineMs = options.deadlineMs ?? 2_000;
  const waitMs = options.waitMs ?? 4 * deadlineMs;
  const inlineBytesMax = options.inlineBytesMax ?? 65_535;
  const threads = createThreadPool<PoolRequest, unknown>({
    program: options.program ?? program,
    size: options.size,
    deadlineMs,
    waitMs,
    heapMegabytesMax,
    what: 'a message',
    onRestart: options.onRestart,
  });
  let closed = false;

  function ask(want: PoolRequest['want'], bytes: Uint8Array): Promise<Outcome<unknown>> {
    return threads.ask(() => {
      // A copy that is handed over: cloning a Buffer would copy all of the memory that it is a view of.
      const copy = new Uint8Array(bytes);
      return { request: { want, bytes: copy }, handedOver: [copy.buffer] };
    });
  }

  return {
    async parse(bytes) {
      if (closed) return undefined;
      if (bytes.length <= inlineBytesMax) return inline(parseMessage, bytes);
      const outcome = await ask('parsed', bytes);
      return outcome.kind === 'done' ? (outcome.answer as ParsedMessage) : undefined;
    },
    async text(bytes) {
      if (closed) throw new Error('the parser is closed');
      if (bytes.length <= inlineBytesMax) return inline(messageText, bytes);
      const outcome = await ask('text', bytes);
      if (outcome.kind === 'no_turn') throw new Error('no thread was free for the message');
      return outcome.kind === 'done' ? (outcome.answer as MessageText) : undefined;
    },
    get restarts() {
      return threads.restarts;
    },
    close() {
      closed = true;
      return threads.close();
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
