import type { Verdict } from '#bench/figures.ts';
import { median } from '#bench/median.ts';
import type { ImapFigure, ImapSideBySide } from './imap-side-by-side.ts';

export function imapTableOf(result: ImapSideBySide): string {
  const names = Object.values(result.figures).map(({ name }) => name.length);
  const columns = Math.max(...names);
  const rows = Object.values(result.figures).map((figure) => {
    const unit = figure.unit === 'rate' ? '/s ' : figure.unit.padEnd(3);
    const statements =
      figure.statements.length === 0 ? '' : `  ${median(figure.statements).toFixed(1)} statements each`;
    return `${figure.name.padEnd(columns)} ${unit}  ${shown(figure.hub)}  ${shown(figure.dovecot)}  ${timesText(figure)}${statements}   hub ${each(figure.hub)} | dovecot ${each(figure.dovecot)}`;
  });
  return [
    `IMAP, hub and Dovecot side by side; ${result.held} connections held`,
    `${' '.repeat(columns)}      ${'hub'.padStart(8)}  ${'dovecot'.padStart(8)}  times better than Dovecot`,
    ...rows,
    '',
    ...imapVerdictsOf(result).map(
      ({ name, value, limit, unit, holds }) =>
        `${holds ? 'holds ' : 'FAILS '} ${name}: ${value.toFixed(2)} ${unit} (limit ${limit})`,
    ),
  ].join('\n');
}

/** Only of what was measured. */
export function imapVerdictsOf({ figures }: ImapSideBySide): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const add = (name: string, value: number, limit: number, unit: string, isLeast: boolean): void => {
    if (Number.isFinite(value))
      verdicts.push({ name, value, limit, unit, holds: isLeast ? value >= limit : value <= limit });
  };
  const times = (key: string): number => timesBetter(figures[key]);
  const hub = (key: string): number => median(figures[key]?.hub ?? []);
  add('mixed load with SEARCH TEXT / Dovecot', times('mixedtext'), 2, 'times', true);
  add('mixed load without / Dovecot', times('mixed'), 0.5, 'times', true);
  add('SEARCH TEXT / Dovecot', times('text'), 20, 'times', true);
  add('memory of a held IDLE connection', hub('idle'), 40, 'KiB', false);
  add('growth of SELECT', hub('selectlarge') / hub('selectsmall'), 1.5, 'times', false);
  add('growth of the last 50', hub('last50large') / hub('last50small'), 1.5, 'times', false);
  add('SEARCH TEXT in the largest mailbox', hub('textlarge'), 200, 'ms', false);
  return verdicts;
}

/** How many times better the hub is; NaN when one of the two was not measured. */
function timesBetter(figure: ImapFigure | undefined): number {
  if (figure === undefined) return Number.NaN;
  const ratio = median(figure.hub) / median(figure.dovecot);
  return figure.unit === 'rate' ? ratio : 1 / ratio;
}

function timesText(figure: ImapFigure): string {
  const times = timesBetter(figure);
  return (Number.isFinite(times) ? times.toFixed(2) : '–').padStart(7);
}

function shown(values: readonly number[]): string {
  const value = median(values);
  if (!Number.isFinite(value)) return '–'.padStart(8);
  return value.toFixed(value < 100 ? 2 : 0).padStart(8);
}

function each(values: readonly number[]): string {
  return values.map((value) => value.toFixed(value < 100 ? 2 : 0)).join(' ');
}
