import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from '#store/embedded/start-embedded-postgres.ts';
import { clientOf, openSocket, signInTo, type LiveSocket } from '#support/hub-client.ts';
import { eventually } from '#support/eventually.ts';
import { databaseFaults, mailboxesOf } from '#support/hub-facts.ts';
import { runHub } from '#support/hub-process.ts';
import { createIssueJournal, type IssueJournal } from '#support/issue-journal.ts';
import { postmasterPid, query } from '#support/open-embedded.ts';
import { leader, official, startTestHub } from '#support/start-test-hub.ts';
import { tempDataFolder } from '#support/temp-folder.ts';

const kills = Number(process.env['KILLS'] ?? 8);
const clients = 4;
const recipients = 60;
/** As many as the hub gives in a snapshot. */
const snapshotMax = 200;

/** The moment of a kill is the one thing here that must not be waited for. */
async function randomMoment(journal: IssueJournal): Promise<void> {
  const answered = journal.answered.length + 1 + Math.floor(Math.random() * 5);
  await eventually(() => expect(journal.answered.length).toBeGreaterThanOrEqual(answered), {
    withinMs: 20_000,
  });
  await pause(Math.random() * 60);
}

/** A device that keeps its position over every loss of its connection, as the page does. */
function device(token: string) {
  const heard: { id: string; position: number }[] = [];
  let live: LiveSocket | undefined;
  let position: number | undefined;
  function keep(): void {
    for (const change of live?.changes.splice(0) ?? []) {
      position = change.position;
      if (change.type === 'directive.issued') heard.push({ id: change.directive.id, position });
    }
  }
  return {
    heard,
    keep,
    async connect(url: string): Promise<void> {
      keep();
      live?.close();
      const next = openSocket(url, token, position);
      next.socket.on('resync', () => heard.push({ id: 'resync', position: 0 }));
      live = next;
      const synced = await next.synced;
      position ??= synced;
    },
    close: () => live?.close(),
  };
}

async function expectEverywhere(
  at: { url: string; databaseUrl: string },
  journal: IssueJournal,
  tokens: { leader: string; official: string },
): Promise<void> {
  const ids = journal.answered.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(journal.answered.map(({ code }) => code)).size).toBe(ids.length);
  await eventually(async () =>
    expect(await query(at.databaseUrl, `select id from outbox where position is null`)).toEqual([]),
  );
  expect(await databaseFaults(at.databaseUrl)).toEqual([]);
  const mailboxes = await mailboxesOf(at.databaseUrl, ids);
  expect(ids.filter((id) => mailboxes.get(id) !== recipients)).toEqual([]);

  const all = await query<{ id: string; code: string }>(
    at.databaseUrl,
    `select id, code from directive where recipient_count = $1 order by issued_at desc, code desc`,
    [recipients],
  );
  const codes = new Map(all.map((row) => [row.id, row.code]));
  expect(journal.answered.filter(({ id, code }) => codes.get(id) !== code)).toEqual([]);
  const snapshot = await clientOf(at.url, tokens.official).snapshot();
  const newest = all.map(({ id }) => id).slice(0, snapshotMax - 20);
  const inSnapshot = new Set(snapshot.directives.map(({ id }) => id));
  expect(newest.filter((id) => !inSnapshot.has(id))).toEqual([]);
  const leaderClient = clientOf(at.url, tokens.leader);
  for (const id of ids.slice(-25)) {
    const board = await leaderClient.board(id);
    expect(board.counts).toMatchObject({ recipients, delivered: recipients });
    expect(board.recipients.items).toHaveLength(recipients);
  }
}

describe('kill -9 while directives are issued', () => {
  it(
    `F3 F4 loses and doubles nothing that was answered 201, ${kills} times in a row`,
    { timeout: 60_000 + kills * 20_000 },
    async () => {
      let hub = await startTestHub();
      onTestFinished(() => hub.remove());
      const token = (await signInTo(hub, leader)).token;
      const officialToken = (await signInTo(hub, official)).token;
      const journal = createIssueJournal(token);
      const page = device(officialToken);
      onTestFinished(() => page.close());
      await page.connect(hub.url);
      let unanswered = 0;

      for (let kill = 0; kill < kills; kill += 1) {
        journal.start(hub.url, clients);
        await randomMoment(journal);
        await hub.kill();
        await journal.settled();
        unanswered += journal.open.size;
        hub = await startTestHub({ on: hub });
        await page.connect(hub.url);
        // Asked again, each is answered with what came of it, or done now; what was answered stays as it was.
        for (const key of journal.open) await journal.repeat(hub.url, key);
        for (const first of journal.answered.slice(-10))
          expect(await journal.repeat(hub.url, first.key)).toEqual(first);
      }

      await expectEverywhere(hub, journal, { leader: token, official: officialToken });
      const issued = await query<{ id: string; position: number }>(
        hub.databaseUrl,
        `select d.id, o.position::int as position from outbox o
       join directive d on d.id = (o.payload -> 'directive' ->> 'id')::uuid
       where o.type = 'directive.issued' and d.subject like 'Chỉ đạo chi-dao-%' order by o.position`,
      );
      await eventually(() => {
        page.keep();
        expect(page.heard).toEqual(issued);
      });
      console.info(
        `${kills} kills: ${journal.answered.length} issued, ${unanswered} of them unanswered at a kill`,
      );
    },
  );

  it('F3 F4 loses and doubles nothing when the hub and its own PostgreSQL are killed together', async () => {
    const dataDir = await tempDataFolder();
    const first = runHub(dataDir);
    const { url } = await first.ready();
    const token = (await signInTo({ url }, leader)).token;
    const officialToken = (await signInTo({ url }, official)).token;
    const journal = createIssueJournal(token);
    journal.start(url, clients);
    await randomMoment(journal);
    process.kill(await postmasterPid(dataDir), 'SIGKILL');
    first.signal('SIGKILL');
    await Promise.all([first.exited, journal.settled()]);

    const second = runHub(dataDir);
    const again = await second.ready();
    const early = [...journal.answered];
    for (const key of journal.open) await journal.repeat(again.url, key);
    for (const answer of early) expect(await journal.repeat(again.url, answer.key)).toEqual(answer);
    const snapshot = await clientOf(again.url, officialToken).snapshot();
    const inSnapshot = new Set(snapshot.directives.map(({ id }) => id));
    expect(journal.answered.filter(({ id }) => !inSnapshot.has(id))).toEqual([]);
    second.signal('SIGTERM');
    expect(await second.exited).toBe(0);

    const postgres = await startEmbeddedPostgres({ dataDir, explicitDataDir: true, log: () => undefined });
    try {
      expect(await databaseFaults(postgres.url)).toEqual([]);
      const mailboxes = await mailboxesOf(
        postgres.url,
        journal.answered.map(({ id }) => id),
      );
      expect([...mailboxes.values()]).toEqual(journal.answered.map(() => recipients));
    } finally {
      await postgres.stop();
    }
  });
});
