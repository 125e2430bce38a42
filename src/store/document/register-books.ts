import type { Page } from '#app/ports/hub-store.ts';
import type { Register, RegisterBooks } from '#app/ports/register-books.ts';
import { documentType, type TypeCode } from '#domain/document/document-type.ts';
import type { BookEntry } from '#domain/document/register-book.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Database, Sql } from '#store/database.ts';
import { withoutNulls } from './document-rows.ts';

const registerColumns = `r.id, r.organ_id as "organId", u.name as "organName", r.kind, r.series, r.year,
  r.legal_regime as "legalRegime", r.next_number - 1 as numbers`;

export function createRegisterBooks(database: Database): RegisterBooks {
  return {
    list: (organIds, year) =>
      database.rows<Register>(
        `select ${registerColumns} from register r join org_unit u on u.id = r.organ_id
         where r.organ_id = any($1::uuid[]) and ($2::int is null or r.year = $2)
         order by r.year desc, u.name, r.kind, r.series`,
        [organIds, year ?? null],
      ),
    async find(id) {
      const [row] = await database.rows<Register>(
        `select ${registerColumns} from register r join org_unit u on u.id = r.organ_id where r.id = $1`,
        [id],
      );
      return row;
    },
    entries: (registerId, page) => readEntries(database, registerId, page),
  };
}

type EntryRow = {
  readonly [Key in Exclude<keyof BookEntry, 'typeName'>]: Exclude<BookEntry[Key], undefined> | null;
} & { readonly typeCode: TypeCode };

/** `15`, `15a`: the place in the book that a page ended at. */
function placeOf(cursor: string | undefined): { number: number; suffix: string } {
  if (cursor === undefined) return { number: 0, suffix: '' };
  const [, number, suffix] = /^(\d{1,9})([a-z]{0,8})$/.exec(cursor) ?? [];
  if (number === undefined || suffix === undefined) throw new HubError('bad_input', { field: 'cursor' });
  return { number: Number(number), suffix };
}

async function readEntries(
  sql: Sql,
  registerId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<BookEntry>> {
  const after = placeOf(page.cursor);
  const rows = await sql.rows<EntryRow>(
    `select e.number, e.suffix, e.symbol, e.booked_on::text as "bookedOn", e.note, e.void_reason as "voidReason",
       d.type_code as "typeCode", d.symbol as "documentSymbol", d.subject, d.issued_on::text as "issuedOn",
       d.issuer_name as "issuerName", d.signer ->> 'fullName' as "signerName", d.state,
       coalesce((select min(a.due_on) from document_assignee a where a.document_id = d.id and a.role = 'lead'),
         d.due_on)::text as "dueOn", d.copies, (select name from org_unit where id = d.unit_id) as "unitName",
       (select to_char(s.at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD') from document_step s
        where s.document_id = d.id and s.act = 'issue' limit 1) as "sentOn",
       array(select v.recipient_name from document_delivery v where v.document_id = d.id order by v.ordinal)
         as recipients,
       coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('toName', h.to_name,
           'on', to_char(h.handed_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD'), 'signedBy', h.signed_by_name))
           order by h.ordinal) from document_handover h where h.document_id = d.id), '[]') as handovers,
       array(select a.name from document_assignee a where a.document_id = d.id order by a.ordinal) as assignees,
       array(select p.symbol from document p where p.reply_to_id = d.id and p.symbol is not null
             and p.direction <> 'incoming' order by p.created_at) as replies
     from register_entry e join document d on d.id = e.document_id
     where e.register_id = $1 and (e.number, length(e.suffix), e.suffix) > ($2, $3, $4)
     order by e.number, length(e.suffix), e.suffix limit $5`,
    [registerId, after.number, after.suffix.length, after.suffix, page.limit + 1],
  );
  const items = rows.slice(0, page.limit).map(({ typeCode, ...row }) => ({
    ...withoutNulls(row),
    typeName: documentType(typeCode).name,
  })) as BookEntry[];
  const last = items.at(-1);
  return rows.length > page.limit && last !== undefined
    ? { items, nextCursor: `${last.number}${last.suffix}` }
    : { items };
}
