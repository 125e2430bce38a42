import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MailAccess } from '#app/ports/mail.ts';
import { messageText } from '#mail/message/message-text.ts';
import { parseMessage } from '#mail/message/parse-message.ts';
import { accessOf, makeAccounts, preparedMessage, type MailAccount } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let account: MailAccount;
let access: MailAccess;
let decoded: number;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  const [first] = await makeAccounts(test.database, 1);
  if (first === undefined) throw new Error('no account');
  account = first;
  decoded = 0;
  access = accessOf(test.database, account, prepare, async (bytes) => {
    decoded += 1;
    return messageText(bytes);
  }).access;
});

/** As the parser gives it, without first lines: nothing of the text is known at delivery. */
async function prepare(bytes: Buffer): Promise<ReturnType<typeof preparedMessage>> {
  const { structure, references, subject } = parseMessage(bytes);
  return preparedMessage(bytes.toString(), { structure, references, subject, firstLines: '' });
}

const word = (text: string): string => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;

async function append(subject: string, body: string, fields: readonly string[] = []): Promise<number> {
  const bytes = Buffer.from(
    [
      `Subject: ${word(subject)}`,
      ...fields,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(body).toString('base64'),
      '',
    ].join('\r\n'),
  );
  const { accountId } = account;
  const { uid } = await access.append({
    accountId,
    path: 'INBOX',
    bytes,
    flags: 0,
    keywords: [],
    internalDate: undefined,
  });
  return uid;
}

describe('search', () => {
  it('finds messages that are not indexed yet by what they hold, and decodes each once', async () => {
    await append('Họp', 'Kính gửi: phòng chống BÃO');
    await append('Đường thủy', 'Quyết định số 15');
    const { id } = await access.open('INBOX');
    expect(await access.search(id, 'body', 'chống bão')).toEqual([1]);
    expect(await access.search(id, 'text', 'ĐƯỜNG')).toEqual([2]);
    expect(await access.search(id, 'body', 'đường')).toEqual([]);
    expect(await access.search(id, 'body', 'đường thủy')).toEqual([]);
    expect(decoded).toBe(2);
  });

  it('takes composed and decomposed letters, and needles of one and two letters', async () => {
    await append('Một', 'đê điều'.normalize('NFD'));
    await append('Hai', 'de dieu 5%');
    const { id } = await access.open('INBOX');
    expect(await access.search(id, 'body', 'ĐÊ ĐIỀU')).toEqual([1]);
    expect(await access.search(id, 'body', 'Đ')).toEqual([1]);
    expect(await access.search(id, 'body', 'Đê'.normalize('NFD'))).toEqual([1]);
    expect(await access.search(id, 'body', '5%')).toEqual([2]);
    expect(await access.search(id, 'body', '_')).toEqual([]);
    expect(await access.search(id, 'body', '')).toEqual([1, 2]);
  });

  it('reads what was known at delivery before it is indexed no more than what it holds', async () => {
    await append('Họp', 'x');
    await test.database.rows(`update message set search_text = null, indexed_at = null`);
    const { id } = await access.open('INBOX');
    expect(await access.search(id, 'text', 'họp')).toEqual([1]);
  });

  it('I6 stops when it is told to, and keeps what was indexed until then', async () => {
    // One more than are indexed together.
    const messages = Array.from({ length: 65 }, (_message, at) => ({
      bytes: Buffer.from(`Subject: thu ${at}\r\n\r\nnoi dung\r\n`),
      flags: 0,
      keywords: [],
      internalDate: undefined,
    }));
    await access.appendAll({ accountId: account.accountId, path: 'INBOX', messages });
    const { id } = await access.open('INBOX');
    const stop = new Error('enough');
    const after = (calls: number) => () => {
      if (decoded >= calls) throw stop;
    };
    await expect(access.search(id, 'text', 'thu', after(1))).rejects.toBe(stop);
    expect(decoded).toBe(64);
    expect(await access.search(id, 'text', 'thu')).toHaveLength(65);
    expect(decoded).toBe(65);
  });
});

describe('headings', () => {
  it('gives envelopes and references, and beginnings no more than asked', async () => {
    await append('Họp', 'x', ['References: <1@x.example> <2@x.example>', 'Message-ID: <3@x.example>']);
    const { id } = await access.open('INBOX');
    const headings = await access.headings(id, [1, 2]);
    expect([...headings.keys()]).toEqual([1]);
    expect(headings.get(1)?.references).toEqual(['<1@x.example>', '<2@x.example>']);
    expect(headings.get(1)?.envelope.messageId).toBe('<3@x.example>');
    expect((await access.beginnings(id, [1], 8)).get(1)?.toString()).toBe('Subject:');
    await test.database.rows('update message set reference_ids = null, structure = null');
    expect(await access.headings(id, [1])).toEqual(new Map());
  });

  it('I10 gives nothing of another account', async () => {
    await append('Họp', 'x');
    const { id } = await access.open('INBOX');
    const [stranger] = await makeAccounts(test.database, 1);
    if (stranger === undefined) throw new Error('no account');
    const other = accessOf(test.database, stranger).access;
    const refusal = expect.objectContaining({ code: 'mailbox_unknown' });
    await expect(other.headings(id, [1])).rejects.toEqual(refusal);
    await expect(other.beginnings(id, [1], 100)).rejects.toEqual(refusal);
    await expect(other.search(id, 'text', 'họp')).rejects.toEqual(refusal);
  });
});

describe('appendAll', () => {
  const bytesOf = (text: string): Buffer => Buffer.from(`Subject: ${text}\r\n\r\n${text}\r\n`);
  const message = (text: string) => ({
    bytes: bytesOf(text),
    flags: 0,
    keywords: [],
    internalDate: undefined,
  });

  it('I12 files all messages in one commit, or none', async () => {
    const { accountId } = account;
    const two = [message('một'), message('hai')];
    const done = await access.appendAll({ accountId, path: 'INBOX', messages: two });
    expect(done.uids).toEqual([1, 2]);
    const bytes = two.reduce((sum, each) => sum + each.bytes.length, 0);
    const rows = () =>
      test.database.rows(
        `select count(*) as n, (select count(*) from message) as stored, (select count(*) from outbox) as logged
         from mailbox_message`,
      );
    const before = await rows();
    // Room for the first of the two and not for both.
    await test.database.rows('update account set quota_bytes = $2 where id = $1', [
      accountId,
      bytes + bytesOf('một').length + 1,
    ]);
    await expect(access.appendAll({ accountId, path: 'INBOX', messages: two })).rejects.toEqual(
      expect.objectContaining({ code: 'over_quota' }),
    );
    expect(await rows()).toEqual(before);
    expect((await access.open('INBOX')).uidNext).toBe(3);
  });

  it('I12 replaces a message in the same commit, or leaves both mailboxes as they are', async () => {
    const { accountId } = account;
    await access.appendAll({ accountId, path: 'INBOX', messages: [message('một')] });
    const { id: mailboxId } = await access.open('INBOX');
    const input = { accountId, path: 'Drafts', messages: [message('hai')] };
    await access.appendAll({ ...input, replaces: { mailboxId, uid: 1 } });
    expect((await access.open('INBOX')).messages).toBe(0);
    expect((await access.open('Drafts')).messages).toBe(1);
    expect((await access.changesSince(mailboxId, 1)).expunged).toEqual([1]);
    await expect(access.appendAll({ ...input, replaces: { mailboxId, uid: 1 } })).rejects.toEqual(
      expect.objectContaining({ code: 'not_found' }),
    );
    expect((await access.open('Drafts')).messages).toBe(1);
  });
});
