import { describe, expect, it } from 'vitest';
import type { ReceiptChange } from '#protocol/change.ts';
import type { BoardRow } from '#protocol/view.ts';
import { partsOf, patchRows, pendingFirst } from '#client/board/board-rows.ts';

const row = (accountId: string, part: Partial<BoardRow> = {}): BoardRow => ({
  accountId,
  name: accountId,
  address: `${accountId}@b.example`,
  unit: 'Sở',
  assignmentIds: [],
  deliveredAt: '2016-05-11T01:45:00Z',
  ...part,
});
const receipt = (type: ReceiptChange['type'], accounts?: ReceiptChange['accounts']): ReceiptChange => ({
  type,
  position: 5,
  at: 'later',
  directiveId: 'd1',
  assignmentIds: [],
  receiptAt: 'then',
  mine: false,
  ...(accounts === undefined ? {} : { accounts }),
});

describe('patchRows', () => {
  it('writes the receipt and those it implies, the first time of each staying', () => {
    const [first, other] = patchRows(
      [row('a', { arrivedAt: 'before' }), row('b')],
      receipt('assignment.acknowledged', [{ id: 'a', name: 'A' }]),
    );
    expect(first).toMatchObject({ arrivedAt: 'before', openedAt: 'then', acknowledgedAt: 'then' });
    expect(other).toEqual(row('b'));
  });

  it('leaves the rows as they are when nobody is named', () => {
    expect(patchRows([row('a')], receipt('assignment.opened'))).toEqual([row('a')]);
  });
});

describe('pendingFirst', () => {
  it('puts who has not acknowledged first and keeps the order within', () => {
    const rows = [row('a', { acknowledgedAt: 'x' }), row('b'), row('c', { acknowledgedAt: 'x' }), row('d')];
    expect(pendingFirst(rows).map((one) => one.accountId)).toEqual(['b', 'd', 'a', 'c']);
  });
});

describe('partsOf', () => {
  it('divides all recipients among the four parts', () => {
    const counts = { recipients: 138, delivered: 138, arrived: 130, opened: 120, acknowledged: 96 };
    expect(partsOf(counts)).toEqual({ acknowledged: 96, openedOnly: 24, arrivedOnly: 10, rest: 8 });
  });
});
