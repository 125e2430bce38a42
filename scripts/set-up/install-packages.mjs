import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetUpRefusal, hostPath, run, say } from './run.mjs';

/** Makes `node_modules` what `package-lock.json` says, and proves that the project's own Node runs. */
export async function installPackages(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const stamp = join(root, 'node_modules', '.chidao-lock');
  const wanted = `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}\n`;
  const nodeMajor = `${JSON.parse(lock).packages['node_modules/node'].version.split('.')[0]}.`;

  if (!(readOrNothing(stamp) === wanted || agrees(root, lock)) || !(await nodeRuns(root, nodeMajor))) {
    say('installing packages (npm ci), a minute or two');
    const { code } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      env: { PATH: hostPath() },
      show: true,
    });
    if (code !== 0) {
      throw new SetUpRefusal(
        'The packages could not be installed (npm ci): see above, check the network, then try again.',
      );
    }
    if (!(await nodeRuns(root, nodeMajor))) {
      throw new SetUpRefusal(
        `The project's own Node ${nodeMajor}x (node_modules/.bin/node) does not run here: let npm run install scripts (npm config set ignore-scripts false), then try again.`,
      );
    }
  }
  if (readOrNothing(stamp) !== wanted) writeFileSync(stamp, wanted);
}

/** Whether someone already ran `npm ci` by hand: npm's own list of what it installed equals the lock file. */
function agrees(root, lock) {
  const installedText = readOrNothing(join(root, 'node_modules', '.package-lock.json'));
  if (installedText === undefined) return false;
  const wanted = JSON.parse(lock).packages;
  const installed = JSON.parse(installedText).packages;
  const isSame = ([path, entry]) =>
    path === '' ||
    (installed[path] === undefined
      ? entry.optional === true || entry.peer === true
      : installed[path].version === entry.version && installed[path].integrity === entry.integrity);
  return (
    Object.entries(wanted).every(isSame) && Object.keys(installed).every((path) => wanted[path] !== undefined)
  );
}

async function nodeRuns(root, majorWithDot) {
  const path = join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(path)) return false;
  if (process.execPath === realpathSync(path)) return process.version.startsWith(`v${majorWithDot}`);
  const { code, output } = await run(path, ['--version']);
  return code === 0 && output.startsWith(`v${majorWithDot}`);
}

function readOrNothing(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
