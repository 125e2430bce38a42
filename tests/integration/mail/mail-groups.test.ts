import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  changeGroup,
  createAlias,
  createGroup,
  deleteAlias,
  deleteGroup,
  type CreateGroup,
  type GroupPorts,
  keepMembers,
  keepOfficers,
  listAliases,
  listGroups,
  readGroup,
} from '#app/mail/manage-groups.ts';
import type { Actor } from '#domain/access/actor.ts';
import { groupCommands } from '#root/start/group-commands.ts';
import { accountsByAddresses } from '#store/mail/accounts-by-addresses.ts';
import { createMailGroups } from '#store/mail/mail-groups.ts';
import { makeAccounts, type MailAccount } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

const now = new Date('2026-05-11T02:00:00Z');

let test: TestDatabase;
let ports: GroupPorts;
let accounts: readonly MailAccount[];
let domain: string;
beforeAll(async () => {
  test = await createTestDatabase();
  accounts = await makeAccounts(test.database, 4);
  domain = account(0).address.split('@')[1] ?? '';
  ports = { groups: createMailGroups(test.database), clock: { now: () => now }, committed: () => undefined };
});
afterAll(() => test.drop());

function account(index: number): MailAccount {
  const found = accounts[index];
  if (found === undefined) throw new Error(`no account ${index}`);
  return found;
}

function person(kind: Actor['kind']): Actor {
  return { accountId: randomUUID(), address: '', name: '', kind, locale: 'vi', positions: [] };
}
const administrator = person('system');
const by = { actor: administrator };

function wanted(over: Partial<CreateGroup> = {}): CreateGroup {
  return {
    ...by,
    address: `n-${randomUUID()}@${domain}`,
    name: 'Nhóm',
    source: { kind: 'list' },
    writers: 'anyone',
    moderation: 'none',
    ...over,
  };
}

async function makeGroup(over: Partial<CreateGroup> = {}): Promise<{ id: string; address: string }> {
  const input = wanted(over);
  return { ...(await createGroup(ports, input)), address: input.address };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as Error).message,
  );

describe('createGroup', () => {
  it('makes a group that is listed and read as it was wanted', async () => {
    const { id } = await createGroup(
      ports,
      wanted({ address: `Toan-Tinh@${domain}`, name: ' Toàn tỉnh ', writers: 'listed', moderation: 'all' }),
    );
    const group = await readGroup(ports, { ...by, id });
    expect(group).toEqual({
      id,
      address: `toan-tinh@${domain}`,
      name: 'Toàn tỉnh',
      source: { kind: 'list' },
      writers: 'listed',
      moderation: 'all',
      createdAt: now,
      members: [],
      officers: [],
    });
    const { members: _members, officers: _officers, ...listed } = group;
    expect((await listGroups(ports, { ...by, limit: 200 })).items).toContainEqual(listed);
  });

  it('gives the same answer to the same key, and makes one group', async () => {
    const input = wanted({ key: 'once' });
    const first = await createGroup(ports, input);
    expect(await createGroup(ports, input)).toEqual(first);
    expect(await codeOf(createGroup(ports, { ...input, name: 'Khác' }))).toBe('idempotency_key_reused');
  });

  it.each([
    ['an address elsewhere', { address: 'a@ngoai.example' }, 'bad_input'],
    ['a tag in the address', { address: 'a+b@x.example' }, 'bad_input'],
    ['no name', { name: '  ' }, 'bad_input'],
    ['a line break in the name', { name: 'a\nb' }, 'bad_input'],
    ['a long name', { name: 'a'.repeat(201) }, 'text_too_long'],
    ['a source without its value', { source: { kind: 'organ' } }, 'bad_input'],
    ['a unit that is not there', { source: { kind: 'organ', value: randomUUID() } }, 'bad_input'],
  ])('refuses %s', async (_name, over, code) => {
    expect(await codeOf(createGroup(ports, wanted(over)))).toBe(code);
  });
});

describe('an address', () => {
  it('is taken by an account, an alias or a group, in whatever spelling', async () => {
    const group = await makeGroup();
    const alias = `bí-danh@${domain}`;
    await createAlias(ports, { ...by, alias, account: account(0).address });
    for (const address of [account(1).address, alias, group.address].map((text) =>
      text.toUpperCase().normalize('NFD'),
    )) {
      expect(await codeOf(createGroup(ports, wanted({ address })))).toBe('address_taken');
      expect(await codeOf(createAlias(ports, { ...by, alias: address, account: account(2).address }))).toBe(
        'address_taken',
      );
    }
  });

  it('is given once when a group and an alias want it at once', async () => {
    const address = `${randomUUID()}@${domain}`;
    const codes = await Promise.all([
      codeOf(createGroup(ports, wanted({ address }))),
      codeOf(createAlias(ports, { ...by, alias: address, account: account(0).address })),
      codeOf(createGroup(ports, wanted({ address }))),
      codeOf(createAlias(ports, { ...by, alias: address, account: account(1).address })),
    ]);
    expect(codes.toSorted()).toEqual(['address_taken', 'address_taken', 'address_taken', 'done']);
  });
});

