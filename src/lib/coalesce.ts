import { withoutOrigin } from './act-origin.ts';

export interface CoalesceOptions<Input> {
  /** What one run takes at the most, as the sum of weights; a heavier input runs alone. */
  readonly weightMax: number;
  readonly weightOf?: (input: Input) => number;
}

interface Waiting<Input, Output> {
  readonly input: Input;
  readonly weight: number;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one run of what is asked for at the same moment: while a run is under way, calls wait and are the next one, so
 * that a busy server does its work in few large steps and an idle one answers at once. Inputs
 * keep their order. `run` settles each input for itself; when it rejects, all of its inputs reject. Once it has called
 * `next`, what is left of it is only waiting, and the next run begins beside it.
 */
export function coalesce<Input, Output>(
  run: (inputs: readonly Input[], next: () => void) => Promise<readonly PromiseSettledResult<Output>[]>,
  options: CoalesceOptions<Input>,
): (input: Input) => Promise<Output> {
  const waiting: Waiting<Input, Output>[] = [];
  let running = false;

  function take(): Waiting<Input, Output>[] {
    const taken: Waiting<Input, Output>[] = [];
    let weight = 0;
    for (const next of waiting) {
      if (taken.length > 0 && weight + next.weight > options.weightMax) break;
      taken.push(next);
      weight += next.weight;
    }
    waiting.splice(0, taken.length);
    return taken;
  }

  /** Never rejects. */
  async function settle(taken: readonly Waiting<Input, Output>[], next: () => void): Promise<void> {
    try {
      const settled = await run(
        taken.map(({ input }) => input),
        next,
      );
      for (const [place, { resolve, reject }] of taken.entries()) {
        const result = settled[place];
        if (result?.status === 'fulfilled') resolve(result.value);
        else reject(result === undefined ? new Error('a call was left out of its run') : result.reason);
      }
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    next();
  }

  async function runAll(): Promise<void> {
    while (waiting.length > 0) await new Promise<void>((next) => void settle(take(), next));
    running = false;
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, weight: options.weightOf?.(input) ?? 1, resolve, reject });
      if (running) return;
      running = true;
      // After what else has come with the same turn of the event loop. Of many callers at once, and so of none.
      withoutOrigin(() => setImmediate(() => void runAll()));
    });
}
