import { ImapFlow } from 'imapflow';
import { describe, expect, it, onTestFinished } from 'vitest';
import { call, openSocket, signInTo } from '#support/hub-client.ts';
import { databaseFaults } from '#support/hub-facts.ts';
import { eventually } from '#support/eventually.ts';
import { query } from '#support/open-embedded.ts';
import {
  createTestHubDatabase,
  demoPassword,
  leader,
  official,
  startTestHub,
  type TestHub,
} from '#support/start-test-hub.ts';
import { tempFolder } from '#support/temp-folder.ts';

/** Two hub processes on one database, as two machines behind a load balancer would be. */
async function twoHubs(seed: 'none' | 'tiny' = 'tiny'): Promise<[TestHub, TestHub, string]> {
  const databaseUrl = await createTestHubDatabase();
  const starting = [await tempFolder(), await tempFolder()].map((dataDir) =>
    startTestHub({ on: { databaseUrl, dataDir }, seed }),
  );
  // The first to be removed takes the database with it: both are killed first.
  onTestFinished(async () => {
    const started = await Promise.allSettled(starting);
    const hubs = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    await Promise.all(hubs.map((hub) => hub.kill()));
    await hubs[0]?.remove();
  });
  const [one, other] = await Promise.all(starting);
  if (one === undefined || other === undefined) throw new Error('two were started');
  return [one, other, databaseUrl];
}

/** Whether this process stamps, by what it tells a collector. */
async function isRelay(hub: TestHub): Promise<boolean> {
  const { body } = await call<string>(hub.url, 'GET', '/metrics');
  return /^hub_relay_elected 1$/m.test(body);
}

async function relayOf(hubs: readonly TestHub[]): Promise<TestHub> {
  return eventually(async () => {
    const elected = [];
    for (const hub of hubs) if (await isRelay(hub)) elected.push(hub);
    expect(elected).toHaveLength(1);
    return elected[0] as TestHub;
  });
}

describe('two hubs on one database', () => {
  it('F6 both get ready when they start at once on an empty one, and it is seeded once', async () => {
    const [one, other, databaseUrl] = await twoHubs();
    for (const hub of [one, other]) expect((await call(hub.url, 'GET', '/readyz')).status).toBe(200);
    const [row] = await query<Record<string, number>>(
      databaseUrl,
      `select (select count(*)::int from account where kind <> 'system') as accounts,
         (select count(*)::int from outbox where type = 'organisation.imported') as imports,
         (select count(*)::int from idempotency_key where operation = 'directive.issue') as issued,
         (select count(*)::int from directive) as directives,
         (select count(*)::int from idempotency_key where key like 'demo-incoming-%') as registered,
         (select count(*)::int from document) as documents`,
    );
    expect(row).toMatchObject({ accounts: 60, imports: 1 });
    expect(row?.['directives']).toBeGreaterThan(0);
    expect(row?.['directives']).toBe(row?.['issued']);
    expect(row?.['documents']).toBeGreaterThan(0);
    expect(row?.['documents']).toBe(row?.['registered']);
    expect(await databaseFaults(databaseUrl)).toEqual([]);
    for (const hub of [one, other]) await signInTo(hub, leader);
  });

  it('what is issued at one is heard at the other, whole and in one order', async () => {
    const [one, other, databaseUrl] = await twoHubs();
    const atOne = await signInTo(one, leader);
    const atOther = await signInTo(other, leader);
    const { token } = await signInTo(one, official);
    const pages = [one, other].map((hub) => openSocket(hub.url, token));
    await Promise.all(pages.map((page) => page.synced));
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? atOne : atOther).issue({ subject: `Việc ${n}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const order = await eventually(async () => {
      const rows = await query<{ id: string }>(
        databaseUrl,
        `select payload -> 'directive' ->> 'id' as id from outbox
         where type = 'directive.issued' and position is not null and payload -> 'directive' ->> 'subject' like 'Việc %' order by position`,
      );
      expect(rows).toHaveLength(12);
      return rows.map(({ id }) => id);
    });
    for (const page of pages) {
      await eventually(() =>
        expect(
          page.changes.flatMap((change) => (change.type === 'directive.issued' ? [change.directive.id] : [])),
        ).toEqual(order),
      );
      page.close();
    }
  });

  it('a mail client that idles at one hears of what is issued at the other, and catches up by QRESYNC', async () => {
    const [one, other] = await twoHubs();
    const issuer = await signInTo(one, leader);
    const connect = async (): Promise<ImapFlow> => {
      const client = new ImapFlow({
        host: '127.0.0.1',
        port: other.ports.imaps,
        secure: true,
        tls: { rejectUnauthorized: false },
        auth: { user: official, pass: demoPassword },
        logger: false,
        qresync: true,
      });
      await client.connect();
      return client;
    };
    const client = await connect();
    const { exists } = await client.mailboxOpen('INBOX');
    expect([...client.enabled]).toContain('QRESYNC');
    const heard = new Promise<number>((resolve) =>
      client.on('exists', ({ count }: { count: number }) => resolve(count)),
    );
    const idle = client.idle();
    await issuer.issue({ subject: 'Việc từ máy kia' });
    expect(await heard).toBe(exists + 1);
    await client.noop();
    await idle;
    const { uidNext, uidValidity, highestModseq } = await client.mailboxOpen('INBOX');
    await client.messageFlagsAdd({ uid: `${uidNext - 1}` }, ['\\Flagged'], { uid: true });
    await client.messageDelete({ uid: `${uidNext - 1}` }, { uid: true });
    await client.logout();
    const again = await connect();
    const vanished: number[] = [];
    again.on('expunge', ({ uid }: { uid: number }) => vanished.push(uid));
    await again.mailboxOpen('INBOX', { changedSince: highestModseq, uidValidity } as never);
    expect(vanished).toEqual([uidNext - 1]);
    await again.logout();
  });

  it('a session that ends at one is cut at the other', async () => {
    const [one, other] = await twoHubs();
    const atOne = await signInTo(one, official);
    const page = openSocket(other.url, atOne.token);
    await page.synced;
    expect((await atOne.request('DELETE', '/api/v1/sessions/current')).status).toBe(204);
    await eventually(() => expect(page.socket.connected).toBe(false));
  });

  it('the log goes on within 3 s when the process that stamps is killed', async () => {
    const hubs = await twoHubs();
    const elected = await relayOf([hubs[0], hubs[1]]);
    const left = elected === hubs[0] ? hubs[1] : hubs[0];
    const client = await signInTo(left, leader);
    const page = openSocket(left.url, (await signInTo(left, official)).token);
    await page.synced;
    await elected.kill();
    const killedAtMs = performance.now();
    const issued = await client.issue({ subject: 'Sau khi mất một máy' });
    expect(issued.status).toBe(201);
    await page.next((change) => change.type === 'directive.issued' && change.directive.id === issued.body.id);
    expect(performance.now() - killedAtMs).toBeLessThan(3000);
    expect(await isRelay(left)).toBe(true);
    page.close();
  });
});
