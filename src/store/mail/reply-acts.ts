import type { OwedReply, ReplyActs } from '#app/ports/reply-acts.ts';
import type { Database } from '#store/database.ts';
import { deliveryTransaction } from './mail-delivery.ts';

export function createReplyActs(database: Database): ReplyActs {
  return {
    find: (messageId) => findReply(database, messageId),
    async owed(before, limit) {
      const rows = await database.rows<{ message_id: number }>(
        `select message_id from reply_act where settled_at is null and not held and taken_at < $1
         order by taken_at limit $2`,
        [before, limit],
      );
      return rows.map((row) => String(row.message_id));
    },
    settle: (messageId, outcome, at, tell) =>
      database.transaction(async (tx) => {
        const rows = await tx.rows(
          `update reply_act set settled_at = $2, outcome = $3 where message_id = $1 and settled_at is null
           returning 1`,
          [messageId, at, outcome],
        );
        if (rows.length === 0) return false;
        await tell(deliveryTransaction(tx));
        return true;
      }),
  };
}

interface ReplyRow {
  readonly bytes: Buffer;
  readonly message_id_header: string | null;
  readonly subject: string | null;
  readonly account_id: string;
  readonly directive_id: string;
  readonly code: string;
  readonly directive_header: string;
  readonly issuer_address: string;
  readonly assignments: readonly {
    id: string;
    role: OwedReply['assignments'][number]['role'];
    kind: OwedReply['assignments'][number]['assigneeKind'];
    assignee_id: string | null;
  }[];
}

async function findReply(database: Database, messageId: string): Promise<OwedReply | undefined> {
  const [row] = await database.rows<ReplyRow>(
    `select b.bytes, m.message_id_header, m.subject, r.account_id, d.id as directive_id, d.code,
       dm.message_id_header as directive_header, i.address as issuer_address,
       coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'role', a.role, 'kind', a.assignee_kind,
                          'assignee_id', a.assignee_id) order by a.ordinal)
         from recipient p join assignment a on a.directive_id = p.directive_id and a.ordinal = any(p.ordinals)
         where p.directive_id = d.id and p.account_id = r.account_id), '[]') as assignments
     from reply_act r
     join message m on m.id = r.message_id join blob b on b.sha256 = m.blob_sha256
     join directive d on d.id = r.directive_id join message dm on dm.id = d.message_id
     join account i on i.id = d.issuer_account_id
     where r.message_id = $1 and r.settled_at is null and not r.held`,
    [messageId],
  );
  if (row === undefined) return undefined;
  return {
    messageId,
    bytes: row.bytes,
    messageIdHeader: row.message_id_header ?? undefined,
    subject: row.subject ?? '',
    accountId: row.account_id,
    directive: {
      id: row.directive_id,
      code: row.code,
      messageIdHeader: row.directive_header,
      issuerAddress: row.issuer_address,
    },
    assignments: row.assignments.map(({ id, role, kind, assignee_id: assigneeId }) => ({
      id,
      role,
      assigneeKind: kind,
      ...(assigneeId === null ? {} : { assigneeId }),
    })),
  };
}
