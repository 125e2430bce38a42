import { Migration } from '@mikro-orm/migrations';

/**
 * SEARCH looks into the fields of parts, into every alternative and into attached text: messages that may have some and
 * were indexed without are given to the index job again.
 */
const statements = [
  `update message set indexed_at = null
   where search_text like '%content-type: multipart/%' or search_text like '%content-type: message/%'`,
];

export class SearchPartHeaders0011 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
