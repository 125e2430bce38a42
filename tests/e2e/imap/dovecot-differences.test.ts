import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#domain/clock.ts';
import { indexTexts } from '#mail/index-text.ts';
import { messageText } from '#mail/message/message-text.ts';
import { openDatabase } from '#store/database.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { canRunDovecot, dovecotPassword, startDovecot, type DovecotServer } from '#support/dovecot.ts';
import { ImapClient } from '#support/imap-client.ts';
import { imapScripts, scriptMessages } from '#support/imap-scripts.ts';
import { demoPassword, districtClerk, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const page = new URL('../../../docs/imap-differences.md', import.meta.url);

/** A row of the table of docs/imap-differences.md. */
interface Difference {
  readonly command: string;
  readonly hub: string;
  readonly dovecot: string;
}

/** What both answer is right by two votes; where they differ, the page says why. */
describe.skipIf(!canRunDovecot)('the hub beside Dovecot', () => {
  let hub: TestHub;
  let dovecot: DovecotServer;

  beforeAll(async () => {
    hub = await startTestHub();
    dovecot = await startDovecot('fs');
  });

  afterAll(async () => {
    await dovecot?.stop();
    await hub?.remove();
  });

  it('answers alike, save for what docs/imap-differences.md explains', async () => {
    const found: Difference[] = [];
    for (const [at, { commands }] of imapScripts.entries()) {
      const ours = await answersOf(await openHub(), at, commands, () => indexed(hub));
      const theirs = await answersOf(await openDovecot(at), at, commands, async () => {});
      for (const [index, command] of commands.entries())
        if (ours[index] !== theirs[index]) found.push(cells(command, ours[index] ?? '', theirs[index] ?? ''));
    }
    const text = await readFile(page, 'utf8');
    const rows = rowsOf(text);
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(page, withRows(text, found, rows));
    else {
      expect(found).toEqual(rows.map(({ command, hub, dovecot }) => ({ command, hub, dovecot })));
      for (const { command, why } of rows) expect(why, command).toMatch(/\w{3,}/);
    }
  });

  const openHub = (): Promise<ImapClient> => signedIn(hub.ports.imaps, `${districtClerk} ${demoPassword}`);
  const openDovecot = (at: number): Promise<ImapClient> =>
    signedIn(dovecot.port, `nguoi${at} ${dovecotPassword}`);
});

async function signedIn(port: number, login: string): Promise<ImapClient> {
  const client = new ImapClient(connect({ port, host: '127.0.0.1', rejectUnauthorized: false }));
  await client.line();
  await client.command(`LOGIN ${login}`);
  return client;
}

/** What housekeeping does a minute later: before that, SEARCH TEXT does not know an appended message. */
async function indexed(hub: TestHub): Promise<void> {
  const database = await openDatabase(hub.databaseUrl, { connectionsMax: 1 });
  const index = createMessageIndex(database);
  const ids = await index.owed(new Date(Date.now() + 60_000), 1000);
  const textOf = async (bytes: Uint8Array) => messageText(bytes);
  await indexTexts({ index, textOf, quiet: () => Promise.resolve(), clock: systemClock }, ids);
  await database.close();
}

/** The answers, each as one string of what a client acts on. */
async function answersOf(
  client: ImapClient,
  at: number,
  commands: readonly string[],
  ready: () => Promise<void>,
): Promise<readonly string[]> {
  for (const name of ['Thu', 'Khac']) {
    if (at > 0) await client.command(`DELETE ${name}`);
    await client.command(`CREATE ${name}`);
  }
  for (const { arguments: options, octets } of scriptMessages)
    await client.command(`APPEND Thu ${options}{${Buffer.byteLength(octets)}+}\r\n${octets}`);
  await ready();
  await client.command('SELECT Thu');
  const answers: string[] = [];
  for (const command of commands) answers.push(normal(await client.command(command), command));
  client.destroy();
  return answers;
}

/**
 * Leaves out what may differ from one server to the next: words, numbers that each chooses, the order of lines, and the
 * many ways to write one thing.
 */
function normal(lines: readonly string[], command: string): string {
  const answers = lines.slice(0, -1).flatMap((line) => untagged(line, command));
  return [...answers.toSorted(), status(lines.at(-1) ?? '')].join(' ⏎ ');
}

function untagged(line: string, command: string): readonly string[] {
  if (/^\* \d+ RECENT$/.test(line) || line.startsWith('* OK [CLOSED]')) return [];
  if (line.startsWith('* OK')) return [`* ${status(line.slice(2))}`];
  const plain = line
    .replaceAll(/(UIDVALIDITY|MODSEQ) \(?\d+\)?/g, '$1 n')
    // A quoted string and a literal are the same string.
    .replaceAll(/\{(\d{1,3})\}\r\n/g, (all, size: string, at: number) =>
      isPlain(line.slice(line.indexOf(all, at) + all.length).slice(0, Number(size))) ? '' : all,
    )
    .replaceAll(
      /INTERNALDATE "([^"]*)"/g,
      (_all, date: string) => `INTERNALDATE ${new Date(date).toISOString()}`,
    )
    .replaceAll(/BODY\[[^\]]*\]/g, (section) => section.toUpperCase())
    .replaceAll(/\(([^()]*\\[^()]*)\)/g, (_all, flags: string) => `(${sortedFlags(flags)})`);
  if (/BODY(?:STRUCTURE)? \(/.test(plain)) return [plain.toLowerCase().replaceAll('"', '')];
  // UID may come with any FETCH (RFC 9051, section 7.5.2).
  return [command.startsWith('STORE') ? plain.replace(/\(UID \d+ /, '(') : plain.replaceAll('"', '')];
}

function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function sortedFlags(flags: string): string {
  return flags
    .split(' ')
    .filter((flag) => flag !== '' && flag !== String.raw`\Recent`)
    .toSorted()
    .join(' ');
}

function status(line: string): string {
  const [, word = line, code] = /^(OK|NO|BAD)(?: \[([^\]]*)\])?/.exec(line) ?? [];
  if (code === undefined) return word;
  const [name = '', ...rest] = code.split(' ');
  if (name === 'PERMANENTFLAGS') return `${word} [${name} (${sortedFlags(rest.join(' ').slice(1, -1))})]`;
  const isChosen = ['UIDVALIDITY', 'HIGHESTMODSEQ', 'MAILBOXID', 'COPYUID', 'UNSEEN'].includes(name);
  return `${word} [${isChosen ? [name, 'n', ...rest.slice(1)].join(' ') : code}]`;
}

