import { randomUUID } from 'node:crypto';
import type { Actor } from '#domain/access/actor.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { savedNameCharactersMax, savedQueryCharactersMax } from '#domain/search/saved-search.ts';
import type { SavedSearches } from '#app/ports/search.ts';

const lineBreaking = /[\p{Cc}\u2028\u2029]/u;

export interface SaveSearch {
  readonly actor: Actor;
  readonly name: string;
  readonly query: string;
}

/**
 * Keeps a search under a name of the account's own; the same name again takes its place. Throws `bad_input`,
 * `text_too_long`, `line_break_in_field`.
 */
export function saveSearch(
  ports: { readonly savedSearches: SavedSearches; readonly clock: Clock },
  input: SaveSearch,
): Promise<{ id: string }> {
  const name = input.name.trim().normalize('NFC');
  for (const [field, text] of [
    ['name', name],
    ['query', input.query],
  ] as const)
    if (lineBreaking.test(text)) throw new HubError('line_break_in_field', { field });
  if (name === '') throw new HubError('bad_input', { field: 'name' });
  if (name.length > savedNameCharactersMax) throw new HubError('text_too_long', { field: 'name' });
  if (input.query.length > savedQueryCharactersMax) throw new HubError('text_too_long', { field: 'query' });
  return ports.savedSearches.save(input.actor.accountId, {
    id: randomUUID(),
    name,
    query: input.query,
    savedAt: ports.clock.now(),
  });
}

/** Throws `not_found`. */
export async function removeSavedSearch(
  ports: { readonly savedSearches: SavedSearches },
  input: { readonly actor: Actor; readonly id: string },
): Promise<void> {
  if (!(await ports.savedSearches.remove(input.actor.accountId, input.id))) throw new HubError('not_found');
}
