import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { StartRefusal } from '#lib/start-refusal.ts';
import { mboxFormats, type MboxFormat } from '#mail/import/read-mbox.ts';

export interface ImportOptions {
  readonly words: readonly string[];
  readonly folderMap: ReadonlyMap<string, string>;
  readonly since: Date | undefined;
  readonly dryRun: boolean;
  readonly insecure: boolean;
  readonly format: MboxFormat;
  readonly from: string | undefined;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly list: string | undefined;
}

const options = {
  'folder-map': { type: 'string', multiple: true },
  since: { type: 'string' },
  'dry-run': { type: 'boolean' },
  from: { type: 'string' },
  user: { type: 'string' },
  'password-file': { type: 'string' },
  list: { type: 'string' },
  insecure: { type: 'boolean' },
  format: { type: 'string' },
} as const;
const shared = ['folder-map', 'since', 'dry-run'];
const own = {
  imap: new Set([...shared, 'from', 'user', 'password-file', 'list', 'insecure']),
  mbox: new Set([...shared, 'format']),
  maildir: new Set(shared),
};

/** The words of `hub import KIND …`. Throws `StartRefusal`. */
export function readImportOptions(kind: keyof typeof own, words: readonly string[]): ImportOptions {
  const { values, positionals } = parsed(words);
  for (const name of Object.keys(values))
    if (!own[kind].has(name)) throw new StartRefusal(`--${name} is no option of import ${kind}.`);
  return {
    words: positionals,
    folderMap: new Map((values['folder-map'] ?? []).map(pairOf)),
    since: values.since === undefined ? undefined : dayOf(values.since),
    dryRun: values['dry-run'] ?? false,
    insecure: values.insecure ?? false,
    format: formatOf(values.format ?? 'mboxrd'),
    from: values.from,
    user: values.user,
    passwordFile: values['password-file'],
    list: values.list,
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    throw new StartRefusal((error as Error).message);
  }
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  const [from, to] = [text.slice(0, at).normalize('NFC'), text.slice(at + 1).normalize('NFC')];
  if (at < 1 || to === '') throw new StartRefusal(`--folder-map ${text}: write SOURCE=TARGET.`);
  return [from, to];
}

/** The beginning of a day in the province. */
function dayOf(text: string): Date {
  const day = new Date(`${text}T00:00:00+07:00`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(day.getTime()))
    throw new StartRefusal(`--since ${text}: write a day as 2016-05-11.`);
  return day;
}

function formatOf(text: string): MboxFormat {
  const format = mboxFormats.find((known) => known === text);
  if (format === undefined) throw new StartRefusal(`--format is ${mboxFormats.join(' or ')}.`);
  return format;
}

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

const defaultPorts = { 'imaps:': 993, 'imap:': 143 } as const;

/** `imaps://host:port`, `imap://host:port` (STARTTLS), or `host:port`, which means imaps. Throws `StartRefusal`. */
export function serverOf(text: string): ServerAddress {
  const url = URL.parse(text.includes('://') ? text : `imaps://${text}`);
  const protocol = url?.protocol;
  if (url === null || (protocol !== 'imaps:' && protocol !== 'imap:') || url.hostname === '')
    throw new StartRefusal(`${text}: write imaps://HOST:PORT, or imap://HOST:PORT for STARTTLS.`);
  if (url.username !== '' || url.password !== '')
    throw new StartRefusal('A name and a password do not belong into the address of the server.');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPorts[protocol] : Number(url.port),
    secure: protocol === 'imaps:',
  };
}

/** The first line of a file: an editor ends it with a line break that is no part of the password. */
export async function passwordIn(path: string): Promise<string> {
  const [password = ''] = (await textIn(path)).split(/\r?\n/);
  if (password === '') throw new StartRefusal(`${path} holds no password.`);
  return password;
}

export async function textIn(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StartRefusal(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
