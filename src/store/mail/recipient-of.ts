import type { MailRecipient, MailWriter } from '#app/ports/mail-delivery.ts';
import { canonicalAddress, domainOf } from '#domain/mail/envelope.ts';
import { accessTo, groupDepthMax, type GroupModeration, type GroupWriters } from '#domain/mail/mail-group.ts';
import { coalesce } from '#lib/coalesce.ts';
import type { Sql } from '#store/database.ts';
import { accountsByAddresses, addressedAccounts } from './accounts-by-addresses.ts';

/** Who is behind an address, and for a group what it makes of the writer's message. */
type Behind =
  | { readonly kind: 'account'; readonly accountId: string }
  | {
      readonly kind: 'group';
      readonly groupId: string;
      readonly access: 'open' | 'moderated' | 'closed';
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'foreign' };

export interface AskedRecipient {
  readonly address: string;
  readonly writer: MailWriter;
}

/** Addresses that one look asks for at the most. */
const askedTogetherMax = 256;

/**
 * Who is behind one address that the writer wants to write to. What is asked at the same moment, by other clients, is
 * looked for with it.
 */
export function createRecipientLookup(
  sql: Sql,
): (address: string, writer: MailWriter) => Promise<MailRecipient> {
  const look = coalesce<AskedRecipient, MailRecipient>(
    async (asked) => {
      try {
        const found = await recipientsOf(sql, asked);
        return found.map((value) => ({ status: 'fulfilled', value }));
      } catch (error) {
        if (asked.length === 1) throw error;
        // One address that PostgreSQL cannot read must not be the others' fault.
        return Promise.allSettled(asked.map((one) => recipientOf(sql, one.address, one.writer)));
      }
    },
    { weightMax: askedTogetherMax },
  );
  return (address, writer) => look({ address, writer });
}

export async function recipientOf(sql: Sql, address: string, writer: MailWriter): Promise<MailRecipient> {
  const [recipient = { kind: 'unknown' }] = await recipientsOf(sql, [{ address, writer }]);
  return recipient;
}

/** Accounts are looked for together; only who writes to a group or elsewhere costs more. */
async function recipientsOf(sql: Sql, asked: readonly AskedRecipient[]): Promise<readonly MailRecipient[]> {
  const accounts = await addressedAccounts(sql, [
    ...new Set(asked.map(({ address }) => canonicalAddress(address))),
  ]);
  const ids = new Map([...accounts].map(([address, { id }]) => [address, id]));
  const recipients: MailRecipient[] = [];
  for (const { address, writer } of asked) {
    const account = accounts.get(canonicalAddress(address));
    recipients.push(
      account === undefined
        ? recipientBehind((await whoIsBehind(sql, [address], writer, ids)).get(canonicalAddress(address)))
        : { kind: 'account', accountId: account.id, full: account.full },
    );
  }
  return recipients;
}

function recipientBehind(behind: Behind | undefined): MailRecipient {
  switch (behind?.kind) {
    case 'account':
      return { ...behind, full: false };
    case 'group':
      return { kind: behind.access === 'closed' ? 'closed' : 'group', groupId: behind.groupId };
    case 'foreign':
      return { kind: 'foreign' };
    case 'unknown':
    case undefined:
      return { kind: 'unknown' };
  }
}

/**
 * Who is behind each of the addresses, by its one spelling, in at most three statements whatever their number. Only the
 * group that is written to is asked for its rules; what it contains has been let in by who keeps it. `known`: the
 * accounts behind the addresses, where they have been looked for.
 */
export async function whoIsBehind(
  sql: Sql,
  addresses: readonly string[],
  writer: MailWriter,
  known?: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Behind>> {
  const spelled = [...new Set(addresses.map(canonicalAddress))];
  const accounts = known ?? (await accountsByAddresses(sql, spelled));
  const left = spelled.filter((address) => !accounts.has(address));
  const groups = left.length === 0 ? new Map<string, Behind>() : await groupsByAddresses(sql, left, writer);
  const others = left.filter((address) => !groups.has(address));
  const ours = others.length === 0 ? new Set<string>() : await ourDomains(sql, others.map(domainOf));
  return new Map(
    spelled.map((address): [string, Behind] => {
      const accountId = accounts.get(address);
      if (accountId !== undefined) return [address, { kind: 'account', accountId }];
      const domain = domainOf(address);
      const isOurs = domain === '' || ours.has(domain);
      return [address, groups.get(address) ?? { kind: isOurs ? 'unknown' : 'foreign' }];
    }),
  );
}

interface GroupRow {
  readonly id: string;
  readonly address: string;
  readonly writers: GroupWriters;
  readonly moderation: GroupModeration;
  readonly member: boolean;
  readonly listed: boolean;
  readonly moderator: boolean;
}

async function groupsByAddresses(
  sql: Sql,
  addresses: readonly string[],
  writer: MailWriter,
): Promise<ReadonlyMap<string, Behind>> {
  const signedIn = writer.accountId !== undefined;
  const rows = await sql.rows<GroupRow>(groupsSql, [addresses, writer.accountId ?? null]);
  return new Map(
    rows.map((row) => {
      const standing = { ...row, signedIn, nullSender: !signedIn && writer.address === '' };
      return [row.address, { kind: 'group', groupId: row.id, access: accessTo(row, standing) }];
    }),
  );
}

/**
 * The groups at addresses ($1) and what an account ($2) is to each. Whether it is a member is found from the account
 * upwards, which touches its own few groups, not the 9,850 others of `everyone`; it gives the same as
 * `expandRecipients` does downwards. A level once seen is not walked again, so a loop ends.
 */
const groupsSql = `
  with recursive me as (
    select a.id, a.kind, unit_path(a.unit_id)::text[] as units, u.level,
           array(select p.authority from position p where p.person_id = a.person_id
                   and p.valid_from <= now() and (p.valid_to is null or now() < p.valid_to)) as authorities
    from account a left join org_unit u on u.id = a.unit_id
    where a.id = $2::uuid and a.status = 'active'),
  above(group_id, depth) as (
    select g.id, 1 from me join mail_group g on case g.source
      when 'list' then exists (select 1 from mail_group_member m where m.group_id = g.id and m.account_id = me.id)
      when 'everyone' then me.kind <> 'system'
      when 'organ' then me.kind <> 'system' and g.source_value = any(me.units)
      when 'level' then me.kind <> 'system' and g.source_value = me.level
      when 'authority' then g.source_value = any(me.authorities)
      else false end
    union
    select g.id, above.depth + 1
    from above join mail_group_member m on m.member_group_id = above.group_id
      join mail_group g on g.id = m.group_id and g.source = 'list'
    where above.depth < ${groupDepthMax})
  select g.id, g.address, g.writers, g.moderation,
    exists (select 1 from above where above.group_id = g.id) as member,
    exists (select 1 from mail_group_officer o
            where o.group_id = g.id and o.account_id = $2::uuid and o.role = 'writer') as listed,
    exists (select 1 from mail_group_officer o
            where o.group_id = g.id and o.account_id = $2::uuid and o.role = 'moderator') as moderator
  from mail_group g where g.address = any($1::text[])`;

async function ourDomains(sql: Sql, domains: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql.rows<{ fqdn: string }>('select fqdn from mail_domain where fqdn = any($1::text[])', [
    [...new Set(domains)],
  ]);
  return new Set(rows.map(({ fqdn }) => fqdn));
}
