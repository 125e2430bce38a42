import type { Verdict } from '#bench/figures.ts';
import { median } from '#bench/median.ts';
import type { IncomingMail, SingleRound } from './incoming-mail.ts';

export function mailTableOf(result: IncomingMail): string {
  const single = (name: string, rounds: readonly SingleRound[]): string[] => [
    line(
      `${name} accepted, messages/s`,
      rounds.map((round) => round.acceptedPerSecond),
    ),
    line(
      `${name} in the mailbox, messages/s`,
      rounds.map((round) => round.deliveredPerSecond),
    ),
    line(
      `${name} last octet → 250, p50 ms`,
      rounds.map((round) => round.answerP50Ms),
    ),
    line(
      `${name} last octet → 250, p99 ms`,
      rounds.map((round) => round.answerP99Ms),
    ),
  ];
  return [
    `${result.messages} messages of 10 KB over 10 connections`,
    ...single('hub     ', result.hub),
    ...single('bare    ', result.bare),
    ...single('baseline', result.baseline),
    `one message of 20 KB to ${result.accounts} accounts, until the last mailbox has it, ms`,
    line('hub      by the outside door', result.hubEveryoneMs),
    line('hub      by the group', result.hubGroupMs),
    line('baseline', result.baselineEveryoneMs),
    ...mailVerdictsOf(result).map(
      ({ name, value, limit, holds }) =>
        `${holds ? 'holds' : 'FAILS'}  ${name}: ${value.toFixed(2)} times, at least ${limit}`,
    ),
  ].join('\n');
}

/** How many times better than Postfix with Dovecot of the same run; empty without them. */
export function mailVerdictsOf(result: IncomingMail): readonly Verdict[] {
  if (result.baseline.length === 0) return [];
  const rate = (rounds: readonly SingleRound[]) => median(rounds.map((round) => round.deliveredPerSecond));
  const atLeast = (name: string, value: number, limit: number): Verdict => ({
    name,
    value,
    limit,
    unit: 'times',
    holds: value >= limit,
  });
  return [
    atLeast('single messages, end to end / baseline', rate(result.hub) / rate(result.baseline), 1.5),
    atLeast(
      'the whole province by the group / baseline',
      median(result.baselineEveryoneMs) / median(result.hubGroupMs),
      30,
    ),
  ];
}

function line(name: string, values: readonly number[]): string {
  if (values.length === 0) return `${name.padEnd(44)} –`;
  return `${name.padEnd(44)} ${median(values).toFixed(1).padStart(9)}   ${values.map((value) => value.toFixed(1)).join(' ')}`;
}
