import type { Sql } from '#store/database.ts';
import { type Asker, readableSql } from './asker.ts';
import { mailboxKey, requireMailbox } from './mailbox-rows.ts';
import { storableText } from './sql-text.ts';

/** Characters of a message that can be found; the rest of a longer one is stored but not indexed. */
export const searchTextCharactersMax = 1_000_000;

// Cannot stand in either half: folding takes it out.
const separator = '\u001e';

/** How SEARCH compares: lower case, composed (RFC 9051, section 6.4.4, i;unicode-casemap in spirit). */
export function foldForSearch(text: string): string {
  return storableText(text).replaceAll(separator, ' ').normalize('NFC').toLowerCase().normalize('NFC');
}

/** One column, so that one trigram index serves TEXT and BODY; the separator lets BODY look behind the header. */
export function searchTextOf(header: string, body: string): string {
  const folded = `${foldForSearch(header)}${separator}${foldForSearch(body)}`;
  return folded.slice(0, searchTextCharactersMax).toWellFormed();
}

/**
 * UIDs of a mailbox whose message holds the needle, ascending. A wildcard in the needle is a letter like
 * any other. Until a message is indexed, its subject, sender and first lines are searched. Throws `mailbox_unknown`, `not_permitted`.
 */
export async function searchMailbox(
  sql: Sql,
  input: {
    readonly asker: Asker;
    readonly mailboxId: string;
    readonly where: 'text' | 'body';
    readonly needle: string;
  },
): Promise<readonly number[]> {
  const needle = foldForSearch(input.needle);
  const pattern = `%${needle.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const rows = await sql.rows<{ uid: number }>(
    `select e.uid
     from mailbox b
     join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id
     where b.id = $1 and m.search_text like $3 and ${readableSql('$2', '$7')}
       and ($4 = 'text' or strpos(split_part(m.search_text, $5, 2), $6) > 0 or $6 = '')
     order by e.uid`,
    [
      mailboxKey(input.mailboxId),
      input.asker.accountId,
      pattern,
      input.where,
      separator,
      needle,
      input.asker.at,
    ],
  );
  if (rows.length === 0) await requireMailbox(sql, input.asker, input.mailboxId);
  return rows.map((row) => row.uid);
}
