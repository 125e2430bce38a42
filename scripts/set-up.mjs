/**
 * `node scripts/set-up.mjs start|test`: everything that `npm start` or `npm test` needs on a fresh clone, and nothing when
 * it is all there. Runs on the host's Node, before any package is installed: this file may use only what an old Node
 * can read, so that it can say that it is too old.
 */
const major = Number(process.versions.node.split('.')[0]);
const goal = process.argv[2];

function refuse(line) {
  console.error(line);
  process.exit(1);
}

if (major < 20) {
  refuse(
    'chidao needs Node 20 or newer to set itself up, this is ' +
      process.version +
      ': install one from https://nodejs.org.',
  );
} else if (process.platform !== 'linux' && process.platform !== 'darwin') {
  refuse('chidao runs on Linux and macOS. On Windows use WSL, or: docker compose up');
} else if (goal !== 'start' && goal !== 'test') {
  refuse('Usage: node scripts/set-up.mjs start|test');
} else {
  import('./set-up/prepare.mjs')
    .then(({ prepare }) => prepare(goal))
    .catch((error) => {
      refuse(error.name === 'SetUpRefusal' ? error.message : error.stack);
    });
}
