import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audienceOf, type HubEvent, type ReceiptRecorded } from '#domain/event.ts';
import { rooms } from '#domain/room.ts';
import { hubEvent, issued, receipt } from '#support/event-fixture.ts';

const known = /^(?:everyone|administrators|account:.+|unit:.+)$/;

describe('audienceOf', () => {
  it('is total: every event has rooms that exist, each once', () => {
    fc.assert(
      fc.property(hubEvent, (event) => {
        const audience = audienceOf(event);
        expect(audience.every((room) => known.test(room))).toBe(true);
        expect(new Set(audience).size).toBe(audience.length);
      }),
    );
  });

  it('of an issue is the issuer and every assignee', () => {
    fc.assert(
      fc.property(issued, (event) => {
        expect(new Set(audienceOf(event))).toEqual(
          new Set([
            rooms.account(event.directive.issuerAccountId),
            ...event.assignments.map(({ room }) => room),
          ]),
        );
      }),
    );
  });

  it('of a receipt is never everyone: who has read what is not news for the province', () => {
    fc.assert(
      fc.property(receipt, (event) => {
        const audience = audienceOf(event);
        expect(audience).not.toContain(rooms.everyone);
        expect(audience).toContain(rooms.account(event.issuerAccountId));
        if (event.type === 'assignment.arrived')
          expect(audience).toEqual([rooms.account(event.issuerAccountId)]);
        else
          expect(audience).toEqual(
            expect.arrayContaining((event.accounts ?? []).map(({ id }) => rooms.account(id))),
          );
      }),
    );
  });

  it('of a receipt of too many to name is the issuer alone', () => {
    const event: ReceiptRecorded = {
      type: 'assignment.opened',
      directiveId: 'd1',
      issuerAccountId: 'a1',
      receiptAt: '2016-05-11T01:45:00.000Z',
      assignments: [{ id: 'd1-0', room: rooms.everyone }],
      counts: { recipients: 9850, delivered: 9850, arrived: 9000, opened: 8000, acknowledged: 0 },
    };
    expect(audienceOf(event)).toEqual(['account:a1']);
  });

  it.each<[HubEvent, readonly string[]]>([
    [{ type: 'mail.delivered', messageId: '1', accountIds: ['a1', 'a2'] }, ['account:a1', 'account:a2']],
    [{ type: 'mail.delivered', messageId: '1' }, ['everyone']],
    [{ type: 'mailbox.changed', accountId: 'a1', mailboxIds: [] }, ['account:a1']],
    [{ type: 'membership.changed', accountId: 'a1' }, ['account:a1']],
    [{ type: 'session.ended', accountId: 'a1' }, ['account:a1']],
    [{ type: 'organisation.imported', accounts: 60 }, ['everyone']],
    [
      {
        type: 'administration.changed',
        act: 'sts_mode.set',
        by: { kind: 'operator' },
        object: 'binhthuan.example',
        before: { mode: 'testing' },
        after: { mode: 'enforce' },
      },
      [],
    ],
  ])('of %o is %o', (event, audience) => {
    expect(audienceOf(event)).toEqual(audience);
  });
});
