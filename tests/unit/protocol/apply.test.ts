import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignmentStates } from '#domain/directive/assignment-state.ts';
import { isWork } from '#domain/directive/work-event.ts';
import { apply, type ClientState } from '#protocol/apply.ts';
import type { Change } from '#protocol/change.ts';
import { present } from '#protocol/present.ts';
import { entryOf, hubEvent, viewer } from '#support/event-fixture.ts';

const empty: ClientState = {
  position: 0,
  at: '2016-05-11T00:00:00.000Z',
  me: {
    accountId: 'a1',
    address: 'an@binhthuan.example',
    name: 'An',
    title: '',
    unit: '',
    locale: 'vi',
    mayIssue: false,
    mayIssueToEveryone: false,
    administrator: false,
    simulated: true,
    rehearsal: true,
  },
  directives: [],
  heldMail: [],
};

/** What one viewer hears of a random log. */
const heard = fc.tuple(viewer, fc.array(hubEvent, { maxLength: 25 })).map(([by, events]) =>
  events.flatMap((event, index): readonly Change[] => {
    const change = present(entryOf(event, index + 1), by);
    return change === undefined ? [] : [change];
  }),
);

const fold = (changes: readonly Change[], from: ClientState = empty): ClientState =>
  changes.reduce(apply, from);

describe('apply', () => {
  it('is idempotent: a change met before alters nothing, nor does a whole replay', () => {
    fc.assert(
      fc.property(heard, fc.nat(), (changes, at) => {
        const state = fold(changes);
        expect(fold(changes, state)).toEqual(state);
        const twice = changes.toSpliced(
          at % (changes.length + 1),
          0,
          ...changes.slice(0, at % (changes.length + 1)),
        );
        expect(fold(twice)).toEqual(state);
      }),
    );
  });

  it('is monotone: positions rise, and no assignment, receipt or recall is taken back', () => {
    fc.assert(
      fc.property(heard, (changes) => {
        let state = empty;
        for (const change of changes) {
          const next = apply(state, change);
          expect(next.position).toBeGreaterThanOrEqual(state.position);
          for (const before of state.directives) {
            const after = next.directives.find(({ id }) => id === before.id);
            if (before.state === 'recalled' && !isWork(change) && change.type !== 'directive.superseded')
              expect(after?.state).toBe('recalled');
            if (before.mine?.openedAt !== undefined) expect(after?.mine?.openedAt).toBe(before.mine.openedAt);
            if (before.mine?.acknowledgedAt !== undefined)
              expect(after?.mine?.acknowledgedAt).toBe(before.mine.acknowledgedAt);
            // Work may go back: a result is rejected, done work is taken up again.
            if (isWork(change)) continue;
            for (const [index, assignment] of before.assignments.entries()) {
              const then = after?.assignments[index]?.state ?? 'sent';
              expect(assignmentStates.indexOf(then)).toBeGreaterThanOrEqual(
                assignmentStates.indexOf(assignment.state),
              );
            }
          }
          state = next;
        }
      }),
    );
  });

  it('never changes the state it is given', () => {
    fc.assert(
      fc.property(heard, (changes) => {
        let state = empty;
        for (const change of changes) {
          const kept = structuredClone(state);
          const next = apply(state, change);
          expect(state).toEqual(kept);
          state = next;
        }
      }),
    );
  });

  it('keeps directives newest first, each once', () => {
    fc.assert(
      fc.property(heard, (changes) => {
        const { directives } = fold(changes);
        expect(new Set(directives.map(({ id }) => id)).size).toBe(directives.length);
        const times = directives.map(({ issuedAt }) => issuedAt);
        expect(times).toEqual(times.toSorted().toReversed());
      }),
    );
  });
});
