/**
 * Runs one statement with `$1…` parameters, sent apart from its text. bigint arrives as number (every counter of ours
 * stays far below 2^53), timestamptz as Date, jsonb as a value, bytea as Buffer.
 */
export interface Sql {
  rows<Row>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
}