describe('an alias', () => {
  it('stands for its account until it is taken away', async () => {
    const alias = `a-${randomUUID()}@${domain}`;
    await createAlias(ports, { ...by, alias, account: account(0).address });
    expect((await accountsByAddresses(test.database, [alias])).get(alias)).toBe(account(0).accountId);
    const { items } = await listAliases(ports, { ...by, limit: 200 });
    expect(items).toContainEqual({ address: alias, accountAddress: account(0).address, createdAt: now });
    await deleteAlias(ports, { ...by, alias: alias.toUpperCase() });
    expect((await accountsByAddresses(test.database, [alias])).size).toBe(0);
    expect(await codeOf(deleteAlias(ports, { ...by, alias }))).toBe('not_found');
  });

  it('is refused for nobody', async () => {
    const alias = `a-${randomUUID()}@${domain}`;
    expect(await codeOf(createAlias(ports, { ...by, alias, account: `nobody@${domain}` }))).toBe(
      'recipient_unknown',
    );
  });
});

describe('a list of groups', () => {
  it('comes in pages that follow each other', async () => {
    for (let made = 0; made < 3; made += 1) await makeGroup();
    const all = (await listGroups(ports, { ...by, limit: 200 })).items.map(({ address }) => address);
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listGroups(ports, { ...by, limit: 2, cursor });
      paged.push(...page.items.map(({ address }) => address));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(paged).toEqual(all);
  });
});

describe('keepMembers', () => {
  it('replaces the members with accounts, groups and outside addresses, once each', async () => {
    const inner = await makeGroup({ name: 'Bên trong' });
    const { id } = await makeGroup();
    const alias = `a-${randomUUID()}@${domain}`;
    await createAlias(ports, { ...by, alias, account: account(0).address });
    await keepMembers(ports, { ...by, id, members: [account(3).address] });
    await keepMembers(ports, {
      ...by,
      id,
      members: [
        account(0).address.toUpperCase(),
        alias,
        inner.address,
        'Lan@Ngoai.example',
        'lan@ngoai.example',
      ],
    });
    const { members } = await readGroup(ports, { ...by, id });
    expect(members).toHaveLength(3);
    expect(members).toEqual(
      expect.arrayContaining([
        { kind: 'account', address: account(0).address, name: account(0).address },
        { kind: 'group', address: inner.address, name: 'Bên trong' },
        { kind: 'outside', address: 'lan@ngoai.example' },
      ]),
    );
  });

  it('adds to the members that there are', async () => {
    const { id } = await makeGroup();
    for (const index of [0, 1, 1])
      await keepMembers(ports, { ...by, id, members: [account(index).address], how: 'add' });
    expect((await readGroup(ports, { ...by, id })).members).toHaveLength(2);
  });

  it('refuses nobody, itself, and a group that is computed, and keeps what there was', async () => {
    const group = await makeGroup();
    const everyone = await makeGroup({ source: { kind: 'everyone' } });
    await keepMembers(ports, { ...by, id: group.id, members: [account(0).address] });
    const keep = (id: string, member: string) => codeOf(keepMembers(ports, { ...by, id, members: [member] }));
    expect(await keep(group.id, `nobody@${domain}`)).toBe('recipient_unknown');
    expect(await keep(group.id, group.address)).toBe('bad_input');
    expect(await keep(group.id, 'no address')).toBe('bad_input');
    expect(await keep(everyone.id, account(0).address)).toBe('bad_input');
    expect(await keep(randomUUID(), account(0).address)).toBe('not_found');
    expect((await readGroup(ports, { ...by, id: group.id })).members).toHaveLength(1);
  });

  it('refuses an eleventh level, wherever in the chain it is added, and takes a loop', async () => {
    const chain: { id: string; address: string }[] = [];
    for (let level = 0; level < 11; level += 1) chain.push(await makeGroup());
    const join = (outer: number, inner: number) =>
      codeOf(
        keepMembers(ports, {
          ...by,
          id: chain[outer]?.id ?? '',
          members: [chain[inner]?.address ?? ''],
          how: 'add',
        }),
      );
    for (let level = 0; level < 9; level += 1) expect(await join(level, level + 1)).toBe('done');
    expect(await join(9, 10)).toBe('bad_input');
    expect(await join(10, 0)).toBe('bad_input');
    expect(await join(9, 0)).toBe('done');
  });
});

