import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunDovecot, dovecotPassword, startDovecot, type DovecotServer } from '#support/dovecot.ts';
import { runProgram } from '#support/run-program.ts';
import { makeAccounts } from '#support/mail-fixture.ts';
import { openDatabase, type Database } from '#store/database.ts';
import { demoPassword, leader, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const cliFile = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));
/** The user `mail` of Debian, whose Maildirs these are. */
const mailUser = 8;
const manyMessages = 3_000;

interface Entry {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly date: string;
  readonly source: string;
}

interface Box {
  readonly uidValidity: number;
  readonly subscribed: boolean;
  readonly entries: readonly Entry[];
}

describe.runIf(canRunDovecot)('hub import', () => {
  let hub: TestHub;
  let dovecot: DovecotServer;
  let database: Database;
  let folder: string;
  let passwordFile: string;
  /** New ones, whose mailboxes have never held anything. */
  let accounts: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-import-'));
    passwordFile = join(folder, 'password');
    await writeFile(passwordFile, `${dovecotPassword}\n`);
    [hub, dovecot] = await Promise.all([startTestHub(), startDovecot()]);
    database = await openDatabase(hub.databaseUrl, { connectionsMax: 2 });
    accounts = (await makeAccounts(database, 7)).map(({ address }) => address);
    await database.rows(
      `update account set password_hash = (select password_hash from account where address = $1)
       where address = any($2::text[])`,
      [leader, accounts],
    );
  });
  afterAll(async () => {
    await database?.close();
    await hub?.remove();
    await dovecot?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const account = (index: number): string => accounts[index] ?? 'nobody';

  function environment(): Record<string, string> {
    return {
      DATABASE_URL: hub.databaseUrl,
      HUB_DATA: folder,
      NODE_EXTRA_CA_CERTS: dovecot.certificateFile,
    };
  }

  const run = (...words: string[]): Promise<string> =>
    runProgram(process.execPath, [cliFile, 'import', ...words], { env: environment() });

  const login = (user: string): string[] => [
    '--from',
    `imaps://localhost:${dovecot.port}`,
    '--user',
    user,
    '--password-file',
    passwordFile,
  ];

  async function client(port: number, user: string, pass: string): Promise<ImapFlow> {
    const opened = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: true,
      tls: { rejectUnauthorized: false },
      auth: { user, pass },
      logger: false,
    });
    await opened.connect();
    return opened;
  }
  const atDovecot = (user: string) => client(dovecot.port, user, dovecotPassword);
  const atHub = (address: string) => client(hub.ports.imaps, address, demoPassword);

  /** Everything that one side has, by the mailbox's path with `/`. */
  async function contents(from: Promise<ImapFlow>): Promise<Map<string, Box>> {
    const opened = await from;
    const boxes = new Map<string, Box>();
    for (const { path, delimiter, subscribed } of await opened.list()) {
      const { uidValidity, exists } = await opened.mailboxOpen(path, { readOnly: true });
      const query = { uid: true, flags: true, internalDate: true, source: true };
      const found = exists === 0 ? [] : await opened.fetchAll('1:*', query);
      boxes.set(path.replaceAll(delimiter, '/'), {
        uidValidity: Number(uidValidity),
        subscribed: subscribed || false,
        entries: found.map(({ uid, flags, internalDate, source }) => ({
          uid,
          flags: [...(flags ?? [])].filter((flag) => flag !== '\\Recent').toSorted(),
          date: new Date(internalDate ?? 0).toISOString(),
          source: source?.toString('latin1') ?? '',
        })),
      });
    }
    await opened.logout();
    return boxes;
  }

  const message = (name: string, text: string): Buffer =>
    Buffer.from(
      `From: A <a@cu.example>\r\nSubject: ${name}\r\nMessage-ID: <${name}@cu.example>\r\n\r\n${text}`,
    );

  async function fill(user: string): Promise<void> {
    const old = await atDovecot(user);
    for (const path of ['Sent Items', 'Dự án', 'Dự án.Đường bộ', 'Cũ']) await old.mailboxCreate(path);
    for (const path of ['Sent Items', 'Dự án.Đường bộ']) await old.mailboxSubscribe(path);
    for (const path of ['Dự án', 'Cũ']) await old.mailboxUnsubscribe(path);
    const dates = ['2012-02-29T23:59:59Z', '2016-05-11T01:45:00Z', '2026-01-01T00:00:00Z'].map(
      (at) => new Date(at),
    );
    await old.append('INBOX', message('mot', 'Kính gửi\r\n'), ['\\Seen', '$label1'], dates[0]);
    await old.append('INBOX', message('xoa', 'Sẽ xóa\r\n'), [], dates[0]);
    await old.append(
      'INBOX',
      message('hai', `${'x'.repeat(5_000)}\r\n\r\n\r\n`),
      ['\\Flagged', 'viec-gap'],
      dates[1],
    );
    await old.append('INBOX', Buffer.from('khong co tieu de\r\n'), ['\\Draft', '\\Answered'], dates[2]);
    await old.append('Sent Items', message('da gui', '\xff\xfe\r\n'), ['\\Seen'], dates[1]);
    await old.append(
      'Dự án.Đường bộ',
      message('ba', 'không có dòng cuối'),
      ['\\Deleted', '$Forwarded'],
      dates[2],
    );
    await old.mailboxOpen('INBOX');
    await old.messageDelete('2', { uid: true });
    await old.logout();
  }

  it('imap keeps octets, flags, keywords, dates, folders, subscriptions, UIDs and UIDVALIDITY', async () => {
    await fill('an');
    const before = await contents(atDovecot('an'));
    const said = await run('imap', account(0), ...login('an'));
    expect(said).toContain('Imported: 5 messages');
    const after = await contents(atHub(account(0)));
    expect(before.get('INBOX')?.entries.map(({ uid }) => uid)).toEqual([1, 3, 4]);
    for (const [path, box] of before)
      expect([path, after.get(path === 'Sent Items' ? 'Sent' : path)]).toEqual([path, box]);
    expect(after.has('Sent Items')).toBe(false);
    // Nothing follows from it: no event but of mailboxes, no receipt, no trace.
    const rows = await database.rows<{ type: string }>(
      `select distinct type from outbox o, account a
       where a.address = $1 and o.payload ->> 'accountId' = a.id::text`,
      [account(0)],
    );
    expect(rows.map(({ type }) => type)).toEqual(['mailbox.changed']);
    expect(await run('imap', account(0), ...login('an'))).toContain('Imported: 0 messages');
    expect(await contents(atHub(account(0)))).toEqual(after);
  });

  it('imap checks the certificate, unless it is told not to', async () => {
    const env = { ...environment(), NODE_EXTRA_CA_CERTS: '' };
    const words = [cliFile, 'import', 'imap', account(1), ...login('an'), '--dry-run'];
    await expect(runProgram(process.execPath, words, { env })).rejects.toThrow(/certificate of localhost/u);
    const said = await runProgram(process.execPath, [...words, '--insecure'], { env });
    expect(said).toContain('Nothing was written. 5 messages');
  });

  it('imap is heard by who idles in a mailbox that was there before', async () => {
    const watching = await atHub(account(1));
    await watching.append('INBOX', message('co-san', 'Có sẵn\r\n'));
    await watching.mailboxOpen('INBOX');
    const heard = once(watching, 'exists');
    void watching.idle();
    const said = await run('imap', account(1), ...login('an'));
    expect(said).toContain('INBOX -> INBOX: 3 messages, 0.0 MiB, new UIDs');
    await heard;
    watching.close();
  });

  it('imap from one hub to another account of a hub, through the IMAP door', async () => {
    await writeFile(join(folder, 'hub-password'), demoPassword);
    await run(
      'imap',
      account(2),
      '--insecure',
      '--from',
      `imaps://127.0.0.1:${hub.ports.imaps}`,
      '--user',
      account(0),
      '--password-file',
      join(folder, 'hub-password'),
    );
    expect(await contents(atHub(account(2)))).toEqual(await contents(atHub(account(0))));
  });

  it('imap goes on after kill -9 where it was, and doubles nothing', async () => {
    await mkdir(join(dovecot.maildir('nhieu'), 'cur'), { recursive: true });
    await chown(dovecot.maildir('nhieu'), mailUser, mailUser);
    for (const name of ['cur', 'new', 'tmp']) {
      const directory = join(dovecot.maildir('nhieu'), name);
      await mkdir(directory, { recursive: true });
      await chown(directory, mailUser, mailUser);
    }
    for (let index = 0; index < manyMessages; index += 1) {
      const path = join(dovecot.maildir('nhieu'), 'cur', `${1_400_000_000 + index}.m${index}.cu:2,S`);
      await writeFile(path, message(`so-${index}`, `Thư số ${index}\r\n`));
      await utimes(path, 1_400_000_000 + index, 1_400_000_000 + index);
      await chown(path, mailUser, mailUser);
    }
    const child = spawn(process.execPath, [cliFile, 'import', 'imap', account(3), ...login('nhieu')], {
      env: { ...process.env, ...environment() },
      stdio: 'ignore',
    });
    const exited = once(child, 'exit');
    while ((await filed(account(3))) === 0) expect(child.exitCode).toBeNull();
    child.kill('SIGKILL');
    expect(await exited).toEqual([null, 'SIGKILL']);
    const left = await filed(account(3));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(manyMessages);
    const said = await run('imap', account(3), ...login('nhieu'));
    expect(said).toContain(`Imported: ${(manyMessages - left).toLocaleString('en')} messages`);
    const [old, now] = [await contents(atDovecot('nhieu')), await contents(atHub(account(3)))];
    expect(old.get('INBOX')?.entries).toHaveLength(manyMessages);
    expect(now.get('INBOX')).toEqual(old.get('INBOX'));
  });

  async function filed(address: string): Promise<number> {
    const rows = await database.rows<{ count: number }>(
      `select count(*)::int as count from account a join mailbox b on b.account_id = a.id
       join mailbox_message e on e.mailbox_id = b.id where a.address = $1 and b.path = 'INBOX'`,
      [address],
    );
    return rows[0]?.count ?? 0;
  }

  it('imap --list begins nothing when a line is wrong, and one account that fails holds up no other', async () => {
    const server = `imaps://localhost:${dovecot.port}`;
    const list = join(folder, 'list.csv');
    const good = `${account(4)},${server},an,${dovecotPassword}`;
    await writeFile(
      list,
      `account,host,user,password\r\n${good}\r\nai.do@binhthuan.example,${server},an,x\r\n`,
    );
    await expect(run('imap', '--list', list)).rejects.toThrow(
      /nothing was begun.*line 3: There is no account/su,
    );
    expect(await filed(account(4))).toBe(0);
    await writeFile(list, `${account(5)},${server},an,"sai, mật khẩu"\n${good}\n`);
    await expect(run('imap', '--list', list)).rejects.toThrow(
      /1 of 2 accounts.*Line 1, .*refuses the password of an/su,
    );
    expect(await filed(account(4))).toBe(3);
    expect(await filed(account(5))).toBe(0);
  });

  it('maildir brings the same as the server that wrote it', async () => {
    expect(await readdir(dovecot.maildir('an'))).toContain('dovecot-uidlist');
    await run('maildir', account(6), dovecot.maildir('an'));
    const [old, now] = [await contents(atDovecot('an')), await contents(atHub(account(6)))];
    for (const [path, box] of old)
      expect([path, now.get(path === 'Sent Items' ? 'Sent' : path)]).toEqual([path, box]);
  });

  it('says what is wrong in the words that follow', async () => {
    await expect(run('imap', account(0))).rejects.toThrow(/Usage: .*import imap ACCOUNT --from/u);
    await expect(run('mbox', account(0), join(folder, 'none'))).rejects.toThrow(/cannot be read \(ENOENT\)/u);
    await expect(run('maildir', account(0), folder)).rejects.toThrow(/is no Maildir/u);
    await expect(run('mbox', account(0), folder, '--insecure')).rejects.toThrow(/no option of import mbox/u);
    await expect(run('maildir', account(0), folder, '--since', '2016-13-01')).rejects.toThrow(/--since/u);
  });
});
