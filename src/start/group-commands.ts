import {
  createAlias,
  createGroup,
  deleteAlias,
  deleteGroup,
  type GroupPorts,
  keepMembers,
  keepOfficers,
  listGroups,
} from '#app/mail/manage-groups.ts';
import type { MailGroup } from '#app/ports/mail-groups.ts';
import { operator } from '#domain/access/administered.ts';
import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import { groupModerations, groupWriters } from '#domain/mail/mail-group.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { errorMessage } from '#protocol/error-message.ts';
import type { Database } from '#store/database.ts';
import type { CommandContext, Commands } from './command.ts';
import { createMailGroups } from '#store/mail/mail-groups.ts';

const pageItems = 200;

/** Mail groups and aliases, for `npm run hub`. */
export const groupCommands: Commands = {
  'group list': {
    usage: 'group list',
    about: 'Mail groups: address, source, writers, moderation, name.',
    words: 0,
    run: (context) =>
      refusing(async () => {
        let cursor: string | undefined;
        do {
          const page = await listGroups(portsOf(context), { actor: operator, limit: pageItems, cursor });
          for (const group of page.items) context.write(`${lineOf(group)}\n`);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
      }),
  },
  'group create': {
    usage: 'group create ADDRESS NAME SOURCE[:VALUE] WRITERS MODERATION',
    about:
      'Makes a group. SOURCE: list, everyone, organ:UNIT, level:LEVEL, authority:AUTHORITY; ' +
      `WRITERS: ${groupWriters.join(', ')}; MODERATION: ${groupModerations.join(', ')}.`,
    words: 5,
    run: (context, [address = '', name = '', source = '', writers = '', moderation = '']) =>
      refusing(async () => {
        await createGroup(portsOf(context), {
          actor: operator,
          address,
          name,
          source: await sourceOf(context.database, source),
          writers: oneOf(groupWriters, writers),
          moderation: oneOf(groupModerations, moderation),
        });
        context.write('The group is there.\n');
      }),
  },
  'group add-member': {
    usage: 'group add-member ADDRESS MEMBER',
    about: 'Puts an account, a group or an outside address into a list.',
    words: 2,
    run: (context, [address = '', member = '']) =>
      refusing(async () => {
        const id = await groupId(context, address);
        await keepMembers(portsOf(context), { actor: operator, id, members: [member], how: 'add' });
        context.write('The member is in the list.\n');
      }),
  },
  'group add-moderator': {
    usage: 'group add-moderator ADDRESS ACCOUNT',
    about: 'Lets an account decide on what is held for a group.',
    words: 2,
    run: (context, [address = '', account = '']) =>
      refusing(async () => {
        const id = await groupId(context, address);
        await keepOfficers(portsOf(context), { actor: operator, id, moderators: [account], how: 'add' });
        context.write('The account moderates the group.\n');
      }),
  },
  'group add-writer': {
    usage: 'group add-writer ADDRESS ACCOUNT',
    about: 'Lets an account write to a group whose writers are listed.',
    words: 2,
    run: (context, [address = '', account = '']) =>
      refusing(async () => {
        const id = await groupId(context, address);
        await keepOfficers(portsOf(context), { actor: operator, id, writers: [account], how: 'add' });
        context.write('The account may write to the group.\n');
      }),
  },
  'group remove': {
    usage: 'group remove ADDRESS',
    about: 'Deletes a group. Mail that waits for its moderators stays held for an administrator to refuse.',
    words: 1,
    run: (context, [address = '']) =>
      refusing(async () => {
        await deleteGroup(portsOf(context), { actor: operator, id: await groupId(context, address) });
        context.write('The group is gone.\n');
      }),
  },
  'alias add': {
    usage: 'alias add ALIAS ADDRESS',
    about: 'Gives the account ADDRESS another address.',
    words: 2,
    run: (context, [alias = '', account = '']) =>
      refusing(async () => {
        await createAlias(portsOf(context), { actor: operator, alias, account });
        context.write('The alias is there.\n');
      }),
  },
  'alias remove': {
    usage: 'alias remove ALIAS',
    about: 'Takes an alias away; mail to it is refused from now on.',
    words: 1,
    run: (context, [alias = '']) =>
      refusing(async () => {
        await deleteAlias(portsOf(context), { actor: operator, alias });
        context.write('The alias is gone.\n');
      }),
  },
};

/** The relay of a running hub looks at the log by itself. */
function portsOf({ database, now }: CommandContext): GroupPorts {
  return { groups: createMailGroups(database), clock: { now }, committed: () => undefined };
}

async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const field = error.field === undefined ? '' : ` (${error.field})`;
    throw new StartRefusal(`${errorMessage(error.code, 'en')}${field}`);
  }
}

async function groupId({ database }: CommandContext, address: string): Promise<string> {
  const group = await createMailGroups(database).findByAddress(canonicalAddress(address));
  if (group === undefined) throw new StartRefusal(`There is no group ${address}.`);
  return group.id;
}

/** A unit may be named by its code in document exchange, which people know, or by its id. */
async function sourceOf(database: Database, text: string): Promise<{ kind: string; value?: string }> {
  const colon = text.indexOf(':');
  if (colon < 0) return { kind: text };
  const kind = text.slice(0, colon);
  const value = text.slice(colon + 1);
  if (kind !== 'organ') return { kind, value };
  const units = await database.rows<{ id: string }>(
    `select id from org_unit where id::text = lower($1) or (organ_id = $1 and valid_to is null)`,
    [value],
  );
  if (units.length !== 1) throw new StartRefusal(`${units.length} units are called ${value}.`);
  return { kind, value: units[0]?.id ?? value };
}

function oneOf<Word extends string>(words: readonly Word[], given: string): Word {
  const word = words.find((one) => one === given);
  if (word === undefined) throw new StartRefusal(`${given} is none of ${words.join(', ')}.`);
  return word;
}

function lineOf({ address, source, writers, moderation, name }: MailGroup): string {
  const value = 'value' in source ? `:${source.value}` : '';
  return [address, `${source.kind}${value}`, writers, moderation, name].join('\t');
}
