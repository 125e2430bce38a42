import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MailWriter } from '#app/ports/mail-delivery.ts';
import type { Sql } from '#store/database.ts';
import { expandRecipients } from '#store/mail/expand-recipients.ts';
import { recipientOf } from '#store/mail/recipient-of.ts';
import { makeAccounts, type MailAccount } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let accounts: readonly MailAccount[];
let domain: string;
beforeAll(async () => {
  test = await createTestDatabase();
  accounts = await makeAccounts(test.database, 8);
  domain = account(0).address.split('@')[1] ?? '';
});
afterAll(() => test.drop());

function account(index: number): MailAccount {
  const found = accounts[index];
  if (found === undefined) throw new Error(`no account ${index}`);
  return found;
}

interface GroupRow {
  readonly source?: string;
  readonly value?: string;
  readonly writers?: string;
  readonly moderation?: string;
  readonly members?: readonly string[];
  readonly groups?: readonly string[];
  readonly outside?: readonly string[];
  readonly moderators?: readonly string[];
  readonly listed?: readonly string[];
}

interface Group {
  readonly id: string;
  readonly address: string;
}

async function makeGroup(row: GroupRow = {}): Promise<Group> {
  const id = randomUUID();
  const address = `g-${id}@${domain}`;
  const { source = 'list', value = null, writers = 'anyone', moderation = 'none' } = row;
  await test.database.rows(
    `insert into mail_group (id, address, name, source, source_value, writers, moderation, created_at)
     values ($1, $2, 'Nhóm', $3, $4, $5, $6, now())`,
    [id, address, source, value, writers, moderation],
  );
  await contain({ id }, row);
  await test.database.rows(
    `insert into mail_group_officer (group_id, account_id, role)
     select $1::uuid, unnest($2::uuid[]), 'moderator' union all select $1, unnest($3::uuid[]), 'writer'`,
    [id, row.moderators ?? [], row.listed ?? []],
  );
  return { id, address };
}

async function contain({ id }: Pick<Group, 'id'>, row: GroupRow): Promise<void> {
  await test.database.rows(
    `insert into mail_group_member (group_id, account_id, member_group_id, outside_address)
     select $1::uuid, unnest($2::uuid[]), null, null union all select $1, null, unnest($3::uuid[]), null
     union all select $1, null, null, unnest($4::text[])`,
    [id, row.members ?? [], row.groups ?? [], row.outside ?? []],
  );
}

/** Groups each in the one before; the last holds the account. */
async function makeChain(length: number, accountId: string): Promise<readonly Group[]> {
  const chain: Group[] = [await makeGroup({ members: [accountId] })];
  while (chain.length < length)
    chain.unshift(await makeGroup({ groups: chain.slice(0, 1).map(({ id }) => id) }));
  return chain;
}

async function makeUnit(level: string, parentId?: string): Promise<string> {
  const id = randomUUID();
  await test.database.rows(
    `insert into org_unit (id, organ_id, code, name, name_folded, kind, level, parent_id, is_organ, valid_from)
     values ($1, 'H01', 'VP', 'Văn phòng', 'van phong', 'dept', $2, $3, true, '2016-01-01')`,
    [id, level, parentId ?? null],
  );
  return id;
}

async function inUnit(accountId: string, unitId: string): Promise<void> {
  await test.database.rows('update account set unit_id = $2 where id = $1', [accountId, unitId]);
}

async function post(accountId: string, authority: string, until: string | undefined): Promise<void> {
  const personId = randomUUID();
  await test.database.rows(
    `insert into person (id, display_name, name_folded, staff_code) values ($1::uuid, 'Lan', 'lan', $1::text)`,
    [personId],
  );
  await test.database.rows('update account set person_id = $2 where id = $1', [accountId, personId]);
  await test.database.rows(
    `insert into position (id, person_id, unit_id, title, rank, authority, is_primary, valid_from, valid_to)
     values ($1, $2, $3, 'Văn thư', 500, $4, true, '2016-01-01', $5)`,
    [randomUUID(), personId, await makeUnit('province'), authority, until ?? null],
  );
}

const stranger: MailWriter = { address: 'somebody@ngoai.example' };

