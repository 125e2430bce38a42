import type { DocumentTransaction, Organ, SigningPost } from '#app/ports/documents.ts';
import type { Numbering } from '#domain/document/register.ts';
import type { Sql, Transaction } from '#store/database.ts';
import { takeNumber } from './take-number.ts';
import { withoutNulls } from './document-rows.ts';

type Part = Pick<
  DocumentTransaction,
  | 'organ'
  | 'unitCode'
  | 'signingPost'
  | 'takeNumber'
  | 'keepSignature'
  | 'voidNumber'
  | 'numberingOf'
  | 'decideNumbering'
>;

/** Organs, who signs for them, and the registers that they number in. */
export function registerTransaction(tx: Transaction): Part {
  return {
    organ: (id, at) => findOrgan(tx, id, at),
    async unitCode(id) {
      const [row] = await tx.rows<{ code: string }>(`select code from org_unit where id = $1`, [id]);
      return row?.code;
    },
    signingPost: (positionId, at) => findSigningPost(tx, positionId, at),
    takeNumber: (input) => takeNumber(tx, input),
    async voidNumber(documentId, at, reason) {
      await tx.rows(
        `update register_entry set voided_at = $2, void_reason = $3 where document_id = $1 and voided_at is null`,
        [documentId, at, reason],
      );
    },
    async keepSignature(documentId, signature) {
      await tx.rows(
        `insert into document_signature (document_id, kind, signed_at, content_hash, by_name) values ($1, $2, $3, $4, $5)`,
        [
          documentId,
          signature.kind,
          signature.at,
          Buffer.from(signature.contentHash, 'hex'),
          signature.byName,
        ],
      );
    },
    numberingOf: (organId, year) => numberingOf(tx, organId, year),
    decideNumbering: (...input) => decideNumbering(tx, ...input),
  };
}

async function findOrgan(sql: Sql, id: string, at: Date): Promise<Organ | undefined> {
  const [row] = await sql.rows<Organ>(
    `select id, organ_id as "organId", code, name from org_unit
     where id = $1 and is_organ and valid_from <= $2 and (valid_to is null or $2 < valid_to)`,
    [id, at],
  );
  return row;
}

async function findSigningPost(sql: Sql, positionId: string, at: Date): Promise<SigningPost | undefined> {
  const [row] = await sql.rows<
    Omit<SigningPost, 'organId' | 'signingAuthority'> & {
      organId: string | null;
      signingAuthority: SigningPost['signingAuthority'] | null;
    }
  >(
    `select p.id as "positionId", p.authority as "positionAuthority", p.signing_authority as "signingAuthority",
       organ_of(p.unit_id) as "organId", p.title, n.display_name as "fullName",
       array(select a.id::text from account a where a.person_id = p.person_id and a.status = 'active') as "accountIds"
     from position p join person n on n.id = p.person_id
     where p.id = $1 and p.valid_from <= $2 and (p.valid_to is null or $2 < p.valid_to)`,
    [positionId, at],
  );
  return row === undefined ? undefined : (withoutNulls(row) as SigningPost);
}

/** The last decision for that year or one before it; all in one series where the head has said nothing. */
async function numberingOf(sql: Sql, organId: string, year: number): Promise<Numbering> {
  const [row] = await sql.rows<{ numbering: Numbering }>(
    `select numbering from numbering where organ_id = $1 and year <= $2 order by year desc limit 1`,
    [organId, year],
  );
  return row?.numbering ?? 'one';
}

/** A change within a year would give the same number and notation out twice. */
async function decideNumbering(
  tx: Transaction,
  organId: string,
  year: number,
  numbering: Numbering,
  byName: string,
  at: Date,
): Promise<boolean> {
  const used = await tx.rows(
    `select id from register where organ_id = $1 and year = $2 and kind in ('outgoing', 'per_type') and next_number > 1
     for update`,
    [organId, year],
  );
  if (used.length > 0 && (await numberingOf(tx, organId, year)) !== numbering) return false;
  await tx.rows(
    `insert into numbering (organ_id, year, numbering, decided_by_name, decided_at) values ($1, $2, $3, $4, $5)
     on conflict (organ_id, year) do update set numbering = excluded.numbering,
       decided_by_name = excluded.decided_by_name, decided_at = excluded.decided_at`,
    [organId, year, numbering, byName, at],
  );
  return true;
}
