import type { Sql } from '#store/database.ts';
import { type Asker, readableSql } from './asker.ts';
import { mailboxKey, requireMailbox } from './mailbox-rows.ts';
import { storableText } from './sql-text.ts';

/** Characters of a message that can be found; the rest of a longer one is stored but not indexed. */
export const searchTextCharactersMax = 1_000_000;

// Cannot stand in either half, nor in a needle: folding takes it out.
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

export interface MailboxSearch {
  readonly asker: Asker;
  readonly mailboxId: string;
  readonly where: 'text' | 'body';
  readonly needle: string;
}

/**
 * UIDs of a mailbox whose message holds the needle, ascending. A wildcard in the needle is a letter like any other.
 * Messages that the index job has not reached are given to `index` first, so that they too are found by what they hold.
 * Throws `mailbox_unknown`, `not_permitted`, and what `index` throws.
 *
 * The trigram index serves needles of three letters and more. A shorter one reads the texts of the mailbox, and must
 * not walk through the whole index of the province for that: `|| ''` hides the column from the index.
 */
export async function searchMailbox(
  sql: Sql,
  input: MailboxSearch,
  index: (messageIds: readonly string[]) => Promise<void>,
): Promise<readonly number[]> {
  const owed = await owedMessages(sql, input);
  if (owed.length > 0) await index(owed);
  const needle = foldForSearch(input.needle);
  const before = input.where === 'body' ? `%${separator}%` : '%';
  const pattern = `${before}${needle.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const text = Array.from(needle).length < trigramCharacters ? `(m.search_text || '')` : 'm.search_text';
  const rows = await sql.rows<{ uid: number }>(
    `select e.uid
     from mailbox b
     join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id
     where b.id = $1 and ${text} like $3 and ${readableSql('$2', '$4')}
     order by e.uid`,
    [mailboxKey(input.mailboxId), input.asker.accountId, pattern, input.asker.at],
  );
  if (rows.length === 0) await requireMailbox(sql, input.asker, input.mailboxId);
  return rows.map((row) => row.uid);
}

const trigramCharacters = 3;

/** What a search would look in and not find. */
async function owedMessages(sql: Sql, { asker, mailboxId }: MailboxSearch): Promise<readonly string[]> {
  const rows = await sql.rows<{ id: number }>(
    `select distinct m.id
     from mailbox b
     join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id
     where b.id = $1 and m.indexed_at is null and ${readableSql('$2', '$3')}
     order by m.id`,
    [mailboxKey(mailboxId), asker.accountId, asker.at],
  );
  return rows.map(({ id }) => String(id));
}
