import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MailAccess } from '#app/ports/mail.ts';
import { everyRight } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { markSeen } from '#store/mail/official-receipts.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import {
  accessOf,
  appendAll,
  insertDirective,
  loggedTypes,
  makeAccounts,
  preparedMessage,
  type AccessFixture,
  type MailAccount,
} from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let account: MailAccount;
let other: MailAccount;
let fixture: AccessFixture;
let access: MailAccess;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  const [first, second] = await makeAccounts(test.database, 2, { quotaBytes: 10_000 });
  if (first === undefined || second === undefined) throw new Error('no accounts');
  [account, other] = [first, second];
  fixture = accessOf(test.database, account);
  access = fixture.access;
});

/** Everything that the tables of the mail store and the log hold. */
async function everything(): Promise<unknown> {
  const tables = ['blob', 'message', 'mailbox', 'mailbox_message', 'expunged', 'outbox'];
  return Promise.all(
    tables.map((table) =>
      test.database.rows(`select md5(string_agg(t::text, '|' order by t::text)) from ${table} t`),
    ),
  );
}

const refusal = (code: string) => expect.objectContaining({ code });

describe('createMailAccess', () => {
  it('refuses every method with ids of another account, and changes nothing', async () => {
    const owner = accessOf(test.database, other).access;
    await appendAll(owner, 'INBOX', ['secret of another']);
    const { id } = await owner.open('INBOX');
    await owner.create('Only mine', undefined);
    await appendAll(access, 'INBOX', ['mine']);
    const mine = await access.open('INBOX');
    const before = await everything();
    const uids = [1];
    const attempts: (() => Promise<unknown>)[] = [
      () => access.open('Only mine'),
      () => access.remove('Only mine'),
      () => access.rename('Only mine', 'Taken'),
      () => access.subscribe('Only mine', false),
      () => access.changesSince(id, 0),
      () => access.structures(id, uids),
      () => access.bytes(id, 1, 0, 10),
      () => access.storeFlags({ mailboxId: id, uids, change: 'add', flags: flagBit.seen, keywords: [] }),
      () => access.arrived(id, uids),
      () =>
        access.append({
          accountId: other.accountId,
          path: 'INBOX',
          bytes: Buffer.from('x'),
          flags: 0,
          keywords: [],
          internalDate: undefined,
        }),
      () =>
        access.append({
          accountId: account.accountId,
          path: 'Only mine',
          bytes: Buffer.from('x'),
          flags: 0,
          keywords: [],
          internalDate: undefined,
        }),
      () => access.copy(id, uids, 'INBOX'),
      () => access.move(id, uids, 'INBOX'),
      () => access.expunge(id, undefined),
      () => access.search(id, 'text', 'secret'),
      () => access.sharing.rightsById(id),
      () => access.sharing.rights('Only mine'),
      () => access.sharing.entries('Only mine'),
      () => access.sharing.alwaysGranted('Only mine', 'anyone'),
      () => access.sharing.change('Only mine', 'anyone', 'add', everyRight),
      () => access.annotations.read('Only mine'),
      () => access.annotations.write('Only mine', [{ entry: '/shared/comment', value: Buffer.from('x') }]),
      () => access.quota.rootOf('Only mine'),
      () => access.quota.root(other.address),
      () => access.open(`Other Users/${other.address}/Only mine`),
      () => access.copy(mine.id, uids, `Other Users/${other.address}/Only mine`),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toEqual(refusal('mailbox_unknown'));
    expect(await everything()).toEqual(before);
    await expect(access.copy(mine.id, uids, 'Only mine')).rejects.toEqual(refusal('mailbox_unknown'));
    for (const bad of ['', 'x', '1 or 1=1', '-1', '9'.repeat(30)])
      await expect(access.changesSince(bad, 0)).rejects.toEqual(refusal('mailbox_unknown'));
    expect((await access.list()).some((mailbox) => mailbox.path === 'Only mine')).toBe(false);
    expect(await owner.bytes(id, 1, 0, 100)).toEqual(Buffer.from('secret of another'));
  });

  it('announces a commit only for what changed', async () => {
    await appendAll(access, 'INBOX', ['a']);
    const { id } = await access.open('INBOX');
    const seen = { mailboxId: id, uids: [1], change: 'add', flags: flagBit.seen, keywords: [] } as const;
    await access.storeFlags(seen);
    expect(fixture.commits()).toBe(2);
    const { highestModseq } = await access.open('INBOX');
    await access.storeFlags(seen);
    await access.expunge(id, undefined);
    await access.move(id, [77], 'Trash');
    await access.subscribe('INBOX', true);
    expect(fixture.commits()).toBe(2);
    expect((await access.open('INBOX')).highestModseq).toBe(highestModseq);
  });

  it('reads a part of a message alone', async () => {
    await appendAll(access, 'INBOX', ['0123456789']);
    const { id } = await access.open('INBOX');
    expect(await access.bytes(id, 1, 3, 6)).toEqual(Buffer.from('345'));
    expect(await access.bytes(id, 1, 8, 4_000_000_000)).toEqual(Buffer.from('89'));
    expect(await access.bytes(id, 1, 50, 60)).toEqual(Buffer.alloc(0));
    expect(await access.bytes(id, 2, 0, 10)).toBeUndefined();
  });
});

describe('append', () => {
  const append = (bytes: Buffer, path = 'INBOX') =>
    access.append({
      accountId: account.accountId,
      path,
      bytes,
      flags: 0,
      keywords: [],
      internalDate: undefined,
    });

  it('leaves nothing when it fails, whatever fails', async () => {
    const secret = accessOf(test.database, account, (bytes) =>
      Promise.resolve(preparedMessage(bytes.toString(), { secretStamp: 'MẬT' })),
    ).access;
    const broken = accessOf(test.database, account, () => Promise.reject(new Error('parser died'))).access;
    const before = await everything();
    const input = {
      accountId: account.accountId,
      path: 'INBOX',
      bytes: Buffer.from('x'),
      flags: 0,
      keywords: [],
      internalDate: undefined,
    };
    await expect(append(Buffer.alloc(100_001))).rejects.toEqual(refusal('message_too_large'));
    await expect(append(Buffer.alloc(10_001))).rejects.toEqual(refusal('over_quota'));
    await expect(append(Buffer.from('x'), 'Nowhere')).rejects.toEqual(refusal('mailbox_unknown'));
    await expect(secret.append(input)).rejects.toEqual(refusal('secret_content'));
    await expect(broken.append(input)).rejects.toThrow('parser died');
    await expect(access.append({ ...input, keywords: ['two words'] })).rejects.toEqual(refusal('bad_input'));
    await expect(access.append({ ...input, internalDate: new Date(Number.NaN) })).rejects.toEqual(
      refusal('bad_input'),
    );
    expect(await everything()).toEqual(before);
  });

  it('leaves nothing when the commit itself fails', async () => {
    const before = await everything();
    await test.database.rows(`create function fail() returns trigger language plpgsql as
      $$ begin raise exception 'the disk is full'; end $$`);
    await test.database
      .rows(`create constraint trigger fail after insert on outbox deferrable initially deferred
      for each row execute function fail()`);
    await expect(append(Buffer.from('lost on the way'))).rejects.toThrow('the disk is full');
    expect(fixture.commits()).toBe(0);
    await test.database.rows(`drop trigger fail on outbox`);
    await test.database.rows(`drop function fail()`);
    expect(await everything()).toEqual(before);
    await expect(append(Buffer.from('and works again'))).resolves.toMatchObject({ uid: 1 });
  });

  it('counts copies in the quota', async () => {
    await append(Buffer.alloc(6_000, 'a'));
    const { id } = await access.open('INBOX');
    await expect(access.copy(id, [1], 'Archive')).rejects.toEqual(refusal('over_quota'));
    await expect(access.move(id, [1], 'Archive')).resolves.toMatchObject({
      sourceUids: [1],
      targetUids: [1],
    });
  });
});

describe('storeFlags', () => {
  it('leaves alone what changed after UNCHANGEDSINCE and names it', async () => {
    await appendAll(access, 'INBOX', ['a', 'b']);
    const { id, highestModseq } = await access.open('INBOX');
    const store = { mailboxId: id, change: 'add', keywords: [] } as const;
    await access.storeFlags({ ...store, uids: [2], flags: flagBit.flagged });
    const done = await access.storeFlags({
      ...store,
      uids: [1, 2],
      flags: flagBit.seen,
      unchangedSince: highestModseq,
    });
    expect(done.modified).toEqual([2]);
    expect(done.entries.map((entry) => [entry.uid, entry.flags, entry.modseq])).toEqual([
      [1, flagBit.seen, highestModseq + 2],
    ]);
  });

  it('minds no case in keywords and leaves the official ones to the hub', async () => {
    await test.database.transaction((tx) =>
      deliverMessage(tx, {
        message: preparedMessage('a'),
        receivedAt: new Date(),
        to: { kind: 'accounts', accountIds: [account.accountId] },
        flags: 0,
        keywords: ['$Directive'],
      }),
    );
    const { id } = await access.open('INBOX');
    const store = async (change: 'replace' | 'add' | 'remove', keywords: string[]) =>
      (await access.storeFlags({ mailboxId: id, uids: [1], change, flags: 0, keywords })).entries[0]
        ?.keywords;
    expect(await store('add', ['Work', 'work', '$recalled'])).toEqual(['$Directive', 'Work']);
    expect(await store('add', ['WORK', 'b'])).toEqual(['$Directive', 'Work', 'b']);
    expect(await store('remove', ['wOrK', '$Directive'])).toEqual(['$Directive', 'b']);
    expect(await store('replace', [])).toEqual(['$Directive']);
  });

  it('changes 5,000 messages in a moment', async () => {
    const { id } = await access.open('INBOX');
    const [seed] = await appendAll(access, 'INBOX', ['a']);
    await test.database.rows(
      `insert into mailbox_message (mailbox_id, uid, message_id, flags, modseq, internal_date, save_date, size)
       select e.mailbox_id, n, e.message_id, 0, e.modseq, e.internal_date, e.save_date, e.size
       from mailbox_message e, generate_series(2, 5000) n where e.mailbox_id = $1 and e.uid = $2`,
      [id, seed],
    );
    await test.database.rows(
      'update mailbox set uid_next = 5001, message_count = 5000, unseen_count = 5000 where id = $1',
      [id],
    );
    const uids = Array.from({ length: 5000 }, (_, index) => index + 1);
    await access.storeFlags({ mailboxId: id, uids, change: 'add', flags: flagBit.seen, keywords: [] });
    expect(await access.open('INBOX')).toMatchObject({ unseen: 0 });
  });
});

describe('official mail', () => {
  async function official(): Promise<{ inboxId: string; messageId: string; directiveId: string }> {
    const { messageId } = await test.database.transaction((tx) =>
      deliverMessage(tx, {
        message: preparedMessage('Chỉ đạo'),
        receivedAt: new Date(),
        to: { kind: 'accounts', accountIds: [account.accountId] },
        flags: 0,
        keywords: ['$Directive'],
      }),
    );
    const directiveId = await insertDirective(test.database, {
      issuerId: other.accountId,
      messageId,
      recipientIds: [account.accountId],
    });
    return { inboxId: (await access.open('INBOX')).id, messageId, directiveId };
  }

  async function receiptEvents(from: number): Promise<string[]> {
    return (await loggedTypes(test.database)).slice(from).filter((type) => type.startsWith('assignment.'));
  }

  it('makes \\Seen the receipt "opened", exactly once', async () => {
    const { inboxId, directiveId } = await official();
    const from = (await loggedTypes(test.database)).length;
    const store = { mailboxId: inboxId, uids: [1], flags: flagBit.seen, keywords: [] } as const;
    await Promise.all([
      access.storeFlags({ ...store, change: 'add' }),
      access.storeFlags({ ...store, change: 'add' }),
    ]);
    await access.storeFlags({ ...store, change: 'remove' });
    await access.storeFlags({ ...store, change: 'add' });
    expect(await receiptEvents(from)).toEqual(['assignment.opened']);
    const [row] = await test.database.rows<{ opened_count: number }>(
      'select opened_count from directive where id = $1',
      [directiveId],
    );
    expect(row?.opened_count).toBe(1);
  });

  it('takes a fetch for the receipt "arrived", exactly once', async () => {
    const { inboxId } = await official();
    const from = (await loggedTypes(test.database)).length;
    await access.arrived(inboxId, [1]);
    await access.arrived(inboxId, [1]);
    expect(await receiptEvents(from)).toEqual(['assignment.arrived']);
  });

  it('sets \\Seen wherever the account keeps the message when the page has shown it', async () => {
    const { inboxId, messageId } = await official();
    await access.copy(inboxId, [1], 'Archive');
    const mark = () =>
      test.database.transaction((tx) => markSeen(tx, { accountId: account.accountId, messageId }));
    expect(await mark()).toHaveLength(2);
    expect(await mark()).toEqual([]);
    for (const path of ['INBOX', 'Archive']) expect((await access.open(path)).unseen).toBe(0);
  });
});

describe('search', () => {
  it('finds substrings without case, with marks, and takes wildcards as letters', async () => {
    await appendAll(access, 'INBOX', ['CHỈ ĐẠO của Tỉnh\nhoàn thành 100%', 'chi dao\n100 x']);
    const { id } = await access.open('INBOX');
    const { entries } = await access.changesSince(id, 0);
    const texts = [
      { header: 'CHỈ ĐẠO của Tỉnh', body: 'hoàn thành 100%' },
      { header: 'chi dao', body: '100 x' },
    ];
    await createMessageIndex(test.database).markIndexed(
      texts.map((text, n) => ({ messageId: entries[n]?.messageId ?? '', ...text })),
      new Date(),
    );
    expect(await access.search(id, 'text', 'chỉ đạo')).toEqual([1]);
    expect(await access.search(id, 'text', 'Chỉ Đ'.normalize('NFD'))).toEqual([1]);
    expect(await access.search(id, 'body', 'chỉ đạo')).toEqual([]);
    expect(await access.search(id, 'body', '100%')).toEqual([1]);
    expect(await access.search(id, 'text', '1_0')).toEqual([]);
    expect(await access.search(id, 'body', '')).toEqual([1, 2]);
  });

  it('searches the whole text once the message is indexed', async () => {
    await appendAll(access, 'INBOX', ['subject']);
    const { id } = await access.open('INBOX');
    const { entries } = await access.changesSince(id, 0);
    const messageId = entries[0]?.messageId ?? '';
    await createMessageIndex(test.database).markIndexed(
      [{ messageId, header: 'X-So: 15', body: 'Trang cuối' }],
      new Date(),
    );
    expect(await access.search(id, 'body', 'TRANG CUỐI')).toEqual([1]);
    expect(await access.search(id, 'body', 'x-so')).toEqual([]);
    expect(await access.search(id, 'text', 'x-so: 15')).toEqual([1]);
  });
});
