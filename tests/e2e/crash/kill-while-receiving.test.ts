import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { freePort } from '#support/free-port.ts';
import { databaseFaults } from '#support/hub-facts.ts';
import { type HubProcess, runHub } from '#support/hub-process.ts';
import { openEmbedded, query } from '#support/open-embedded.ts';
import { connectRaw, type RawSmtp } from '#support/raw-smtp.ts';
import { clerk, districtHead, official } from '#support/start-test-hub.ts';
import { tempDataFolder, tempFolder } from '#support/temp-folder.ts';

/** Of each of the fourteen kinds; `npm run chaos` makes ten of each. */
const trials = Number(process.env['TRIALS'] ?? 1);
const recipients = [official, districtHead, clerk];

const moments = [
  'in the middle of the octets',
  'behind the last dot',
  'while it is parsed',
  'inside the transaction',
  'at the commit',
  'after the commit, its 250 unheard',
  'after the 250',
] as const;
type Moment = (typeof moments)[number];
type Victim = 'the hub' | 'PostgreSQL';

interface Letter {
  readonly id: string;
  readonly octets: string;
  readonly sha256: string;
}

let letters = 0;
function newLetter(): Letter {
  letters += 1;
  const id = `<thu-${letters}@ngoai.example>`;
  const octets =
    `From: lien.he@ngoai.example\r\nTo: ${recipients.join(', ')}\r\nSubject: Thu ${letters}\r\nMessage-ID: ${id}\r\n\r\n` +
    `Dong ${letters} cua mot buc thu dai.\r\n`.repeat(800);
  return { id, octets, sha256: createHash('sha256').update(octets).digest('hex') };
}

describe('kill -9 while mail comes in', () => {
  it(
    `F1 has each message that was answered 250 once in every mailbox, and none by halves, ${14 * trials} times`,
    { timeout: 120_000 + 14 * trials * 20_000 },
    async () => {
      const postgres = await openEmbedded(await tempDataFolder('postgres-data'), { port: await freePort() });
      const { url } = postgres;
      const smtpPort = await freePort();
      const dataDir = await tempFolder();
      const start = async (): Promise<HubProcess> => {
        const started = runHub(dataDir, {
          DATABASE_URL: url,
          SMTP_PORT: String(smtpPort),
          HUB_OUTBOUND: 'rehearsal',
          HUB_DNS: '127.0.0.1:1',
        });
        await started.ready();
        return started;
      };
      let hub = await start();
      const accepted: Letter[] = [];
      let lost250 = 0;

      async function killed(victim: Victim): Promise<void> {
        if (victim === 'the hub') {
          hub.signal('SIGKILL');
          await hub.exited;
        } else await crashPostgres(url);
      }

      for (let trial = 0; trial < trials; trial += 1)
        for (const victim of ['the hub', 'PostgreSQL'] as const)
          for (const moment of moments) {
            const letter = newLetter();
            const beside = [newLetter(), newLetter()];
            const others = beside.map((other) => sendUntilTaken(smtpPort, other));
            const client = await eventually(() => beginData(smtpPort), { withinMs: 30_000 });
            const answered = await sendTo(client, url, letter, moment, () => killed(victim));
            if (victim === 'the hub') hub = await start();
            await eventually(() => query(url, 'select 1'), { withinMs: 30_000 });
            const copies = await copiesOf(url, letter);
            expect({ victim, moment, copies }).toEqual({
              victim,
              moment,
              copies: answered || copies > 0 ? recipients.length : 0,
            });
            if (!answered && copies > 0) lost250 += 1;
            // The client does not know, and sends the same again.
            await sendUntilTaken(smtpPort, letter);
            await Promise.all(others);
            accepted.push(letter, ...beside);
          }

      for (const letter of accepted) expect(await copiesOf(url, letter)).toBe(recipients.length);
      expect(await shasOf(url)).toEqual(new Set(accepted.map(({ sha256 }) => sha256)));
      expect(await databaseFaults(url)).toEqual([]);
      hub.signal('SIGTERM');
      expect(await hub.exited).toBe(0);
      console.info(
        `${14 * trials} kills, ${accepted.length} messages, ${lost250} committed without their 250 being heard`,
      );
    },
  );
});

