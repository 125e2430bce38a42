import { accessSync, constants, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { parseEnvFile } from '#lib/parse-env-file.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { readMailConfig, type MailConfig } from './mail-config.ts';

/** Which parts of the hub a process runs. */
const hubRoles = ['http', 'realtime', 'mail', 'worker'] as const;
export type HubRole = (typeof hubRoles)[number];

/** Size of the demo province that an empty database is filled with. */
const seeds = ['none', 'tiny', 'demo', 'full'] as const;
export type Seed = (typeof seeds)[number];

const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Config {
  /** `local`: the hub runs its own PostgreSQL in the data folder. `server`: DATABASE_URL names one. */
  readonly mode: 'local' | 'server';
  /** Absolute. */
  readonly dataDir: string;
  /** Set by hand: then the hub must use exactly this folder or refuse to start. */
  readonly explicitDataDir: boolean;
  readonly bind: string;
  /** Origin without a trailing slash, when the hub is reached under another address than its own. */
  readonly publicUrl?: string;
  /** 0 means any free port. */
  readonly ports: Ports;
  readonly trustProxy: readonly string[];
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  readonly roles: ReadonlySet<HubRole>;
  readonly seed: Seed;
  readonly demoPassword?: string;
  /** Absolute paths of PEM files. */
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
  readonly logLevel: LogLevel;
  readonly mail: MailConfig;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly smtp: number;
  readonly submission: number;
  readonly submissions: number;
  readonly imap: number;
  readonly imaps: number;
}

export interface ConfigVariable {
  readonly name: string;
  /** What an unset or empty variable means; absent when there is nothing to fall back on. */
  readonly default?: string;
  readonly description: string;
}

/** Every variable the hub reads. `docs/configuration.md`, `.env.example` and `docker-compose.yml` are tested against it. */
export const configVariables = [
  {
    name: 'HUB_DATA',
    default: './data',
    description: 'Folder for the embedded database, certificates and `hub.json`.',
  },
  {
    name: 'HUB_BIND',
    default: '127.0.0.1',
    description: 'IP address that every door listens on. `0.0.0.0` or `::` opens the hub to the network.',
  },
  {
    name: 'HUB_PUBLIC_URL',
    description:
      'Address that people type, such as `https://hub.binhthuan.example`. Used in links and for the Origin check.',
  },
  { name: 'HTTP_PORT', default: '8080', description: 'Port of HTTP and Socket.IO.' },
  { name: 'HTTPS_PORT', default: '8443', description: 'Port of HTTPS and secure Socket.IO.' },
  {
    name: 'HUB_TRUST_PROXY',
    description:
      'Reverse proxies whose forwarding headers are believed: IP addresses or CIDR ranges, separated by commas.',
  },
  {
    name: 'SMTP_PORT',
    default: '2525',
    description: 'Port where mail from other servers comes in (25 on the public side).',
  },
  {
    name: 'SUBMISSION_PORT',
    default: '2587',
    description: 'Port of mail submission with STARTTLS (587 on the public side).',
  },
  {
    name: 'SUBMISSIONS_PORT',
    default: '2465',
    description: 'Port of mail submission over TLS (465 on the public side).',
  },
  { name: 'IMAP_PORT', default: '2143', description: 'Port of IMAP with STARTTLS (143 on the public side).' },
  { name: 'IMAPS_PORT', default: '2993', description: 'Port of IMAP over TLS (993 on the public side).' },
  {
    name: 'DATABASE_URL',
    description:
      'PostgreSQL 16 or newer, such as `postgres://user:password@host:5432/database`. Unset: the hub runs its own PostgreSQL in the data folder.',
  },
  {
    name: 'REDIS_URL',
    description:
      'Redis 7 or Valkey 8 or newer for the job queue, such as `redis://:password@host:6379`. Unset: the queue is kept in PostgreSQL.',
  },
  {
    name: 'HUB_ROLES',
    default: 'http,realtime,mail,worker',
    description: 'Parts this process runs, separated by commas. The argument `--roles=` wins over it.',
  },
  {
    name: 'HUB_SEED',
    default: 'demo',
    description:
      'Demo province for an empty database: `tiny`, `demo`, `full` or `none`. The default is `none` when DATABASE_URL is set.',
  },
  {
    name: 'HUB_DEMO_PASSWORD',
    description: 'Password of every demo account, 8 characters or more. Unset: one is made and printed once.',
  },
  {
    name: 'TLS_CERT',
    description:
      'PEM file with the certificate chain. Set it together with TLS_KEY; unset: a self-signed pair is made in the data folder.',
  },
  { name: 'TLS_KEY', description: 'PEM file with the private key of TLS_CERT.' },
  {
    name: 'HUB_MAIL_HOST',
    description:
      'Name of this mail server in the DNS: in its greeting, in Received, and in the MX records to publish. Unset: the host of HUB_PUBLIC_URL, else `localhost`.',
  },
  {
    name: 'HUB_OUTBOUND',
    default: 'rehearsal',
    description:
      'Mail to other domains: `direct` goes to their MX, `rehearsal` stays in the outbox page of this hub. The default is `direct` when DATABASE_URL is set.',
  },
  {
    name: 'HUB_SMARTHOST',
    description:
      'Server that takes all mail to other domains, such as `smtp://user:password@relay.example:587` or `smtps://relay.example`. It wins over HUB_OUTBOUND.',
  },
  {
    name: 'HUB_OUTBOUND_PORT',
    default: '25',
    description: 'Port of other mail servers; another one only for tests and closed networks.',
  },
  {
    name: 'HUB_DNS',
    description:
      'Name servers that the mail checks and deliveries ask, such as `127.0.0.1:53`, separated by commas. Unset: those of the system.',
  },
  {
    name: 'HUB_CLAMD',
    description:
      'clamd that every message is scanned by: `host:port` or the path of its socket. While it does not answer, mail waits.',
  },
  {
    name: 'HUB_RSPAMD',
    description:
      'rspamd that every message from outside is judged by, such as `http://127.0.0.1:11333`. While it does not answer, mail waits.',
  },
  {
    name: 'HUB_LOG_LEVEL',
    default: 'info',
    description:
      'Least level that is logged: `silent`, `fatal`, `error`, `warn`, `info`, `debug` or `trace`.',
  },
] as const satisfies readonly ConfigVariable[];

type VariableName = (typeof configVariables)[number]['name'];
type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  /** Where `.env` lies and what relative paths are relative to; the working folder unless given. */
  readonly folder?: string;
  /** Arguments of the program; only `--roles=` is known. */
  readonly arguments?: readonly string[];
}