describe('keepOfficers', () => {
  it('keeps moderators and writers apart, and makes the pages of who moderates load again', async () => {
    const { id } = await makeGroup();
    const people = await makeAccounts(test.database, 3);
    const addresses = people.map(({ address }) => address);
    await keepOfficers(ports, {
      ...by,
      id,
      moderators: addresses.slice(0, 2),
      writers: addresses.slice(0, 1),
    });
    await keepOfficers(ports, { ...by, id, moderators: addresses.slice(1) });
    const { officers } = await readGroup(ports, { ...by, id });
    expect(officers.map(({ address, role }) => [address, role])).toEqual([
      [addresses[0], 'writer'],
      [addresses[1], 'moderator'],
      [addresses[2], 'moderator'],
    ]);
    const told = await test.database.rows<{ id: string }>(
      `select payload ->> 'accountId' as id from outbox where type = 'membership.changed' order by outbox.id`,
    );
    const timesTold = people.map(({ accountId }) => told.filter((row) => row.id === accountId).length);
    expect(timesTold).toEqual([2, 1, 1]);
  });

  it('refuses an address that is no account’s', async () => {
    const group = await makeGroup();
    expect(await codeOf(keepOfficers(ports, { ...by, id: group.id, moderators: [group.address] }))).toBe(
      'recipient_unknown',
    );
  });
});

describe('a group', () => {
  it('changes its name and rules, and nothing that is not named', async () => {
    const { id } = await makeGroup({ writers: 'province' });
    await changeGroup(ports, { ...by, id, name: 'Tên mới', moderation: 'all' });
    expect(await readGroup(ports, { ...by, id })).toMatchObject({
      name: 'Tên mới',
      writers: 'province',
      moderation: 'all',
    });
  });

  it('is gone with its members, its officers and its places in other lists', async () => {
    const inner = await makeGroup();
    const outer = await makeGroup();
    await keepMembers(ports, { ...by, id: inner.id, members: [account(0).address] });
    await keepOfficers(ports, { ...by, id: inner.id, moderators: [account(3).address] });
    await keepMembers(ports, { ...by, id: outer.id, members: [inner.address] });
    await deleteGroup(ports, { ...by, id: inner.id });
    expect(await codeOf(readGroup(ports, { ...by, id: inner.id }))).toBe('not_found');
    expect((await readGroup(ports, { ...by, id: outer.id })).members).toEqual([]);
    expect(await codeOf(deleteGroup(ports, { ...by, id: inner.id }))).toBe('not_found');
    expect(await codeOf(createGroup(ports, wanted({ address: inner.address })))).toBe('done');
  });

  it('H2 is kept by administrators alone', async () => {
    const { id } = await makeGroup();
    const actor = person('personal');
    const page = { actor, limit: 10 };
    const codes = [
      await codeOf((async () => listGroups(ports, page))()),
      await codeOf(readGroup(ports, { actor, id })),
      await codeOf(createGroup(ports, wanted({ actor }))),
      await codeOf(changeGroup(ports, { actor, id, name: 'x' })),
      await codeOf(deleteGroup(ports, { actor, id })),
      await codeOf(keepMembers(ports, { actor, id, members: [] })),
      await codeOf(keepOfficers(ports, { actor, id, moderators: [] })),
      await codeOf((async () => listAliases(ports, page))()),
      await codeOf(createAlias(ports, { actor, alias: `x@${domain}`, account: account(0).address })),
      await codeOf(deleteAlias(ports, { actor, alias: `x@${domain}` })),
    ];
    expect(new Set(codes)).toEqual(new Set(['not_permitted']));
  });
});

describe('groupCommands', () => {
  async function run(words: string): Promise<string> {
    const [noun, verb, ...rest] = words.split(' ');
    const command = groupCommands[`${noun} ${verb}`];
    if (command === undefined) throw new Error(`no command ${words}`);
    expect(rest.length).toBe(command.words);
    let written = '';
    await command.run({ database: test.database, write: (text) => (written += text), now: () => now }, rest);
    return written;
  }

  it('keeps groups and aliases from the command line', async () => {
    const address = `lenh@${domain}`;
    await run(`group create ${address} Nhóm level:commune listed outsiders`);
    expect(await run('group list')).toContain(`${address}\tlevel:commune\tlisted\toutsiders\tNhóm\n`);
    await run(`group remove ${address}`);
    await run(`group create ${address} Nhóm list anyone none`);
    await run(`group add-member ${address} lan@ngoai.example`);
    await run(`group add-moderator ${address} ${account(0).address}`);
    await run(`group add-writer ${address} ${account(1).address}`);
    const found = await ports.groups.findByAddress(address);
    expect(await ports.groups.find(found?.id ?? '')).toMatchObject({
      members: [{ address: 'lan@ngoai.example' }],
      officers: [{ role: 'moderator' }, { role: 'writer' }],
    });
    await run(`alias add l@${domain} ${account(0).address}`);
    await run(`alias remove l@${domain}`);
  });

  it('says in words what is refused', async () => {
    await expect(run(`group remove nobody@${domain}`)).rejects.toThrow('There is no group');
    await expect(run(`group create x@${domain} Nhóm list everybody none`)).rejects.toThrow(
      'is none of anyone',
    );
    await expect(run(`group create x@${domain} Nhóm organ:H99 anyone none`)).rejects.toThrow('0 units');
    await expect(run(`alias add x@ngoai.example ${account(0).address}`)).rejects.toThrow('(address)');
  });
});
