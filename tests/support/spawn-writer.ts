import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { onTestFinished } from 'vitest';

export type WriterProcess = {
  readonly pid: number;
  readonly lines: readonly string[];
  /** The first line with this beginning, which may have come already. Rejects when the program ends without it. */
  line(beginning: string): Promise<string>;
  /** To the writer alone. */
  signal(name: NodeJS.Signals): void;
  /** To the writer's whole process group, as the terminal does on Ctrl-C. */
  signalGroup(name: NodeJS.Signals): void;
  /** The highest row of which the writer knew that it was committed. */
  acknowledged(): number;
  readonly ended: Promise<number | null>;
};

/** Starts `embedded-writer.ts`, of this repository or of a copy in `root`, in a process group of its own. */
export function spawnWriter(
  options: { dataDir: string; explicitDataDir: boolean; fallbackDataDir?: string },
  { root = process.cwd(), env = process.env }: { root?: string; env?: NodeJS.ProcessEnv } = {},
): WriterProcess {
  const script = join(root, 'tests', 'support', 'embedded-writer.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('The writer did not start.');
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(() => child.exitCode);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    pid,
    lines,
    ended,
    line: (beginning) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => line.startsWith(beginning));
          if (found !== undefined) resolve(found);
        };
        reader.on('line', look);
        reader.on('close', () => {
          look();
          reject(new Error(`The writer ended without "${beginning}":\n${lines.join('\n')}`));
        });
        look();
      }),
    signal: (name) => child.kill(name),
    signalGroup: (name) => process.kill(-pid, name),
    acknowledged: () => Number(lines.findLast((line) => line.startsWith('ack '))?.slice(4) ?? 0),
  };
}
