import type { SavedSearches } from '#app/ports/search.ts';
import { HubError } from '#domain/hub-error.ts';
import { savedSearchesMax } from '#domain/search/saved-search.ts';
import type { Database } from '#store/database.ts';

export function createSavedSearches(database: Database): SavedSearches {
  return {
    of: (accountId) =>
      database.rows(
        `select id, name, query, saved_at as "savedAt" from saved_search where account_id = $1 order by name, id`,
        [accountId],
      ),
    save: (accountId, search) =>
      database.transaction(async (tx) => {
        // The account's row: two at once must not both be the last one allowed.
        await tx.rows(`select from account where id = $1 for no key update`, [accountId]);
        const [row] = await tx.rows<{ id: string }>(
          `insert into saved_search (id, account_id, name, query, saved_at) values ($1, $2, $3, $4, $5)
           on conflict (account_id, name) do update set query = excluded.query, saved_at = excluded.saved_at
           returning id`,
          [search.id, accountId, search.name, search.query, search.savedAt],
        );
        const [count] = await tx.rows<{ n: number }>(
          `select count(*) as n from saved_search where account_id = $1`,
          [accountId],
        );
        if (row === undefined || (count?.n ?? 0) > savedSearchesMax)
          throw new HubError('bad_input', { field: 'name' });
        return row;
      }),
    async remove(accountId, id) {
      const removed = await database.rows(
        `delete from saved_search where account_id = $1 and id = $2 returning id`,
        [accountId, id],
      );
      return removed.length > 0;
    },
  };
}
