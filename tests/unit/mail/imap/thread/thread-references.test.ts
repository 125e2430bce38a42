import { describe, expect, it } from 'vitest';

import { encodeThreads } from '#mail/imap/thread/encode-threads.ts';
import type { ThreadMessage } from '#mail/imap/thread/thread-messages.ts';
import { threadByReferences } from '#mail/imap/thread/thread-references.ts';

function message(sequence: number, references: readonly string[]): ThreadMessage {
  return {
    ref: { sequence, uid: sequence },
    date: sequence,
    subject: '',
    isReplyOrForward: false,
    id: `<${sequence}@x>`,
    references,
  };
}

const numberOf = ({ ref }: ThreadMessage): number => ref.sequence;

describe('threadByReferences', () => {
  it('I6 takes a chain of 100,000 replies without calling itself', () => {
    const chain = Array.from({ length: 100_000 }, (_, at) => message(at + 1, at === 0 ? [] : [`<${at}@x>`]));
    const shown = encodeThreads(
      threadByReferences(chain, () => {}),
      numberOf,
    );
    expect(shown).toBe(`(${chain.map(numberOf).join(' ')})`);
  });

  it('I6 asks the clock while it looks for loops', () => {
    // A deep chain, and then parents that have children already and hang below its end: each walks all of it.
    const chain = Array.from({ length: 2000 }, (_, at) => message(at + 1, at === 0 ? [] : [`<${at}@x>`]));
    const children = Array.from({ length: 200 }, (_, at) => message(10_000 + at, [`<${20_000 + at}@x>`]));
    const parents = Array.from({ length: 200 }, (_, at) => message(20_000 + at, ['<2000@x>']));
    let asked = 0;
    threadByReferences([...chain, ...children, ...parents], () => {
      asked += 1;
    });
    expect(asked).toBeGreaterThanOrEqual(5);
  });
});
