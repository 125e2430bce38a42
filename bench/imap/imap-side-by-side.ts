import { setTimeout as delay } from 'node:timers/promises';
import { startChildProgram } from '#bench/child-program.ts';
import type { CleanUp } from '#bench/clean-up.ts';
import { median } from '#bench/median.ts';
import type { BenchOptions } from '#bench/options.ts';
import type { MailUser } from './fill-hub.ts';
import type { ImapLoadAnswer, ImapLoadRequest } from './imap-load.ts';
import { type ImapTarget, mainMessages, startImapTargets } from './imap-targets.ts';
import { appendCommand, searchText } from './mixed-commands.ts';
import { commonWord, rareWord } from './sample-mail.ts';

/** One figure: a value of each round. `rate` is per second and better high, the others better low. */
export interface ImapFigure {
  readonly name: string;
  readonly unit: 'rate' | 'ms' | 'KiB';
  readonly hub: number[];
  readonly dovecot: number[];
  /** Of the hub's database for one command; only with a profile. */
  readonly statements: number[];
}

export interface ImapSideBySide {
  readonly mailboxMessages: number;
  readonly held: number;
  readonly figures: Readonly<Record<string, ImapFigure>>;
}

type Ask = (request: ImapLoadRequest) => Promise<ImapLoadAnswer>;
type Measure = (target: ImapTarget, ask: Ask, round: number) => Promise<{ value: number; commands: number }>;

interface Plan {
  readonly name: string;
  readonly unit: ImapFigure['unit'];
  readonly hubOnly?: boolean;
  readonly measure: Measure;
}

const last50 = (messages: number) =>
  `FETCH ${messages - 49}:${messages} (ENVELOPE FLAGS RFC822.SIZE BODYSTRUCTURE)`;

/** The names are those of `--figures`. */
function plansOf({ mailboxMessages, idleSeconds }: BenchOptions): Readonly<Record<string, Plan>> {
  const large = { who: (target: ImapTarget) => target.cast.large, hubOnly: true };
  const small = { who: (target: ImapTarget) => target.cast.mixed[0], hubOnly: true };
  return {
    login: {
      name: 'connect with TLS, LOGIN, LOGOUT, 10 at a time',
      unit: 'rate',
      async measure({ port, cast }, ask) {
        const { count, tookMs } = await ask({
          kind: 'logins',
          port,
          users: cast.many.slice(0, 300),
          connections: 10,
        });
        return { value: (count / tookMs) * 1000, commands: count };
      },
    },
    select: timesOf('SELECT INBOX of 20,000', 40, () => ({ before: 'UNSELECT', text: 'SELECT INBOX' })),
    last50: timesOf('FETCH of the last 50', 40, () => ({ text: last50(mainMessages) })),
    flags: timesOf('UID FETCH 1:* FLAGS', 6, () => ({ text: 'UID FETCH 1:* (FLAGS)' })),
    store: timesOf('STORE of one flag', 80, (at) => ({
      text: `STORE ${100 + Math.floor(at / 2)} ${at % 2 === 0 ? '+' : '-'}FLAGS (\\Flagged)`,
    })),
    unseen: timesOf('SEARCH UNSEEN', 20, () => ({ text: 'SEARCH UNSEEN' })),
    text: timesOf('SEARCH TEXT, 20 of 20,000', 4, (at) => ({ text: searchText(rareWord(at * 37 + 5)) })),
    common: timesOf('SEARCH TEXT, 5,000 of 20,000', 2, () => ({ text: searchText(commonWord) })),
    append: timesOf('APPEND of 5 KB', 60, () => ({ text: appendCommand('Drafts') })),
    mixed: mixedPlan('mixed load, 20 connections', false),
    mixedtext: mixedPlan('mixed load with SEARCH TEXT', true),
    selectsmall: timesOf('SELECT at 1,000', 40, () => ({ before: 'UNSELECT', text: 'SELECT INBOX' }), small),
    selectlarge: timesOf(
      `SELECT at ${mailboxMessages}`,
      40,
      () => ({ before: 'UNSELECT', text: 'SELECT INBOX' }),
      large,
    ),
    last50small: timesOf('last 50 at 1,000', 40, () => ({ text: last50(1000) }), small),
    last50large: timesOf(
      `last 50 at ${mailboxMessages}`,
      40,
      () => ({ text: last50(mailboxMessages) }),
      large,
    ),
    textlarge: timesOf(
      `SEARCH TEXT at ${mailboxMessages}`,
      4,
      (at) => ({ text: searchText(rareWord(at * 37 + 5)) }),
      large,
    ),
    idle: {
      name: 'memory of a held IDLE connection',
      unit: 'KiB',
      async measure({ port, cast, memoryKib }, ask) {
        const before = await memoryKib();
        const { count } = await ask({ kind: 'hold', port, users: cast.many });
        await delay(idleSeconds * 1000);
        const after = await memoryKib();
        await ask({ kind: 'release' });
        return { value: (after - before) / count, commands: count * 3 };
      },
    },
  };
}

