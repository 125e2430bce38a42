import type { Change } from '#protocol/change.ts';
import type { BoardRow, BoardView } from '#protocol/view.ts';

/** Rows after a change that names the accounts it is about; the first time of each receipt stays. */
export function patchRows(rows: readonly BoardRow[], change: Change): BoardRow[] {
  if (!isReceipt(change) || change.accounts === undefined) return [...rows];
  const touched = new Set(change.accounts.map((account) => account.id));
  return rows.map((row) =>
    touched.has(row.accountId) ? withReceipt(row, change.type, change.receiptAt) : row,
  );
}

/** Each receipt implies the ones before it. */
function withReceipt(row: BoardRow, type: ReceiptType, at: string): BoardRow {
  const arrived = { ...row, arrivedAt: row.arrivedAt ?? at };
  if (type === 'assignment.arrived') return arrived;
  const opened = { ...arrived, openedAt: row.openedAt ?? at };
  if (type === 'assignment.opened') return opened;
  return { ...opened, acknowledgedAt: row.acknowledgedAt ?? at };
}

type ReceiptType = 'assignment.arrived' | 'assignment.opened' | 'assignment.acknowledged';

export function isReceipt(change: Change): change is Extract<Change, { type: ReceiptType }> {
  return (
    change.type === 'assignment.arrived' ||
    change.type === 'assignment.opened' ||
    change.type === 'assignment.acknowledged'
  );
}

/** The pages of the board as read, moved forward by changes that are younger than each page. */
export function patchPages(pages: readonly BoardView[], changes: readonly Change[]): BoardView[] {
  return pages.map((page) => ({
    ...page,
    recipients: {
      ...page.recipients,
      items: changes
        .filter((change) => isReceipt(change) && change.directiveId === page.directive.id)
        .filter((change) => change.position > page.position)
        .reduce<BoardRow[]>((rows, change) => patchRows(rows, change), page.recipients.items),
    },
  }));
}

/** Not yet acknowledged first; within both, the order stays as it was. */
export function pendingFirst(rows: readonly BoardRow[]): BoardRow[] {
  return [
    ...rows.filter((row) => row.acknowledgedAt === undefined),
    ...rows.filter((row) => row.acknowledgedAt !== undefined),
  ];
}

/** Recipients by the furthest receipt of each, for the bar: the four parts make up all of them. */
export function partsOf(counts: BoardView['counts']) {
  const { recipients, arrived, opened, acknowledged } = counts;
  return {
    acknowledged,
    openedOnly: Math.max(0, opened - acknowledged),
    arrivedOnly: Math.max(0, arrived - Math.max(opened, acknowledged)),
    rest: Math.max(0, recipients - Math.max(arrived, opened, acknowledged)),
  };
}
