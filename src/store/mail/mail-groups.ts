import type { HubTransaction, Page } from '#app/ports/hub-store.ts';
import type {
  MailAlias,
  MailGroup,
  MailGroupMember,
  MailGroupOfficer,
  MailGroups,
  MailGroupTransaction,
  NewMember,
  OfficerRole,
} from '#app/ports/mail-groups.ts';
import { HubError } from '#domain/hub-error.ts';
import { domainOf } from '#domain/mail/envelope.ts';
import {
  groupDepthMax,
  groupSourceOf,
  type GroupModeration,
  type GroupWriters,
} from '#domain/mail/mail-group.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import { hubTransaction } from '#store/directive/directive-transaction.ts';
import { accountsByAddresses } from './accounts-by-addresses.ts';
import { whoIsBehind } from './recipient-of.ts';
import { tellSharedByGroup } from './shared-by-group.ts';

export function createMailGroups(database: Database): MailGroups {
  return {
    transaction: (work) =>
      database.transaction((tx) => work({ ...hubTransaction(tx), ...groupTransaction(tx) })),
    async list({ limit, cursor }) {
      const rows = await database.rows<GroupRow>(
        `select ${groupColumns} from mail_group g where g.address > $1 order by g.address limit $2`,
        [cursor ?? '', limit + 1],
      );
      return pageOf(rows.map(groupOf), limit);
    },
    find: (id) => database.snapshot((tx) => findGroup(tx, id)),
    async findByAddress(address) {
      const [row] = await database.rows<GroupRow>(
        `select ${groupColumns} from mail_group g where g.address = $1`,
        [address],
      );
      return row === undefined ? undefined : groupOf(row);
    },
    async aliases({ limit, cursor }) {
      const rows = await database.rows<MailAlias>(
        `select l.address, a.address as "accountAddress", l.created_at as "createdAt"
         from mail_alias l join account a on a.id = l.account_id
         where l.address > $1 order by l.address limit $2`,
        [cursor ?? '', limit + 1],
      );
      return pageOf(rows, limit);
    },
  };
}

function pageOf<Item extends { readonly address: string }>(
  items: readonly Item[],
  limit: number,
): Page<Item> {
  const page = items.slice(0, limit);
  const last = items.length > limit ? page.at(-1) : undefined;
  return last === undefined ? { items: page } : { items: page, nextCursor: last.address };
}

interface GroupRow {
  readonly id: string;
  readonly address: string;
  readonly name: string;
  readonly source: string;
  readonly source_value: string | null;
  readonly writers: GroupWriters;
  readonly moderation: GroupModeration;
  readonly created_at: Date;
}

const groupColumns =
  'g.id, g.address, g.name, g.source, g.source_value, g.writers, g.moderation, g.created_at';

function groupOf({ source, source_value, created_at, ...row }: GroupRow): MailGroup {
  return { ...row, source: groupSourceOf(source, source_value ?? undefined), createdAt: created_at };
}

async function findGroup(tx: Sql, id: string): ReturnType<MailGroups['find']> {
  const [row] = await tx.rows<GroupRow>(`select ${groupColumns} from mail_group g where g.id = $1`, [id]);
  if (row === undefined) return undefined;
  const members = await tx.rows<MailGroupMember & { name: string | null }>(
    `select case when m.account_id is not null then 'account' when m.member_group_id is not null then 'group'
              else 'outside' end as kind,
            coalesce(a.address, g.address, m.outside_address) as address, coalesce(a.display_name, g.name) as name
     from mail_group_member m left join account a on a.id = m.account_id
       left join mail_group g on g.id = m.member_group_id
     where m.group_id = $1 order by 2`,
    [id],
  );
  const officers = await tx.rows<MailGroupOfficer>(
    `select o.account_id as "accountId", a.address, a.display_name as name, o.role
     from mail_group_officer o join account a on a.id = o.account_id
     where o.group_id = $1 order by a.address, o.role`,
    [id],
  );
  return {
    ...groupOf(row),
    members: members.map(({ name, ...member }) => (name === null ? member : { ...member, name })),
    officers,
  };
}

/** What is done with groups and aliases inside a transaction. */
function groupTransaction(tx: Transaction): Omit<MailGroupTransaction, keyof HubTransaction> {
  return {
    takeAddress: (address) => takeAddress(tx, address),
    createGroup: (group) => createGroup(tx, group),
    async lockGroup(id) {
      const [row] = await tx.rows<GroupRow>(
        `select ${groupColumns} from mail_group g where g.id = $1 for no key update`,
        [id],
      );
      return row === undefined ? undefined : groupOf(row);
    },
    async changeGroup(id, { name, writers, moderation }) {
      await tx.rows(
        `update mail_group set name = coalesce($2, name), writers = coalesce($3, writers),
                moderation = coalesce($4, moderation) where id = $1`,
        [id, name ?? null, writers ?? null, moderation ?? null],
      );
    },
    async removeGroup(id) {
      const moderators = await moderatorsOf(tx, id);
      await tellSharedByGroup(tx);
      await tx.rows(`delete from mailbox_right where kind = 'group' and subject_id = $1`, [id]);
      await tx.rows('delete from mail_group where id = $1', [id]);
      return moderators;
    },
    membersBehind: (addresses) => membersBehind(tx, addresses),
    keepMembers: (id, members, how) => keepMembers(tx, id, members, how),
    nestsTooDeep: (id) => nestsTooDeep(tx, id),
    accountsBehind: (addresses) => accountsBehind(tx, addresses),
    keepOfficers: (id, role, accountIds, how) => keepOfficers(tx, id, role, accountIds, how),
    async createAlias(address, accountId, at) {
      await tx.rows('insert into mail_alias (address, account_id, created_at) values ($1, $2, $3)', [
        address,
        accountId,
        at,
      ]);
    },
    async removeAlias(address) {
      return (await tx.rows('delete from mail_alias where address = $1 returning 1', [address])).length > 0;
    },
  };
}

