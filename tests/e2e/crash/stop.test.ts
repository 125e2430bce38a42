import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { openSocket, signInTo } from '#support/hub-client.ts';
import { databaseFaults, mailboxesOf } from '#support/hub-facts.ts';
import { createIssueJournal } from '#support/issue-journal.ts';
import { leader, official, startTestHub } from '#support/start-test-hub.ts';

describe('a stop', () => {
  it('F19 by SIGTERM under load ends with 0 within 20 s, and every call that was answered is done', async () => {
    const hub = await startTestHub();
    onTestFinished(() => hub.remove());
    const journal = createIssueJournal((await signInTo(hub, leader)).token);
    const page = openSocket(hub.url, (await signInTo(hub, official)).token);
    await page.synced;
    journal.start(hub.url, 4);
    await eventually(() => expect(journal.answered.length).toBeGreaterThan(5), { withinMs: 30_000 });
    const askedAtMs = performance.now();
    expect(await hub.stop()).toBe(0);
    expect(performance.now() - askedAtMs).toBeLessThan(20_000);
    await journal.settled();
    page.close();
    expect(await databaseFaults(hub.databaseUrl)).toEqual([]);
    const mailboxes = await mailboxesOf(
      hub.databaseUrl,
      journal.answered.map(({ id }) => id),
    );
    expect([...mailboxes.values()]).toEqual(journal.answered.map(() => 60));
    // Only calls that were on their way when the doors closed are open, and nothing of them is half done.
    expect(journal.open.size).toBeLessThanOrEqual(4);
  });
});
