import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasProgram, runProgram } from '#support/run-program.ts';
import { demoPassword, districtHead, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const user = districtHead;

/** Other people's programs against a whole hub, each on a mailbox of its own and with nobody at the keyboard. */
describe('mail programs', () => {
  let hub: TestHub;
  let folder: string;
  let certificate: string;

  beforeAll(async () => {
    hub = await startTestHub();
    folder = await mkdtemp(join(tmpdir(), 'hub-mail-programs-'));
    certificate = join(folder, 'ca.pem');
    await writeFile(certificate, await readFile(join(hub.dataDir, 'tls-cert.pem')));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await hub?.remove();
  });

  it.skipIf(!hasProgram('mbsync'))('mbsync carries changes both ways', async () => {
    const home = await makeFolder('mbsync');
    const config = join(home, 'mbsyncrc');
    await putMessages('Dongbo', ['một', 'hai']);
    await writeFile(config, mbsyncConfig(hub.ports.imaps, home, certificate));
    const sync = () => runProgram('mbsync', ['--config', config, 'hub']);
    await sync();
    const box = join(home, 'mail', 'Dongbo');
    const local = async (name: string) => (await readdir(join(box, name))).toSorted();
    const [first = '', ...others] = [...(await local('new')), ...(await local('cur'))];
    expect(others).toHaveLength(1);
    // Here: one is read and flagged, one is written. There: the other is flagged, one arrives.
    const place = (await local('new')).includes(first) ? 'new' : 'cur';
    await rename(join(box, place, first), join(box, 'cur', `${first.split(':')[0]}:2,FS`));
    await writeFile(join(box, 'cur', 'viet-o-day:2,S'), message('ba'));
    await withMailbox('Dongbo', (client) => client.messageFlagsAdd('1:*', ['\\Answered']));
    await putMessages('Dongbo', ['bốn']);
    await sync();
    expect(await flagsOf('Dongbo')).toEqual({
      một: expect.stringContaining('\\Answered') as string,
      hai: expect.stringContaining('\\Answered') as string,
      ba: '\\Seen',
      bốn: '',
    });
    expect(Object.values(await flagsOf('Dongbo')).join(' ')).toContain('\\Flagged');
    const names = [...(await local('new')), ...(await local('cur'))];
    expect(names).toHaveLength(4);
    expect(names.filter((name) => /:2,.*R/.test(name))).toHaveLength(2);
    const before = await flagsOf('Dongbo');
    await sync();
    expect(await flagsOf('Dongbo')).toEqual(before);
  });

  it.skipIf(!hasProgram('offlineimap'))(
    'offlineimap mirrors a mailbox and brings a change back',
    async () => {
      const home = await makeFolder('offlineimap');
      const config = join(home, 'offlineimaprc');
      await putMessages('Ngoai', ['một', 'hai']);
      const pem = new X509Certificate(await readFile(certificate));
      const fingerprint = createHash('sha512').update(pem.raw).digest('hex');
      await writeFile(config, offlineimapConfig(hub.ports.imaps, home, fingerprint));
      const sync = () => runProgram('offlineimap', ['-c', config, '-o', '-u', 'quiet']);
      await sync();
      const box = join(home, 'mail', 'Ngoai');
      const names = [...(await readdir(join(box, 'new'))), ...(await readdir(join(box, 'cur')))];
      expect(names).toHaveLength(2);
      const [first = ''] = names;
      const place = (await readdir(join(box, 'new'))).includes(first) ? 'new' : 'cur';
      expect(await readFile(join(box, place, first), 'utf8')).toContain('Subject: ');
      await rename(join(box, place, first), join(box, 'cur', `${first.split(':')[0]}:2,FS`));
      await sync();
      expect(Object.values(await flagsOf('Ngoai')).toSorted()).toEqual(['', '\\Flagged \\Seen']);
    },
  );

  it.skipIf(!hasProgram('fetchmail'))('fetchmail takes every message once', async () => {
    const home = await makeFolder('fetchmail');
    const config = join(home, 'fetchmailrc');
    await putMessages('Lay', ['một', 'hai']);
    await writeFile(config, fetchmailConfig(hub.ports.imaps, home), { mode: 0o600 });
    const fetch = () =>
      runProgram('fetchmail', ['-f', config, '--pidfile', join(home, 'pid'), '-i', join(home, 'ids')]);
    await fetch();
    const taken = await readFile(join(home, 'taken'), 'utf8');
    expect(taken.match(/^Subject: /gm)).toHaveLength(2);
    expect(await flagsOf('Lay')).toEqual({ một: '\\Seen', hai: '\\Seen' });
    // It ends with 1 when there is nothing new.
    await expect(fetch()).rejects.toThrow('ended with 1');
  });

  it.skipIf(!hasProgram('imapfilter'))('imapfilter searches, flags, copies and moves', async () => {
    const home = await makeFolder('imapfilter');
    const config = join(home, 'config.lua');
    await putMessages('Loc', ['một', 'hai', 'quan trong']);
    await withClient((client) => client.mailboxCreate('Loc den'));
    await writeFile(config, imapfilterConfig(hub.ports.imaps));
    await runProgram('imapfilter', ['-c', config, '-t', certificate], {
      env: { IMAPFILTER_HOME: home },
    });
    expect(await flagsOf('Loc')).toEqual({ một: '\\Seen', hai: '\\Seen' });
    expect(await flagsOf('Loc den')).toEqual({ 'quan trong': '\\Flagged' });
  });

  it.skipIf(!hasProgram('neomutt') || !hasProgram('script'))(
    'neomutt in a terminal flags, saves and deletes',
    async () => {
      const home = await makeFolder('neomutt');
      const config = join(home, 'neomuttrc');
      await putMessages('Doc', ['một', 'hai', 'ba']);
      await writeFile(config, neomuttConfig(home, certificate));
      const command = `neomutt -F ${config} -f imaps://127.0.0.1:${hub.ports.imaps}/Doc`;
      // It waits for a key when something is not as expected; what the terminal shows is then in the fault.
      await runProgram('timeout', ['60', 'script', '-qefc', command, '/dev/null'], {
        env: { TERM: 'xterm', HOME: home, LC_ALL: 'C.UTF-8', EDITOR: 'true', VISUAL: 'true' },
      });
      expect(await readFile(join(home, 'saved'), 'utf8')).toContain('X-Ten: ba');
      expect(await flagsOf('Doc')).toEqual({
        một: expect.stringContaining('\\Flagged') as string,
        ba: expect.anything() as string,
      });
    },
  );

  it('imapflow resynchronizes a mailbox that it has left', async () => {
    await putMessages('Lai', ['một', 'hai', 'ba']);
    const known = await withMailbox('Lai', async (client) => {
      const { mailbox } = client;
      if (mailbox === false) throw new Error('nothing is selected');
      return { validity: mailbox.uidValidity, modseq: mailbox.highestModseq };
    });
    await withMailbox('Lai', async (client) => {
      await client.messageFlagsAdd('2', ['\\Flagged']);
      await client.messageDelete('1');
    });
    await putMessages('Lai', ['bốn']);
    const changed = await withMailbox('Lai', async (client) => {
      const found: string[] = [];
      for await (const { envelope, flags } of client.fetch(
        '1:*',
        { envelope: true, flags: true },
        { changedSince: known.modseq ?? 0n },
      ))
        found.push(`${envelope?.subject} ${[...(flags ?? [])].join(' ')}`.trim());
      return found;
    });
    expect(changed).toEqual(['hai \\Flagged', 'bốn']);
  });

  async function makeFolder(name: string): Promise<string> {
    const home = join(folder, name);
    await mkdir(join(home, 'mail'), { recursive: true });
    return home;
  }

  async function withClient<Result>(work: (client: ImapFlow) => Promise<Result>): Promise<Result> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: hub.ports.imaps,
      secure: true,
      tls: { rejectUnauthorized: false },
      auth: { user, pass: demoPassword },
      logger: false,
    });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.logout();
    }
  }

  function withMailbox<Result>(path: string, work: (client: ImapFlow) => Promise<Result>): Promise<Result> {
    return withClient(async (client) => {
      const lock = await client.getMailboxLock(path);
      try {
        return await work(client);
      } finally {
        lock.release();
      }
    });
  }

  async function putMessages(path: string, subjects: readonly string[]): Promise<void> {
    await withClient(async (client) => {
      await client.mailboxCreate(path);
      for (const subject of subjects) await client.append(path, message(subject));
    });
  }

  /** Flags by subject. */
  function flagsOf(path: string): Promise<Readonly<Record<string, string>>> {
    return withMailbox(path, async (client) => {
      const found: Record<string, string> = {};
      for await (const { envelope, flags } of client.fetch('1:*', { envelope: true, flags: true }))
        found[envelope?.subject ?? ''] = [...(flags ?? [])].toSorted().join(' ');
      return found;
    });
  }
});

