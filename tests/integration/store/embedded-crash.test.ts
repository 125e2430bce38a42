import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { openEmbedded, postmasterPid, query } from '#support/open-embedded.ts';
import { spawnWriter } from '#support/spawn-writer.ts';
import type { WriterProcess } from '#support/spawn-writer.ts';
import { tempDataFolder } from '#support/temp-folder.ts';

const ACKNOWLEDGED_FIRST = 50;

async function writingOn(dataDir: string): Promise<WriterProcess> {
  const writer = spawnWriter({ dataDir, explicitDataDir: true });
  await writer.line('ready');
  await vi.waitUntil(() => writer.acknowledged() >= ACKNOWLEDGED_FIRST, { timeout: 20_000, interval: 5 });
  return writer;
}

/** Starts on what is left and expects rows 1 to n without a hole, where n may exceed the last acknowledged by one. */
async function expectEveryAcknowledgedRow(
  dataDir: string,
  writer: WriterProcess,
): Promise<readonly string[]> {
  const { url, logged } = await openEmbedded(dataDir);
  const rows = await query<{ count: number; last: number }>(
    url,
    'SELECT count(*)::int AS count, max(n) AS last FROM written',
  );
  const last = rows[0]?.last ?? 0;
  expect(rows[0]?.count).toBe(last);
  expect(last - writer.acknowledged()).toBeOneOf([0, 1]);
  expect(writer.acknowledged()).toBeGreaterThanOrEqual(ACKNOWLEDGED_FIRST);
  return logged;
}

describe('an embedded PostgreSQL that is ended during a write', () => {
  it('F10: SIGTERM ends the hub in order and keeps every acknowledged row', async () => {
    const dataDir = await tempDataFolder();
    const writer = await writingOn(dataDir);
    writer.signal('SIGTERM');
    expect(await writer.ended).toBe(0);
    expect(writer.lines.at(-1)).toBe('stopped');
    await expect(postmasterPid(dataDir)).rejects.toThrow('ENOENT');
    expect(await expectEveryAcknowledgedRow(dataDir, writer)).toEqual([]);
  });

  it('F10: Ctrl-C reaches the hub and not PostgreSQL, so the hub ends in order', async () => {
    const dataDir = await tempDataFolder();
    const writer = await writingOn(dataDir);
    writer.signalGroup('SIGINT');
    expect(await writer.ended).toBe(0);
    expect(writer.lines.filter((line) => line.startsWith('lost'))).toEqual([]);
    expect(writer.lines.at(-1)).toBe('stopped');
    await expectEveryAcknowledgedRow(dataDir, writer);
  });

  it('F10: kill -9 of the hub leaves a PostgreSQL that the next start stops first', async () => {
    const dataDir = await tempDataFolder();
    const writer = await writingOn(dataDir);
    const left = await postmasterPid(dataDir);
    writer.signalGroup('SIGKILL');
    await writer.ended;
    expect(await postmasterPid(dataDir)).toBe(left);
    const logged = await expectEveryAcknowledgedRow(dataDir, writer);
    expect(logged).toEqual(['Stopping the PostgreSQL that an earlier run left behind.']);
    expect(await postmasterPid(dataDir)).not.toBe(left);
  });

  it('F10: kill -9 of PostgreSQL loses no acknowledged row, and the hub can still be stopped', async () => {
    const dataDir = await tempDataFolder();
    const writer = await writingOn(dataDir);
    process.kill(await postmasterPid(dataDir), 'SIGKILL');
    expect(await writer.ended).toBe(1);
    expect(writer.lines).toContain('stopped');
    await expectEveryAcknowledgedRow(dataDir, writer);
  });

  it('F10: kill -9 of both loses no acknowledged row', async () => {
    const dataDir = await tempDataFolder();
    const writer = await writingOn(dataDir);
    const postgres = await postmasterPid(dataDir);
    writer.signal('SIGKILL');
    process.kill(postgres, 'SIGKILL');
    await writer.ended;
    await expectEveryAcknowledgedRow(dataDir, writer);
  });

  it('F10: kill -9 in the middle of the very first start leaves nothing that stops the next', async () => {
    const dataDir = await tempDataFolder();
    const writer = spawnWriter({ dataDir, explicitDataDir: true });
    await writer.line('log Creating the database');
    writer.signalGroup('SIGKILL');
    await writer.ended;
    const { url } = await openEmbedded(dataDir);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

/** A program that any signal ends, run as the owner of the cluster so that PostgreSQL could signal it. */
async function bystander(dataDir: string): Promise<ChildProcess & { pid: number }> {
  const { uid, gid } = await stat(join(dataDir, 'postgres'));
  const child = spawn('/bin/sh', ['-c', 'echo here; read line'], { uid, gid, cwd: '/', stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

describe('a postmaster.pid that was left behind', () => {
  it('is cleared, and the living program that got its process id is not signalled', async () => {
    const dataDir = await tempDataFolder();
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    const first = await openEmbedded(dataDir);
    const left = await readFile(file, 'utf8');
    await first.stop();
    const other = await bystander(dataDir);
    await writeFile(file, left.replace(/^\d+/u, String(other.pid)), { mode: 0o600 });

    const second = await openEmbedded(dataDir);
    expect(second.logged.join()).toContain(`names process ${other.pid}, which is not its server`);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
  });

  it('names the server of another data folder: that server goes on', async () => {
    const [dataDir, otherDir] = [await tempDataFolder(), await tempDataFolder()];
    const other = await openEmbedded(otherDir);
    await (await openEmbedded(dataDir)).stop();
    const left = await readFile(join(otherDir, 'postgres', 'postmaster.pid'), 'utf8');
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), left, { mode: 0o600 });

    const second = await openEmbedded(dataDir);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await query(other.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('does not make stop signal a stranger', async () => {
    const dataDir = await tempDataFolder();
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    const opened = await openEmbedded(dataDir);
    const own = await readFile(file, 'utf8');
    const other = await bystander(dataDir);
    await writeFile(file, own.replace(/^\d+/u, String(other.pid)), { mode: 0o600 });
    await opened.stop();
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    await writeFile(file, own, { mode: 0o600 });
  });
});
