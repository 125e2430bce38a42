import { readFileSync } from 'node:fs';
import { loadConfig } from '#root/config.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { banner } from './banner.ts';
import { createLog } from './log.ts';
import { startHub, type RunningHub } from './start-hub.ts';

/** Longer than this and what is left is cut: the database is safe at every moment anyway. */
const stopWithinMs = 20_000;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

function refuse(error: StartRefusal): never {
  process.stderr.write(`chidao cannot start: ${error.message}\n`);
  process.exit(1);
}

function stopOnSignal(running: Promise<RunningHub>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to npm and to us: the second of a pair must not cut the first short.
      if (stopping) return;
      stopping = true;
      const timer = setTimeout(() => process.exit(1), stopWithinMs);
      running
        .then((hub) => hub.stop())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        )
        .finally(() => clearTimeout(timer));
    });
  }
}

/** The whole life of a hub process: start, say where it is, run until it is told to stop. */
export async function runHub(): Promise<void> {
  try {
    const config = loadConfig(process.env, { arguments: process.argv.slice(2) });
    const log = createLog(config);
    process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'unhandled rejection'));
    const running = startHub(config, log, version);
    stopOnSignal(running);
    process.stdout.write(banner(config, await running));
  } catch (error) {
    if (error instanceof StartRefusal) refuse(error);
    throw error;
  }
}
