import { describe, expect, it } from 'vitest';
import { coalesce } from '#lib/coalesce.ts';

/** A run that waits until the test lets it go. */
function recorded() {
  const runs: { inputs: readonly number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const run = (inputs: readonly number[]) =>
    new Promise<readonly PromiseSettledResult<number>[]>((resolve, reject) => {
      runs.push({
        inputs,
        end: () => resolve(inputs.map((input) => ({ status: 'fulfilled', value: input * 10 }))),
        fail: reject,
      });
    });
  return { runs, run };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('coalesce', () => {
  it('makes one run of what is asked for together, in order', async () => {
    const { runs, run } = recorded();
    const ask = coalesce(run, { weightMax: 10 });
    const answers = [ask(1), ask(2), ask(3)];
    await turn();
    expect(runs.map(({ inputs }) => inputs)).toEqual([[1, 2, 3]]);
    runs[0]?.end();
    expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  });

  it('lets what comes during a run be the next one', async () => {
    const { runs, run } = recorded();
    const ask = coalesce(run, { weightMax: 10 });
    const first = ask(1);
    await turn();
    const later = [ask(2), ask(3)];
    await turn();
    expect(runs).toHaveLength(1);
    runs[0]?.end();
    await first;
    await turn();
    expect(runs[1]?.inputs).toEqual([2, 3]);
    runs[1]?.end();
    expect(await Promise.all(later)).toEqual([20, 30]);
  });

  it('runs no more than its weight at once, and a heavier one alone', async () => {
    const { runs, run } = recorded();
    const ask = coalesce(run, { weightMax: 5, weightOf: (input) => input });
    const answers = [ask(2), ask(3), ask(9), ask(1)];
    for (const expected of [[2, 3], [9], [1]]) {
      await turn();
      expect(runs.at(-1)?.inputs).toEqual(expected);
      runs.at(-1)?.end();
      await turn();
    }
    await Promise.all(answers);
  });

  it('rejects all of a run that fails, and goes on', async () => {
    const { runs, run } = recorded();
    const ask = coalesce(run, { weightMax: 10 });
    const answers = Promise.allSettled([ask(1), ask(2)]);
    await turn();
    runs[0]?.fail(new Error('away'));
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = ask(4);
    await turn();
    runs[1]?.end();
    expect(await next).toBe(40);
  });

  it('begins the next run beside one that only waits, and answers each when it is done', async () => {
    const ends: (() => void)[] = [];
    const ask = coalesce<number, number>(
      (inputs, next) => {
        next();
        return new Promise((resolve) => {
          ends.push(() => resolve(inputs.map((value) => ({ status: 'fulfilled', value }))));
        });
      },
      { weightMax: 10 },
    );
    const first = ask(1);
    await turn();
    const second = ask(2);
    await turn();
    expect(ends).toHaveLength(2);
    ends[1]?.();
    expect(await second).toBe(2);
    ends[0]?.();
    expect(await first).toBe(1);
  });

  it('rejects a call that its run has left out', async () => {
    const ask = coalesce(() => Promise.resolve([]), { weightMax: 10 });
    await expect(ask(1)).rejects.toThrow('left out');
  });
});
