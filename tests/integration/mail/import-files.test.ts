import { appendFile, mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flagBit } from '#domain/mail/structure.ts';
import { encodeModifiedUtf7 } from '#mail/imap/wire/modified-utf7.ts';
import { openMaildirSource } from '#mail/import/maildir-source.ts';
import { openMboxSource } from '#mail/import/mbox-source.ts';
import { createGuardedParsePool } from '#root/start/guarded-parse-pool.ts';
import { linesOfSummary } from '#root/start/import-report.ts';
import { importBytesMax, keptMessages, runImport } from '#support/import-fixture.ts';
import {
  accessOf,
  appendAll,
  loggedTypes,
  makeAccounts,
  wrongCounters,
  type MailAccount,
} from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let account: MailAccount;
let folder: string;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  [account] = (await makeAccounts(test.database, 1)) as [MailAccount];
  folder = await mkdtemp(join(tmpdir(), 'hub-import-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function mail(subject: string, text = 'Kính gửi.\n', extra = ''): string {
  return `From: A <a@ngoai.example>\nSubject: ${subject}\nDate: Wed, 11 May 2016 08:45:00 +0700\n${extra}\n${text}`;
}

/** As it is kept: octets as characters, lines that end as those of mail do. */
const kept = (text: string): string => Buffer.from(text.replaceAll('\n', '\r\n')).toString('latin1');

async function uidValidity(path: string): Promise<number> {
  return (await accessOf(test.database, account).access.open(path)).uidValidity;
}

const roads = `.${encodeModifiedUtf7('Dự án')}.${encodeModifiedUtf7('Đi')}`;

/** A Maildir as Dovecot keeps it, with INBOX, Sent Items, and Dự án/Đi. */
async function makeMaildir(): Promise<void> {
  for (const directory of ['', '.Sent Items', roads])
    for (const name of ['cur', 'new', 'tmp']) await mkdir(join(folder, directory, name), { recursive: true });
  await file('cur/100.a.host:2,FSa', mail('mot'), '2015-01-02T03:04:05Z');
  await file('cur/101.b.host,S=5:2,RTPb', mail('hai'), '2015-01-03T00:00:00Z');
  await file('new/102.c.host', mail('ba'), '2015-01-04T00:00:00Z');
  await file('tmp/103.d.host', mail('dang viet'), '2015-01-05T00:00:00Z');
  await writeFile(join(folder, 'dovecot-keywords'), '0 $label1\n1 viec-gap\n');
  await writeFile(
    join(folder, 'dovecot-uidlist'),
    '3 V1275660208 N25 G0123\n7 :100.a.host\n9 W5 :101.b.host,S=5\n20 :102.c.host\n',
  );
  await file('.Sent Items/cur/200.a.host:2,S', mail('gui di'), '2015-02-01T00:00:00Z');
  await writeFile(join(folder, 'subscriptions'), 'V\t2\n\nINBOX\nSent Items\n');
}

async function file(path: string, text: string, modified: string): Promise<void> {
  await writeFile(join(folder, path), text);
  await utimes(join(folder, path), new Date(modified), new Date(modified));
}

describe('import from a Maildir', () => {
  beforeEach(makeMaildir);
  const run = async (options = {}) =>
    runImport(test.database, account, await openMaildirSource(folder), options);

  it('keeps octets, flags, keywords, dates, UIDs and UIDVALIDITY', async () => {
    const summary = await run();
    expect(await keptMessages(test.database, account)).toEqual([
      {
        path: 'INBOX',
        uid: 7,
        flags: flagBit.flagged | flagBit.seen,
        keywords: ['$label1'],
        date: '2015-01-02T03:04:05.000Z',
        text: kept(mail('mot')),
      },
      {
        path: 'INBOX',
        uid: 9,
        flags: flagBit.answered | flagBit.deleted,
        keywords: ['$Forwarded', 'viec-gap'],
        date: '2015-01-03T00:00:00.000Z',
        text: kept(mail('hai')),
      },
      {
        path: 'INBOX',
        uid: 20,
        flags: 0,
        keywords: [],
        date: '2015-01-04T00:00:00.000Z',
        text: kept(mail('ba')),
      },
      {
        path: 'Sent',
        uid: 1,
        flags: flagBit.seen,
        keywords: [],
        date: '2015-02-01T00:00:00.000Z',
        text: kept(mail('gui di')),
      },
    ]);
    expect(await uidValidity('INBOX')).toBe(1_275_660_208);
    const { uidNext } = await accessOf(test.database, account).access.open('INBOX');
    expect(uidNext).toBe(25);
    expect(summary.folders.find(({ from }) => from === 'INBOX')).toMatchObject({ filed: 3, keepsUids: true });
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('makes folders with Vietnamese names and takes over what is subscribed', async () => {
    await run();
    const mailboxes = await accessOf(test.database, account).access.list();
    const subscribed = new Map(mailboxes.map((mailbox) => [mailbox.path, mailbox.subscribed]));
    expect([...subscribed.keys()]).toContain('Dự án/Đi');
    expect(subscribed.get('Dự án/Đi')).toBe(false);
    expect(subscribed.get('Sent')).toBe(true);
  });

  it('writes no event but of a change of mailboxes, so that nothing follows from it', async () => {
    const before = (await loggedTypes(test.database)).length;
    await run();
    const types = (await loggedTypes(test.database)).slice(before);
    expect(types.length).toBeGreaterThan(0);
    expect(new Set(types)).toEqual(new Set(['mailbox.changed']));
  });

  it('doubles nothing when it runs again, and brings what is new, with its flags in another folder', async () => {
    await run();
    const first = await keptMessages(test.database, account);
    await rename(join(folder, 'new/102.c.host'), join(folder, 'cur/102.c.host:2,S'));
    await file('cur/104.e.host:2,S', mail('moi'), '2015-03-01T00:00:00Z');
    const summary = await run();
    expect(summary.folders.find(({ from }) => from === 'INBOX')).toMatchObject({
      filed: 1,
      before: 3,
      keepsUids: true,
    });
    const now = await keptMessages(test.database, account);
    expect(now).toHaveLength(first.length + 1);
    expect(now.find(({ text }) => text.includes('moi'))?.uid).toBe(25);
  });

  it('gives a mailbox that is not new UIDs of its own', async () => {
    const { access } = accessOf(test.database, account);
    await appendAll(access, 'INBOX', ['co san']);
    const before = await uidValidity('INBOX');
    const summary = await run();
    expect(summary.folders.find(({ from }) => from === 'INBOX')?.keepsUids).toBe(false);
    const uids = (await keptMessages(test.database, account)).flatMap(({ path, uid }) =>
      path === 'INBOX' ? [uid] : [],
    );
    expect(uids).toEqual([1, 2, 3, 4]);
    expect(await uidValidity('INBOX')).toBe(before);
  });

  it('gives a new UIDVALIDITY when the hub has used a UID that the source uses too', async () => {
    await run();
    const { access } = accessOf(test.database, account);
    const [own] = await appendAll(access, 'INBOX', ['cua hub']);
    expect(own).toBe(25);
    await file('cur/105.f.host:2,', mail('sau'), '2015-04-01T00:00:00Z');
    const summary = await run();
    expect(summary.folders.find(({ from }) => from === 'INBOX')?.keepsUids).toBe(false);
    const validity = await uidValidity('INBOX');
    expect(validity).not.toBe(1_275_660_208);
    // It never comes back, and no other mailbox has it.
    await file('cur/106.g.host:2,', mail('sau nua'), '2015-04-02T00:00:00Z');
    await run();
    expect(await uidValidity('INBOX')).toBe(validity);
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('names every message that is refused with its place, also when it runs again', async () => {
    await file('cur/300.s.host:2,S', mail('mat', 'MẬT\n'), '2015-05-01T00:00:00Z');
    await file('cur/301.l.host:2,S', mail('to', `${'x'.repeat(importBytesMax)}\n`), '2015-05-02T00:00:00Z');
    for (const _ of [1, 2]) {
      const summary = await run();
      expect(summary.refused.map(({ place, refusal }) => [place.split('/').at(-1), refusal])).toEqual([
        ['300.s.host:2,S', 'secret_content'],
        ['301.l.host:2,S', 'message_too_large'],
      ]);
    }
    const texts = (await keptMessages(test.database, account)).map(({ text }) => text);
    expect(texts.filter((text) => text.includes('Subject: mat') || text.includes('Subject: to'))).toEqual([]);
  });

  it('stores no message whose files could not be looked into in time, counts it as failed, and brings it next time', async () => {
    const attached = 'Content-Type: application/pdf\n';
    await file('cur/302.p.host:2,S', mail('tep', '%PDF-1.4\n', attached), '2015-05-03T00:00:00Z');
    const late = {
      inspect: () => Promise.resolve(undefined),
      inspectBytes: () => Promise.resolve(undefined),
    };
    const open = () => openMaildirSource(folder);
    const first = await runImport(test.database, account, await open(), {}, (pool) =>
      createGuardedParsePool(pool, late),
    );
    expect(first.failed).toEqual([
      { place: expect.stringContaining('302.p.host') as string, reason: 'not_read_in_time' },
    ]);
    expect(linesOfSummary(first, false)).toContain('Failed, not stored: 1');
    expect(await subjects()).toBe(0);
    const second = await run();
    expect(second.failed).toEqual([]);
    expect(second.folders.find(({ from }) => from === 'INBOX')).toMatchObject({ filed: 1, before: 3 });
    expect(await subjects()).toBe(1);

    async function subjects(): Promise<number> {
      const texts = (await keptMessages(test.database, account)).map(({ text }) => text);
      return texts.filter((text) => text.includes('Subject: tep')).length;
    }
  });

  it('counts in a dry run and writes nothing', async () => {
    await file('cur/300.s.host:2,S', mail('mat', 'MẬT\n'), '2015-05-01T00:00:00Z');
    const before = await test.database.rows('select count(*) from message');
    const summary = await run({ dryRun: true });
    expect(summary.folders.map(({ to, filed }) => [to, filed])).toEqual([
      ['INBOX', 3],
      ['Dự án/Đi', 0],
      ['Sent', 1],
    ]);
    expect(summary.refused.map(({ refusal }) => refusal)).toEqual(['secret_content']);
    expect(await test.database.rows('select count(*) from message')).toEqual(before);
    expect(await accessOf(test.database, account).access.list()).toHaveLength(6);
    expect(
      await test.database.rows('select from mail_import where account_id = $1', [account.accountId]),
    ).toEqual([]);
  });

  it('stops at the quota, keeps what is filed, and goes on when there is room', async () => {
    await test.database.rows('update account set quota_bytes = 350 where id = $1', [account.accountId]);
    const stopped = await run();
    expect(stopped.stopped?.code).toBe('over_quota');
    await test.database.rows('update account set quota_bytes = 1000000 where id = $1', [account.accountId]);
    const summary = await run();
    expect(summary.stopped).toBeUndefined();
    expect(await keptMessages(test.database, account)).toHaveLength(4);
  });

  it('puts folders where the administrator says, children with them, and only what is new enough', async () => {
    await run({ folderMap: new Map([['Dự án', 'Archive/Cũ']]), since: new Date('2015-01-03T00:00:00Z') });
    const paths = (await accessOf(test.database, account).access.list()).map(({ path }) => path);
    expect(paths).toContain('Archive/Cũ/Đi');
    const all = await keptMessages(test.database, account);
    expect(all.map(({ uid, path }) => [path, uid])).toEqual([
      ['INBOX', 9],
      ['INBOX', 20],
      ['Sent', 1],
    ]);
  });

  it('fills a mailbox again that was deleted, but never with its old UIDVALIDITY', async () => {
    const { access } = accessOf(test.database, account);
    await file(`${roads}/cur/1.z.host:2,`, mail('duong'), '2015-01-01T00:00:00Z');
    await writeFile(join(folder, `${roads}/dovecot-uidlist`), '3 V1300000000 N6 G01\n5 :1.z.host\n');
    await run();
    expect(await uidValidity('Dự án/Đi')).toBe(1_300_000_000);
    await access.remove('Dự án/Đi');
    await run();
    expect(await uidValidity('Dự án/Đi')).not.toBe(1_300_000_000);
    expect(
      (await keptMessages(test.database, account)).filter(({ path }) => path === 'Dự án/Đi'),
    ).toHaveLength(1);
  });
});

describe('import from an mbox', () => {
  const run = async (path = folder, format: 'mboxrd' | 'mboxo' = 'mboxrd') =>
    runImport(test.database, account, await openMboxSource(path, format));

  it('takes out what was escaped, ignores Content-Length, and keeps dates and flags', async () => {
    const from = 'From a@ngoai.example Wed Jan  7 08:45:00 2015\n';
    await writeFile(
      join(folder, 'Inbox.mbox'),
      `${from}${mail('mot', '>From here\n>>From there\nFrom the sea\n\nFrom nobody in particular\n', 'Status: RO\nX-Status: AF\nX-Keywords: viec-gap $label1\nContent-Length: 3\n')}\n` +
        `From b@ngoai.example Thu Jan  8 08:45:00 2015 +0700\n${mail('hai', 'Hết\n')}\n`,
    );
    await run();
    const [first, second] = await keptMessages(test.database, account);
    expect(first?.path).toBe('INBOX');
    expect(first?.text).toMatch(
      /\r\n\r\nFrom here\r\n>From there\r\nFrom the sea\r\n\r\nFrom nobody in particular\r\n$/,
    );
    expect(first?.flags).toBe(flagBit.seen | flagBit.answered | flagBit.flagged);
    expect(first?.keywords).toEqual(['viec-gap', '$label1']);
    expect(first?.date).toBe('2015-01-07T08:45:00.000Z');
    expect(second?.date).toBe('2015-01-08T01:45:00.000Z');
    expect(second?.text).toBe(kept(mail('hai', 'Hết\n')));
  });

  it('leaves doubly escaped lines of an mboxo as they are', async () => {
    await writeFile(
      join(folder, 'Inbox'),
      `From a Wed Jan  7 08:45:00 2015\n${mail('mot', '>From here\n>>From there\n')}\n`,
    );
    await run(join(folder, 'Inbox'), 'mboxo');
    expect((await keptMessages(test.database, account))[0]?.text).toMatch(
      /\r\n\r\nFrom here\r\n>>From there\r\n$/,
    );
  });

  it('reads folders in folders, and names what is no mbox', async () => {
    await mkdir(join(folder, 'Du an.sbd'));
    await mkdir(join(folder, 'Apple.mbox'));
    const one = `From a Wed Jan  7 08:45:00 2015\n${mail('mot')}\n`;
    await writeFile(join(folder, 'Du an'), one);
    await writeFile(join(folder, 'Du an.sbd', 'Duong'), one);
    await writeFile(join(folder, 'Apple.mbox', 'mbox'), one);
    await writeFile(join(folder, 'Du an.msf'), '// index\n');
    const summary = await run();
    expect(summary.folders.map(({ to, filed }) => `${to} ${filed}`).toSorted()).toEqual([
      'Apple 1',
      'Du an 1',
      'Du an/Duong 1',
    ]);
    expect(summary.problems.map(({ reason }) => reason)).toEqual(['not_mbox']);
  });

  it('keeps what is twice in it twice, and goes on when it has grown', async () => {
    const path = join(folder, 'Inbox');
    const one = `From a Wed Jan  7 08:45:00 2015\n${mail('mot')}\n`;
    await writeFile(path, one + one);
    await run(path);
    await run(path);
    expect(await keptMessages(test.database, account)).toHaveLength(2);
    await appendFile(path, `From a Wed Jan  7 08:45:00 2015\n${mail('hai')}\n${one}`);
    await run(path);
    expect(await keptMessages(test.database, account)).toHaveLength(4);
  });
});
