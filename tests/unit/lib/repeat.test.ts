import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { repeat } from '#lib/repeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('repeat', () => {
  it('runs every so often, and no more once it is stopped', async () => {
    let runs = 0;
    const repeated = repeat(
      async () => void (runs += 1),
      1000,
      () => undefined,
    );
    expect(runs).toBe(0);
    await vi.advanceTimersByTimeAsync(2500);
    expect(runs).toBe(2);
    await repeated.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(runs).toBe(2);
  });

  it('is never twice at once, and stops when the run under way has ended', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let runs = 0;
    const repeated = repeat(
      () => {
        runs += 1;
        return promise;
      },
      1000,
      () => undefined,
    );
    await vi.advanceTimersByTimeAsync(5000);
    void repeated.now();
    expect(runs).toBe(1);
    let stopped = false;
    const stopping = repeated.stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).toBe(false);
    resolve();
    await stopping;
  });

  it('goes on after a fault, which it tells', async () => {
    const faults: unknown[] = [];
    const fault = new Error('no database');
    const repeated = repeat(
      () => Promise.reject(fault),
      1000,
      (error) => faults.push(error),
    );
    await vi.advanceTimersByTimeAsync(2000);
    expect(faults).toEqual([fault, fault]);
    await repeated.stop();
  });
});
