/**
 * `node scripts/complete-lock.mjs`: run it after `npm install` changed `package-lock.json`.
 *
 * npm leaves out of the lock the optional packages of other platforms that it could not see while it wrote it, and
 * `npm ci` then refuses the lock, here or elsewhere. This writes the missing entries: the exact version that their parent asks
 * for, and the platform that their name tells. A test in `tests/tidy` fails while one is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const path = 'package-lock.json';
const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

const lock = JSON.parse(readFileSync(path, 'utf8'));
let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isThere = Object.keys(lock.packages).some((key) => `/${key}`.endsWith(`/node_modules/${name}`));
    if (isThere || !/^\d+\.\d+\.\d+/.test(version)) continue;
    const words = name.slice(name.indexOf('/') + 1).split('-');
    const cpu = words.filter((word) => processors.includes(word));
    const os = words.filter((word) => systems.includes(word));
    const libc = words.flatMap((word) =>
      word.startsWith('musl') ? ['musl'] : word.startsWith('gnu') ? ['glibc'] : [],
    );
    if (os.length === 0) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu.length > 0 ? { cpu } : {}),
      ...(entry.dev ? { dev: true } : {}),
      ...(libc.length > 0 ? { libc } : {}),
      optional: true,
      os,
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
if (added > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${path}: ${added} entries added`);
