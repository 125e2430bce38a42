import { describe, expect, it } from 'vitest';
import { createQuiet } from '#lib/quiet.ts';

/** A clock that moves only when somebody pauses. */
function moving(onPause: (nowMs: number) => void = () => undefined) {
  let nowMs = 0;
  return {
    now: () => nowMs,
    pause: (ms: number) => {
      nowMs += ms;
      onPause(nowMs);
      return Promise.resolve();
    },
  };
}

const { signal } = new AbortController();

describe('createQuiet', () => {
  it('lets work begin at once where nothing has been noted', async () => {
    const clock = moving();
    await createQuiet({ quietMs: 250, waitMsMax: 1_000, signal, ...clock }).wait();
    expect(clock.now()).toBe(0);
  });

  it('waits until nothing has been noted for as long as it says', async () => {
    let left = 2;
    const clock = moving(() => {
      if (left > 0) quiet.note();
      left -= 1;
    });
    const quiet = createQuiet({ quietMs: 250, waitMsMax: 10_000, signal, ...clock });
    quiet.note();
    await quiet.wait();
    expect(clock.now()).toBe(750);
  });

  it('waits no longer than it may, however busy it is', async () => {
    const clock = moving(() => quiet.note());
    const quiet = createQuiet({ quietMs: 250, waitMsMax: 1_000, signal, ...clock });
    quiet.note();
    await quiet.wait();
    expect(clock.now()).toBe(1_000);
  });

  it('ends when the signal is given', async () => {
    const ending = new AbortController();
    const quiet = createQuiet({ quietMs: 60_000, waitMsMax: 60_000, signal: ending.signal });
    quiet.note();
    const waited = quiet.wait();
    ending.abort();
    await waited;
  });
});
