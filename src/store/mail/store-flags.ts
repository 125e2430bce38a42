import type { FlagChange, StoredFlags, StoreFlags } from '#app/ports/mail.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { everyRight, flagsAllowed, hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { recordReceipts } from '#store/directive/record-receipts.ts';
import { anyOf, prepared } from '#store/prepared.ts';
import type { Asker } from './asker.ts';
import { keywordsPerMessageMax, officialKeywords, personalKeywords } from './keywords.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { entryOf, lockMailbox, mailboxKey, type EntryRow, type MailboxRow } from './mailbox-rows.ts';
import { mineSql, readerFlagsSql, readerModseqSql } from './personal-seen.ts';

const everyFlag = Object.values(flagBit).reduce((all, bit) => all | bit, 0);

interface ChangedRow extends EntryRow {
  /** Changed after UNCHANGEDSINCE and left alone. */
  readonly refused: boolean;
  readonly changed: boolean;
  readonly now_seen: boolean;
}

/**
 * STORE. Entries whose flags are already so keep their modseq and nobody is told. The hub's own keywords stay whatever
 * the client asks. Flags that the rights do not reach stay as they are, and only when none of what is asked can be done
 * is it refused (RFC 4314, section 4). `\Seen` set on an official message is the receipt "opened" of the account whose
 * mailbox it is, in this transaction; in a mailbox of an office it names the person. `entries` leaves out those named in
 * `modified`. Throws `mailbox_unknown`, `not_permitted`, `bad_input`.
 */
export function storeFlags(session: MailSession, input: StoreFlags): Promise<StoredFlags> {
  const keywords = personalKeywords(input.keywords);
  return changeMail(session, async (tx, asker) => {
    const asked = { ...input, keywords };
    // Nearly always the mailbox is one's own and its \Seen common: that change travels with the lock.
    const presumed = { id: mailboxKey(input.mailboxId), personal_seen: false };
    const [mailbox, own] = await Promise.all([
      lockMailbox(tx, asker, input.mailboxId, rightBit.r),
      changeEntries(tx, presumed, asker, input, allowedOf(asked, everyRight), 'own'),
    ]);
    const isOwn = mailbox.account_id === asker.accountId && !mailbox.personal_seen;
    const rows = isOwn
      ? own
      : await changeEntries(tx, mailbox, asker, input, allowedOf(asked, mailbox.rights), 'any');
    const changed = rows.some((row) => row.changed);
    const highestModseq = mailbox.highest_modseq + (changed ? 1 : 0);
    if (
      rows.some((row) => row.changed && row.keywords.length > keywordsPerMessageMax + officialKeywords.length)
    )
      throw new HubError('bad_input', { field: 'keywords' });
    const seen = rows.filter((row) => row.changed && row.now_seen).map((row) => row.message_id);
    return {
      result: {
        entries: rows.filter((row) => !row.refused).map(entryOf),
        modified: rows.filter((row) => row.refused).map((row) => row.uid),
        changed,
        highestModseq,
      },
      changed: changed ? [{ ...mailbox, modseq: highestModseq }] : [],
      events: await opened(tx, mailbox, asker, seen),
    };
  });
}

interface Allowed {
  readonly mask: number;
  readonly keywordsToo: boolean;
  readonly flags: number;
  readonly keywords: readonly string[];
}

function allowedOf(
  asked: { readonly change: FlagChange; readonly flags: number; readonly keywords: readonly string[] },
  rights: number,
): Allowed {
  const mask = flagsAllowed(rights);
  const keywordsToo = hasRights(rights, rightBit.w);
  const flags = asked.flags & mask;
  const keywords = keywordsToo ? asked.keywords : [];
  const asksNothing = (asked.flags & everyFlag) === 0 && asked.keywords.length === 0;
  const reachesNothing = asked.change === 'replace' || asksNothing ? mask === 0 : flags === 0;
  if (reachesNothing && keywords.length === 0) throw new HubError('not_permitted');
  return { mask, keywordsToo, flags, keywords };
}

/** Receipts belong to the account whose mailbox it is; who looked into the mailbox of an office is kept with it. */
async function opened(
  tx: Transaction,
  mailbox: MailboxRow,
  asker: Asker,
  messageIds: readonly number[],
): Promise<readonly HubEvent[]> {
  if (messageIds.length === 0) return [];
  const receipts = await tx.rows<{ directiveId: string; accountId: string }>(
    `select d.id as "directiveId", r.account_id as "accountId"
     from directive d join recipient r on r.directive_id = d.id
     where d.message_id = any($1::bigint[]) and r.account_id = $2 and r.opened_at is null
     order by d.id`,
    [messageIds, mailbox.account_id],
  );
  return recordReceipts(tx, { kind: 'opened', at: asker.at, receipts, by: asker.accountId });
}

interface MailboxToChange {
  readonly id: number | string;
  readonly personal_seen: boolean;
}

/** The mailbox is locked: every writer of its entries takes that lock first, so what is read here is the newest. */
function changeEntries(
  tx: Transaction,
  mailbox: MailboxToChange,
  asker: Asker,
  input: StoreFlags,
  allowed: Allowed,
  whose: keyof typeof changeSql,
): Promise<ChangedRow[]> {
  return tx.rows<ChangedRow>(changeSql[whose][input.change], [
    mailbox.id,
    input.uids,
    allowed.flags,
    allowed.keywords,
    officialKeywords,
    input.unchangedSince ?? Number.MAX_SAFE_INTEGER,
    asker.accountId,
    allowed.mask,
    allowed.keywordsToo,
    mailbox.personal_seen,
  ]);
}

