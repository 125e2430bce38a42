import type { DocumentAssignee, DocumentTransaction, Handover } from '#app/ports/documents.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import type { Transaction } from '#store/database.ts';
import { withoutNulls } from './document-rows.ts';

type Part = Pick<DocumentTransaction, 'addHandover' | 'signHandover' | 'addAssignees' | 'assigneeRooms'>;

export const handoverColumns = `h.ordinal, h.to_kind as "toKind", h.to_id as "toId", h.to_name as "toName", h.room,
  h.handed_at as "handedAt", h.handed_by_name as "handedByName", h.signed_at as "signedAt",
  h.signed_by_name as "signedByName"`;

export type HandoverRow = {
  readonly [Key in keyof Handover]-?: NonNullable<Handover[Key]> | null;
};

export function handoverOf(row: HandoverRow): Handover {
  return withoutNulls(row) as Handover;
}

/** Who has the document in hand, and who has to solve it. */
export function handoverTransaction(tx: Transaction): Part {
  return {
    async addHandover(document, to, at, byName) {
      const [found] = await tx.rows<{ name: string; room: string }>(
        to.kind === 'unit'
          ? `select name, $4 || id as room from org_unit where id = $1 and organ_of(id) = $2
               and valid_from <= $3 and (valid_to is null or $3 < valid_to)`
          : `select p.display_name as name, $4 || a.id as room from person p
               join account a on a.person_id = p.id and a.status = 'active'
               where p.id = $1 and exists (select from position o where o.person_id = p.id
                 and organ_of(o.unit_id) = $2 and o.valid_from <= $3 and (o.valid_to is null or $3 < o.valid_to))`,
        [to.id, document.organId, at, to.kind === 'unit' ? rooms.unit('') : rooms.account('')],
      );
      if (found === undefined) throw new HubError('recipient_unknown', { field: 'to' });
      const [row] = await tx.rows<HandoverRow>(
        `insert into document_handover as h (document_id, ordinal, to_kind, to_id, to_name, room, handed_at, handed_by_name)
         select $1, 1 + (select count(*) from document_handover where document_id = $1), $2, $3, $4, $5, $6, $7
         returning ${handoverColumns}`,
        [document.id, to.kind, to.id, found.name, found.room, at, byName],
      );
      if (row === undefined) throw new Error('a hand-over was not written');
      return handoverOf(row);
    },
    async signHandover(documentId, ownRooms, at, byName) {
      const [row] = await tx.rows<HandoverRow>(
        `update document_handover h set signed_at = $3, signed_by_name = $4
         where document_id = $1 and ordinal = (select min(ordinal) from document_handover
           where document_id = $1 and room = any($2) and signed_at is null) returning ${handoverColumns}`,
        [documentId, ownRooms, at, byName],
      );
      return row === undefined ? undefined : handoverOf(row);
    },
    async addAssignees(documentId, assignees) {
      await tx.rows(
        `insert into document_assignee (document_id, ordinal, role, kind, assignee_id, name, due_on, directive_id)
         select $1, a.place + (select count(*) from document_assignee where document_id = $1), a.role, a.kind, a.id,
           a.name, a."dueOn", a."directiveId"
         from rows from (jsonb_to_recordset($2::jsonb)
           as (role text, kind text, id uuid, name text, "dueOn" date, "directiveId" uuid))
           with ordinality as a(role, kind, id, name, "dueOn", "directiveId", place)`,
        [documentId, JSON.stringify(assignees)],
      );
    },
    async assigneeRooms(documentId) {
      const rows = await tx.rows<{ room: string }>(
        `select $2 || assignee_id as room from document_assignee where document_id = $1 and kind = 'unit'
         union select $3 || a.id from document_assignee d join account a on a.person_id = d.assignee_id
           where d.document_id = $1 and d.kind = 'person' and a.status = 'active'
         union select room from document_handover where document_id = $1`,
        [documentId, rooms.unit(''), rooms.account('')],
      );
      return rows.map(({ room }) => room);
    },
  };
}

export const assigneeColumns = `a.ordinal, a.role, a.kind, a.assignee_id as id, a.name, a.due_on::text as "dueOn",
  a.directive_id as "directiveId"`;

export type AssigneeRow = {
  readonly [Key in keyof DocumentAssignee]-?: NonNullable<DocumentAssignee[Key]> | null;
};
