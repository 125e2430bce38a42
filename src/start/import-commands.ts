import { setTimeout } from 'node:timers/promises';
import { importMail } from '#app/mail/import-mail.ts';
import type { ImportSource } from '#app/ports/mail-import.ts';
import { rowsOfCsv } from '#lib/csv.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { openImapSource } from '#mail/import/imap-source.ts';
import { openMaildirSource } from '#mail/import/maildir-source.ts';
import { openMboxSource } from '#mail/import/mbox-source.ts';
import { createInspectPool } from '#files/inspect-pool.ts';
import { createParsePool } from '#mail/message/parse-pool.ts';
import { indexForSearch } from '#mail/index-text.ts';
import { prepareMessage } from '#mail/official-mail.ts';
import type { Database } from '#store/database.ts';
import { createMailAccess, type MailAccessOptions } from '#store/mail/mail-access.ts';
import { createMailImports } from '#store/mail/mail-imports.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { inspectProgram } from './attachment-parts.ts';
import { createGuardedParsePool } from './guarded-parse-pool.ts';
import type { CommandContext, Commands } from './command.ts';
import {
  passwordIn,
  readImportOptions,
  serverOf,
  textIn,
  type ImportOptions,
  type ServerAddress,
} from './import-options.ts';
import { createProgressLine, linesOfSummary, stopTexts } from './import-report.ts';
import { messageBytesMax } from './mail-limits.ts';
import { plain } from './plain.ts';

/** Nobody waits at the other end of a line, so a message may take its time. */
const parseWithinMs = 60_000;

const sharedUsage = '[--folder-map SOURCE=TARGET]... [--since DAY] [--dry-run]';

/** Mail from elsewhere into an account's mailboxes (docs/operations/import.md). The hub may run meanwhile. */
export const importCommands: Commands = {
  'import imap': {
    usage: `import imap ACCOUNT --from imaps://HOST:PORT --user U --password-file F ${sharedUsage} [--insecure], or import imap --list FILE.csv …`,
    about: 'Brings mail from another server; FILE.csv holds account,host,user,password in each line.',
    words: 'own',
    async run(context, words) {
      const options = readImportOptions('imap', words);
      if (options.list !== undefined) return importList(context, options, options.list);
      const { from, user, passwordFile, words: own } = options;
      if (own.length !== 1 || from === undefined || user === undefined || passwordFile === undefined)
        throw usageOf('import imap');
      const account = await accountAt(context.database, own[0] ?? '');
      const login = { server: serverOf(from), user, password: await passwordIn(passwordFile) };
      await importInto(context, account, options, () => imapSource(login, options));
    },
  },
  'import mbox': {
    usage: `import mbox ACCOUNT PATH [--format mboxrd|mboxo] ${sharedUsage}`,
    about: 'Brings mail from an mbox file, or from a folder of them.',
    words: 'own',
    run: (context, words) =>
      importFiles(context, 'mbox', words, (path, { format }) => openMboxSource(path, format)),
  },
  'import maildir': {
    usage: `import maildir ACCOUNT PATH ${sharedUsage}`,
    about: "Brings mail from a Maildir with its folders, Dovecot's or Courier's.",
    words: 'own',
    run: (context, words) => importFiles(context, 'maildir', words, (path) => openMaildirSource(path)),
  },
};

function usageOf(command: string): StartRefusal {
  return new StartRefusal(`Usage: npm run hub -- ${importCommands[command]?.usage}`);
}

async function importFiles(
  context: CommandContext,
  kind: 'mbox' | 'maildir',
  words: readonly string[],
  open: (path: string, options: ImportOptions) => Promise<ImportSource>,
): Promise<void> {
  const options = readImportOptions(kind, words);
  const [address, path, ...more] = options.words;
  if (address === undefined || path === undefined || more.length > 0) throw usageOf(`import ${kind}`);
  const account = await accountAt(context.database, address);
  await importInto(context, account, options, () => readable(path, () => open(path, options)));
}

async function readable<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOTDIR') throw error;
    throw new StartRefusal(`${path} cannot be read (${code}).`);
  }
}

interface Account {
  readonly accountId: string;
  readonly address: string;
}

async function accountAt(database: Database, word: string): Promise<Account> {
  const address = word.trim().normalize('NFC').toLowerCase();
  const [row] = await database.rows<{ id: string }>('select id from account where address = $1', [address]);
  if (row === undefined) throw new StartRefusal(`There is no account ${plain(word)}.`);
  return { accountId: row.id, address };
}

