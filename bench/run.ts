import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type CleanUp, createCleanUp } from './clean-up.ts';
import { tableOf, verdictsOf } from './figures.ts';
import { imapSideBySide } from './imap/imap-side-by-side.ts';
import { imapTableOf, imapVerdictsOf } from './imap/imap-figures.ts';
import { incomingMail } from './mail/incoming-mail.ts';
import { mailTableOf, mailVerdictsOf } from './mail/mail-figures.ts';
import { oneToEveryone } from './one-to-everyone.ts';
import { readOptions, usage, type BenchOptions } from './options.ts';

const resultsFolder = new URL('results/', import.meta.url);

function optionsOrExit(): BenchOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
}

const options = optionsOrExit();
const startedAt = new Date();
const machine = {
  processor: cpus()[0]?.model ?? '',
  cores: availableParallelism(),
  memoryMib: Math.round(totalmem() / 1024 ** 2),
  node: process.version,
  loadBefore: loadavg(),
};
const cleanUp = createCleanUp();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    interrupted = true;
    void cleanUp.run().finally(() => process.exit(1));
  });

/** A chapter's processes are gone before the next begins. */
async function inItsTurn<Result>(chapter: (turn: CleanUp) => Promise<Result>): Promise<Result> {
  const turn = createCleanUp();
  cleanUp.add(turn.run);
  const result = await chapter(turn);
  await turn.run();
  return result;
}

const say = (line: string) => process.stdout.write(`${line}\n`);
say(
  `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, load before ${machine.loadBefore.map((load) => load.toFixed(1)).join(' ')}`,
);
if ((machine.loadBefore[0] ?? 0) > machine.cores / 4)
  say('Other programs keep this machine busy: the figures below are no record.');
try {
  const record: Record<string, unknown> = { startedAt, machine, options };
  if (options.chapters.includes('directives')) {
    const result = await inItsTurn((turn) => oneToEveryone(options, turn, say));
    say(`\n${tableOf(result)}`);
    record['oneToEveryone'] = { ...result, verdicts: verdictsOf(result) };
  }
  if (options.chapters.includes('mail')) {
    const result = await inItsTurn((turn) => incomingMail(options, turn, say));
    say(`\n${mailTableOf(result)}`);
    record['incomingMail'] = { ...result, verdicts: mailVerdictsOf(result) };
  }
  if (options.chapters.includes('imap')) {
    const result = await inItsTurn((turn) => imapSideBySide(options, turn, say));
    say(`\n${imapTableOf(result)}`);
    record['imapSideBySide'] = { ...result, verdicts: imapVerdictsOf(result) };
  }
  await mkdir(resultsFolder, { recursive: true });
  const file = new URL(`${startedAt.toISOString().replaceAll(':', '-')}.json`, resultsFolder);
  await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
  say(`\nwritten to ${fileURLToPath(file)}`);
} catch (error) {
  // Whatever was going on then fails because its processes are gone.
  if (!interrupted) throw error;
} finally {
  await cleanUp.run();
}
