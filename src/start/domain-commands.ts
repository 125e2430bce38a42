import {
  activatePendingKeys,
  type DomainPorts,
  ensureDomainKeys,
  listDomains,
  makePendingKeys,
  readDomain,
  recordsOfDomain,
  setStsMode,
} from '#app/mail/manage-domains.ts';
import type { MailDomain } from '#app/ports/mail-domains.ts';
import { operator } from '#domain/access/administered.ts';
import { HubError } from '#domain/hub-error.ts';
import { dkimKeyState, type DomainKey } from '#domain/mail/dkim-key.ts';
import { stsModes } from '#domain/mail/sts-policy.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { loadConfig } from '#root/config.ts';
import { createMailDomains } from '#store/mail/mail-domains.ts';
import type { CommandContext, Commands } from './command.ts';
import { mailSiteOf } from './mail-site.ts';

const pageItems = 200;

/** Mail domains, what to publish for them, and their signing keys, for `npm run hub`. */
export const domainCommands: Commands = {
  'domain list': {
    usage: 'domain list',
    about: 'Mail domains: name, level, accounts, MTA-STS mode, selectors of the keys that sign.',
    words: 0,
    async run(context) {
      for (const domain of await allDomains(context)) context.write(`${lineOf(domain, context.now())}\n`);
    },
  },
  'domain dns': {
    usage: 'domain dns NAME',
    about:
      'The DNS records to publish, as lines of a zone file; `--all` for every domain. Makes the first keys.',
    words: 1,
    async run(context, [word = '']) {
      const names = word === '--all' ? (await allDomains(context)).map(({ name }) => name) : [word];
      const ports = portsOf(context);
      if (ports.site().mailHost === 'localhost')
        context.write('; HUB_MAIL_HOST is not set: other servers cannot reach localhost.\n');
      for (const name of names) await writeRecords(context, ports, name);
    },
  },
  'domain keys': {
    usage: 'domain keys NAME',
    about: 'DKIM keys of a domain: selector, algorithm, state, and when they sign and retire.',
    words: 1,
    run: (context, [name = '']) =>
      ofDomain(name, async () => {
        const { keys } = await readDomain(portsOf(context), { actor: operator, name });
        for (const key of keys) context.write(`${keyLineOf(key, context.now())}\n`);
      }),
  },
  'domain rotate-keys': {
    usage: 'domain rotate-keys NAME [--activate]',
    about: 'Makes new DKIM keys to publish; once that is done, `--activate` signs with them.',
    words: 1,
    option: '--activate',
    run: (context, [name = '', option]) =>
      ofDomain(name, async () => {
        const ports = portsOf(context);
        if (option !== undefined) {
          await activatePendingKeys(ports, { actor: operator, name });
          context.write('The new keys sign. The records of the old ones may go in seven days.\n');
          return;
        }
        const { keys } = await makePendingKeys(ports, { actor: operator, name });
        const pending = keys.filter((key) => dkimKeyState(key, context.now()) === 'pending');
        const labels = new Set(pending.map(({ selector }) => `${selector}._domainkey.`));
        const { zone } = await recordsOfDomain(ports, { actor: operator, name });
        for (const line of zone.split('\n'))
          if ([...labels].some((label) => line.startsWith(label))) context.write(`${line}\n`);
        context.write(
          `; When the records are in the DNS: npm run hub -- domain rotate-keys ${name} --activate\n`,
        );
      }),
  },
  'domain sts': {
    usage: 'domain sts NAME MODE',
    about: `What other servers do when TLS to a domain fails (MTA-STS): ${stsModes.join(', ')}. Prints the record to publish again.`,
    words: 2,
    run: (context, [name = '', word = '']) =>
      ofDomain(name, async () => {
        const mode = stsModes.find((known) => known === word);
        if (mode === undefined) throw new StartRefusal(`MODE is one of ${stsModes.join(', ')}.`);
        const ports = portsOf(context);
        await setStsMode(ports, { actor: operator, name, mode });
        const { zone } = await recordsOfDomain(ports, { actor: operator, name });
        for (const line of zone.split('\n')) if (line.startsWith('_mta-sts.')) context.write(`${line}\n`);
      }),
  },
};

function portsOf({ database, now }: CommandContext): DomainPorts {
  const config = loadConfig(process.env);
  return {
    domains: createMailDomains(database),
    site: () => mailSiteOf(config, {}),
    clock: { now },
  };
}

async function allDomains(context: CommandContext): Promise<readonly MailDomain[]> {
  const ports = portsOf(context);
  const domains: MailDomain[] = [];
  let cursor: string | undefined;
  do {
    const page = await listDomains(ports, { actor: operator, limit: pageItems, cursor });
    domains.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return domains;
}

/** A domain's own first keys sign at once, as they would with its first mail to the outside. */
function writeRecords(context: CommandContext, ports: DomainPorts, name: string): Promise<void> {
  return ofDomain(name, async () => {
    await ensureDomainKeys(ports, { actor: operator, name });
    const { zone } = await recordsOfDomain(ports, { actor: operator, name });
    context.write(`; ${name}\n${zone}`);
  });
}

async function ofDomain(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'not_found') throw error;
    if (error.field === 'keys')
      throw new StartRefusal(
        `${name} has no keys that wait. Make them: npm run hub -- domain rotate-keys ${name}`,
      );
    throw new StartRefusal(`There is no mail domain ${name}.`);
  }
}

function lineOf({ name, level, accounts, sts, keys }: MailDomain, at: Date): string {
  const signing = keys.filter((key) => dkimKeyState(key, at) === 'active').map(({ selector }) => selector);
  return [name, level, accounts, sts.mode, signing.join(' ') || '-'].join('\t');
}

function keyLineOf(key: DomainKey, at: Date): string {
  const { selector, algorithm, signsFrom, retiredAt } = key;
  const times = [signsFrom, retiredAt].map((time) => time?.toISOString() ?? '-');
  return [selector, algorithm, dkimKeyState(key, at), ...times].join('\t');
}
