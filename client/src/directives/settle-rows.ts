/**
 * Which rows a list shows: all that are wanted when nobody is at it; while it is busy those already shown, in their
 * places, also one that no longer answers the filter, and a count of the new ones that wait.
 */
export function settleRows<Row extends { readonly id: string }>(input: {
  shown: readonly string[];
  sameView: boolean;
  wanted: readonly Row[];
  all: readonly Row[];
  busy: boolean;
}): { rows: readonly Row[]; waitingCount: number } {
  const { shown, sameView, wanted, all, busy } = input;
  if (!busy || !sameView || shown.length === 0) return { rows: wanted, waitingCount: 0 };
  const known = new Map(all.map((row) => [row.id, row]));
  const rows = shown.map((id) => known.get(id)).filter((row) => row !== undefined);
  const inSight = new Set(shown);
  return { rows, waitingCount: wanted.filter((row) => !inSight.has(row.id)).length };
}
