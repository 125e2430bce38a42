import { randomUUID } from 'node:crypto';
import type { MailAlias, MailGroup, MailGroupDetail, MailGroups } from '#app/ports/mail-groups.ts';
import type { MailGroupTransaction } from '#app/ports/mail-groups.ts';
import type { Page } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';
import { isAdministrator, type Actor } from '#domain/access/actor.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { type GroupRules, groupSourceOf, ownAddress, writtenAddress } from '#domain/mail/mail-group.ts';

export interface GroupPorts {
  readonly groups: MailGroups;
  readonly clock: Clock;
  readonly committed: () => void;
}

interface ByAdministrator {
  readonly actor: Actor;
}

interface Keyed extends ByAdministrator {
  readonly key?: string | undefined;
}

interface OfGroup extends ByAdministrator {
  readonly id: string;
}

interface PageWanted extends ByAdministrator {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface CreateGroup extends Keyed, GroupRules {
  readonly address: string;
  readonly name: string;
  readonly source: { readonly kind: string; readonly value?: string };
}

export interface ChangeGroup extends OfGroup, Partial<GroupRules> {
  readonly name?: string;
}

export interface KeepMembers extends OfGroup {
  /** Of accounts, groups, or of other domains. */
  readonly members: readonly string[];
  /** Replaces the members there are unless it says `add`. */
  readonly how?: 'replace' | 'add';
}

export interface KeepOfficers extends OfGroup {
  /** Addresses of accounts. Absent: left as they are. */
  readonly moderators?: readonly string[];
  readonly writers?: readonly string[];
  readonly how?: 'replace' | 'add';
}

const nameCharactersMax = 200;

/** Groups by address. Throws `not_permitted`. */
export function listGroups(ports: GroupPorts, input: PageWanted): Promise<Page<MailGroup>> {
  requireAdministrator(input);
  return ports.groups.list(input);
}

/** A group with its members and officers. Throws `not_permitted`, `not_found`. */
export async function readGroup(ports: GroupPorts, input: OfGroup): Promise<MailGroupDetail> {
  requireAdministrator(input);
  const group = await ports.groups.find(input.id);
  if (group === undefined) throw new HubError('not_found');
  return group;
}

/**
 * Makes a group without members and officers. Throws `not_permitted`, `bad_input`, `text_too_long`, `address_taken`,
 * `idempotency_key_reused`.
 */
export async function createGroup(ports: GroupPorts, input: CreateGroup): Promise<{ id: string }> {
  requireAdministrator(input);
  const { actor, key, writers, moderation } = input;
  const group = {
    address: ownAddress(input.address, 'address'),
    name: nameOf(input.name),
    source: groupSourceOf(input.source.kind, input.source.value),
    writers,
    moderation,
  };
  const command = { accountId: actor.accountId, key, operation: 'mail-group.create', request: group };
  return ports.groups.transaction((tx) =>
    runOnce(tx, command, async () => {
      await tx.takeAddress(group.address);
      const id = randomUUID();
      await tx.createGroup({ id, ...group, createdAt: ports.clock.now() });
      return { id };
    }),
  );
}

/**
 * Changes the name and the rules of a group. What it is made of stays: another source is another group. Throws
 * `not_permitted`, `not_found`, `bad_input`, `text_too_long`.
 */
export async function changeGroup(ports: GroupPorts, input: ChangeGroup): Promise<void> {
  requireAdministrator(input);
  const { id, name, writers, moderation } = input;
  const change = {
    ...(name === undefined ? {} : { name: nameOf(name) }),
    ...(writers === undefined ? {} : { writers }),
    ...(moderation === undefined ? {} : { moderation }),
  };
  await ports.groups.transaction(async (tx) => {
    await lockedGroup(tx, id);
    await tx.changeGroup(id, change);
  });
}

/**
 * Deletes a group; it leaves the lists that it is in. Mail that waits for its moderators stays held, and an
 * administrator refuses it. Throws `not_permitted`, `not_found`.
 */
export async function deleteGroup(ports: GroupPorts, input: OfGroup): Promise<void> {
  requireAdministrator(input);
  await ports.groups.transaction(async (tx) => {
    await lockedGroup(tx, input.id);
    await tellOfRights(tx, ports, await tx.removeGroup(input.id));
  });
  ports.committed();
}

/**
 * Says who is in a list. Throws `not_permitted`, `not_found`, `recipient_unknown` for an address of ours that is
 * nobody's, and `bad_input` for a group that is not a list, that would be in itself, or nested too deep.
 */
export async function keepMembers(ports: GroupPorts, input: KeepMembers): Promise<void> {
  requireAdministrator(input);
  const { id, how = 'replace' } = input;
  const addresses = input.members.map((address) => writtenAddress(address, 'members'));
  await ports.groups.transaction(async (tx) => {
    const group = await lockedGroup(tx, id);
    if (group.source.kind !== 'list') throw new HubError('bad_input', { field: 'source' });
    const members = await tx.membersBehind(addresses);
    if (members.some((member) => member.kind === 'group' && member.groupId === id))
      throw new HubError('bad_input', { field: 'members' });
    await tx.keepMembers(id, members, how);
    if (await tx.nestsTooDeep(id)) throw new HubError('bad_input', { field: 'members' });
  });
}

/**
 * Says who moderates a group and who is listed as its writers. Throws `not_permitted`, `not_found`,
 * `recipient_unknown`.
 */
export async function keepOfficers(ports: GroupPorts, input: KeepOfficers): Promise<void> {
  requireAdministrator(input);
  const { id, moderators, writers, how = 'replace' } = input;
  await ports.groups.transaction(async (tx) => {
    await lockedGroup(tx, id);
    if (writers !== undefined) await tx.keepOfficers(id, 'writer', await tx.accountsBehind(writers), how);
    if (moderators === undefined) return;
    const accountIds = await tx.accountsBehind(moderators);
    await tellOfRights(tx, ports, await tx.keepOfficers(id, 'moderator', accountIds, how));
  });
  ports.committed();
}

/** Aliases by address. Throws `not_permitted`. */
export function listAliases(ports: GroupPorts, input: PageWanted): Promise<Page<MailAlias>> {
  requireAdministrator(input);
  return ports.groups.aliases(input);
}

/**
 * Gives an account another address. Throws `not_permitted`, `bad_input`, `recipient_unknown`, `address_taken`,
 * `idempotency_key_reused`.
 */
export async function createAlias(
  ports: GroupPorts,
  input: Keyed & { readonly alias: string; readonly account: string },
): Promise<{ address: string }> {
  requireAdministrator(input);
  const { actor, key } = input;
  const address = ownAddress(input.alias, 'address');
  const account = writtenAddress(input.account, 'account');
  const command = {
    accountId: actor.accountId,
    key,
    operation: 'mail-alias.create',
    request: { address, account },
  };
  return ports.groups.transaction((tx) =>
    runOnce(tx, command, async () => {
      await tx.takeAddress(address);
      const [accountId] = await tx.accountsBehind([account]);
      if (accountId === undefined) throw new HubError('recipient_unknown', { field: 'account' });
      await tx.createAlias(address, accountId, ports.clock.now());
      return { address };
    }),
  );
}

/** Takes an alias away; mail to it is refused from now on. Throws `not_permitted`, `not_found`. */
export async function deleteAlias(
  ports: GroupPorts,
  input: ByAdministrator & { readonly alias: string },
): Promise<void> {
  requireAdministrator(input);
  const address = writtenAddress(input.alias, 'address');
  const removed = await ports.groups.transaction((tx) => tx.removeAlias(address));
  if (!removed) throw new HubError('not_found');
}

function requireAdministrator({ actor }: ByAdministrator): void {
  if (!isAdministrator(actor)) throw new HubError('not_permitted');
}

function nameOf(text: string): string {
  const name = text.trim().normalize('NFC');
  // A name stands in headers and on one line of a page.
  if (name === '' || /[\p{Cc}\u2028\u2029]/u.test(name)) throw new HubError('bad_input', { field: 'name' });
  if (name.length > nameCharactersMax) throw new HubError('text_too_long', { field: 'name' });
  return name;
}

async function lockedGroup(tx: MailGroupTransaction, id: string): Promise<MailGroup> {
  const group = await tx.lockGroup(id);
  if (group === undefined) throw new HubError('not_found');
  return group;
}

/** What waits for a moderator is part of their snapshot, which their pages now load again. */
async function tellOfRights(
  tx: MailGroupTransaction,
  ports: GroupPorts,
  accountIds: readonly string[],
): Promise<void> {
  await tx.record(
    accountIds.map((accountId) => ({ type: 'membership.changed', accountId }) as const),
    ports.clock.now(),
  );
}
