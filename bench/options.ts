import { parseArgs } from 'node:util';

export const chapters = ['directives', 'mail', 'imap'] as const;

export interface BenchOptions {
  readonly chapters: readonly (typeof chapters)[number][];
  /** Of the mail chapter, in one round. */
  readonly messages: number;
  /** Of the IMAP chapter, in the largest mailbox. */
  readonly mailboxMessages: number;
  /** Of the IMAP chapter; empty for all. */
  readonly figures: readonly string[];
  /** Size of the demo province; `full` is the one whose figures count. */
  readonly accounts: 'tiny' | 'demo' | 'full';
  readonly rounds: number;
  /** How long the sockets stay idle before the hub's memory is read. */
  readonly idleSeconds: number;
  /** Whether the clients report the arrival at once, as a visible page does for hỏa tốc. */
  readonly arrived: boolean;
  /** Writes a CPU profile of each server process into this folder when it ends. */
  readonly profile?: string;
}

export const usage =
  'npm run bench -- [--chapter=directives|mail|imap] [--messages=2000] [--mailbox-messages=100000] [--figures=name,name] [--accounts=tiny|demo|full] [--rounds=5] [--idle-seconds=60] [--no-arrived] [--profile=folder]';

/** Throws with a sentence for the person at the keyboard. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      chapter: { type: 'string' },
      messages: { type: 'string', default: '2000' },
      'mailbox-messages': { type: 'string', default: '100000' },
      figures: { type: 'string' },
      accounts: { type: 'string', default: 'full' },
      rounds: { type: 'string', default: '5' },
      'idle-seconds': { type: 'string' },
      'no-arrived': { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const { accounts, profile } = values;
  if (accounts !== 'tiny' && accounts !== 'demo' && accounts !== 'full')
    throw new Error(`--accounts is tiny, demo or full, not ${accounts}`);
  const chosen = chapters.filter((name) => values.chapter === undefined || values.chapter === name);
  if (chosen.length === 0) throw new Error(`--chapter is directives, mail or imap, not ${values.chapter}`);
  return {
    chapters: chosen,
    messages: wholeNumber('messages', values.messages),
    mailboxMessages: wholeNumber('mailbox-messages', values['mailbox-messages']),
    figures: values.figures === undefined ? [] : values.figures.split(','),
    accounts,
    rounds: wholeNumber('rounds', values.rounds),
    idleSeconds: wholeNumber('idle-seconds', values['idle-seconds'] ?? (accounts === 'full' ? '60' : '2')),
    arrived: !values['no-arrived'],
    ...(profile === undefined ? {} : { profile }),
  };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} is a whole number from 1, not ${text}`);
  return value;
}
