import { eventually } from '#support/eventually.ts';
import { AccountTruth } from './account-truth.ts';
import { chooseCommands } from './choose-commands.ts';
import { cutAppend } from './message-commands.ts';
import { createRandom, type Random } from './random.ts';
import { bodyCommand, listCommand } from './reading-commands.ts';
import { leaveCommand, type Remembered, selectCommand } from './select-command.ts';
import { type SessionDoor, StateSession } from './state-session.ts';

export interface StateRunOptions {
  readonly port: number;
  readonly accounts: readonly { readonly user: string; readonly password: string }[];
  readonly sessionsPerAccount: number;
  readonly mailboxes: readonly string[];
  readonly seed: number;
  /** Commands to send, in all sessions together. */
  readonly commands: number;
  readonly hasQresync: boolean;
}

/** A session with its own generator, so that what one chooses does not hang on how fast another is. */
interface Player {
  readonly session: StateSession;
  readonly random: Random;
  readonly memory: Map<string, Remembered>;
}

/**
 * Random commands of many sessions on the same mailboxes, every answer held against the model of who hears it and
 * against the truth of all. Resolves with the number of commands; rejects at the first contradiction, with the seed and
 * the conversation.
 */
export async function runStateTest(options: StateRunOptions): Promise<number> {
  const groups = options.accounts.map((account, group) => createGroup(options, account, group));
  const players = groups.flat();
  const random = createRandom(options.seed);
  let sent = 0;
  try {
    while (sent < options.commands) {
      const counts = await Promise.all(
        players
          .filter(() => random.chance(60))
          .map((player) => guarded(player, options, () => play(player, options))),
      );
      sent += counts.reduce((sum, count) => sum + count, 0);
    }
    for (const group of groups) await settle(group, options);
  } finally {
    for (const { session } of players) session.disconnect();
  }
  return sent;
}

function createGroup(
  { port, sessionsPerAccount, mailboxes, seed, hasQresync }: StateRunOptions,
  account: { readonly user: string; readonly password: string },
  group: number,
): readonly Player[] {
  const truth = new AccountTruth(mailboxes);
  const kinds: readonly SessionDoor['enable'][] = hasQresync
    ? ['QRESYNC', 'CONDSTORE', 'QRESYNC', 'nothing', 'QRESYNC', 'CONDSTORE']
    : ['CONDSTORE', 'CONDSTORE', 'CONDSTORE', 'nothing', 'CONDSTORE', 'CONDSTORE'];
  return Array.from({ length: sessionsPerAccount }, (_, index) => ({
    session: new StateSession(
      `session ${group}.${index}`,
      { port, ...account, enable: kinds[index % kinds.length] ?? 'nothing' },
      truth,
    ),
    random: createRandom(seed * 1000 + group * 100 + index),
    memory: new Map(),
  }));
}

async function guarded<Result>(
  { session }: Player,
  { seed }: StateRunOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}, ${session.name}: ${text}\n${session.trace}`, { cause: error });
  }
}

/** One turn of one session; resolves with the number of commands sent. */
async function play({ session, random, memory }: Player, options: StateRunOptions): Promise<number> {
  if (!session.isConnected) {
    await session.connect();
    return 1;
  }
  if (session.idleTag !== undefined) {
    if (random.chance(50)) await session.done();
    return 0;
  }
  const { view } = session;
  const roll = random.below(100);
  if (roll < 2) {
    await session.sendAndVanish(cutAppend(session.truth, random));
    return 1;
  }
  if (view === undefined || roll < 8) {
    const name = random.pick(options.mailboxes);
    remember(session, memory);
    const remembered = session.door.enable === 'QRESYNC' && random.chance(70) ? memory.get(name) : undefined;
    const commands = [selectCommand(session, name, { readOnly: random.chance(10), remembered })];
    if (random.chance(70)) commands.push(listCommand());
    await session.run(commands);
    return commands.length;
  }
  if (roll < 11) {
    remember(session, memory);
    await session.run([leaveCommand(session, !session.readOnly && random.chance(50))]);
    return 1;
  }
  if (roll < 16) {
    await session.idle();
    return 1;
  }
  const commands = chooseCommands(session, view, random);
  if (roll < 19) {
    remember(session, memory);
    await session.runAndVanish(commands, random.chance(50));
  } else await session.run(commands);
  return commands.length;
}

function remember({ view }: StateSession, memory: Map<string, Remembered>): void {
  const messages = view?.remembered();
  if (view?.truth.uidValidity === undefined || messages === undefined || view.highestModseq === 0) return;
  memory.set(view.truth.name, {
    uidValidity: view.truth.uidValidity,
    modseq: view.highestModseq,
    messages,
  });
}

/** Nobody changes anything any more: soon each session knows what is there, and all that was acknowledged is. */
async function settle(group: readonly Player[], options: StateRunOptions): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const { truth, door } = first.session;
  const witness = new StateSession('witness', { ...door, enable: 'CONDSTORE' }, truth);
  for (const player of group) await guarded(player, options, () => player.session.done());
  await witness.connect();
  const present = new Map<string, readonly number[]>();
  try {
    for (const name of options.mailboxes) {
      await witness.run([selectCommand(witness, name, { readOnly: true }), listCommand()]);
      const messages = witness.view?.messages ?? [];
      const uids = messages.map(({ uid }) => uid ?? 0);
      present.set(name, uids);
      // All of them: every message that is there is one that was sent.
      await witness.run(uids.map((uid) => bodyCommand(truth, truth.mailbox(name), uid, 'BODY.PEEK[]')));
      truth.mailbox(name).checkPresence(uids);
      const watching = group.filter(({ session }) => session.view?.truth.name === name);
      for (const player of watching)
        await guarded(player, options, () => eventuallyKnows(player.session, messages));
    }
    for (const name of options.mailboxes) truth.mailbox(name).checkHistories();
    truth.checkNothingLost(present);
  } catch (error) {
    throw new Error(`seed ${options.seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    witness.disconnect();
  }
}

/** The log that wakes sessions is a moment behind the commit. */
function eventuallyKnows(
  session: StateSession,
  messages: readonly { uid: number | undefined; flags: string | undefined }[],
): Promise<void> {
  const line = (message: { uid: number | undefined; flags: string | undefined }) =>
    `${message.uid} (${message.flags})`;
  return eventually(async () => {
    await session.run([{ text: 'NOOP', mayExpunge: true }]);
    const known = session.view?.messages ?? [];
    if (known.length !== messages.length)
      throw new Error(`it knows ${known.length} messages of ${messages.length}`);
    for (const [at, message] of messages.entries()) {
      const mine = known[at];
      // What it never asked for it need not know.
      const expected = { uid: mine?.uid ?? message.uid, flags: mine?.flags ?? message.flags };
      if (line(expected) !== line(message))
        throw new Error(`it knows ${at + 1} as ${line(expected)}, and it is ${line(message)}`);
    }
  });
}
