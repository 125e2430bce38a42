import type { DiscussionSubject, ResolvedMentions } from '#app/ports/discussion.ts';
import { mentionedAccountsMax } from '#domain/discussion/comment.ts';
import type { MentionTarget } from '#domain/discussion/mention.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Transaction } from '#store/database.ts';
import { actorColumns, actorOf, type ActorRow } from '#store/access/actor-query.ts';
import { findSubject } from './discussion-subject.ts';

/**
 * Names and accounts of whom a text mentions. A mention calls only those who may read the subject, and one that would
 * call nobody is refused: a comment must not tell of an object by its mention, nor seem to have reached somebody.
 */
export async function resolveMentions(
  tx: Transaction,
  subject: DiscussionSubject,
  targets: readonly MentionTarget[],
  at: Date,
): Promise<ResolvedMentions> {
  if (targets.length === 0) return { mentions: [], accountIds: [] };
  const called = await findCalled(tx, targets, at);
  if (new Set(called.flatMap((one) => one.accountIds)).size > mentionedAccountsMax)
    throw new HubError('too_many_recipients', { field: 'text' });
  const readers = await readersAmong(
    tx,
    subject,
    called.flatMap((one) => one.accountIds),
    at,
  );
  for (const { accountIds } of called)
    if (!accountIds.some((id) => readers.has(id)))
      throw new HubError('mention_not_reader', { field: 'text' });
  return {
    mentions: targets.map((target, index) => ({ ...target, name: called[index]?.name ?? '' })),
    accountIds: [...readers],
  };
}

async function findCalled(
  tx: Transaction,
  targets: readonly MentionTarget[],
  at: Date,
): Promise<readonly { name: string; accountIds: string[] }[]> {
  const rows = await tx.rows<{ ordinal: number; name: string | null; account_ids: string[] }>(
    `select t.ordinal,
       case t.kind when 'person' then (select p.display_name from person p where p.id = t.id)
         else (select u.name from org_unit u where u.id = t.id) end as name,
       case t.kind
         when 'person' then array(select a.id::text from account a where a.person_id = t.id and a.status = 'active')
         when 'unit' then array(select o.account_id::text from unit_officer($2) o where o.unit_id = t.id)
         else array(select a.id::text from position p join account a on a.person_id = p.person_id
                    where p.unit_id = t.id and p.authority = t.authority and a.status = 'active'
                      and p.valid_from <= $2 and (p.valid_to is null or $2 < p.valid_to)) end as account_ids
     from jsonb_to_recordset($1::jsonb) as t(ordinal int, kind text, id uuid, authority text) order by t.ordinal`,
    [JSON.stringify(targets.map((target, ordinal) => ({ ...target, ordinal }))), at],
  );
  return rows.map(({ name, account_ids: accountIds }) => {
    if (name === null || accountIds.length === 0) throw new HubError('recipient_unknown', { field: 'text' });
    return { name, accountIds };
  });
}

async function readersAmong(
  tx: Transaction,
  subject: DiscussionSubject,
  accountIds: readonly string[],
  at: Date,
): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<ActorRow>(
    `select ${actorColumns('$2')} from account a where a.id = any($1::uuid[]) and a.status = 'active'`,
    [accountIds, at],
  );
  const readers = new Set<string>();
  for (const row of rows) {
    // eslint-disable-next-line no-await-in-loop -- one connection: statements of a transaction run one after another
    if ((await findSubject(tx, actorOf(row), subject.ref)) !== undefined) readers.add(row.account_id);
  }
  return readers;
}
