import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import type { FileInspector, Inspection } from '#app/ports/file-inspector.ts';
import { createThreadPool } from '#lib/thread-pool.ts';

/** What the thread of `inspect-worker.ts` is asked. */
export interface InspectRequest {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface InspectPool extends FileInspector {
  readonly restarts: number;
  close(): Promise<void>;
}

/**
 * Looks into files in a thread, one at a time: only there is a file whole in memory, and a hostile one ends with its
 * thread (threats M1, F16).
 */
export function createInspectPool(options: {
  readonly program: URL;
  readonly withinMs?: number;
  readonly onRestart?: (reason: string) => void;
}): InspectPool {
  const threads = createThreadPool<InspectRequest, Inspection>({
    program: options.program,
    size: 1,
    deadlineMs: options.withinMs ?? attachmentLimits.inspectWithinMs,
    waitMs: attachmentLimits.inspectWaitMs,
    heapMegabytesMax: attachmentLimits.inspectHeapMegabytesMax,
    what: 'a file',
    onRestart: options.onRestart,
  });
  async function ask(name: string, bytes: () => Uint8Array<ArrayBuffer>): Promise<Inspection | undefined> {
    const outcome = await threads.ask(() => {
      const own = bytes();
      return { request: { name, bytes: own }, handedOver: [own.buffer] };
    });
    return outcome.kind === 'done' ? outcome.answer : undefined;
  }
  /** Files are read one after another, when it is their turn to be looked into. */
  let turn: Promise<unknown> = Promise.resolve();
  return {
    inspect(name, file) {
      const asked = turn.then(async () => {
        const whole = new Uint8Array(file.size);
        let at = 0;
        for await (const chunk of file.read()) {
          whole.set(chunk, at);
          at += chunk.length;
        }
        return ask(name, () => whole);
      });
      turn = asked.catch(() => undefined);
      return asked;
    },
    inspectBytes: (name, bytes) => ask(name, () => new Uint8Array(bytes)),
    get restarts() {
      return threads.restarts;
    },
    close: () => threads.close(),
  };
}