function message(subject: string): string {
  const encoded = `=?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`;
  return `From: Thu <thu@load.example>\r\nTo: ${user}\r\nSubject: ${encoded}\r\nX-Ten: ${subject}\r\nDate: Mon, 23 Nov 2026 08:00:00 +0700\r\nMessage-ID: <${subject.replaceAll(/\W/g, '')}.${Math.random()}@load.example>\r\n\r\nnoi dung\r\n`;
}

function mbsyncConfig(port: number, home: string, certificate: string): string {
  return `IMAPAccount hub
Host 127.0.0.1
Port ${port}
User ${user}
Pass ${demoPassword}
AuthMechs PLAIN
SSLType IMAPS
CertificateFile ${certificate}

IMAPStore far
Account hub

MaildirStore near
Path ${home}/mail/
Inbox ${home}/mail/INBOX
SubFolders Verbatim

Channel hub
Far :far:Dongbo
Near :near:Dongbo
Create Both
Expunge Both
Sync All
SyncState *
`;
}

function offlineimapConfig(port: number, home: string, fingerprint: string): string {
  return `[general]
accounts = hub
metadata = ${home}/state
[Account hub]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = ${home}/mail
[Repository far]
type = IMAP
remotehost = 127.0.0.1
remoteport = ${port}
remoteuser = ${user}
remotepass = ${demoPassword}
ssl = yes
cert_fingerprint = ${fingerprint}
folderfilter = lambda name: name == 'Ngoai'
`;
}

