import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present, viewKey } from '#protocol/present.ts';
import { audienceOf, type EventType } from '#domain/event.ts';
import { entryOf, hubEvent, viewer } from '#support/event-fixture.ts';

const forNoClient: ReadonlySet<EventType> = new Set([
  'session.ended',
  'mail.queued',
  'absence.due',
  'reply.received',
  'outside.replied',
  'outside.acknowledged',
  'administration.changed',
]);

describe('viewKey', () => {
  it('is equal only for viewers who are presented the same', () => {
    let alike = 0;
    fc.assert(
      fc.property(hubEvent, viewer, viewer, (event, one, other) => {
        // Rooms are those of the account: two devices of one account have the same.
        fc.pre(one.accountId !== other.accountId || [...one.rooms].join(' ') === [...other.rooms].join(' '));
        const entry = entryOf(event, 7, audienceOf(event));
        if (viewKey(entry, one) !== viewKey(entry, other)) return;
        alike += 1;
        expect(present(entry, one)).toEqual(present(entry, other));
      }),
      { numRuns: 1000 },
    );
    expect(alike).toBeGreaterThan(150);
  });
});

describe('present', () => {
  it('shows nobody but the issuer the board, other names, and assignments of rooms that are not the viewer’s', () => {
    fc.assert(
      fc.property(hubEvent, viewer, (event, by) => {
        const change = present(entryOf(event, 7), by);
        expect(change?.position).toBe(forNoClient.has(event.type) ? undefined : 7);
        if (change?.type === 'directive.issued' && event.type === 'directive.issued') {
          const isIssuer = event.directive.issuerAccountId === by.accountId;
          expect(change.directive.board !== undefined).toBe(isIssuer);
          const mine = event.assignments
            .filter(({ room }) => isIssuer || by.rooms.has(room))
            .map(({ id }) => id);
          expect(change.directive.assignments.map(({ id }) => id)).toEqual(mine);
        }
        if (change !== undefined && 'assignmentIds' in change && 'issuerAccountId' in event) {
          const isIssuer = event.issuerAccountId === by.accountId;
          expect(change.board !== undefined).toBe(isIssuer);
          expect(change.accounts !== undefined).toBe(isIssuer);
        }
      }),
      { numRuns: 500 },
    );
  });
});
