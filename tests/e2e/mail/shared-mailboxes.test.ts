import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ImapClient } from '#support/imap-client.ts';
import { hasProgram, runProgram } from '#support/run-program.ts';
import { scramClient } from '#support/scram-client.ts';
import { submitTo } from '#support/send-mail.ts';
import {
  demoPassword,
  leader,
  official,
  startTestHub,
  viceLeader,
  type TestHub,
} from '#support/start-test-hub.ts';

const cliFile = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));
const registry = 'vanthu@stttt.binhthuan.example';
const shared = `Shared/${registry}`;

let hub: TestHub;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-shared-'));
  hub = await startTestHub();
});
afterAll(async () => {
  await hub?.remove();
  await rm(folder, { recursive: true, force: true });
});

function run(...words: string[]): Promise<string> {
  return runProgram(process.execPath, [cliFile, ...words], {
    env: { DATABASE_URL: hub.databaseUrl, HUB_DATA: folder },
  });
}

async function greeted(): Promise<ImapClient> {
  const client = new ImapClient(
    connect({ port: hub.ports.imaps, host: '127.0.0.1', rejectUnauthorized: false }),
  );
  await client.line();
  return client;
}

async function signIn(address: string): Promise<ImapClient> {
  const client = await greeted();
  expect((await client.command(`LOGIN ${address} ${demoPassword}`)).at(-1)).toMatch(/^OK/);
  return client;
}

describe('the mailbox of an office', () => {
  it('is there for its head without set-up, and keeps the copy of what he sends as the office', async () => {
    const head = await signIn(official);
    expect((await head.command('LIST "" "Shared/*"')).join('\n')).toContain(`"/" ${shared}/INBOX`);
    const sent = async (mailbox: string) => (await head.command(`STATUS ${mailbox} (MESSAGES)`))[0];
    const [own, office] = [await sent('Sent'), await sent(`${shared}/Sent`)];
    await submitTo(hub, { user: official, from: registry, to: [leader], subject: 'Công văn của Sở' });
    expect(await sent('Sent')).toBe(own);
    expect(await sent(`${shared}/Sent`)).not.toBe(office);
    await expect(
      submitTo(hub, { user: official, from: leader, to: [registry], subject: 'Mạo danh' }),
    ).rejects.toThrow(/55[03]/);
    head.destroy();
  });

  it('H2 is shared and taken back at the machine, and an open session is ended within 2 s', async () => {
    const reader = await signIn(leader);
    expect((await reader.command(`SELECT ${shared}/INBOX`)).at(-1)).toMatch(/^NO \[NONEXISTENT\]/);
    await run('mailbox', 'share', registry, 'INBOX', leader, 'lr');
    expect(await run('mailbox', 'rights', registry, 'INBOX')).toContain(`${leader}\tlr\n`);
    expect((await reader.command(`SELECT ${shared}/INBOX`)).at(-1)).toMatch(/^OK \[READ-ONLY\]/);
    reader.send('i IDLE\r\n');
    expect(await reader.line()).toBe('+ idling');
    await submitTo(hub, { from: official, to: [registry], subject: 'Xin ý kiến' });
    expect(await reader.line()).toMatch(/^\* \d+ EXISTS$/);
    const ended = reader.rest();
    await run('mailbox', 'share', registry, 'INBOX', leader, '-');
    const taken = performance.now();
    expect(await ended).toContain('* BYE');
    expect(performance.now() - taken).toBeLessThan(2000);
    await expect(run('mailbox', 'share', registry, 'INBOX', leader, 'xyz')).rejects.toThrow(/RIGHTS/);
    await expect(run('mailbox', 'share', registry, 'Nowhere', leader, 'l')).rejects.toThrow(/no mailbox/);
    expect(await run('mailbox', 'seen', registry, 'INBOX', 'personal')).toBe('Read marks are personal.\n');
  });

  it('opens by SCRAM-SHA-256 with an app password, which then says who runs the server', async () => {
    const password = (await run('app-password', 'create', official, 'Thunderbird')).trim();
    const client = await greeted();
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const text = (line: string): string => Buffer.from(line.slice(2), 'base64').toString();
    const mine = scramClient(official, password, 'rOprNGfwEbeRWgbNEkqO');
    client.send(`a AUTHENTICATE SCRAM-SHA-256 ${base64(mine.first)}\r\n`);
    client.send(`${base64(mine.final(text(await client.line())))}\r\n`);
    expect(mine.trusts(text(await client.line()))).toBe(true);
    client.send('\r\n');
    expect((await client.answerTo('a')).at(-1)).toMatch(/^OK/);
    expect((await client.command('GETMETADATA "" /shared/admin'))[0]).toBe(
      '* METADATA "" (/shared/admin "mailto:postmaster@binhthuan.example")',
    );
    expect((await client.command(`GETQUOTAROOT ${shared}/INBOX`))[0]).toBe(
      `* QUOTAROOT ${shared}/INBOX ${registry}`,
    );
    client.destroy();
  });
});

