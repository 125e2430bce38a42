import { spawn, spawnSync } from 'node:child_process';

/** Whether a program is installed; tests of other people's mail clients run where they are. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** Runs a program to its end with `input` on standard input. Rejects when it fails, with all that it said. */
export async function runProgram(
  program: string,
  programArguments: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const child = spawn(program, programArguments, { env: { ...process.env, ...options.env } });
  let output = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${code}: ${said}\n${output}`));
    });
  });
}
