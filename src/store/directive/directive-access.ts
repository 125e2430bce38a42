import type { Actor } from '#domain/access/actor.ts';
import { mayReadDirective } from '#domain/access/policy.ts';
import { issuerRooms } from '#domain/event.ts';
import type { Sql } from '#store/database.ts';

/** What policy asks of a directive, for one account. */
export interface DirectiveAccess {
  readonly id: string;
  readonly code: string;
  readonly subject: string;
  readonly issuerAccountId: string;
  readonly issuerPositionId?: string;
  /** Of its issuer and its assignees. */
  readonly rooms: readonly string[];
}

/** Those of the directives that the actor may read, by id: one statement, then the policy for each. */
export async function readableDirectives(
  sql: Sql,
  actor: Actor,
  ids: readonly string[],
): Promise<ReadonlyMap<string, DirectiveAccess>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.rows<{
    id: string;
    code: string;
    subject: string;
    issuer_account_id: string;
    issuer_position_id: string | null;
    is_recipient: boolean;
    unit_ids: string[];
    rooms: string[];
  }>(
    `select d.id, d.code, d.subject, d.issuer_account_id, d.issuer_position_id,
       exists (select from recipient r where r.directive_id = d.id and r.account_id = $2) as is_recipient,
       array(select distinct a.assignee_id::text from assignment a
             where a.directive_id = d.id and a.assignee_kind = 'unit') as unit_ids,
       array(select distinct a.room from assignment a where a.directive_id = d.id) as rooms
     from directive d where d.id = any($1::uuid[])`,
    [ids, actor.accountId],
  );
  const readable = rows.flatMap((row): [string, DirectiveAccess][] => {
    const directive = {
      issuerAccountId: row.issuer_account_id,
      ...(row.issuer_position_id === null ? {} : { issuerPositionId: row.issuer_position_id }),
    };
    const path = { isRecipient: row.is_recipient, assignedUnitIds: row.unit_ids };
    if (!mayReadDirective(actor, directive, path)) return [];
    const rooms = [...issuerRooms(row.issuer_account_id, row.issuer_position_id ?? undefined), ...row.rooms];
    const { id, code, subject } = row;
    return [[id, { id, code, subject, ...directive, rooms: [...new Set(rooms)] }]];
  });
  return new Map(readable);
}
