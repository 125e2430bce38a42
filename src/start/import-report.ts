import type { ImportProgress, ImportSummary } from '#app/mail/import-mail.ts';
import { plain } from './plain.ts';

const reasonTexts: Readonly<Record<string, string>> = {
  secret_content: 'bears a secrecy mark',
  message_too_large: 'is larger than the hub takes',
  not_read_in_time: 'could not be checked in time; run the import again',
  gone_meanwhile: 'was moved or deleted while the import ran; run it again',
  view_of_other_folders: 'left out: a view of other folders (take it with --folder-map)',
  not_own_mailbox: "left out: another person's or a shared mailbox",
  mailbox_name_bad: 'left out: no mailbox can have this name (give another with --folder-map)',
  folder_map_names_no_folder: 'is in --folder-map, but the source has no such folder',
  not_mbox: 'left out: no mbox file',
  keyword_dropped: 'keyword not kept:',
  over_quota: 'the quota is too small; octets missing:',
};

export const stopTexts: Readonly<Record<string, string>> = {
  over_quota: 'The mailbox is full. Raise its quota and run the command again: it goes on from here.',
  mailbox_unknown: 'A mailbox was deleted while the import ran. Run the command again.',
  mailbox_exists: 'Someone else made a mailbox at the same moment. Run the command again.',
};

/** What an import did, in lines. */
export function linesOfSummary(summary: ImportSummary, dryRun: boolean): readonly string[] {
  const { folders, refused, failed, problems } = summary;
  const count = folders.reduce((sum, { filed }) => sum + filed, 0);
  const octets = folders.reduce((sum, folder) => sum + folder.octets, 0);
  return [
    ...folders.map(
      ({ from, to, filed, octets: size, before, keepsUids }) =>
        `${from} -> ${to}: ${counted(filed)}, ${mebibytes(size)}` +
        `${before > 0 ? `, ${before} known before` : ''}${uidsText(keepsUids)}`,
    ),
    ...(refused.length === 0 ? [] : [`Refused: ${refused.length}`]),
    ...refused.map(({ place, refusal }) => `  ${place}: ${textOf(refusal)}`),
    ...(failed.length === 0 ? [] : [`Failed, not stored: ${failed.length}`]),
    ...failed.map(({ place, reason }) => `  ${place}: ${textOf(reason)}`),
    ...(problems.length === 0 ? [] : [`To know: ${problems.length}`]),
    ...problems.map(({ place, reason }) => `  ${place}: ${textOf(reason)}`),
    dryRun
      ? `Nothing was written. ${counted(count)}, ${mebibytes(octets)} would come.`
      : `Imported: ${counted(count)}, ${mebibytes(octets)}.`,
  ].map(plain);
}

function textOf(reason: string): string {
  const [code = '', ...rest] = reason.split(' ');
  const text = reasonTexts[code];
  return text === undefined ? reason : [text, ...rest].join(' ');
}

function uidsText(keepsUids: boolean | undefined): string {
  if (keepsUids === undefined) return '';
  return keepsUids ? ', UIDs kept' : ', new UIDs';
}

function counted(messages: number): string {
  return `${messages.toLocaleString('en')} ${messages === 1 ? 'message' : 'messages'}`;
}

function mebibytes(octets: number): string {
  return `${(octets / 1024 ** 2).toFixed(1)} MiB`;
}

const barCells = 24;
const drawEveryMs = 200;
const lineEveryMs = 10_000;

/** A bar on a terminal, and elsewhere a line every ten seconds. */
export function createProgressLine(
  output: { readonly isTerminal: boolean; write(text: string): void },
  now: () => Date,
): ImportProgress & { end(): void } {
  const startedMs = now().getTime();
  let total = 0;
  let done = 0;
  let fresh = 0;
  let shownMs = output.isTerminal ? 0 : startedMs;

  function text(folder: string): string {
    const seconds = Math.max((now().getTime() - startedMs) / 1000, 0.001);
    const rate = fresh / seconds;
    const all = Math.max(total, done);
    const left = rate > 0 ? `, ${durationOf((all - done) / rate)} left` : '';
    const share = all === 0 ? 1 : done / all;
    const bar = '#'.repeat(Math.round(share * barCells)).padEnd(barCells, '.');
    return `[${bar}] ${Math.floor(share * 100)} % ${done}/${all}, ${Math.round(rate)}/s${left}  ${plain(folder).slice(0, 40)}`;
  }

  return {
    expect(messages) {
      total += messages;
    },
    advance(messages, octets, folder) {
      done += messages;
      // What an earlier run brought takes no time and says nothing of the rate.
      if (octets > 0) fresh += messages;
      const at = now().getTime();
      if (at - shownMs < (output.isTerminal ? drawEveryMs : lineEveryMs)) return;
      shownMs = at;
      output.write(output.isTerminal ? `\r\u{1b}[K${text(folder)}` : `${text(folder)}\n`);
    },
    end() {
      if (output.isTerminal) output.write('\r\u{1b}[K');
    },
  };
}

function durationOf(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 90) return `${whole} s`;
  return whole < 5400 ? `${Math.ceil(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}
