import { openImapLine, type ImapLine } from './imap-line.ts';
import { createMix } from './mixed-commands.ts';

/** Whom the load signs in as. */
interface Door {
  readonly port: number;
  readonly users: readonly { readonly user: string; readonly password: string }[];
}

export type ImapLoadRequest =
  /** Signs each user in and out, so many at a time. */
  | (Door & { readonly kind: 'logins'; readonly connections: number })
  /** One connection, one command after the other; `before` is sent before each and not timed. */
  | (Door & {
      readonly kind: 'commands';
      readonly setUp: readonly string[];
      readonly commands: readonly { readonly before?: string; readonly text: string }[];
    })
  /** Connections that each send one command of the mix after the other. */
  | (Door & {
      readonly kind: 'mixed';
      readonly connections: number;
      readonly seconds: number;
      readonly searchesText: boolean;
    })
  /** Signs each user in and leaves it in IDLE, until `release`. */
  | (Door & { readonly kind: 'hold' })
  | { readonly kind: 'release' };

export interface ImapLoadAnswer {
  /** Of all that was asked, in milliseconds. */
  readonly tookMs: number;
  readonly count: number;
  /** Of each command, in milliseconds. */
  readonly eachMs?: readonly number[];
}

let held: ImapLine[] = [];

export async function runImapLoad(request: ImapLoadRequest): Promise<ImapLoadAnswer> {
  switch (request.kind) {
    case 'logins':
      return timed(request.users.length, () => logins(request));
    case 'commands':
      return commands(request);
    case 'mixed':
      return mixed(request);
    case 'hold':
      return timed(request.users.length, () => hold(request));
    case 'release':
      for (const line of held) line.close();
      held = [];
      return { tookMs: 0, count: 0 };
  }
}

async function timed(count: number, work: () => Promise<void>): Promise<ImapLoadAnswer> {
  const startedMs = performance.now();
  await work();
  return { tookMs: performance.now() - startedMs, count };
}

async function logins({ port, users, connections }: Door & { readonly connections: number }): Promise<void> {
  await inLines(users, connections, async ({ user, password }) => {
    const line = await openImapLine(port, user, password);
    await line.command('LOGOUT');
    line.close();
  });
}

async function commands(request: ImapLoadRequest & { kind: 'commands' }): Promise<ImapLoadAnswer> {
  const [user] = request.users;
  if (user === undefined) throw new Error('nobody to sign in');
  const line = await openImapLine(request.port, user.user, user.password);
  for (const text of request.setUp) await line.command(text);
  const eachMs: number[] = [];
  for (const { before, text } of request.commands) {
    if (before !== undefined) await line.command(before);
    const startedMs = performance.now();
    await line.command(text);
    eachMs.push(performance.now() - startedMs);
  }
  await line.command('LOGOUT');
  line.close();
  return { tookMs: eachMs.reduce((sum, ms) => sum + ms, 0), count: eachMs.length, eachMs };
}

async function mixed(request: ImapLoadRequest & { kind: 'mixed' }): Promise<ImapLoadAnswer> {
  const lines = await Promise.all(
    Array.from({ length: request.connections }, async (_, index) => {
      const user = request.users[index % request.users.length];
      if (user === undefined) throw new Error('nobody to sign in');
      const line = await openImapLine(request.port, user.user, user.password);
      await line.command('SELECT INBOX');
      return line;
    }),
  );
  const startedMs = performance.now();
  const untilMs = startedMs + request.seconds * 1000;
  let count = 0;
  await Promise.all(
    lines.map(async (line, index) => {
      const next = createMix(index, request.searchesText);
      while (performance.now() < untilMs) {
        await line.command(next());
        count += 1;
      }
    }),
  );
  const tookMs = performance.now() - startedMs;
  for (const line of lines) line.close();
  return { tookMs, count };
}

/** More at once would only queue up in the server. */
const connectingMax = 32;

async function hold({ port, users }: Door): Promise<void> {
  await inLines(users, connectingMax, async ({ user, password }) => {
    const line = await openImapLine(port, user, password);
    await line.command('SELECT INBOX');
    await line.idle();
    held.push(line);
  });
}

async function inLines<Item>(
  items: readonly Item[],
  lines: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    Array.from({ length: lines }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}
