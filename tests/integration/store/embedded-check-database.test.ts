import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { describe, expect, inject, it, onTestFinished } from 'vitest';

import { StartRefusal } from '#lib/start-refusal.ts';
import { checkDatabase } from '#store/embedded/check-database.ts';
import { query } from '#support/open-embedded.ts';

const SECRET = 'kept-out-of-every-message';

/** A database with these properties in the run's cluster, for one test. */
async function databaseWith(name: string, properties: string): Promise<string> {
  const clusterUrl = inject('clusterUrl');
  await query(clusterUrl, `DROP DATABASE IF EXISTS ${name}`);
  await query(clusterUrl, `CREATE DATABASE ${name} TEMPLATE template0 ${properties}`);
  onTestFinished(async () => {
    await query(clusterUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  });
  return clusterUrl.replace(/\/hub$/u, `/${name}`);
}

/** A server that lets connections in and never says a word. */
async function silentServer(): Promise<number> {
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

async function refusalOf(checked: Promise<void>): Promise<string> {
  const error: unknown = await checked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartRefusal);
  return (error as StartRefusal).message;
}

describe('checkDatabase', () => {
  it('accepts the embedded database and leaves no extension behind', async () => {
    const url = await databaseWith('check_good', '');
    await checkDatabase(url);
    expect(await query(url, "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")).toEqual([]);
    await query(url, 'CREATE SCHEMA "Tìm kiếm"');
    await query(url, 'CREATE EXTENSION pg_trgm SCHEMA "Tìm kiếm"');
    await checkDatabase(url);
  });

  it('refuses a database that is not UTF8', async () => {
    const url = await databaseWith(
      'check_ascii',
      "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'",
    );
    expect(await refusalOf(checkDatabase(url))).toMatch(/check_ascii .* has the encoding SQL_ASCII/u);
  });

  it('refuses a database whose character types drop Vietnamese letters', async () => {
    const url = await databaseWith('check_blind', "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'");
    expect(await refusalOf(checkDatabase(url))).toMatch(/check_blind .* does not know Vietnamese letters/u);
  });

  it('names host and port, and never the password, when nothing listens', async () => {
    const message = await refusalOf(checkDatabase(`postgres://hub:${SECRET}@127.0.0.1:1/hub`));
    expect(message).toContain('127.0.0.1:1 cannot be used: nothing listens there');
    expect(message).not.toContain(SECRET);
  });

  it('gives up on a server that never answers', async () => {
    const port = await silentServer();
    const message = await refusalOf(checkDatabase(`postgres://hub:${SECRET}@127.0.0.1:${port}/hub`, 200));
    expect(message).toContain(`127.0.0.1:${port} cannot be used: it does not answer in time`);
    expect(message).not.toContain(SECRET);
  });

  it('refuses a wrong password, a missing database and an address that is none', async () => {
    const clusterUrl = inject('clusterUrl');
    const wrong = clusterUrl.replace(/:[^:@]+@/u, `:${SECRET}@`);
    expect(await refusalOf(checkDatabase(wrong))).toContain('it refuses the user or the password');
    const missing = clusterUrl.replace(/\/hub$/u, '/nowhere');
    expect(await refusalOf(checkDatabase(missing))).toContain('it does not exist');
    const message = await refusalOf(checkDatabase(`postgres://hub:${SECRET}@host:none/hub`));
    expect(message).toContain('DATABASE_URL is not an address');
    expect(message).not.toContain(SECRET);
  });
});