const flagsSql = {
  replace: '((e.flags & ~asked.mask) | asked.flags)',
  add: 'e.flags | asked.flags',
  remove: 'e.flags & ~asked.flags',
} as const;

const had = 'unnest(e.keywords) with ordinality as h(k, place)';
const added = `array(select k from unnest(asked.keywords) with ordinality as a(k, place)
  where lower(k) not in (select lower(h) from unnest(e.keywords) as h) order by place)`;
const isAsked = 'lower(k) in (select lower(a) from unnest(asked.keywords) as a)';

/** Keywords are compared without case (RFC 9051, section 2.3.2); one that is there keeps its spelling. */
const keywordsSql = {
  replace: `array(select k from ${had} where k = any(asked.official) or ${isAsked} order by place) || ${added}`,
  add: `e.keywords || ${added}`,
  remove: `array(select k from ${had} where k = any(asked.official) or not ${isAsked} order by place)`,
} as const;

/** With the marks of readers who each have their own `\Seen`. */
const personalSql = (change: FlagChange): string => `
  ${mineSql('$1', '$7')},
  entry as materialized (
    select e.uid, e.message_id, e.keywords, e.internal_date, e.save_date, e.size, e.flags as own_flags,
           ${readerFlagsSql} as flags, ${readerModseqSql} as modseq
    from mailbox_message e left join mine m on m.uid = e.uid
    where e.mailbox_id = $1 and e.uid = ${anyOf('$2')}),
  ${wantedSql(change, '')},
  decided as materialized (
    select w.*, case when $10::boolean then (w.new_flags & ~${flagBit.seen}) | (w.own_flags & ${flagBit.seen})
                  else w.new_flags end as new_own_flags, ${changesSql} as changed
    from wanted w),
  ${movedSql},
  mark as materialized (
    select uid, new_flags & ${flagBit.seen} <> 0 as seen, new_modseq from decided
    where $10::boolean and changed and (flags # new_flags) & ${flagBit.seen} <> 0),
  marked as (
    insert into mailbox_seen (mailbox_id, account_id, uid, seen, modseq)
    select $1, $7, uid, seen, new_modseq from mark
    on conflict (mailbox_id, account_id, uid) do update set seen = excluded.seen, modseq = excluded.modseq),
  reader as (
    insert into mailbox_reader as v (mailbox_id, account_id, seen_delta)
    select $1, $7, sum(case when seen then 1 else -1 end) from mark having count(*) > 0
    on conflict (mailbox_id, account_id) do update set seen_delta = v.seen_delta + excluded.seen_delta)`;

/** The asker's own mailbox, with a `\Seen` that is common: any other is left as it is. */
const ownSql = (change: FlagChange): string => `
  entry as materialized (
    select e.uid, e.message_id, e.keywords, e.internal_date, e.save_date, e.size, e.flags as own_flags, e.flags, e.modseq
    from mailbox_message e where e.mailbox_id = $1 and e.uid = ${anyOf('$2')}),
  ${wantedSql(change, 'and b.account_id = $7 and not b.personal_seen and not $10::boolean')},
  decided as materialized (
    select w.*, w.new_flags as new_own_flags, ${changesSql} as changed from wanted w),
  ${movedSql}`;

const changesSql = `not w.refused and (w.flags <> w.new_flags
  or not (w.keywords <@ w.new_keywords and w.new_keywords <@ w.keywords))`;

function wantedSql(change: FlagChange, condition: string): string {
  return `wanted as materialized (
    select e.*, e.modseq > $6 as refused, b.highest_modseq + 1 as new_modseq, ${flagsSql[change]} as new_flags,
           case when $9::boolean then ${keywordsSql[change]} else e.keywords end as new_keywords
    from asked cross join mailbox b cross join entry e where b.id = $1 ${condition})`;
}

const movedSql = `
  total as (
    select count(*) as n,
           coalesce(sum((own_flags & ${flagBit.seen}) - (new_own_flags & ${flagBit.seen})), 0) as unseen,
           coalesce(sum((new_flags & ${flagBit.deleted}) - (flags & ${flagBit.deleted})), 0) / ${flagBit.deleted}
             as deleted
    from decided where changed),
  box as (
    update mailbox b
    set highest_modseq = b.highest_modseq + 1, unseen_count = b.unseen_count + t.unseen,
        deleted_count = b.deleted_count + t.deleted
    from total t where b.id = $1 and t.n > 0),
  moved as (
    update mailbox_message e set flags = d.new_own_flags, keywords = d.new_keywords, modseq = d.new_modseq
    from decided d where e.mailbox_id = $1 and e.uid = d.uid and d.changed
      and (d.own_flags <> d.new_own_flags or d.keywords <> d.new_keywords))`;

function changeSqlOf(change: FlagChange, changes: (change: FlagChange) => string): string {
  return prepared(`
    with asked as (select $3::int as flags, $4::text[] as keywords, $5::text[] as official, $8::int as mask),
    ${changes(change)}
    select uid, message_id, internal_date, save_date, size, refused, changed,
           case when changed then new_flags else flags end as flags,
           case when changed then new_keywords else keywords end as keywords,
           case when changed then new_modseq else modseq end as modseq,
           changed and new_flags & ~flags & ${flagBit.seen} <> 0 as now_seen
    from decided order by uid`);
}

const changeSql = {
  own: {
    replace: changeSqlOf('replace', ownSql),
    add: changeSqlOf('add', ownSql),
    remove: changeSqlOf('remove', ownSql),
  },
  any: {
    replace: changeSqlOf('replace', personalSql),
    add: changeSqlOf('add', personalSql),
    remove: changeSqlOf('remove', personalSql),
  },
} as const;
