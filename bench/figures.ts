import { median } from './median.ts';
import type { OneToEveryone } from './one-to-everyone.ts';

interface Figure {
  readonly name: string;
  readonly values: readonly number[];
}

/** What the chapter promises, and whether it holds. */
export interface Verdict {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  readonly holds: boolean;
}

export function verdictsOf(result: OneToEveryone): readonly Verdict[] {
  const bareMs = median(result.bare.map((round) => round.emitToLast));
  const verdict = (name: string, value: number, limit: number, unit: string): Verdict => ({
    name,
    value,
    limit,
    unit,
    holds: value <= limit,
  });
  const missing = Math.max(...result.hub.map((round) => Math.abs(result.sockets - round.mailboxRows)));
  return [
    verdict('a: request to 201', median(result.hub.map((round) => round.requestToAnswer)), 1000, 'ms'),
    verdict('b / bare', median(result.hub.map((round) => round.commitToLast)) / bareMs, 1.5, 'times'),
    verdict(
      'c: request to last socket',
      median(result.hub.map((round) => round.requestToLast)),
      1000 + bareMs,
      'ms',
    ),
    verdict('mailbox rows missing at the 201', missing, 0, 'rows'),
    verdict('first start with seed', result.seedSeconds, 60, 's'),
    verdict('second start', result.secondStartSeconds, 5, 's'),
    verdict('memory of a connected official', result.memoryKibPerOfficial, 60, 'KiB'),
  ];
}

export function tableOf(result: OneToEveryone): string {
  const hub = (name: string, pick: (round: OneToEveryone['hub'][number]) => number | undefined): Figure => ({
    name,
    values: result.hub.flatMap((round) => pick(round) ?? []),
  });
  const bare = (name: string, pick: (round: OneToEveryone['bare'][number]) => number): Figure => ({
    name,
    values: result.bare.map(pick),
  });
  const figures = [
    hub('hub   a request → 201', (round) => round.requestToAnswer),
    hub('hub   b commit → last socket', (round) => round.commitToLast),
    hub('hub   c request → last socket', (round) => round.requestToLast),
    bare('bare    emit → last socket', (round) => round.emitToLast),
    hub('hub     request → commit', (round) => round.requestToCommit),
    hub('hub     commit → first socket', (round) => round.commitToFirst),
    bare('bare    emit → first socket', (round) => round.emitToFirst),
    hub('hub     commit → middle socket', (round) => round.commitToMiddle),
    bare('bare    emit → middle socket', (round) => round.emitToMiddle),
    hub('hub     request → every arrival on the board', (round) => round.requestToArrivals),
    hub('mailbox rows of the answered transaction', (round) => round.mailboxRows),
    hub('bytes of the packet', (round) => round.packetBytes),
  ].filter((figure) => figure.values.length > 0);
  const nameColumns = Math.max(...figures.map((figure) => figure.name.length));
  const rows = figures.map(
    ({ name, values }) =>
      `${name.padEnd(nameColumns)}  ${shown(median(values))}   ${values.map(shown).join(' ')}`,
  );
  const verdicts = verdictsOf(result).map(
    ({ name, value, limit, unit, holds }) =>
      `${holds ? 'holds ' : 'FAILS '} ${name}: ${value.toFixed(unit === 'times' || unit === 's' ? 2 : 0)} ${unit} (at most ${limit.toFixed(unit === 'times' ? 1 : 0)})`,
  );
  return [
    `One hỏa tốc directive to everyone: ${result.sockets} sockets, times in ms`,
    `${' '.repeat(nameColumns)}  ${'median'.padStart(7)}   each round`,
    ...rows,
    '',
    ...verdicts,
  ].join('\n');
}

function shown(value: number): string {
  return value.toFixed(0).padStart(7);
}
