import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMailSignIn, createScramSignIn } from '#app/access/sign-in.ts';
import { outsideTokenKey } from '#app/directive/outside-token.ts';
import { createSignInLimiter } from '#app/access/sign-in-limiter.ts';
import type { Hub } from '#app/hub.ts';
import type { Calendars } from '#app/ports/calendars.ts';
import { startLogReader, type LogReader } from '#app/log/log-reader.ts';
import type { Config } from '#root/config.ts';
import { systemClock } from '#domain/clock.ts';
import type { MailSite } from '#domain/mail/mail-site.ts';
import { withoutOrigin } from '#lib/act-origin.ts';
import { createQuiet } from '#lib/quiet.ts';
import { createAllowedOrigins } from '#lib/allowed-origins.ts';
import { createParsePool, type ParsePool } from '#mail/message/parse-pool.ts';
import { createOfficialMail } from '#mail/official-mail.ts';
import { startDispatcher } from '#queue/dispatcher.ts';
import { openQueues, type Queues } from '#queue/queues.ts';
import { startRelay, type Relay } from '#queue/relay.ts';
import { createAccessStore } from '#store/access/access-store.ts';
import { createPasswordHasher } from '#store/access/password-hasher.ts';
import { createCalendarDays } from '#store/calendar/calendar-days.ts';
import { createCalendars } from '#store/calendar/calendars.ts';
import type { Database } from '#store/database.ts';
import { createOutsideRecipients } from '#store/directive/outside-recipients.ts';
import { createHubStore } from '#store/hub-store.ts';
import { createMailDomains } from '#store/mail/mail-domains.ts';
import { createMailGroups } from '#store/mail/mail-groups.ts';
import { createMailTrace } from '#store/mail/mail-trace-read.ts';
import { createDispatched } from '#store/log/dispatched.ts';
import { listenToLog } from '#store/log/log-listener.ts';
import { connectLogStamper, notifyOutbox } from '#store/log/log-stamper.ts';
import { createDelegations } from '#store/delegation/delegations.ts';
import { createDirectory } from '#store/organisation/directory.ts';
import { systemDomain } from '#store/organisation/system-domain.ts';
import { createSavedSearches } from '#store/search/saved-search-store.ts';
import { createSearchReads } from '#store/search/search-reads.ts';
import { createSettings } from '#store/settings.ts';
import { createAuditPorts, startAuditKeeper } from './audit-parts.ts';
import { createDocumentHub } from './document-parts.ts';
import type { Log } from './log.ts';
import { type AttachmentParts, createAttachmentParts, createInspector } from './attachment-parts.ts';
import { createGuardedParsePool } from './guarded-parse-pool.ts';
import { createMailParts, type MailParts } from './mail-parts.ts';
import { createMailSettingsStore } from './mail-settings-store.ts';
import { mailSiteOf } from './mail-site.ts';
import { createMetrics } from './metrics.ts';
import { openDoors } from './open-doors.ts';
import { openStore } from './open-store.ts';
import { createOutsideMail, scanWithinMs } from './outside-mail.ts';
import { seedDemo, type Seeded } from './seed-demo.ts';
import { loadTls } from './tls-certificate.ts';
import { pageUrl, ownOrigins, type ListeningPorts } from './urls.ts';
import { startWork } from './start-work.ts';

export interface RunningHub {
  readonly hub: Hub;
  readonly url: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly ports: ListeningPorts;
  readonly seeded: Seeded;
  /** Doors, workers, relay, pools, then the database that is ours; may be called again. */
  stop(): Promise<void>;
}

/** Text is indexed when no mail has come for so long, or after so long all the same. */
const indexingSettings = { quietMs: 250, waitMsMax: 30_000 } as const;
const relaySettings = { pollMs: 50, batchRows: 1000, electEveryMs: 1000 } as const;
const readerPollMs = 1000;
/** 25 MiB of HTML take half of it on a busy two-core machine; an SMTP client waits for minutes (RFC 5321, 4.5.3.2). */
const parseWithinMs = 15_000;
const dispatcherRetryMs = 1000;
const dispatcherPaceMs = 100;

/** Things to close, the last opened first; what is open when a start fails is closed too. */
function createClosers(log: Log) {
  const closers: { name: string; close: () => Promise<unknown> }[] = [];
  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    for (const { name, close } of closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, `closing ${name} failed`);
      }
    }
  }
  return {
    add: (name: string, close: () => Promise<unknown>) => void closers.push({ name, close }),
    close: () => (closing ??= closeAll()),
  };
}