const cellCharacters = 140;

/** What a table can hold: of long answers the piece where they part. */
function cells(command: string, hub: string, dovecot: string): Difference {
  let parting = 0;
  while (parting < hub.length && hub[parting] === dovecot[parting]) parting += 1;
  const from = Math.max(hub.length, dovecot.length) > cellCharacters ? Math.max(0, parting - 60) : 0;
  const cell = (text: string): string => {
    const visible = text.replaceAll('\r\n', '␍').replaceAll('|', '¦').replaceAll('`', 'ʼ');
    const piece = visible.slice(from, from + cellCharacters);
    return `${from > 0 ? '…' : ''}${piece}${visible.length > from + cellCharacters ? '…' : ''}`;
  };
  return { command: command.replaceAll('\r\n', '␍'), hub: cell(hub), dovecot: cell(dovecot) };
}

function rowsOf(text: string): readonly (Difference & { readonly why: string })[] {
  return [...text.matchAll(/^\| `(.*?)` \| `(.*?)` \| `(.*?)` \| (.*) \|$/gm)].map(
    ([, command = '', hub = '', dovecot = '', why = '']) => ({ command, hub, dovecot, why }),
  );
}

/** The found rows, each with the reason that the page gave for that command. */
function withRows(
  text: string,
  found: readonly Difference[],
  rows: readonly (Difference & { readonly why: string })[],
): string {
  const lines = found.map(({ command, hub, dovecot }) => {
    const why = rows.find((row) => row.command === command)?.why ?? '';
    return `| \`${command}\` | \`${hub}\` | \`${dovecot}\` | ${why} |`;
  });
  const head = text.slice(0, text.indexOf('| --- |'));
  return `${head}| --- | --- | --- | --- |\n${lines.join('\n')}\n`;
}
