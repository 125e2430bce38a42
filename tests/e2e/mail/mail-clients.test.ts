import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInTo, type HubClient } from '#support/hub-client.ts';
import { hasProgram, runProgram } from '#support/run-program.ts';
import { demoPassword, leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const subject = 'Rà soát danh bạ thư công vụ';

describe('ordinary mail clients', () => {
  let hub: TestHub;
  let issuer: HubClient;
  let folder: string;

  beforeAll(async () => {
    hub = await startTestHub();
    folder = await mkdtemp(join(tmpdir(), 'hub-mail-client-'));
    issuer = await signInTo(hub, leader);
    const issued = await issuer.issue({ subject, urgency: 'hoa_toc' });
    expect(issued.status).toBe(201);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await hub?.remove();
  });

  it.skipIf(!hasProgram('python3'))(
    'imaplib signs in over TLS and STARTTLS, reads, flags, searches, copies, appends, expunges',
    async () => {
      const output = await runProgram('python3', ['-'], {
        input: imaplibScript,
        env: {
          IMAPS: String(hub.ports.imaps),
          IMAP: String(hub.ports.imap),
          ADDRESS: official,
          PASSWORD: demoPassword,
        },
      });
      expect(output).toContain('everything held');
    },
  );

  it.skipIf(!hasProgram('curl'))('curl lists mailboxes and reads a message byte for byte', async () => {
    const base = `imaps://127.0.0.1:${hub.ports.imaps}`;
    const login = ['--silent', '--show-error', '--insecure', '--user', `${official}:${demoPassword}`];
    expect(await runProgram('curl', [...login, `${base}/`])).toContain('INBOX');
    const message = await runProgram('curl', [...login, `${base}/INBOX;MAILINDEX=1`]);
    expect(message).toMatch(/^From: /);
    expect(message.endsWith('\r\n')).toBe(true);
  });

  it.skipIf(!hasProgram('mbsync'))(
    'mbsync mirrors the account, and a second run finds nothing to do',
    async () => {
      const config = join(folder, 'mbsyncrc');
      await mkdir(join(folder, 'mail'));
      await writeFile(config, mbsyncConfig(hub.ports.imaps, folder));
      const certificate = await readFile(join(hub.dataDir, 'tls-cert.pem'), 'utf8');
      await writeFile(join(folder, 'ca.pem'), certificate);
      await runProgram('mbsync', ['--config', config, '--all']);
      const unread = await readdir(join(folder, 'mail', 'INBOX', 'cur')).then(async (seen) => [
        ...seen,
        ...(await readdir(join(folder, 'mail', 'INBOX', 'new'))),
      ]);
      const inbox = await mailboxSize(hub, official);
      expect(unread.length).toBe(inbox);
      await runProgram('mbsync', ['--config', config, '--all']);
      expect(await mailboxSize(hub, official)).toBe(inbox);
    },
  );

  it('imapflow in IDLE hears of a new directive, and its \\Seen opens it on the board', async () => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: hub.ports.imaps,
      secure: true,
      tls: { rejectUnauthorized: false },
      auth: { user: official, pass: demoPassword },
      logger: false,
    });
    await client.connect();
    const lock = await client.getMailboxLock('INBOX');
    try {
      const heard = new Promise<number>((resolve) =>
        client.on('exists', ({ count }: { count: number }) => resolve(count)),
      );
      const idle = client.idle();
      const issued = await issuer.issue({ subject: 'Chỉ đạo đến khi đang chờ' });
      const count = await heard;
      await client.noop();
      await idle;
      await client.messageFlagsAdd(`${count}`, ['\\Seen']);
      const board = await issuer.board(issued.body.id);
      const row = board.recipients.items.find(({ address }) => address === official);
      expect(row?.openedAt).toBeDefined();
      expect(row?.acknowledgedAt).toBeUndefined();
    } finally {
      lock.release();
      await client.logout();
    }
  });
});

async function mailboxSize(hub: TestHub, address: string): Promise<number> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: hub.ports.imaps,
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user: address, pass: demoPassword },
    logger: false,
  });
  await client.connect();
  const status = await client.status('INBOX', { messages: true });
  await client.logout();
  return status === false ? 0 : (status.messages ?? 0);
}

/** An account's own password does not work with SCRAM, which mbsync would choose; app passwords do. */
function mbsyncConfig(port: number, folder: string): string {
  return `IMAPAccount hub
Host 127.0.0.1
Port ${port}
User ${official}
Pass ${demoPassword}
AuthMechs PLAIN
SSLType IMAPS
SSLVersions TLSv1.2 TLSv1.3
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
Patterns *
Create Near
Sync All
SyncState *
`;
}

const imaplibScript = `
import imaplib, os, ssl
context = ssl._create_unverified_context()
def check(answer):
    assert answer[0] == 'OK', answer
    return answer[1]
mail = imaplib.IMAP4_SSL('127.0.0.1', int(os.environ['IMAPS']), ssl_context=context)
check(mail.login(os.environ['ADDRESS'], os.environ['PASSWORD']))
assert any(b'INBOX' in line for line in check(mail.list()))
total = int(check(mail.select('INBOX'))[0])
found = check(mail.search(None, 'KEYWORD', '$Directive', 'FLAGGED'))[0].split()
assert found, 'the flash directive is flagged'
newest = found[-1].decode()
parts = check(mail.fetch(newest, '(UID FLAGS ENVELOPE BODYSTRUCTURE RFC822.SIZE BODY.PEEK[])'))
whole = next(part[1] for part in parts if isinstance(part, tuple))
size = check(mail.fetch(newest, '(RFC822.SIZE)'))[0]
assert str(len(whole)).encode() in size, size
assert b'\\\\Seen' not in check(mail.fetch(newest, '(FLAGS)'))[0]
check(mail.store(newest, '+FLAGS', '(\\\\Seen)'))
assert b'\\\\Seen' in check(mail.fetch(newest, '(FLAGS)'))[0]
check(mail.copy(newest, 'Archive'))
check(mail.create('Rieng'))
check(mail.append('Rieng', '\\\\Flagged', imaplib.Time2Internaldate(0), whole))
assert int(check(mail.select('Rieng'))[0]) == 1
again = check(mail.fetch('1', '(BODY.PEEK[])'))[0][1]
assert again == whole, 'bytes come back as they were stored'
check(mail.store('1', '+FLAGS', '(\\\\Deleted)'))
assert check(mail.expunge()) == [b'1']
check(mail.close())
check(mail.delete('Rieng'))
assert int(check(mail.select('INBOX'))[0]) == total
mail.logout()
plain = imaplib.IMAP4('127.0.0.1', int(os.environ['IMAP']))
assert 'LOGINDISABLED' in plain.capabilities
check(plain.starttls(context))
check(plain.login(os.environ['ADDRESS'], os.environ['PASSWORD']))
check(plain.status('INBOX', '(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)'))
try:
    imaplib.IMAP4_SSL('127.0.0.1', int(os.environ['IMAPS']), ssl_context=context).login(os.environ['ADDRESS'], 'wrong')
    raise SystemExit('a wrong password was taken')
except imaplib.IMAP4.error:
    pass
print('everything held')
`;
