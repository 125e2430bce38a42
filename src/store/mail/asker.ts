import { everyRight, hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { otherUsersNamespace, sharedNamespace } from '#domain/mail/mailbox-path.ts';
import { HubError } from '#domain/hub-error.ts';

/** Who asks, and when: rights are asked for in the statement that uses them, never remembered (threats I10). */
export interface Asker {
  readonly accountId: string;
  readonly at: Date;
}

/** The rights of an account ($n) in mailbox `b` at a moment. The owner's cost nothing to find. */
export function rightsSql(asker: string, moment: string): string {
  return `case when b.account_id = ${asker}::uuid then ${everyRight}
    else mailbox_rights(b.id, b.account_id, ${asker}::uuid, ${moment}::timestamptz) end`;
}

/** Whether the account ($n) may read mailbox `b`: it sees that it is there, and may look into it. */
export function readableSql(asker: string, moment: string): string {
  const needed = rightBit.l | rightBit.r;
  return `(${rightsSql(asker, moment)}) & ${needed} = ${needed}`;
}

/** Mailbox `b` of owner `o` for a reader with marks `v`, as `MailboxRow` is. */
export function mailboxColumns(asker: string, moment: string, rights = rightsSql(asker, moment)): string {
  const own = `b.account_id = ${asker}::uuid`;
  return `b.id, b.account_id, b.path as own_path,
    case when ${own} then b.path
      else case when o.kind in ('unit', 'role') then '${sharedNamespace}/' else '${otherUsersNamespace}/' end
        || o.address || '/' || b.path end as path,
    case when ${own} then b.special_use end as special_use, b.uid_validity, b.uid_next, b.highest_modseq,
    b.message_count, b.unseen_count - coalesce(v.seen_delta, 0) as unseen_count, b.deleted_count, b.total_size,
    case when ${own} then b.subscribed else coalesce(v.subscribed, true) end as subscribed, b.personal_seen, b.expunged_floor,
    case when b.deleted_count = 0 then 0 else (
      select coalesce(sum(size), 0)::bigint from mailbox_message where mailbox_id = b.id and flags & 8 <> 0)
      end as deleted_size,
    ${rights} as rights, o.unit_id as owner_unit_id`;
}

export function mailboxTables(asker: string): string {
  return `mailbox b join account o on o.id = b.account_id
    left join mailbox_reader v on v.mailbox_id = b.id and v.account_id = ${asker}::uuid`;
}

/**
 * The mailbox, if there is one and the asker may do what is needed. One that the asker may not see is answered like one
 * that is not there. Throws `mailbox_unknown`, `not_permitted`.
 */
export function requireRights<Row extends { readonly rights: number }>(
  row: Row | undefined,
  needed: number,
): Row {
  if (row === undefined || !hasRights(row.rights, rightBit.l)) throw new HubError('mailbox_unknown');
  if (!hasRights(row.rights, needed)) throw new HubError('not_permitted');
  return row;
}
