import { appendFile, chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { clusterFolder } from '#store/embedded/place-database.ts';
import { startDnsServer } from '#support/dns-server.ts';
import type { CleanUp } from '#bench/clean-up.ts';
import { prepareDatabase, startHubProcess } from '#bench/hub-process.ts';
import type { BenchOptions } from '#bench/options.ts';
import { canRunDovecot, startDovecot } from './dovecot.ts';
import { fileSamples, hubUsers, type MailUser, storeSamples } from './fill-hub.ts';
import { mixedMessages } from './mixed-commands.ts';

/** Who has which mailbox; the same names on both servers. */
export interface Cast<User> {
  /** One INBOX of 20,000. */
  readonly main: User;
  /** Ten of 1,000, for the mixed load; growth is measured from the first. */
  readonly mixed: readonly User[];
  /** One of 100,000, on the hub only. */
  readonly large: User;
  /** Twenty messages each: log-ins and held connections. */
  readonly many: readonly User[];
}

export interface ImapTarget {
  readonly name: 'hub' | 'dovecot';
  readonly port: number;
  readonly cast: Cast<MailUser>;
  /** The hub: resident memory of its process. Dovecot: private memory of all its processes. */
  memoryKib(): Promise<number>;
  /** Statements that PostgreSQL has run so far; undefined without a profile and for Dovecot. */
  statements(): Promise<number | undefined>;
}

export interface ImapTargets {
  readonly hub: ImapTarget;
  readonly dovecot: ImapTarget | undefined;
}

export const mainMessages = 20_000;
const manyUsers = 2000;
const manyMessages = 20;

export async function startImapTargets(
  options: BenchOptions,
  cleanUp: CleanUp,
  say: (line: string) => void,
): Promise<ImapTargets> {
  const dataDir = await mkdtemp('/var/tmp/bench-imap-');
  cleanUp.add(() => rm(dataDir, { recursive: true, force: true }));
  // PostgreSQL runs as another user, who must be able to enter.
  await chmod(dataDir, 0o711);
  const dns = await startDnsServer();
  cleanUp.add(dns.close);
  const isProfiled = options.profile !== undefined;
  await prepareDatabase(
    dataDir,
    cleanUp,
    isProfiled ? [`shared_preload_libraries = 'pg_stat_statements'`] : [],
  );
  if (isProfiled)
    await appendFile(join(clusterFolder(dataDir), 'pg_hba.conf'), 'host all postgres 127.0.0.1/32 trust\n');
  const env = { HUB_DNS: dns.server, HUB_OUTBOUND: 'rehearsal' };
  const start = (execArgv: readonly string[]) =>
    startHubProcess({ dataDir, seed: options.accounts, execArgv, env }, cleanUp);

  const first = await start([]);
  const filling = await connectTo(first.databaseUrl);
  const users = await hubUsers(filling);
  const cast = castOf(users);
  const startedMs = performance.now();
  await storeSamples(filling, Math.max(options.mailboxMessages, mainMessages));
  await fileSamples(filling, [cast.main.user], mainMessages);
  await fileSamples(filling, cast.mixed.map(nameOf), mixedMessages);
  await fileSamples(filling, [cast.large.user], options.mailboxMessages);
  await fileSamples(filling, cast.many.map(nameOf), manyMessages);
  if (isProfiled) await countStatements(first.databaseUrl);
  await filling.query('vacuum (analyze)');
  await filling.end();
  say(`the hub has its messages after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  // What is measured is a hub that has not filled its memory with other work.
  await first.stop();
  const hub = await start(isProfiled ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : []);
  const client = await connectTo(hub.databaseUrl);
  cleanUp.add(() => client.end());

  return {
    hub: {
      name: 'hub',
      port: hub.ports.imaps,
      cast,
      memoryKib: hub.rssKib,
      statements: async () => (isProfiled ? statementsOf(client) : undefined),
    },
    dovecot: canRunDovecot ? await dovecotWith(dataDir, cast, cleanUp, say) : undefined,
  };
}

async function dovecotWith(
  dataDir: string,
  hubCast: Cast<MailUser>,
  cleanUp: CleanUp,
  say: (line: string) => void,
): Promise<ImapTarget> {
  const certificate = { cert: join(dataDir, 'tls-cert.pem'), key: join(dataDir, 'tls-key.pem') };
  const dovecot = await startDovecot(certificate, cleanUp);
  const startedMs = performance.now();
  await dovecot.fileSamples([hubCast.main.user], mainMessages);
  await dovecot.fileSamples(hubCast.mixed.map(nameOf), mixedMessages);
  await dovecot.fileSamples(hubCast.many.map(nameOf), manyMessages);
  say(`Dovecot has its messages after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  const withPassword = ({ user }: MailUser): MailUser => ({ user, password: 'bench' });
  return {
    name: 'dovecot',
    port: dovecot.port,
    cast: {
      main: withPassword(hubCast.main),
      mixed: hubCast.mixed.map(withPassword),
      large: withPassword(hubCast.large),
      many: hubCast.many.map(withPassword),
    },
    memoryKib: dovecot.privateKib,
    statements: async () => undefined,
  };
}

function castOf(users: readonly MailUser[]): Cast<MailUser> {
  const [main, large, ...others] = users;
  if (main === undefined || large === undefined || others.length < 20)
    throw new Error(`${users.length} accounts are too few`);
  return { main, large, mixed: others.slice(0, 10), many: others.slice(10, 10 + manyUsers) };
}

function nameOf({ user }: MailUser): string {
  return user;
}

async function connectTo(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString, application_name: 'bench' });
  // A broken connection rejects the next query; the event alone would end the bench without its clean-up.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Only the superuser may; the bench has let it in for that. */
async function countStatements(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  url.username = 'postgres';
  const superuser = await connectTo(url.href);
  await superuser.query('create extension pg_stat_statements');
  await superuser.end();
}

async function statementsOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ calls: string }>(
    'select sum(calls) as calls from pg_stat_statements where toplevel',
  );
  return Number(rows[0]?.calls);
}
