import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { StartRefusal } from '#lib/start-refusal.ts';
import { lockDataFolder } from '#store/embedded/data-folder-lock.ts';
import { openEmbedded, postmasterPid, query } from '#support/open-embedded.ts';
import { spawnWriter } from '#support/spawn-writer.ts';
import { tempDataFolder, tempFolder } from '#support/temp-folder.ts';

const SETTINGS = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  data_checksums: 'on',
  server_encoding: 'UTF8',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '120',
  wal_compression: 'pglz',
  logging_collector: 'on',
};

describe('startEmbeddedPostgres', () => {
  it('makes a database and keeps its rows over a second start', async () => {
    const dataDir = await tempDataFolder();
    const first = await openEmbedded(dataDir);
    expect(first.url).toMatch(/^postgres:\/\/hub:[\w-]+@127\.0\.0\.1:\d+\/hub$/u);
    expect(first.dataDir).toBe(dataDir);
    await query(first.url, "CREATE TABLE kept AS SELECT 'Ủy ban nhân dân'::text AS name");
    await first.stop();

    const second = await openEmbedded(dataDir);
    expect(await query(second.url, 'SELECT name FROM kept')).toEqual([{ name: 'Ủy ban nhân dân' }]);
  });

  it('is durable, checked, in UTF8, and listens on this machine alone', async () => {
    const { url } = await openEmbedded(await tempDataFolder(), { maxConnections: 120 });
    const rows = await query<{ name: string; setting: string }>(
      url,
      'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
      [Object.keys(SETTINGS)],
    );
    expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual(SETTINGS);
  });

  it('lets the role hub create the extensions and databases that it needs, and nothing above', async () => {
    const { url } = await openEmbedded(await tempDataFolder());
    for (const name of ['unaccent', 'pg_trgm', 'citext', 'ltree']) {
      await query(url, `CREATE EXTENSION ${name}`);
    }
    await query(url, 'CREATE DATABASE another');
    expect(await query(url, "SELECT rolsuper FROM pg_roles WHERE rolname = 'hub'")).toEqual([
      { rolsuper: false },
    ]);
    await expect(query(url.replace('//hub:', '//postgres:'), 'SELECT 1')).rejects.toThrow(/pg_hba/u);
  });

  it('keeps the password in a file for its own user, and sets a new one when the file is lost', async () => {
    const dataDir = await tempDataFolder();
    const file = join(dataDir, 'postgres-password');
    const first = await openEmbedded(dataDir);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const password = (await readFile(file, 'utf8')).trim();
    expect(first.url).toContain(password);
    await first.stop();
    await rm(file);

    const second = await openEmbedded(dataDir);
    expect(second.url).not.toContain(password);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('takes a path with spaces and Vietnamese letters', async () => {
    const { url } = await openEmbedded(await tempDataFolder("thư mục của tỉnh's/dữ liệu"));
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a path that the programs of PostgreSQL cannot quote', async () => {
    const dataDir = join(await tempFolder(), 'a$(b)');
    await expect(openEmbedded(dataDir)).rejects.toThrow(StartRefusal);
  });

  it('refuses a folder in the place of the database that is something else, and leaves it alone', async () => {
    const dataDir = await tempDataFolder();
    const stranger = join(dataDir, 'postgres', 'notes.txt');
    await mkdir(dirname(stranger), { recursive: true });
    await chmod(dataDir, 0o711);
    await writeFile(stranger, 'kept');
    await expect(openEmbedded(dataDir)).rejects.toThrow(/is in the way of a new database/u);
    expect(await readFile(stranger, 'utf8')).toBe('kept');
    expect((await readdir(dataDir)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('refuses a port that another program holds, and leaves nothing behind', async () => {
    const dataDir = await tempDataFolder();
    const holder = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as AddressInfo;
    await expect(openEmbedded(dataDir, { port })).rejects.toThrow(`cannot listen on port ${port}`);
    await (await lockDataFolder(dataDir)).release();
    await expect(postmasterPid(dataDir)).rejects.toThrow('ENOENT');
  });

  it('may be stopped twice', async () => {
    const dataDir = await tempDataFolder();
    const opened = await openEmbedded(dataDir);
    await Promise.all([opened.stop(), opened.stop()]);
    await opened.stop();
    await expect(postmasterPid(dataDir)).rejects.toThrow('ENOENT');
  });
});

describe('lockDataFolder', () => {
  it('F10: refuses a second hub on the data folder in one line that names the first', async () => {
    const dataDir = await tempDataFolder();
    const writer = spawnWriter({ dataDir, explicitDataDir: true });
    await writer.line('ready');
    const refused = openEmbedded(dataDir);
    await expect(refused).rejects.toThrow(StartRefusal);
    await expect(refused).rejects.toThrow(
      `Another hub (process ${writer.pid}) is running on the data folder ${dataDir}`,
    );
    writer.signal('SIGTERM');
    expect(await writer.ended).toBe(0);
    await openEmbedded(dataDir);
  });

  it('F10: gives the folder to exactly one of several that ask at once', async () => {
    const dataDir = await tempFolder();
    const asked = await Promise.allSettled(Array.from({ length: 4 }, () => lockDataFolder(dataDir)));
    const got = asked.filter((answer) => answer.status === 'fulfilled');
    expect(got).toHaveLength(1);
    await got[0]?.value.release();
    await (await lockDataFolder(dataDir)).release();
  });
});
