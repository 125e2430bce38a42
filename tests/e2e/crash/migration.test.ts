import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { databaseFaults } from '#support/hub-facts.ts';
import { refusalOf, runHub } from '#support/hub-process.ts';
import { query } from '#support/open-embedded.ts';
import { createTestHubDatabase, startTestHub } from '#support/start-test-hub.ts';
import { tempFolder } from '#support/temp-folder.ts';

describe('migration', () => {
  it('F6 is finished by the next start, whenever the first one was killed', async () => {
    for (let round = 0; round < 5; round += 1) {
      const databaseUrl = await createTestHubDatabase();
      const dataDir = await tempFolder();
      const first = runHub(dataDir, { DATABASE_URL: databaseUrl });
      await eventually(
        async () => {
          const connections = await query(
            databaseUrl,
            `select 1 from pg_stat_activity where datname = current_database() and application_name = 'hub migrations'`,
          );
          expect(connections).not.toEqual([]);
        },
        { withinMs: 30_000 },
      );
      // A random moment of the migrations, from before the first statement to after the last.
      await pause(Math.random() * 700);
      first.signal('SIGKILL');
      await first.exited;
      const hub = await startTestHub({ on: { databaseUrl, dataDir }, seed: 'none' });
      expect(await databaseFaults(databaseUrl)).toEqual([]);
      await hub.remove();
    }
  });

  it('F6 of a newer hub is refused in one line', async () => {
    const hub = await startTestHub({ seed: 'none' });
    await hub.stop();
    await query(hub.databaseUrl, `insert into hub_migration (name) values ('Future9999')`);
    expect(await refusalOf({ DATABASE_URL: hub.databaseUrl }, hub.dataDir)).toContain(
      'newer hub (Future9999)',
    );
  });
});