/**
 * Reads the environment, completed by `.env`, into one frozen object. A variable that is set wins over `.env`; an empty one
 * counts as not set, also when `.env` gives it a value.
 *
 * Throws one `StartRefusal` that names every fault. It never repeats a value that may hold a password.
 */
export function loadConfig(environment: Environment, options: LoadOptions = {}): Config {
  const folder = resolve(options.folder ?? process.cwd());
  const faults: string[] = [];
  const merged = { ...readEnvFile(join(folder, '.env'), faults), ...environment };
  refuseUnknownNames(merged, faults);
  const source: Source = {
    folder,
    faults,
    text: (name) => {
      const value = merged[name]?.trim();
      return value === undefined || value === '' ? undefined : value;
    },
  };
  const config = assemble(source, options.arguments ?? []);
  if (faults.length > 0) {
    throw new StartRefusal(
      `The configuration is not usable: ${faults.join('; ')}. See docs/configuration.md.`,
    );
  }
  return config;
}

/** One reading of the configuration: what is set, and the faults found so far. */
interface Source {
  readonly folder: string;
  readonly faults: string[];
  /** `undefined` when unset or empty. */
  text(name: VariableName): string | undefined;
}

function assemble(source: Source, programArguments: readonly string[]): Config {
  const dataDir = source.text('HUB_DATA');
  const publicUrl = readPublicUrl(source);
  const databaseUrl = readUrl(source, 'DATABASE_URL', ['postgres:', 'postgresql:']);
  const redisUrl = readUrl(source, 'REDIS_URL', ['redis:', 'rediss:']);
  const demoPassword = readDemoPassword(source);
  const tls = readTls(source);
  const local = source.text('DATABASE_URL') === undefined;
  return Object.freeze({
    mode: local ? 'local' : 'server',
    dataDir: resolve(source.folder, dataDir ?? fallback('HUB_DATA')),
    explicitDataDir: dataDir !== undefined,
    bind: readBind(source),
    ports: readPorts(source),
    trustProxy: Object.freeze(readTrustProxy(source)),
    roles: readRoles(source, programArguments),
    seed: readChoice(source, 'HUB_SEED', seeds, local ? 'demo' : 'none'),
    logLevel: readChoice(source, 'HUB_LOG_LEVEL', logLevels, 'info'),
    mail: Object.freeze(readMailConfig(source, { publicUrl, local })),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
    ...(demoPassword === undefined ? {} : { demoPassword }),
    ...(tls === undefined ? {} : { tls: Object.freeze(tls) }),
  });
}

function fallback(name: VariableName): string {
  const variable: ConfigVariable | undefined = configVariables.find((candidate) => candidate.name === name);
  return variable?.default ?? '';
}

/** A misspelt name would otherwise be ignored without a word, and the hub would run with a default nobody chose. */
function refuseUnknownNames(merged: Environment, faults: string[]): void {
  const known = new Set<string>(configVariables.map((variable) => variable.name));
  for (const name of Object.keys(merged).toSorted()) {
    if (name.startsWith('HUB_') && !known.has(name)) faults.push(`${name} is not a variable of the hub`);
  }
}

function readBind(source: Source): string {
  const value = source.text('HUB_BIND') ?? fallback('HUB_BIND');
  if (isIP(value) === 0) source.faults.push(`HUB_BIND must be an IP address, not "${value}"`);
  return value;
}