/** Sends up to the moment, has the victim killed there, and tells whether 250 was heard. */
async function sendTo(
  client: RawSmtp,
  url: string,
  letter: Letter,
  moment: Moment,
  kill: () => Promise<void>,
): Promise<boolean> {
  const half = Math.floor(letter.octets.length / 2);
  client.send(letter.octets.slice(0, half));
  if (moment === 'in the middle of the octets') {
    await kill();
    return false;
  }
  const lock =
    moment === 'inside the transaction' || moment === 'at the commit' ? await lockInbox(url) : undefined;
  client.send(letter.octets.slice(half));
  client.send('.\r\n');
  const reply = client.read();
  if (moment === 'while it is parsed') await pause(Math.random() * 4);
  if (moment === 'after the commit, its 250 unheard') {
    await eventually(async () => expect(await copiesOf(url, letter)).toBe(recipients.length));
    await kill();
    return false;
  }
  if (moment === 'after the 250') expect(await reply).toMatch(/^250 /u);
  if (lock !== undefined) {
    await lock.someoneWaits();
    if (moment === 'at the commit') {
      await lock.release();
      await pause(Math.random() * 3);
    }
  }
  await Promise.all([kill(), lock?.release()]);
  return (await reply).startsWith('250 ');
}

async function beginData(port: number): Promise<RawSmtp> {
  const client = await connectRaw({ port });
  await client.read();
  const before = ['EHLO ngoai.example', 'MAIL FROM:<lien.he@ngoai.example>'];
  for (const line of [...before, ...recipients.map((address) => `RCPT TO:<${address}>`)])
    expect(await client.command(line)).toMatch(/^250/u);
  expect(await client.command('DATA')).toMatch(/^354 /u);
  return client;
}

/** As a mail server does: again and again until somebody has said 250. */
async function sendUntilTaken(port: number, letter: Letter): Promise<void> {
  await eventually(
    async () => {
      const client = await beginData(port);
      try {
        client.send(`${letter.octets}.\r\n`);
        expect(await client.read()).toMatch(/^250 /u);
      } finally {
        client.destroy();
      }
    },
    { withinMs: 60_000 },
  );
}

/** A server process that dies makes PostgreSQL end all others at once and recover from its log. */
async function crashPostgres(url: string): Promise<void> {
  const [writer] = await query<{ pid: number }>(
    url,
    `select pid from pg_stat_activity where backend_type = 'walwriter'`,
  );
  if (writer === undefined) throw new Error('PostgreSQL has no WAL writer');
  process.kill(writer.pid, 'SIGKILL');
  await eventually(
    async () =>
      expect(
        await query(url, `select pid from pg_stat_activity where backend_type = 'walwriter' and pid <> $1`, [
          writer.pid,
        ]),
      ).toHaveLength(1),
    { withinMs: 30_000 },
  );
}

/** Holds a row that every delivery to the first recipient changes. */
async function lockInbox(url: string): Promise<{ someoneWaits(): Promise<void>; release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  await client.query(
    `select b.id from mailbox b join account a on a.id = b.account_id where a.address = $1 and b.path = 'INBOX' for update of b`,
    [official],
  );
  let released = false;
  return {
    someoneWaits: () =>
      eventually(async () =>
        expect(
          await query(
            url,
            `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          ),
        ).not.toEqual([]),
      ),
    async release() {
      if (released) return;
      released = true;
      // When PostgreSQL was the victim the lock has gone with it.
      await client.end().catch(() => undefined);
    },
  };
}

async function copiesOf(url: string, { id }: Letter): Promise<number> {
  const rows = await query(
    url,
    `select 1 from message m join mailbox_message e on e.message_id = m.id where m.message_id_header = $1`,
    [id],
  );
  return rows.length;
}

async function shasOf(url: string): Promise<ReadonlySet<string>> {
  const rows = await query<{ sha: string }>(
    url,
    `select encode(b.received_sha256, 'hex') as sha from message m join blob b on b.sha256 = m.blob_sha256
     where m.message_id_header like '<thu-%@ngoai.example>'`,
  );
  return new Set(rows.map(({ sha }) => sha));
}
