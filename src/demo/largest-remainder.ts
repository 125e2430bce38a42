export interface Weighted {
  readonly slug: string;
  readonly weight: number;
}

/**
 * Shares a whole number out by weight so that the shares add up to it exactly: everyone gets the rounded-down share, and
 * what is left goes one each to the largest remainders, ties by slug. All is computed in integers.
 */
export function shareByWeight(total: number, items: readonly Weighted[]): ReadonlyMap<string, number> {
  const weights = items.reduce((sum, item) => sum + item.weight, 0);
  const shares = new Map(items.map((item) => [item.slug, Math.floor((total * item.weight) / weights)]));
  const left = total - [...shares.values()].reduce((sum, share) => sum + share, 0);
  const byRemainder = items
    .map((item) => ({ slug: item.slug, remainder: (total * item.weight) % weights }))
    .sort((a, b) => b.remainder - a.remainder || (a.slug < b.slug ? -1 : 1));
  for (const { slug } of byRemainder.slice(0, left)) shares.set(slug, (shares.get(slug) ?? 0) + 1);
  return shares;
}
