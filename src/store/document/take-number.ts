import { randomUUID } from 'node:crypto';
import type { TakeNumber, TakenNumber } from '#app/ports/documents.ts';
import { suffixAfter } from '#domain/document/notation.ts';
import { legalRegimeOf } from '#domain/document/register.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Transaction } from '#store/database.ts';

interface RegisterRow {
  readonly id: string;
  readonly next_number: number;
}

/**
 * Takes a number of a register, opening the year's when it is the first (domain.md §5.4). The register's row is locked
 * until the commit, so numbers have no gap and no double, whoever else asks; what is rolled back was never taken. A day
 * before that of the last number is a late booking: the last number of that day or earlier, with the next suffix.
 */
export async function takeNumber(tx: Transaction, input: TakeNumber): Promise<TakenNumber> {
  const register = await lockRegister(tx, input);
  const { number, suffix } = await placeIn(tx, register, input.bookedOn);
  const symbol = input.symbolOf(number, suffix);
  await tx.rows(
    `insert into register_entry (register_id, number, suffix, document_id, symbol, booked_on, booked_at, booked_by_name, note)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      register.id,
      number,
      suffix,
      input.documentId,
      symbol,
      input.bookedOn,
      input.at,
      input.byName,
      input.note ?? null,
    ],
  );
  await tx.rows(`update document set register_id = $2, number = $3, suffix = $4 where id = $1`, [
    input.documentId,
    register.id,
    number,
    suffix,
  ]);
  return { number, suffix, symbol };
}

async function lockRegister(tx: Transaction, input: TakeNumber): Promise<RegisterRow> {
  const { organId, register, year } = input;
  await tx.rows(
    `insert into register (id, organ_id, kind, series, year, legal_regime, opened_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (organ_id, kind, series, year) do nothing`,
    [randomUUID(), organId, register.kind, register.series, year, legalRegimeOf(year), input.at],
  );
  const [row] = await tx.rows<RegisterRow>(
    `select id, next_number from register where organ_id = $1 and kind = $2 and series = $3 and year = $4 for update`,
    [organId, register.kind, register.series, year],
  );
  if (row === undefined) throw new Error(`no register ${register.kind} ${year} of ${organId}`);
  return row;
}

async function placeIn(
  tx: Transaction,
  register: RegisterRow,
  bookedOn: string,
): Promise<{ number: number; suffix: string }> {
  // Entries of main numbers only: a suffix follows its number, whatever the day it was written on.
  const [last] = await tx.rows<{ booked_on: string }>(
    `select booked_on::text as booked_on from register_entry where register_id = $1 and suffix = ''
     order by number desc limit 1`,
    [register.id],
  );
  if (last === undefined || bookedOn >= last.booked_on) {
    await tx.rows(`update register set next_number = next_number + 1 where id = $1`, [register.id]);
    return { number: register.next_number, suffix: '' };
  }
  const [base] = await tx.rows<{ number: number }>(
    `select number from register_entry where register_id = $1 and suffix = '' and booked_on <= $2
     order by number desc limit 1`,
    [register.id, bookedOn],
  );
  // Before the first number of the year there is none to put a suffix to.
  if (base === undefined) throw new HubError('bad_input', { field: 'arrivedOn' });
  const [taken] = await tx.rows<{ suffix: string }>(
    `select suffix from register_entry where register_id = $1 and number = $2
     order by length(suffix) desc, suffix desc limit 1`,
    [register.id, base.number],
  );
  return { number: base.number, suffix: suffixAfter(taken?.suffix ?? '') };
}
