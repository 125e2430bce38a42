import type { Pool } from 'pg';

type Query = (first: unknown, ...rest: readonly unknown[]) => unknown;

const names = new Map<string, string>();

/**
 * A statement that is run often: each connection reads and plans it once (PREPARE) instead of at every run, which for
 * short statements is half of their time. For statements whose best plan does not depend on their values, and whose
 * text is one of few. Gives the text.
 */
export function prepared(text: string): string {
  if (!names.has(text)) names.set(text, `hub_${names.size + 1}`);
  return text;
}

/**
 * `any` of a parameter's ids, read in a query of its own: however many there are, the plan is the same, so that it is kept.
 */
export function anyOf(parameter: string): string {
  return `any(array(select unnest(${parameter}::bigint[])))`;
}

/** Lets the connections of a pool run `prepared` statements by their name. */
export function usePrepared(pool: Pool): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query;
    const named: Query = (first, ...rest) => {
      const name = typeof first === 'string' ? names.get(first) : undefined;
      const [values, ...others] = rest;
      return name === undefined || !Array.isArray(values)
        ? query(first, ...rest)
        : query({ name, text: first, values }, ...others);
    };
    client.query = named as typeof client.query;
  });
}
