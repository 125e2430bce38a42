import { describe, expect, it } from 'vitest';
import { createArrivedReporter } from '#client/live/arrived.ts';

function setUp(random = 0.5) {
  let nowMs = 0;
  const sent: { at: number; position: number }[] = [];
  const timers: { dueMs: number; run: () => void; off: boolean }[] = [];
  const reporter = createArrivedReporter({
    send: (position) => sent.push({ at: nowMs, position }),
    nowMs: () => nowMs,
    random: () => random,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + delayMs, run, off: false };
      timers.push(timer);
      return () => {
        timer.off = true;
      };
    },
  });
  const moveTo = (toMs: number) => {
    for (;;) {
      const next = timers
        .filter((timer) => !timer.off && timer.dueMs <= toMs)
        .toSorted((left, right) => left.dueMs - right.dueMs)[0];
      if (next === undefined) break;
      next.off = true;
      nowMs = next.dueMs;
      next.run();
    }
    nowMs = toMs;
  };
  return { reporter, sent, moveTo };
}

describe('createArrivedReporter', () => {
  it('waits a random part of a second and sends the last position of many', () => {
    const { reporter, sent, moveTo } = setUp(0.5);
    for (let position = 1; position <= 100; position += 1) reporter.note(position, 'soon');
    moveTo(499);
    expect(sent).toEqual([]);
    reporter.note(101, 'soon');
    moveTo(500);
    expect(sent).toEqual([{ at: 500, position: 101 }]);
  });

  it('sends at most once a second', () => {
    const { reporter, sent, moveTo } = setUp(0);
    for (let tick = 0; tick < 50; tick += 1) {
      reporter.note(tick + 1, 'soon');
      moveTo((tick + 1) * 100);
    }
    for (const [index, one] of sent.entries())
      if (index > 0) expect(one.at - (sent[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(sent.length).toBeGreaterThan(3);
  });

  it('sends a hỏa tốc arrival at once, and not a second time', () => {
    const { reporter, sent, moveTo } = setUp(0.9);
    reporter.note(7, 'soon');
    reporter.note(8, 'at_once');
    moveTo(5000);
    expect(sent).toEqual([{ at: 0, position: 8 }]);
  });

  it('never goes back and never repeats itself', () => {
    const { reporter, sent, moveTo } = setUp(0);
    reporter.note(9, 'soon');
    moveTo(1000);
    reporter.note(9, 'soon');
    reporter.note(3, 'at_once');
    moveTo(9000);
    expect(sent.map((one) => one.position)).toEqual([9]);
  });

  it('says nothing on a lost line, and says everything again on the next', () => {
    const { reporter, sent, moveTo } = setUp(0.5);
    reporter.note(4, 'at_once');
    reporter.note(5, 'soon');
    reporter.stop();
    moveTo(3000);
    expect(sent.map((one) => one.position)).toEqual([4]);
    reporter.note(5, 'soon');
    moveTo(6000);
    expect(sent.map((one) => one.position)).toEqual([4, 5]);
  });
});
