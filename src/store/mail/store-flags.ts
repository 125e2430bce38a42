import type { StoredFlags, StoreFlags } from '#app/ports/mail.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { recordReceipts } from '#store/directive/record-receipts.ts';
import { keywordsPerMessageMax, officialKeywords, personalKeywords } from './keywords.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { entryOf, lockMailbox, type EntryRow } from './mailbox-rows.ts';

export const everyFlag = Object.values(flagBit).reduce((all, bit) => all | bit, 0);

interface ChangedRow extends EntryRow {
  /** Changed after UNCHANGEDSINCE and left alone. */
  readonly refused: boolean;
  readonly changed: boolean;
  readonly now_seen: boolean;
}

/**
 * STORE. Entries whose flags are already so keep their modseq and nobody is told. The hub's own keywords stay whatever
 * the client asks. `\Seen` set on an official message is the receipt "opened" of the account that is signed in, in
 * this transaction. `entries` leaves out those named in `modified`. Throws `mailbox_unknown`, `bad_input`.
 */
export function storeFlags(session: MailSession, input: StoreFlags): Promise<StoredFlags> {
  const keywords = personalKeywords(input.keywords);
  return changeMail(session, async (tx, at) => {
    const mailbox = await lockMailbox(tx, session.accountId, input.mailboxId);
    const rows = await changeEntries(tx, mailbox.id, { ...input, keywords });
    if (
      rows.some((row) => row.changed && row.keywords.length > keywordsPerMessageMax + officialKeywords.length)
    )
      throw new HubError('bad_input', { field: 'keywords' });
    const seen = rows.filter((row) => row.changed && row.now_seen).map((row) => row.message_id);
    return {
      result: {
        entries: rows.filter((row) => !row.refused).map(entryOf),
        modified: rows.filter((row) => row.refused).map((row) => row.uid),
      },
      mailboxIds: rows.some((row) => row.changed) ? [mailbox.id] : [],
      events: await opened(tx, session.accountId, seen, at),
    };
  });
}

async function opened(
  tx: Transaction,
  accountId: string,
  messageIds: readonly number[],
  at: Date,
): Promise<readonly HubEvent[]> {
  if (messageIds.length === 0) return [];
  const receipts = await tx.rows<{ directiveId: string; accountId: string }>(
    `select d.id as "directiveId", r.account_id as "accountId"
     from directive d join recipient r on r.directive_id = d.id
     where d.message_id = any($1::bigint[]) and r.account_id = $2 and r.opened_at is null
     order by d.id`,
    [messageIds, accountId],
  );
  return recordReceipts(tx, { kind: 'opened', at, receipts });
}

/** The mailbox is locked: every writer of its entries takes that lock first, so what is read here is the newest. */
function changeEntries(tx: Transaction, mailboxId: number, input: StoreFlags): Promise<ChangedRow[]> {
  return tx.rows<ChangedRow>(
    `with asked as (select $3::int as flags, $4::text[] as keywords, $5::text[] as official),
     wanted as materialized (
       select e.*, e.modseq > $6 as refused, b.highest_modseq + 1 as new_modseq,
              ${flagsSql[input.change]} as new_flags, ${keywordsSql[input.change]} as new_keywords
       from asked cross join mailbox b join mailbox_message e on e.mailbox_id = b.id
       where b.id = $1 and e.uid = any($2::bigint[])),
     decided as materialized (
       select w.*, not w.refused and (w.flags <> w.new_flags
                or not (w.keywords <@ w.new_keywords and w.new_keywords <@ w.keywords)) as changed
       from wanted w),
     total as (
       select count(*) as n,
              coalesce(sum((flags & ${flagBit.seen}) - (new_flags & ${flagBit.seen})), 0) as unseen,
              coalesce(sum((new_flags & ${flagBit.deleted}) - (flags & ${flagBit.deleted})), 0) / ${flagBit.deleted}
                as deleted
       from decided where changed),
     box as (
       update mailbox b
       set highest_modseq = b.highest_modseq + 1, unseen_count = b.unseen_count + t.unseen,
           deleted_count = b.deleted_count + t.deleted
       from total t where b.id = $1 and t.n > 0),
     moved as (
       update mailbox_message e set flags = d.new_flags, keywords = d.new_keywords, modseq = d.new_modseq
       from decided d where e.mailbox_id = $1 and e.uid = d.uid and d.changed)
     select uid, message_id, internal_date, save_date, size, refused, changed,
            case when changed then new_flags else flags end as flags,
            case when changed then new_keywords else keywords end as keywords,
            case when changed then new_modseq else modseq end as modseq,
            changed and new_flags & ~flags & ${flagBit.seen} <> 0 as now_seen
     from decided order by uid`,
    [
      mailboxId,
      input.uids,
      input.flags & everyFlag,
      input.keywords,
      officialKeywords,
      input.unchangedSince ?? Number.MAX_SAFE_INTEGER,
    ],
  );
}

const flagsSql = {
  replace: 'asked.flags',
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
