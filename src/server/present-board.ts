import type { BoardRecipient, Page, SeenDirective } from '#app/ports/hub-store.ts';
import { toStored } from '#domain/stored.ts';
import { presentDirective } from '#protocol/seen-directive.ts';
import { presentAssignment } from '#protocol/present-assignment.ts';
import type { BoardRow, BoardView } from '#protocol/view.ts';

export function presentBoard(position: number, seen: SeenDirective, page: Page<BoardRecipient>): BoardView {
  return {
    position,
    directive: presentDirective(seen),
    counts: seen.counts,
    assignments: seen.assignments.map((assignment) => ({
      ...presentAssignment(toStored(assignment), true),
      recipients: assignment.recipientCount,
    })),
    recipients: {
      items: page.items.map(presentRow),
      ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    },
  };
}

function presentRow(row: BoardRecipient): BoardRow {
  return {
    accountId: row.accountId,
    name: row.name,
    address: row.address,
    unit: row.unit,
    assignmentIds: [...row.assignmentIds],
    deliveredAt: row.deliveredAt.toISOString(),
    ...(row.arrivedAt === undefined ? {} : { arrivedAt: row.arrivedAt.toISOString() }),
    ...(row.openedAt === undefined ? {} : { openedAt: row.openedAt.toISOString() }),
    ...(row.openedBy === undefined ? {} : { openedBy: row.openedBy }),
    ...(row.acknowledgedAt === undefined ? {} : { acknowledgedAt: row.acknowledgedAt.toISOString() }),
  };
}
