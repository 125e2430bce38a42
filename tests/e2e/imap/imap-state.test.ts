import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImapFlow } from 'imapflow';
import { runStateTest } from '#support/imap-state/state-run.ts';
import { clerk, demoPassword, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

/** `npm run chaos` asks for many more; a seed that has failed is run again with `SEED=… COMMANDS=…`. */
const commands = Number(process.env['COMMANDS'] ?? 2000);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
/** After so many the sessions settle, everything is compared, and the next seed begins on mailboxes of its own. */
const commandsPerSeed = 5000;
const mailboxes = ['Chung', 'Rieng', 'Luu'];
const users = [official, clerk];

describe('the IMAP server under twelve sessions', () => {
  let hub: TestHub;

  beforeAll(async () => {
    hub = await startTestHub();
  });

  afterAll(async () => {
    await hub?.remove();
  });

  it(
    'I9 I12 tells every session the truth: numbers, UIDs, flags, modseqs and octets',
    async () => {
      let sent = 0;
      for (let at = 0; sent < commands; at += 1) {
        const names = mailboxes.map((name) => `${name}${at}`);
        for (const user of users) await makeMailboxes(hub, user, names);
        sent += await runStateTest({
          port: hub.ports.imaps,
          accounts: users.map((user) => ({ user, password: demoPassword })),
          sessionsPerAccount: 6,
          mailboxes: names,
          seed: seed + at,
          commands: Math.min(commandsPerSeed, commands - sent),
          hasQresync: await hasQresync(hub),
        });
      }
      expect(sent).toBeGreaterThanOrEqual(commands);
      expect(hub.output()).not.toMatch(/"level":(?:50|60)/);
    },
    60_000 + commands * 60,
  );
});

async function makeMailboxes(hub: TestHub, user: string, names: readonly string[]): Promise<void> {
  const client = clientOf(hub, user);
  await client.connect();
  for (const name of names) await client.mailboxCreate(name);
  await client.logout();
}

async function hasQresync(hub: TestHub): Promise<boolean> {
  const client = clientOf(hub, official);
  await client.connect();
  const has = client.capabilities.has('QRESYNC');
  await client.logout();
  return has;
}

function clientOf(hub: TestHub, user: string): ImapFlow {
  return new ImapFlow({
    host: '127.0.0.1',
    port: hub.ports.imaps,
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user, pass: demoPassword },
    logger: false,
  });
}
