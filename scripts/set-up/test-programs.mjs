import { SetUpRefusal, findProgram, run, say } from './run.mjs';

/** Where a Chromium is looked for; CHROMIUM_PATH comes first. */
const chromiumNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/usr/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The tests of the page need a Chromium; on a Debian where this runs as root it is installed. */
export async function findChromium() {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) {
    if (findProgram([chosen]) !== undefined) return;
    throw new SetUpRefusal(`CHROMIUM_PATH names no program: ${chosen}. Correct it or unset it.`);
  }
  if (findProgram(chromiumNames) !== undefined) return;
  if (await installDebianPackage('chromium', chromiumNames)) return;
  throw new SetUpRefusal(
    'The tests of the page need Chromium: install it (Debian: sudo apt-get install chromium) or set CHROMIUM_PATH, then try again.',
  );
}

/** Without a Redis the tests of the queue on Redis are skipped, so this only tells. */
export async function findRedisServer() {
  const names = ['redis-server', '/usr/bin/redis-server'];
  if (findProgram(names) !== undefined) return;
  if (await installDebianPackage('redis-server', names)) return;
  say(
    'no redis-server here: the tests of the queue on Redis are skipped (Debian: sudo apt-get install redis-server)',
  );
}

/** Other people's mail programs and servers, by Debian package; without one its tests are skipped, so this only tells. */
const mailPrograms = {
  'dovecot-imapd': 'dovecot',
  isync: 'mbsync',
  offlineimap3: 'offlineimap',
  fetchmail: 'fetchmail',
  imapfilter: 'imapfilter',
  neomutt: 'neomutt',
};

export async function findMailPrograms() {
  for (const [debianPackage, program] of Object.entries(mailPrograms)) {
    const names = [program, `/usr/sbin/${program}`];
    if (findProgram(names) !== undefined) continue;
    if (await installDebianPackage(debianPackage, names)) continue;
    say(`no ${program} here: its tests are skipped (Debian: sudo apt-get install ${debianPackage})`);
  }
}

/** Whether the package was installed and brought one of the programs. Only root can, and only with apt-get. */
async function installDebianPackage(name, programs) {
  const aptGet = findProgram(['apt-get', '/usr/bin/apt-get']);
  if (process.getuid() !== 0 || aptGet === undefined) return false;
  say(`installing Debian's ${name} for the tests`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run(aptGet, ['update', '-q'], { env });
  const { code, output } = await run(aptGet, ['install', '-y', '-q', '--no-install-recommends', name], {
    env,
  });
  if (code === 0 && findProgram(programs) !== undefined) return true;
  console.error(output.trim().split('\n').slice(-3).join('\n'));
  return false;
}