/** Who decides on what is held for a group. */
export async function moderatorsOf(sql: Sql, groupId: string): Promise<readonly string[]> {
  const rows = await sql.rows<{ account_id: string }>(
    `select account_id from mail_group_officer where group_id = $1 and role = 'moderator' order by account_id`,
    [groupId],
  );
  return rows.map((row) => row.account_id);
}

/** No constraint spans three tables, so whoever takes an address holds a lock on its name until the commit. */
async function takeAddress(tx: Transaction, address: string): Promise<void> {
  const domains = await tx.rows('select 1 from mail_domain where fqdn = $1', [domainOf(address)]);
  if (domains.length === 0) throw new HubError('bad_input', { field: 'address' });
  await tx.rows(`select pg_advisory_xact_lock(hashtextextended('mail address ' || $1, 0))`, [address]);
  const taken = await tx.rows(
    `select 1 from account where address = $1 union all select 1 from mail_alias where address = $1
     union all select 1 from mail_group where address = $1`,
    [address],
  );
  if (taken.length > 0) throw new HubError('address_taken', { field: 'address' });
}

async function createGroup(tx: Transaction, group: MailGroup): Promise<void> {
  const { source } = group;
  const value = 'value' in source ? source.value : null;
  if (source.kind === 'organ') {
    const units = await tx.rows('select 1 from org_unit where id = $1', [value]);
    if (units.length === 0) throw new HubError('bad_input', { field: 'source' });
  }
  await tx.rows(
    `insert into mail_group (id, address, name, source, source_value, writers, moderation, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      group.id,
      group.address,
      group.name,
      source.kind,
      value,
      group.writers,
      group.moderation,
      group.createdAt,
    ],
  );
}

async function membersBehind(tx: Transaction, addresses: readonly string[]): Promise<readonly NewMember[]> {
  const behind = await whoIsBehind(tx, addresses, { address: '' });
  const members = new Map<string, NewMember>();
  for (const [address, found] of behind) {
    switch (found.kind) {
      case 'account':
        members.set(found.accountId, found);
        break;
      case 'group':
        members.set(found.groupId, { kind: 'group', groupId: found.groupId });
        break;
      case 'foreign':
        members.set(address, { kind: 'outside', address });
        break;
      case 'unknown':
        throw new HubError('recipient_unknown', { field: 'members' });
    }
  }
  return [...members.values()];
}

async function accountsBehind(tx: Transaction, addresses: readonly string[]): Promise<readonly string[]> {
  const found = await accountsByAddresses(tx, addresses);
  if (addresses.some((address) => !found.has(address))) throw new HubError('recipient_unknown');
  return [...new Set(found.values())];
}

/** What groups contain each other changes in one transaction at a time: two together could nest too deep. */
async function keepMembers(
  tx: Transaction,
  id: string,
  members: readonly NewMember[],
  how: 'replace' | 'add',
): Promise<void> {
  await tx.rows(`select pg_advisory_xact_lock(hashtextextended('mail group nesting', 0))`);
  if (how === 'replace') await tx.rows('delete from mail_group_member where group_id = $1', [id]);
  await tx.rows(
    `insert into mail_group_member (group_id, account_id, member_group_id, outside_address)
     select $1, account_id, group_id, address from unnest($2::uuid[], $3::uuid[], $4::text[]) as m(account_id, group_id, address)
     on conflict do nothing`,
    [
      id,
      members.map((member) => (member.kind === 'account' ? member.accountId : null)),
      members.map((member) => (member.kind === 'group' ? member.groupId : null)),
      members.map((member) => (member.kind === 'outside' ? member.address : null)),
    ],
  );
  await tellSharedByGroup(tx);
}

/** From each group that contains this one, by the shortest way down. A level once seen is not walked again. */
async function nestsTooDeep(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx.rows(
    `with recursive above(group_id) as (
       select $1::uuid
       union
       select m.group_id from above join mail_group_member m on m.member_group_id = above.group_id),
     nest(root_id, group_id, depth) as (
       select group_id, group_id, 1 from above
       union
       select nest.root_id, m.member_group_id, nest.depth + 1
       from nest join mail_group_member m on m.group_id = nest.group_id
       where m.member_group_id is not null and nest.depth <= ${groupDepthMax})
     select 1 from nest group by root_id, group_id having min(depth) > ${groupDepthMax} limit 1`,
    [id],
  );
  return rows.length > 0;
}

async function keepOfficers(
  tx: Transaction,
  id: string,
  role: OfficerRole,
  accountIds: readonly string[],
  how: 'replace' | 'add',
): Promise<readonly string[]> {
  const rows = await tx.rows<{ account_id: string }>(
    `with gone as (
       delete from mail_group_officer
       where $4 and group_id = $1 and role = $2 and account_id <> all($3::uuid[]) returning account_id),
     come as (
       insert into mail_group_officer (group_id, account_id, role) select $1, unnest($3::uuid[]), $2
       on conflict do nothing returning account_id)
     select account_id from gone union all select account_id from come`,
    [id, role, accountIds, how === 'replace'],
  );
  return rows.map((row) => row.account_id);
}