function readPublicUrl(source: Source): string | undefined {
  const value = source.text('HUB_PUBLIC_URL');
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  const isOrigin = url !== null && /^https?:$/u.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin) return url.origin;
  source.faults.push(
    'HUB_PUBLIC_URL must be an origin such as https://hub.binhthuan.example, without a path',
  );
  return undefined;
}

function readUrl(source: Source, name: VariableName, schemes: readonly string[]): string | undefined {
  const value = source.text(name);
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (url !== null && schemes.includes(url.protocol) && url.host !== '') return value;
  source.faults.push(`${name} must be an address such as ${schemes[0]}//host`);
  return undefined;
}

function readPorts(source: Source): Ports {
  const names = {
    http: 'HTTP_PORT',
    https: 'HTTPS_PORT',
    smtp: 'SMTP_PORT',
    submission: 'SUBMISSION_PORT',
    submissions: 'SUBMISSIONS_PORT',
    imap: 'IMAP_PORT',
    imaps: 'IMAPS_PORT',
  } as const satisfies Record<keyof Ports, VariableName>;
  const takenBy = new Map<number, VariableName>();
  const port = (door: keyof Ports): number => {
    const name = names[door];
    const text = source.text(name) ?? fallback(name);
    const value = Number(text);
    if (!/^\d+$/u.test(text) || value > 65_535) {
      source.faults.push(`${name} must be a whole number from 0 to 65535, not "${text}"`);
      return 0;
    }
    const other = takenBy.get(value);
    if (other !== undefined && value !== 0) source.faults.push(`${other} and ${name} are both ${value}`);
    takenBy.set(value, name);
    return value;
  };
  return Object.freeze({
    http: port('http'),
    https: port('https'),
    smtp: port('smtp'),
    submission: port('submission'),
    submissions: port('submissions'),
    imap: port('imap'),
    imaps: port('imaps'),
  });
}

function readTrustProxy(source: Source): string[] {
  const ranges = listOf(source.text('HUB_TRUST_PROXY') ?? '');
  for (const range of ranges) {
    const [address = '', prefix, rest] = range.split('/');
    const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    const isRange = prefix === undefined || (/^\d{1,3}$/u.test(prefix) && Number(prefix) <= bits);
    if (bits === -1 || !isRange || rest !== undefined) {
      source.faults.push(`HUB_TRUST_PROXY must list IP addresses or CIDR ranges, not "${range}"`);
    }
  }
  return ranges;
}

function readRoles(source: Source, programArguments: readonly string[]): ReadonlySet<HubRole> {
  let text = source.text('HUB_ROLES') ?? fallback('HUB_ROLES');
  let name = 'HUB_ROLES';
  for (const argument of programArguments) {
    if (argument.startsWith('--roles=')) {
      name = '--roles';
      text = argument.slice('--roles='.length);
    } else source.faults.push(`the argument "${argument}" is not known, only --roles= is`);
  }
  const chosen = listOf(text);
  const roles = hubRoles.filter((role) => chosen.includes(role));
  const unknown = chosen.filter((role) => !(hubRoles as readonly string[]).includes(role));
  if (unknown.length > 0 || roles.length === 0) {
    source.faults.push(`${name} must list ${hubRoles.join(', ')} or some of them, not "${text}"`);
  }
  return new Set(roles);
}

function readChoice<Choice extends string>(
  source: Source,
  name: VariableName,
  choices: readonly Choice[],
  unset: Choice,
): Choice {
  const text = source.text(name);
  const choice = text === undefined ? unset : choices.find((candidate) => candidate === text);
  if (choice === undefined) source.faults.push(`${name} must be one of ${choices.join(', ')}, not "${text}"`);
  return choice ?? unset;
}

function readDemoPassword(source: Source): string | undefined {
  const password = source.text('HUB_DEMO_PASSWORD');
  if (password !== undefined && password.length < 8) {
    source.faults.push('HUB_DEMO_PASSWORD must have 8 characters or more');
  }
  return password;
}

function readTls(source: Source): { certPath: string; keyPath: string } | undefined {
  const cert = source.text('TLS_CERT');
  const key = source.text('TLS_KEY');
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    source.faults.push('TLS_CERT and TLS_KEY must be set together');
    return undefined;
  }
  return { certPath: readablePath(source, 'TLS_CERT', cert), keyPath: readablePath(source, 'TLS_KEY', key) };
}

function readablePath(source: Source, name: VariableName, value: string): string {
  const path = resolve(source.folder, value);
  try {
    accessSync(path, constants.R_OK);
  } catch {
    source.faults.push(`${name} names a file that cannot be read: ${path}`);
  }
  return path;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function readEnvFile(path: string, faults: string[]): Record<string, string> {
  try {
    const { values, faultyLines } = parseEnvFile(readFileSync(path, 'utf8'));
    for (const line of faultyLines) faults.push(`.env line ${line} is not NAME=value`);
    return values;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') faults.push(`.env cannot be read: ${path}`);
    return {};
  }
}