describe('mbsync', () => {
  it.skipIf(!hasProgram('mbsync'))(
    'signs in by SCRAM-SHA-256 with an app password, and mirrors the mailbox of the office',
    async () => {
      await submitTo(hub, { from: leader, to: [registry], subject: 'Gửi Văn thư' });
      const password = (await run('app-password', 'create', official, 'mbsync')).trim();
      await writeFile(join(folder, 'ca.pem'), await readFile(join(hub.dataDir, 'tls-cert.pem'), 'utf8'));
      await mkdir(join(folder, 'mail'));
      const config = join(folder, 'mbsyncrc');
      await writeFile(config, mbsyncConfig(password));
      await runProgram('mbsync', ['--config', config, '--all']);
      const box = join(folder, 'mail', shared, 'INBOX');
      const kept = [...(await readdir(join(box, 'cur'))), ...(await readdir(join(box, 'new')))];
      const head = await signIn(official);
      expect((await head.command(`STATUS ${shared}/INBOX (MESSAGES)`))[0]).toBe(
        `* STATUS ${shared}/INBOX (MESSAGES ${kept.length})`,
      );
      expect(kept.length).toBeGreaterThan(0);
      head.destroy();
    },
  );
});

function mbsyncConfig(password: string): string {
  return `IMAPAccount hub
Host 127.0.0.1
Port ${hub.ports.imaps}
User ${official}
Pass ${password}
AuthMechs SCRAM-SHA-256
SSLType IMAPS
CertificateFile ${folder}/ca.pem

IMAPStore hub-remote
Account hub

MaildirStore hub-local
Path ${folder}/mail/
Inbox ${folder}/mail/INBOX
SubFolders Verbatim

Channel hub
Far :hub-remote:
Near :hub-local:
Patterns Shared/*
Create Near
Sync Pull
SyncState *
`;
}

describe('the limiter of sign-ins', () => {
  it('I11 counts wrong passwords over HTTP, submission and IMAP as one, SCRAM among them', async () => {
    const wrong = { address: viceLeader, password: 'khong-phai' };
    const http = (password: string) =>
      fetch(`${hub.url}/api/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ address: viceLeader, password }),
      });
    expect((await http(wrong.password)).status).toBe(401);
    expect((await http(wrong.password)).status).toBe(401);
    await expect(
      submitTo(hub, { from: viceLeader, password: wrong.password, to: [official], subject: 'x' }),
    ).rejects.toThrow(/535/);
    const client = await greeted();
    expect(await client.command(`LOGIN ${viceLeader} ${wrong.password}`)).toEqual([
      'NO [AUTHENTICATIONFAILED] Wrong address or password',
    ]);
    const mine = scramClient(viceLeader, wrong.password, 'rOprNGfwEbeRWgbNEkqO');
    client.send(`a AUTHENTICATE SCRAM-SHA-256 ${Buffer.from(mine.first).toString('base64')}\r\n`);
    const first = Buffer.from((await client.line()).slice(2), 'base64').toString();
    client.send(`${Buffer.from(mine.final(first)).toString('base64')}\r\n`);
    expect(await client.answerTo('a')).toEqual(['NO [AUTHENTICATIONFAILED] Wrong address or password']);
    expect((await client.command(`LOGIN ${viceLeader} ${demoPassword}`)).at(-1)).toMatch(/^NO \[LIMIT\]/);
    expect((await http(demoPassword)).status).toBe(429);
    client.destroy();
  });
});