interface Login {
  readonly server: ServerAddress;
  readonly user: string;
  readonly password: string;
}

function imapSource({ server, user, password }: Login, { insecure }: ImportOptions): Promise<ImportSource> {
  return openImapSource({
    ...server,
    user,
    password,
    insecure,
    pause: (ms) => setTimeout(ms),
  });
}

/** Throws `StartRefusal` when it did not come to its end; the summary of what was done is written before. */
async function importInto(
  context: CommandContext,
  account: Account,
  options: ImportOptions,
  open: () => Promise<ImportSource>,
): Promise<void> {
  const { database, write, now } = context;
  const clock = { now };
  // The relay looks for itself twenty times a second.
  const afterCommit = (): void => undefined;
  const source = await open();
  const inspector = createInspectPool({ program: inspectProgram, withinMs: parseWithinMs });
  const pool = createGuardedParsePool(createParsePool({ size: 1, deadlineMs: parseWithinMs }), inspector);
  const prepare = (bytes: Buffer) => prepareMessage(pool, bytes);
  const index: MailAccessOptions['index'] = (messageIds, keepGoing) =>
    indexForSearch(
      { index: createMessageIndex(database), textOf: (bytes) => pool.text(bytes), clock },
      messageIds,
      keepGoing,
    );
  const progress = createProgressLine(
    { isTerminal: process.stderr.isTTY, write: (text) => void process.stderr.write(text) },
    now,
  );
  try {
    const summary = await importMail(
      {
        access: createMailAccess(database, clock, account, { messageBytesMax, prepare, index, afterCommit }),
        imports: createMailImports({ database, clock, accountId: account.accountId, afterCommit }),
        prepare,
        clock,
        progress,
      },
      { source, messageBytesMax, ...options },
    );
    progress.end();
    for (const line of linesOfSummary(summary, options.dryRun)) write(`${line}\n`);
    const { stopped, failed } = summary;
    if (stopped !== undefined)
      throw new StartRefusal(stopTexts[stopped.code] ?? `The import has stopped: ${stopped.code}.`);
    if (failed.length > 0)
      throw new StartRefusal(`Not checked in time, so not stored: ${failed.length}. Run the command again.`);
  } finally {
    progress.end();
    await pool.close();
    await inspector.close();
    await source.close();
  }
}

interface ListedLogin extends Login {
  readonly line: number;
  readonly account: Account;
}

/** Every line is looked at before the first is begun; one that fails later does not keep the others waiting. */
async function importList(context: CommandContext, options: ImportOptions, file: string): Promise<void> {
  if (options.words.length > 0 || options.from !== undefined || options.user !== undefined)
    throw new StartRefusal('With --list, accounts and servers are in the file.');
  const logins = await readList(context.database, file);
  let failed = 0;
  for (const login of logins) {
    context.write(`${login.account.address}\n`);
    try {
      await importInto(context, login.account, options, () => imapSource(login, options));
    } catch (error) {
      if (!(error instanceof StartRefusal)) throw error;
      failed += 1;
      context.write(`Line ${login.line}, ${login.account.address}: ${error.message}\n`);
    }
  }
  if (failed > 0) throw new StartRefusal(`${failed} of ${logins.length} accounts did not come to their end.`);
}

async function readList(database: Database, file: string): Promise<readonly ListedLogin[]> {
  const rows = rowsOfCsv(await textIn(file));
  if (rows === undefined) throw new StartRefusal(`${file}: a quote is not closed.`);
  const logins: ListedLogin[] = [];
  const faults: string[] = [];
  for (const [index, row] of rows.entries()) {
    const line = index + 1;
    if (row.length === 1 && row[0]?.trim() === '') continue;
    if (index === 0 && row[0]?.trim().toLowerCase() === 'account') continue;
    try {
      const [address = '', host = '', user = '', password = ''] = row;
      if (row.length !== 4 || [address, host, user, password].includes(''))
        throw new StartRefusal('write account,host,user,password.');
      const account = await accountAt(database, address);
      logins.push({ line, account, server: serverOf(host.trim()), user: user.trim(), password });
    } catch (error) {
      if (!(error instanceof StartRefusal)) throw error;
      faults.push(`line ${line}: ${error.message}`);
    }
  }
  if (faults.length > 0) throw new StartRefusal(`${file}: nothing was begun. ${faults.join(' ')}`);
  return logins;
}
