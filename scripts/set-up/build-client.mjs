import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetUpRefusal, run, say } from './run.mjs';

/** What the built page depends on; `src/lib` because the domain uses it. */
const sources = ['client', 'src/protocol', 'src/domain', 'src/lib', 'package-lock.json'];

/** Builds the page when anything it is made of has changed since the last build. */
export async function buildClient(root) {
  const stamp = join(root, 'client', 'dist', '.stamp');
  const wanted = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('building the page');
  const bin = join(root, 'node_modules', '.bin');
  const { code, output } = await run(join(bin, 'vite'), ['build', 'client', '--logLevel', 'warn'], {
    cwd: root,
    env: { PATH: `${bin}${delimiter}${process.env.PATH}`, NODE_ENV: 'production' },
  });
  if (code !== 0) {
    console.error(output.trimEnd());
    throw new SetUpRefusal('The page could not be built: see above; npm run build shows the same again.');
  }
  writeFileSync(stamp, wanted);
}

/** One hash over the names and bytes of all sources. */
function fingerprint(root) {
  const hash = createHash('sha256');
  for (const path of sources.flatMap((source) => filesUnder(root, source))) {
    const bytes = readFileSync(join(root, path));
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return `${hash.digest('hex')}\n`;
}

function filesUnder(root, path) {
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.name !== 'dist' && entry.name !== 'node_modules')
      .flatMap((entry) =>
        entry.isDirectory() ? below(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
      );
  return path.includes('.') ? [path] : below(path).sort();
}