function expand(addresses: readonly string[], writer: MailWriter = stranger, approved?: readonly string[]) {
  return test.database.transaction((tx) => expandRecipients(tx, addresses, writer, approved));
}

function writing({ accountId, address }: MailAccount): MailWriter {
  return { accountId, address };
}

const sorted = (ids: readonly string[]) => [...ids].sort();

describe('expandRecipients', () => {
  it('finds accounts by address, alias and tag, once each', async () => {
    const [local] = account(0).address.split('@');
    await test.database.rows(`insert into mail_alias values ($1, $2, now())`, [
      `bí.danh@${domain}`,
      account(1).accountId,
    ]);
    const expanded = await expand([
      account(0).address.toUpperCase(),
      `${local}+hop-thu@${domain}`,
      `BÍ.danh@${domain}`.normalize('NFD'),
      `bí.danh+tin@${domain}`,
      'Lan@Ngoai.example',
      'lan@ngoai.example',
    ]);
    expect(expanded).toEqual({
      accountIds: [account(0).accountId, account(1).accountId],
      everyone: false,
      outside: ['lan@ngoai.example'],
      moderated: [],
      refused: [],
    });
  });

  it('refuses an address of ours that is nobody’s, or nobody’s any more', async () => {
    const [gone] = await makeAccounts(test.database, 1);
    if (gone === undefined) throw new Error('no account');
    await test.database.rows(`insert into mail_alias values ($1, $2, now())`, [
      `da.nghi@${domain}`,
      gone.accountId,
    ]);
    await test.database.rows(`update account set status = 'retired' where id = $1`, [gone.accountId]);
    const { refused } = await expand([`nobody@${domain}`, gone.address, `da.nghi@${domain}`, 'no-domain']);
    expect(refused.map(({ reason }) => reason)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  });

  it('opens a list with accounts, groups and outside addresses, each recipient once', async () => {
    const inner = await makeGroup({
      members: [account(1).accountId, account(2).accountId],
      outside: ['lan@ngoai.example'],
    });
    const outer = await makeGroup({
      members: [account(0).accountId, account(1).accountId],
      groups: [inner.id],
      outside: ['lan@ngoai.example', 'minh@ngoai.example'],
    });
    const { accountIds, outside } = await expand([outer.address, inner.address, account(2).address]);
    expect(sorted(accountIds)).toEqual(sorted([0, 1, 2].map((index) => account(index).accountId)));
    expect(sorted(outside)).toEqual(['lan@ngoai.example', 'minh@ngoai.example']);
  });

  it('leaves out members whose account is not active', async () => {
    const [gone] = await makeAccounts(test.database, 1);
    if (gone === undefined) throw new Error('no account');
    await test.database.rows(`update account set status = 'suspended' where id = $1`, [gone.accountId]);
    const list = await makeGroup({ members: [gone.accountId, account(0).accountId] });
    expect((await expand([list.address])).accountIds).toEqual([account(0).accountId]);
  });

  it('opens an organ with everything below it, without the system’s own accounts', async () => {
    const organ = await makeUnit('district');
    const inner = await makeUnit('district', organ);
    const commune = await makeUnit('commune', inner);
    const other = await makeUnit('district');
    const [a, b, c, d, system] = await makeAccounts(test.database, 5);
    if (!a || !b || !c || !d || !system) throw new Error('no accounts');
    await inUnit(a.accountId, organ);
    await inUnit(b.accountId, inner);
    await inUnit(c.accountId, commune);
    await inUnit(d.accountId, other);
    await inUnit(system.accountId, organ);
    await test.database.rows(`update account set kind = 'system' where id = $1`, [system.accountId]);
    const group = await makeGroup({ source: 'organ', value: organ });
    expect(sorted((await expand([group.address])).accountIds)).toEqual(
      sorted([a.accountId, b.accountId, c.accountId]),
    );
  });

  it('opens a level', async () => {
    const [a, b] = await makeAccounts(test.database, 2);
    if (!a || !b) throw new Error('no accounts');
    await test.database.rows(`update account set unit_id = null where unit_id is not null`);
    await inUnit(a.accountId, await makeUnit('commune'));
    await inUnit(b.accountId, await makeUnit('province'));
    const group = await makeGroup({ source: 'level', value: 'commune' });
    expect((await expand([group.address])).accountIds).toEqual([a.accountId]);
  });

  it('opens an authority to those who hold it now', async () => {
    const [now, before, other] = await makeAccounts(test.database, 3);
    if (!now || !before || !other) throw new Error('no accounts');
    await post(now.accountId, 'archivist', undefined);
    await post(before.accountId, 'archivist', '2020-01-01');
    await post(other.accountId, 'counter', undefined);
    const group = await makeGroup({ source: 'authority', value: 'archivist' });
    expect((await expand([group.address])).accountIds).toEqual([now.accountId]);
  });

  it('opens a computed group within a list', async () => {
    const unit = await makeUnit('province');
    const [a] = await makeAccounts(test.database, 1);
    if (a === undefined) throw new Error('no account');
    await inUnit(a.accountId, unit);
    const organ = await makeGroup({ source: 'organ', value: unit });
    const list = await makeGroup({ groups: [organ.id] });
    expect((await expand([list.address])).accountIds).toEqual([a.accountId]);
  });

  it('opens ten levels', async () => {
    const [top] = await makeChain(10, account(3).accountId);
    expect(await expand([top?.address ?? ''])).toMatchObject({
      accountIds: [account(3).accountId],
      refused: [],
    });
  });

  it('refuses the eleventh level by name, so that nobody is left out in silence', async () => {
    const chain = await makeChain(11, account(3).accountId);
    expect(await expand([chain[0]?.address ?? ''])).toMatchObject({
      accountIds: [],
      refused: [{ address: chain[10]?.address, reason: 'closed' }],
    });
  });

  it('S18 opens each group of a loop once', async () => {
    const [a, b, c] = [
      await makeGroup({ members: [account(0).accountId] }),
      await makeGroup({ members: [account(1).accountId] }),
      await makeGroup({ members: [account(2).accountId] }),
    ];
    await contain(a, { groups: [b.id] });
    await contain(b, { groups: [c.id] });
    await contain(c, { groups: [a.id] });
    const { accountIds, refused } = await expand([b.address]);
    expect(sorted(accountIds)).toEqual(sorted([0, 1, 2].map((index) => account(index).accountId)));
    expect(refused).toEqual([]);
  });

  it('asks only the group that was written to, not those within it', async () => {
    const inner = await makeGroup({
      writers: 'listed',
      moderation: 'all',
      members: [account(4).accountId],
    });
    const outer = await makeGroup({ groups: [inner.id] });
    expect(await expand([outer.address])).toMatchObject({
      accountIds: [account(4).accountId],
      moderated: [],
    });
    expect((await expand([inner.address])).refused).toEqual([{ address: inner.address, reason: 'closed' }]);
  });

  it('leaves a moderated group shut until it is approved', async () => {
    const group = await makeGroup({ moderation: 'all', members: [account(4).accountId] });
    expect(await expand([group.address])).toEqual({
      accountIds: [],
      everyone: false,
      outside: [],
      moderated: [{ groupId: group.id, address: group.address }],
      refused: [],
    });
    expect(await expand([group.address], stranger, [group.id])).toMatchObject({
      accountIds: [account(4).accountId],
      moderated: [],
    });
  });

  it('opens everyone with 2,000 accounts in one statement', async () => {
    await makeAccounts(test.database, 2_000, { mailboxes: false });
    const group = await makeGroup({ source: 'everyone' });
    const [expected] = await test.database.rows<{ n: number }>(
      `select count(*) as n from account where status = 'active' and kind <> 'system'`,
    );
    const texts: string[] = [];
    const { accountIds, everyone } = await test.database.transaction((tx) => {
      const counting: Sql = {
        rows(text, parameters) {
          texts.push(text);
          return tx.rows(text, parameters);
        },
      };
      return expandRecipients(counting, [group.address], stranger);
    });
    expect(everyone).toBe(true);
    expect(accountIds).toHaveLength(expected?.n ?? 0);
    expect(accountIds.length).toBeGreaterThan(2_000);
    // One that looks for accounts at the address, one for the group, one for everybody in it.
    expect(texts).toHaveLength(3);
    expect(texts.filter((text) => text.includes('mail_group_member m where m.group_id'))).toHaveLength(1);
  });
});

describe('a member', () => {
  it('is one by every way that the group is opened', async () => {
    const [writer] = await makeAccounts(test.database, 1);
    if (writer === undefined) throw new Error('no account');
    const unit = await makeUnit('district');
    await post(writer.accountId, 'head', undefined);
    await inUnit(writer.accountId, await makeUnit('district', unit));
    const rules = { writers: 'members' };
    const chain = await makeChain(9, writer.accountId);
    const groups = [
      await makeGroup({ ...rules, members: [writer.accountId] }),
      await makeGroup({ ...rules, source: 'everyone' }),
      await makeGroup({ ...rules, source: 'organ', value: unit }),
      await makeGroup({ ...rules, source: 'level', value: 'district' }),
      await makeGroup({ ...rules, source: 'authority', value: 'head' }),
      await makeGroup({ ...rules, groups: chain.slice(0, 1).map(({ id }) => id) }),
    ];
    for (const group of groups) {
      const { accountIds, refused } = await expand([group.address], writing(writer));
      expect([accountIds.includes(writer.accountId), refused]).toEqual([true, []]);
    }
  });

  it('is nobody whom the group does not reach', async () => {
    const [writer] = await makeAccounts(test.database, 1);
    if (writer === undefined) throw new Error('no account');
    const rules = { writers: 'members' };
    const deep = await makeChain(10, writer.accountId);
    const groups = [
      await makeGroup({ ...rules, members: [account(0).accountId] }),
      await makeGroup({ ...rules, source: 'organ', value: await makeUnit('district') }),
      await makeGroup({ ...rules, source: 'level', value: 'district' }),
      await makeGroup({ ...rules, source: 'authority', value: 'head' }),
      await makeGroup({ ...rules, groups: deep.slice(0, 1).map(({ id }) => id) }),
    ];
    const { refused } = await expand(
      groups.map(({ address }) => address),
      writing(writer),
    );
    expect(refused).toHaveLength(groups.length);
  });
});

describe('recipientOf', () => {
  /** For writers × moderation: o goes on, m waits, - refused; recipientOf must say the same of what is refused. */
  async function letters(writer: MailWriter, row: GroupRow): Promise<string> {
    let found = '';
    for (const writers of ['anyone', 'province', 'members', 'listed'])
      for (const moderation of ['none', 'outsiders', 'all']) {
        const group = await makeGroup({ ...row, writers, moderation });
        const { moderated, refused } = await expand([group.address], writer);
        const closed = refused.length > 0;
        expect(await recipientOf(test.database, group.address, writer)).toEqual({
          kind: closed ? 'closed' : 'group',
          groupId: group.id,
        });
        found += closed ? '-' : moderated.length > 0 ? 'm' : 'o';
      }
    return found;
  }

  it('S17 gives each kind of writer what the rules of the group say', async () => {
    const writer = writing(account(5));
    const ids = [account(5).accountId];
    expect(await letters({ address: '' }, {})).toBe('omm---------');
    // An envelope sender proves nothing, be it a member's.
    expect(
      await letters({ address: account(5).address }, { members: ids, listed: ids, moderators: ids }),
    ).toBe('omm---------');
    expect(await letters(writer, {})).toBe('ommomm------');
    expect(await letters(writer, { members: ids })).toBe('oomoomoom---');
    expect(await letters(writer, { listed: ids })).toBe('ommomm---omm');
    expect(await letters(writer, { moderators: ids })).toBe('oooooooooooo');
  });

  it('says who is nobody, who is elsewhere, and whose mailboxes are full', async () => {
    const [full] = await makeAccounts(test.database, 1, { quotaBytes: 10 });
    if (full === undefined) throw new Error('no account');
    const asked = (address: string) => recipientOf(test.database, address, stranger);
    expect(await asked(full.address)).toEqual({ kind: 'account', accountId: full.accountId, full: false });
    await test.database.rows(`update mailbox set total_size = 10 where account_id = $1 and path = 'Trash'`, [
      full.accountId,
    ]);
    expect(await asked(full.address)).toEqual({ kind: 'account', accountId: full.accountId, full: true });
    expect(await asked(`nobody@${domain}`)).toEqual({ kind: 'unknown' });
    expect(await asked('lan@ngoai.example')).toEqual({ kind: 'foreign' });
  });
});
