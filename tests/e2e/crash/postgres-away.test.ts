import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { freePort } from '#support/free-port.ts';
import { openSocket, signInTo } from '#support/hub-client.ts';
import { databaseFaults, mailboxesOf } from '#support/hub-facts.ts';
import { runHub } from '#support/hub-process.ts';
import { createIssueJournal } from '#support/issue-journal.ts';
import { openEmbedded, query } from '#support/open-embedded.ts';
import { leader, official, startTestHub } from '#support/start-test-hub.ts';
import { tempDataFolder, tempFolder } from '#support/temp-folder.ts';

/** Every connection of the hub to its database at once, as when the server restarts. */
async function cutAll(url: string): Promise<void> {
  await query(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = current_user and pid <> pg_backend_pid()`,
  );
}

/** A backend that dies makes PostgreSQL end all others at once and recover from its log, as `-m immediate` does. */
async function crash(url: string): Promise<void> {
  const [backend] = await query<{ pid: number }>(
    url,
    `select pid from pg_stat_activity where application_name = 'hub relay'`,
  );
  if (backend === undefined) throw new Error('the hub has no relay connection');
  process.kill(backend.pid, 'SIGKILL');
  await eventually(() => query(url, 'select 1'), { withinMs: 30_000 });
}

describe('PostgreSQL goes away', () => {
  it('F8 loses nothing acknowledged and serves again within 5 s, 20 times under load', async () => {
    const hub = await startTestHub();
    onTestFinished(() => hub.remove());
    const token = (await signInTo(hub, leader)).token;
    const page = openSocket(hub.url, (await signInTo(hub, official)).token);
    await page.synced;
    const journal = createIssueJournal(token);
    const slow: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      journal.start(hub.url, 3);
      const enough = journal.answered.length + 2;
      await eventually(() => expect(journal.answered.length).toBeGreaterThanOrEqual(enough), {
        withinMs: 20_000,
      });
      await cutAll(hub.databaseUrl);
      const cutAtMs = performance.now();
      // A client whose request fell between two cuts goes on: it ends with the answer it waits for.
      journal.stop();
      await journal.settled();
      await eventually(async () => {
        for (const key of journal.open) await journal.repeat(hub.url, key);
      });
      await eventually(async () =>
        expect(await query(hub.databaseUrl, `select id from outbox where position is null`)).toEqual([]),
      );
      slow.push(performance.now() - cutAtMs);
    }
    expect(slow.filter((ms) => ms > 5000)).toEqual([]);
    expect(await databaseFaults(hub.databaseUrl)).toEqual([]);
    const mailboxes = await mailboxesOf(
      hub.databaseUrl,
      journal.answered.map(({ id }) => id),
    );
    expect([...mailboxes.values()]).toEqual(journal.answered.map(() => 60));
    await eventually(() => {
      const heard = page.changes.flatMap((change) =>
        change.type === 'directive.issued' ? [change.directive.id] : [],
      );
      expect(new Set(heard)).toEqual(new Set(journal.answered.map(({ id }) => id)));
      expect(heard).toHaveLength(journal.answered.length);
    });
    page.close();
    expect(await hub.stop()).toBe(0);
  });

  it('F8 survives a crash of the whole server, and its restart', async () => {
    const dataDir = await tempDataFolder('postgres-data');
    const port = await freePort();
    const first = await openEmbedded(dataDir, { port });
    const restart = async () => {
      await first.stop();
      await openEmbedded(dataDir, { port });
    };
    const hub = runHub(await tempFolder(), { DATABASE_URL: first.url });
    const { url } = await hub.ready();
    const journal = createIssueJournal((await signInTo({ url }, leader)).token);
    for (const goAway of [() => crash(first.url), () => crash(first.url), restart]) {
      journal.start(url, 3);
      const enough = journal.answered.length + 3;
      await eventually(() => expect(journal.answered.length).toBeGreaterThanOrEqual(enough), {
        withinMs: 20_000,
      });
      await goAway();
      const upAtMs = performance.now();
      // A client whose request fell between two cuts goes on: it ends with the answer it waits for.
      journal.stop();
      await journal.settled();
      await eventually(async () => {
        for (const key of journal.open) await journal.repeat(url, key);
      });
      await eventually(async () =>
        expect(await query(first.url, `select id from outbox where position is null`)).toEqual([]),
      );
      expect(performance.now() - upAtMs).toBeLessThan(5000);
    }
    expect(await databaseFaults(first.url)).toEqual([]);
    hub.signal('SIGTERM');
    expect(await hub.exited).toBe(0);
  });
});
