import { randomBytes, randomUUID } from 'node:crypto';
import { appPasswordVerifiers } from '#app/access/scram.ts';
import { hashAppPassword, newAppPassword } from '#app/access/tokens.ts';
import type { AccessStore } from '#app/ports/access-store.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { createAccessStore } from '#store/access/access-store.ts';
import { createPasswordHasher } from '#store/access/password-hasher.ts';
import { createSettings } from '#store/settings.ts';
import { auditCommands } from './audit-commands.ts';
import { calendarCommands } from './calendar-commands.ts';
import type { Commands } from './command.ts';
import { domainCommands } from './domain-commands.ts';
import { groupCommands } from './group-commands.ts';
import { importCommands } from './import-commands.ts';
import { limitCommands } from './limit-commands.ts';
import { mailboxCommands } from './mailbox-commands.ts';
import { searchCommands } from './search-commands.ts';
import { traceCommands } from './trace-commands.ts';

const passwordCharactersMin = 8;

/** `npm run hub -- <noun> <verb> …`. A secret is made here and printed once, never taken from the command line. */
export const commands: Commands = {
  'account list': {
    usage: 'account list TEXT',
    about: 'Accounts whose address holds TEXT; `-` for all.',
    words: 1,
    async run({ database, write }, [text = '']) {
      const rows = await database.rows<{
        address: string;
        display_name: string;
        kind: string;
        status: string;
      }>(
        `select address, display_name, kind, status from account where strpos(address, $1) > 0 order by address`,
        [text === '-' ? '' : text.toLowerCase()],
      );
      for (const row of rows) write(`${row.address}\t${row.kind}\t${row.status}\t${row.display_name}\n`);
    },
  },
  'account password': {
    usage: 'account password ADDRESS',
    about: 'Sets a new password (HUB_NEW_PASSWORD, or one that is made and printed) and ends every session.',
    words: 1,
    async run({ database, write, now }, [address = '']) {
      const access = createAccessStore(database);
      const accountId = await accountOf(access, address);
      const given = process.env['HUB_NEW_PASSWORD'];
      if (given !== undefined && given.length < passwordCharactersMin)
        throw new StartRefusal(`HUB_NEW_PASSWORD has fewer than ${passwordCharactersMin} characters.`);
      const password = given ?? randomBytes(12).toString('base64url');
      await access.setPassword(accountId, await createPasswordHasher().hash(password), now());
      write(given === undefined ? `${password}\n` : 'The password is set.\n');
    },
  },
  'account sign-out': {
    usage: 'account sign-out ADDRESS',
    about: 'Ends every session of the account; its sockets and mail clients are cut.',
    words: 1,
    async run({ database, write, now }, [address = '']) {
      const access = createAccessStore(database);
      await access.endSessions(await accountOf(access, address), now());
      write('Every session has ended.\n');
    },
  },
  'app-password create': {
    usage: 'app-password create ADDRESS LABEL',
    about: 'Makes a password for one mail client and prints it once.',
    words: 2,
    async run({ database, write, now }, [address = '', label = '']) {
      const access = createAccessStore(database);
      const accountId = await accountOf(access, address);
      const secret = newAppPassword();
      await access.createAppPassword({
        id: randomUUID(),
        accountId,
        label,
        secretHash: hashAppPassword(secret),
        scram: await appPasswordVerifiers(await createSettings(database).secret(), address, secret),
        at: now(),
      });
      write(`${secret}\n`);
    },
  },
  'app-password list': {
    usage: 'app-password list ADDRESS',
    about: 'App passwords of an account: id, label, last use.',
    words: 1,
    async run({ database, write }, [address = '']) {
      const accountId = await accountOf(createAccessStore(database), address);
      const rows = await database.rows<{
        id: string;
        label: string;
        last_used_at: Date | null;
        revoked_at: Date | null;
      }>(
        `select id, label, last_used_at, revoked_at from app_password where account_id = $1 order by created_at`,
        [accountId],
      );
      for (const row of rows)
        write(
          `${row.id}\t${row.label}\t${row.last_used_at?.toISOString() ?? 'never'}\t${row.revoked_at === null ? 'valid' : 'revoked'}\n`,
        );
    },
  },
  'app-password revoke': {
    usage: 'app-password revoke ADDRESS ID',
    about: 'Revokes an app password; mail clients of the account have to sign in again.',
    words: 2,
    async run({ database, write, now }, [address = '', id = '']) {
      const access = createAccessStore(database);
      const accountId = await accountOf(access, address);
      if (!(await access.revokeAppPassword(accountId, id, now())))
        throw new StartRefusal(`${address} has no valid app password ${id}.`);
      write('Revoked.\n');
    },
  },
  ...auditCommands,
  ...calendarCommands,
  ...domainCommands,
  ...groupCommands,
  ...importCommands,
  ...limitCommands,
  ...mailboxCommands,
  ...searchCommands,
  ...traceCommands,
};

async function accountOf(access: AccessStore, address: string): Promise<string> {
  const credentials = await access.credentials(address.trim().toLowerCase());
  if (credentials === undefined) throw new StartRefusal(`There is no account ${address}.`);
  return credentials.accountId;
}

export function usage(): string {
  const lines = Object.values(commands).map(({ usage: text, about }) => `  ${text.padEnd(38)} ${about}`);
  return `npm run hub -- COMMAND\n\n${lines.join('\n')}\n`;
}
