import { describe, expect, it } from 'vitest';
import type { ClientState } from '#protocol/apply.ts';
import type { Change } from '#protocol/change.ts';
import { createFold } from '#client/live/fold.ts';

const me: ClientState['me'] = {
  accountId: 'account-1',
  address: 'a@b.example',
  name: 'A',
  title: 'B',
  unit: 'C',
  locale: 'vi',
  mayIssue: false,
  mayIssueToEveryone: false,
  administrator: false,
  simulated: true,
  rehearsal: true,
};
const snapshot = (position: number): ClientState => ({
  position,
  at: '2016-05-11T01:45:00Z',
  me,
  directives: [],
  heldMail: [],
});
const delivered = (position: number): Change => ({
  type: 'mail.delivered',
  position,
  at: '2016-05-11T01:46:00Z',
});

function setUp() {
  const scheduled: (() => void)[] = [];
  const batches: number[][] = [];
  const fold = createFold({
    schedule: (run) => scheduled.push(run),
    folded: (changes) => batches.push(changes.map((change) => change.position)),
  });
  const frame = () => {
    for (const run of scheduled.splice(0)) run();
  };
  return { fold, frame, batches, scheduled };
}

describe('createFold', () => {
  it('folds all changes of a frame in one batch', () => {
    const { fold, frame, batches, scheduled } = setUp();
    fold.replace(snapshot(10));
    for (let position = 11; position <= 20; position += 1) fold.take(delivered(position));
    expect(scheduled).toHaveLength(1);
    expect(fold.state()?.position).toBe(10);
    frame();
    expect(fold.state()?.position).toBe(20);
    expect(batches.at(-1)).toHaveLength(10);
  });

  it('passes over what it has met before', () => {
    const { fold, frame, batches } = setUp();
    fold.replace(snapshot(10));
    fold.take(delivered(10));
    fold.take(delivered(11));
    fold.take(delivered(11));
    frame();
    expect(batches.at(-1)).toEqual([11]);
  });

  it('moves on by synced without a change', () => {
    const { fold, frame } = setUp();
    fold.replace(snapshot(10));
    fold.take({ type: 'synced', position: 99 });
    frame();
    expect(fold.state()?.position).toBe(99);
  });

  it('keeps changes back while a snapshot is on its way, and folds the younger ones onto it', () => {
    const { fold, frame, batches } = setUp();
    fold.replace(snapshot(10));
    fold.hold();
    fold.take(delivered(49));
    fold.take(delivered(51));
    frame();
    expect(fold.state()?.position).toBe(10);
    fold.replace(snapshot(50));
    expect(fold.state()?.position).toBe(51);
    expect(batches.at(-1)).toEqual([51]);
  });

  it('does not let a late snapshot take back what is already folded', () => {
    const { fold, frame } = setUp();
    fold.replace(snapshot(10));
    fold.take(delivered(30));
    frame();
    fold.replace(snapshot(20));
    expect(fold.state()?.position).toBe(30);
  });
});
