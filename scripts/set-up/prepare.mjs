import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildClient } from './build-client.mjs';
import { installPackages } from './install-packages.mjs';
import { findChromium, findMailPrograms, findRedisServer } from './test-programs.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Does what is missing for the goal, `start` or `test`. Throws `SetUpRefusal` with one line that says what to do. */
export async function prepare(goal) {
  await installPackages(root);
  await buildClient(root);
  if (goal === 'test') {
    await findChromium();
    await findRedisServer();
    await findMailPrograms();
  }
}