/** The median of `count` commands, one after the other on one connection with the INBOX selected. */
function timesOf(
  name: string,
  count: number,
  commandAt: (at: number) => { readonly before?: string; readonly text: string },
  options: { readonly who?: (target: ImapTarget) => MailUser | undefined; readonly hubOnly?: boolean } = {},
): Plan {
  const { who = (target) => target.cast.main, hubOnly = false } = options;
  return {
    name,
    unit: 'ms',
    hubOnly,
    async measure(target, ask, round) {
      const user = who(target);
      if (user === undefined) throw new Error('nobody has the mailbox');
      const { eachMs = [] } = await ask({
        kind: 'commands',
        port: target.port,
        users: [user],
        setUp: ['SELECT INBOX'],
        commands: Array.from({ length: count }, (_, at) => commandAt(round * count + at)),
      });
      return { value: median(eachMs), commands: count };
    },
  };
}

const mixedSeconds = 5;

function mixedPlan(name: string, searchesText: boolean): Plan {
  return {
    name,
    unit: 'rate',
    async measure({ port, cast }, ask) {
      const { count, tookMs } = await ask({
        kind: 'mixed',
        port,
        users: cast.mixed,
        connections: 20,
        seconds: mixedSeconds,
        searchesText,
      });
      return { value: (count / tookMs) * 1000, commands: count };
    },
  };
}

/** The third chapter: IMAP, against Debian's Dovecot. The servers take turns at each figure of each round. */
export async function imapSideBySide(
  options: BenchOptions,
  cleanUp: CleanUp,
  say: (line: string) => void,
): Promise<ImapSideBySide> {
  const load = startChildProgram<ImapLoadRequest, ImapLoadAnswer>(
    new URL('imap-load-program.ts', import.meta.url),
  );
  cleanUp.add(load.stop);
  const targets = await startImapTargets(options, cleanUp, say);
  if (targets.dovecot === undefined) say('Without root and Dovecot there is no comparison.');
  const plans = Object.entries(plansOf(options)).filter(
    ([key]) => options.figures.length === 0 || options.figures.includes(key),
  );
  const figures: Record<string, ImapFigure> = {};
  for (const [key, { name, unit }] of plans)
    figures[key] = { name, unit, hub: [], dovecot: [], statements: [] };

  // Round 0 is not kept: what is read and compiled for the first time is not what is measured.
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const [key, plan] of plans) {
      const figure = figures[key];
      // Memory that was once taken is not given back: the first connections are the ones that show it.
      const isOnce = plan.unit === 'KiB';
      if (figure === undefined || (isOnce && round !== 1)) continue;
      for (const target of [targets.hub, plan.hubOnly === true ? undefined : targets.dovecot]) {
        if (target === undefined) continue;
        const before = await target.statements();
        const { value, commands } = await plan.measure(target, load.ask, round);
        const after = await target.statements();
        if (round === 0) continue;
        figure[target.name].push(value);
        if (before !== undefined && after !== undefined) figure.statements.push((after - before) / commands);
      }
    }
    say(round === 0 ? 'warmed up' : `round ${round} of ${options.rounds}`);
  }
  return {
    mailboxMessages: options.mailboxMessages,
    held: targets.hub.cast.many.length,
    figures,
  };
}
