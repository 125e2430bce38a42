import type { ExpandedRecipients, MailWriter } from '#app/ports/mail-delivery.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import { groupDepthMax } from '#domain/mail/mail-group.ts';
import type { Sql } from '#store/database.ts';
import { accountsByAddresses } from './accounts-by-addresses.ts';
import { whoIsBehind } from './recipient-of.ts';

/**
 * What addresses come to for one writer: accounts and outside addresses once each, whatever the ways to them. The rules
 * of the group that was written to decide; groups within it are not asked again, as whoever keeps it has let them in.
 * A group in `approved` asks nobody. A group nested deeper than `groupDepthMax` is named among the refused, so that
 * the writer hears of it and no part of the group is left out in silence. `accounts`: those behind the canonical
 * addresses, where they are known already.
 */
export async function expandRecipients(
  tx: Sql,
  addresses: readonly string[],
  writer: MailWriter,
  approved: readonly string[] = [],
  accounts?: ReadonlyMap<string, string>,
): Promise<ExpandedRecipients> {
  const behind = await whoIsBehind(tx, addresses, writer, accounts);
  const accountIds = new Set<string>();
  const outside = new Set<string>();
  const opened = new Set<string>();
  let everyone = false;
  const moderated: { groupId: string; address: string }[] = [];
  const refused: { address: string; reason: 'unknown' | 'closed' }[] = [];
  for (const [address, found] of behind) {
    switch (found.kind) {
      case 'account':
        accountIds.add(found.accountId);
        break;
      case 'foreign':
        outside.add(address);
        break;
      case 'unknown':
        refused.push({ address, reason: 'unknown' });
        break;
      case 'group':
        if (found.access === 'open' || approved.includes(found.groupId)) opened.add(found.groupId);
        else if (found.access === 'moderated') moderated.push({ groupId: found.groupId, address });
        else refused.push({ address, reason: 'closed' });
        break;
    }
  }
  if (opened.size > 0) {
    const members = await tx.rows<{ kind: 'account' | 'outside' | 'cut' | 'everyone'; value: string }>(
      membersSql,
      [[...opened]],
    );
    for (const { kind, value } of members) {
      if (kind === 'account') accountIds.add(value);
      else if (kind === 'outside') outside.add(canonicalAddress(value));
      else if (kind === 'everyone') everyone = true;
      else refused.push({ address: value, reason: 'closed' });
    }
  }
  return { accountIds: [...accountIds], everyone, outside: [...outside], moderated, refused };
}

export interface Expanding {
  readonly addresses: readonly string[];
  readonly writer: MailWriter;
  readonly approved?: readonly string[] | undefined;
}

/** The same for several messages. Plain accounts are looked for together; only who writes to a group costs more. */
export async function expandTogether(
  tx: Sql,
  messages: readonly Expanding[],
): Promise<readonly ExpandedRecipients[]> {
  const spelled = new Set(messages.flatMap(({ addresses }) => addresses.map(canonicalAddress)));
  const accounts = await accountsByAddresses(tx, [...spelled]);
  const expanded: ExpandedRecipients[] = [];
  for (const { addresses, writer, approved } of messages)
    expanded.push(await expandRecipients(tx, addresses, writer, approved, accounts));
  return expanded;
}

/**
 * Everybody in groups ($1), in one statement. Lists are walked level by level: a level of a group is seen once, so the
 * rows are bounded by groups times levels and a loop ends; whether a group is too deep is told by the shortest way to
 * it. What is computed comes from the indexes of units and people, and `everyone` is one scan that is not begun when
 * no group asks for it. `everyone`, `organ` and `level` leave the system's own accounts out; an inner unit has the level
 * of its organ.
 */
const membersSql = `
  with recursive nest(group_id, depth) as (
    select unnest($1::uuid[]), 1
    union
    select m.member_group_id, nest.depth + 1
    from nest join mail_group g on g.id = nest.group_id and g.source = 'list'
      join mail_group_member m on m.group_id = g.id
    where m.member_group_id is not null and nest.depth <= ${groupDepthMax}),
  reached as (select group_id, min(depth) as depth from nest group by group_id),
  opened as materialized (
    select g.id, g.source, g.source_value from reached r join mail_group g on g.id = r.group_id
    where r.depth <= ${groupDepthMax}),
  below(unit_id) as (
    select u.id from opened g join org_unit u on u.id::text = g.source_value where g.source = 'organ'
    union
    select u.id from below join org_unit u on u.parent_id = below.unit_id),
  member(account_id) as (
    select m.account_id from opened g join mail_group_member m on m.group_id = g.id
      where g.source = 'list' and m.account_id is not null
    union all
    select a.id from account a
      where a.kind <> 'system' and exists (select 1 from opened where source = 'everyone')
    union all
    select a.id from below join account a on a.unit_id = below.unit_id where a.kind <> 'system'
    union all
    select a.id from opened g join org_unit u on u.level = g.source_value join account a on a.unit_id = u.id
      where g.source = 'level' and a.kind <> 'system'
    union all
    select a.id from opened g join position p on p.authority = g.source_value
        join account a on a.person_id = p.person_id
      where g.source = 'authority' and p.valid_from <= now() and (p.valid_to is null or now() < p.valid_to))
  select 'account' as kind, a.id::text as value from (select distinct account_id from member) m
    join account a on a.id = m.account_id where a.status = 'active'
  union all
  select distinct 'outside', m.outside_address from opened g join mail_group_member m on m.group_id = g.id
    where g.source = 'list' and m.outside_address is not null
  union all
  select 'everyone', '' from opened where source = 'everyone'
  union all
  select 'cut', g.address from reached r join mail_group g on g.id = r.group_id where r.depth > ${groupDepthMax}`;
