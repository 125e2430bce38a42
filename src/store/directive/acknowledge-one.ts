import type { ReceiptRecorded } from '#domain/event.ts';
import type { Transaction } from '#store/database.ts';

/**
 * Acknowledges one assignment without a receipt of its own: its recipient had acknowledged the directive before the
 * assignment was given, or acts for the unit by a delegation. Nothing when it is acknowledged already.
 */
export async function acknowledgeOne(
  tx: Transaction,
  assignmentId: string,
  accountId: string,
  at: Date,
): Promise<readonly ReceiptRecorded[]> {
  const [directive] = await tx.rows<{
    id: string;
    issuer_account_id: string;
    issuer_position_id: string | null;
    recipient_count: number;
    arrived_count: number;
    opened_count: number;
    acknowledged_count: number;
  }>(
    `select * from directive where id = (select directive_id from assignment where id = $1) for no key update`,
    [assignmentId],
  );
  const [moved] = await tx.rows<{ id: string; room: string; above: string[] | null }>(
    `update assignment set arrived_at = coalesce(arrived_at, $2), acknowledged_at = $2
     where id = $1 and acknowledged_at is null and assignee_kind <> 'everyone' returning id, room, above`,
    [assignmentId, at],
  );
  if (directive === undefined || moved === undefined) return [];
  const accounts = await tx.rows<{ id: string; name: string }>(
    `select a.id, a.display_name as name from account a
     join recipient r on r.account_id = a.id and r.directive_id = $2 where a.id = $1`,
    [accountId, directive.id],
  );
  return [
    {
      type: 'assignment.acknowledged',
      directiveId: directive.id,
      issuerAccountId: directive.issuer_account_id,
      issuerPositionId: directive.issuer_position_id ?? undefined,
      accounts,
      receiptAt: at.toISOString(),
      assignments: [
        { id: moved.id, room: moved.room, ...(moved.above === null ? {} : { above: moved.above }) },
      ],
      counts: {
        recipients: directive.recipient_count,
        delivered: directive.recipient_count,
        arrived: directive.arrived_count,
        opened: directive.opened_count,
        acknowledged: directive.acknowledged_count,
      },
    },
  ];
}
