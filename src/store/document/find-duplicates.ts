import type { DuplicateQuery } from '#app/ports/documents.ts';
import type { OfficialDocument } from '#domain/document/document.ts';
import { comparedSymbol } from '#domain/document/notation.ts';
import { foldText } from '#lib/fold-text.ts';
import type { Sql } from '#store/database.ts';
import { documentColumns, documentOf, type DocumentRow } from './document-rows.ts';

/** Decree 30/2020, Appendix VI: the same id, or number, notation and organ; another day is another document. */
export async function findDuplicates(sql: Sql, query: DuplicateQuery): Promise<readonly OfficialDocument[]> {
  const rows = await sql.rows<DocumentRow>(
    `select ${documentColumns} from document d
     where d.organ_id = $1 and d.direction = 'incoming' and d.state not in ('arrived', 'refused')
       and ($2::uuid is null or d.id <> $2)
       and (($3::text is not null and d.exchange_id = $3)
         or ($4::text is not null and d.compared_symbol = $4 and d.compared_issuer = $5
             and ($6::date is null or d.issued_on is null or d.issued_on = $6)))
     order by d.created_at desc limit 20`,
    [
      query.organId,
      query.exceptId ?? null,
      query.exchangeId ?? null,
      query.symbol === undefined ? null : comparedSymbol(query.symbol),
      query.issuerName === undefined ? '' : foldText(query.issuerName),
      query.issuedOn ?? null,
    ],
  );
  return rows.map(documentOf);
}