/** Configuration → database → hub → roles → doors. Throws `StartRefusal` for what a person can mend. */
export async function startHub(config: Config, log: Log, version: string): Promise<RunningHub> {
  const closers = createClosers(log);
  try {
    return await startParts(config, log, version, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function startParts(
  config: Config,
  log: Log,
  version: string,
  closers: ReturnType<typeof createClosers>,
): Promise<RunningHub> {
  const logFault = (error: unknown): string => {
    const id = randomUUID().slice(0, 8);
    log.error({ err: error, id }, 'fault');
    return id;
  };
  let ports: ListeningPorts = {};
  const store = await openStore(config, (line) => log.info(line));
  closers.add('database', store.close);
  const settings = createSettings(store.database);
  const tls = await loadTls(config.tls, store.dataDir, [
    'localhost',
    '127.0.0.1',
    ...(config.publicUrl === undefined ? [] : [new URL(config.publicUrl).hostname]),
    config.mail.host,
  ]);
  const pool = createParsePool({
    size: 1,
    deadlineMs: parseWithinMs,
    onRestart: (reason) => log.error({ reason }, 'a mail has ended the thread that read it'),
  });
  closers.add('parser', () => pool.close());
  const inspector = createInspector(log);
  closers.add('inspector', () => inspector.close());
  const attachments = await createAttachmentParts({
    database: store.database,
    dataDir: store.dataDir,
    inspector,
    clamd: config.mail.clamd,
    scanWithinMs,
    log,
  });

  const closing = new AbortController();
  const wakers = { committed: () => {} };
  const seedSize = (await settings.read<string>('seed')) ?? config.seed;
  // What the log sets going is nobody's request any more.
  const committed = () => withoutOrigin(wakers.committed);
  const outside = createOutsideMail({
    config: config.mail,
    database: store.database,
    log,
    smtpPort: () => ports.smtp,
  });
  const mail = createMailParts({
    clock: systemClock,
    committed,
    database: store.database,
    pool,
    hostname: config.mail.host,
    transport: outside.transport,
    scan: outside.scan,
    logFault,
    quiet: createQuiet({ ...indexingSettings, signal: closing.signal }),
  });
  const calendars = createCalendars(store.database);
  const hub = createHub({
    database: store.database,
    calendars,
    secret: await settings.secret(),
    pool,
    mail,
    attachments,
    publicUrl: () => pageUrl(config, ports),
    site: () => mailSiteOf(config, ports),
    committed,
    simulated: seedSize !== 'none',
    rehearsal: config.mail.outbound === 'rehearsal',
  });
  const reader = await startLogReader(hub.store.log, { pollMs: readerPollMs, onFault: logFault });
  closers.add('reader', () => reader.close());
  reader.subscribe((entries) => entries.forEach(({ event }) => calendars.hear(event)));
  const queues = await openQueues({ databaseUrl: store.url, redisUrl: config.redisUrl, onFault: logFault });
  closers.add('queues', () => queues.close());
  const relay = startLogRelay({ store, hub, reader, queues, log, logFault, wakers, closers });
  const seeded = await seedDemo(
    { ...store, settings, hub },
    { size: config.seed, password: config.demoPassword },
  );
  if (config.roles.has('worker')) {
    startWork({ hub, database: store.database, queues, mail, pool, logFault, closing, closers });
    const { database } = store;
    const quiet = () => mail.quiet.wait();
    const keeper = startAuditKeeper({ ports: hub.audit, database, clock: hub.clock, log, logFault, quiet });
    closers.add('audit', () => keeper.stop());
  }

  const metrics = createMetrics();
  const doors = await openDoors({
    config,
    hub,
    database: store.database,
    reader,
    pool: createGuardedParsePool(pool, inspector),
    tls,
    hostname: config.mail.host,
    mail,
    outside,
    log,
    logFault,
    origins: createAllowedOrigins(() => ownOrigins(config, ports)),
    publicUrl: () => pageUrl(config, ports),
    registry: metrics.registry,
    version,
    onPorts: (known) => (ports = known),
  });
  closers.add('doors', doors.close);
  ({ ports } = doors);
  metrics.observe({
    connections: doors.connections,
    reader,
    queues,
    isRelay: () => relay.isElected(),
    parserRestarts: () => pool.restarts,
  });
  const url = pageUrl(config, ports);
  await writeHubFile(store.dataDir, {
    version,
    pid: process.pid,
    url,
    ports,
    roles: [...config.roles],
    // Of the embedded server only: its password lies beside this file under the same rights.
    ...(config.mode === 'local' ? { databaseUrl: store.url } : {}),
  });
  return { hub, url, databaseUrl: store.url, dataDir: store.dataDir, ports, seeded, stop: closers.close };
}

interface HubParts {
  readonly database: Database;
  readonly calendars: Calendars;
  readonly secret: Buffer;
  readonly pool: ParsePool;
  readonly mail: MailParts;
  readonly attachments: AttachmentParts;
  readonly publicUrl: () => string;
  readonly site: () => MailSite;
  readonly committed: () => void;
  readonly simulated: boolean;
  readonly rehearsal: boolean;
}

function createHub(parts: HubParts): Hub {
  const clock = systemClock;
  const access = createAccessStore(parts.database);
  const signIn = {
    access,
    hasher: createPasswordHasher(),
    limiter: createSignInLimiter(clock),
    clock,
    secret: parts.secret,
  };
  const store = createHubStore(parts.database);
  const mail = createOfficialMail({
    pool: parts.pool,
    publicUrl: parts.publicUrl,
    domain: () => systemDomain(parts.database),
  });
  return {
    store,
    access,
    delegations: createDelegations(parts.database),
    directory: createDirectory(parts.database),
    documents: createDocumentHub({ ...parts, store, clock }),
    audit: createAuditPorts({ database: parts.database, store, clock, committed: parts.committed }),
    calendar: {
      calendars: parts.calendars,
      days: createCalendarDays(parts.database),
      clock,
      committed: parts.committed,
    },
    mail,
    files: { ...parts.attachments.upload, attachments: parts.attachments.attachments, store, clock },
    groups: createMailGroups(parts.database),
    domains: { domains: createMailDomains(parts.database), site: parts.site, clock },
    mailSettings: createMailSettingsStore(parts.database, parts.mail.absences),
    held: parts.mail.held,
    outbound: parts.mail.outbound,
    outside: {
      store,
      outside: createOutsideRecipients(parts.database),
      mail,
      delivery: parts.mail.delivery.delivery,
      tokenKeys: [outsideTokenKey(parts.secret)],
      clock,
      committed: parts.committed,
    },
    trace: createMailTrace(parts.database),
    search: createSearchReads(parts.database),
    savedSearches: createSavedSearches(parts.database),
    signIn,
    mailSignIn: createMailSignIn(signIn),
    scramSignIn: createScramSignIn(signIn),
    clock,
    committed: parts.committed,
    simulated: parts.simulated,
    rehearsal: parts.rehearsal,
  };
}

function startLogRelay(parts: {
  store: { url: string; database: Database };
  hub: Hub;
  reader: LogReader;
  queues: Queues;
  log: Log;
  logFault: (error: unknown) => string;
  wakers: { committed: () => void };
  closers: ReturnType<typeof createClosers>;
}): Relay {
  const { store, hub, reader, queues, closers, logFault } = parts;
  const dispatched = createDispatched(store.database);
  const relay = startRelay({
    ...relaySettings,
    connect: (onLost) => connectLogStamper(store.url, onLost),
    // Entries that were stamped and not yet dispatched when an earlier process ended are ours now (threats F2).
    onElected: () => dispatcher.wake(),
    onStamped: (head) => {
      reader.wake(head);
      dispatcher.wake();
    },
    onFault: logFault,
  });
  const dispatcher = startDispatcher({
    log: hub.store.log,
    dispatched: dispatched.read,
    saveDispatched: dispatched.save,
    queues,
    isElected: relay.isElected,
    onFault: logFault,
    retryMs: dispatcherRetryMs,
    paceMs: dispatcherPaceMs,
  });
  const elsewhere = notifyOutbox(store.database, logFault);
  parts.wakers.committed = () => (relay.isElected() ? relay.wake() : elsewhere());
  const listener = listenToLog(store.url, {
    log: reader.wake,
    outbox: relay.wake,
    connected: () => {
      reader.wake();
      relay.wake();
      dispatcher.wake();
    },
    lost: (error) =>
      parts.log.warn({ err: error }, 'the log listener lost its connection and connects again'),
  });
  closers.add('relay', () => relay.close());
  closers.add('dispatcher', () => dispatcher.close());
  closers.add('listener', () => listener.close());
  return relay;
}

/** Says where this hub listens, for programs and tests; written whole or not at all. */
async function writeHubFile(dataDir: string, facts: object): Promise<void> {
  const path = join(dataDir, 'hub.json');
  await writeFile(`${path}.new`, `${JSON.stringify(facts, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