function fetchmailConfig(port: number, home: string): string {
  return `set no syslog
set no bouncemail
poll 127.0.0.1 protocol imap port ${port}
  user "${user}" password "${demoPassword}" folder "Lay"
  ssl sslproto "TLS1.2+" no sslcertck keep
  mda "cat >> ${home}/taken"
`;
}

function imapfilterConfig(port: number): string {
  return `options.timeout = 60
options.certificates = false
local hub = IMAP { server = '127.0.0.1', port = ${port}, username = '${user}', password = '${demoPassword}', ssl = 'auto' }
local wanted = hub['Loc']:is_unseen() * hub['Loc']:contain_subject('quan trong')
wanted:mark_flagged()
wanted:move_messages(hub['Loc den'])
hub['Loc']:select_all():mark_seen()
`;
}

/** Keys are typed one after the other by the program itself. */
function neomuttConfig(home: string, certificate: string): string {
  return `set imap_user = "${user}"
set imap_pass = "${demoPassword}"
set ssl_verify_host = no
set ssl_verify_dates = no
set certificate_file = "${certificate}"
set folder = "${home}/mail"
set header_cache = "${home}/cache"
set delete = yes
set quit = yes
set confirmappend = no
set confirmcreate = no
set mark_old = no
set sort = mailbox-order
set mbox_type = mbox
push "<first-entry><flag-message><first-entry><next-entry><delete-message><last-entry><copy-message>\\Cu${home}/saved<enter><sync-mailbox><quit>"
`;
}
