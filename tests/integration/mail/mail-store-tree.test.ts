import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MailAccess } from '#app/ports/mail.ts';
import { canonicalMailboxPath } from '#domain/mail/mailbox-path.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagBit } from '#domain/mail/structure.ts';
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
let access: MailAccess;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  const [first] = await makeAccounts(test.database, 1);
  if (first === undefined) throw new Error('no account');
  account = first;
  access = accessOf(test.database, account).access;
});

const refusal = (code: string) => expect.objectContaining({ code });
const ownPaths = async () =>
  (await access.list()).filter((mailbox) => mailbox.specialUse === undefined).map((mailbox) => mailbox.path);

describe('mailbox names', () => {
  it('round-trip whatever they are, or are refused', async () => {
    const nasty = fc.constantFrom(
      '../../etc/passwd',
      '&AOk-',
      '&-',
      '%',
      '*',
      '..',
      'a"b\\c',
      'Chỉ đạo',
      "'; drop table x",
      '{1,2}',
      '🙂',
      ' ',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(nasty, fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })),
        async (name) => {
          let path: string;
          try {
            path = canonicalMailboxPath(name);
          } catch (error) {
            await expect(access.create(name, undefined)).rejects.toEqual(refusal('mailbox_name_bad'));
            if (error instanceof HubError) return;
            throw error;
          }
          const known = (await access.list()).some((mailbox) => mailbox.path === path);
          if (known) return;
          const made = await access.create(name, undefined);
          expect(made.path).toBe(path);
          expect(await access.open(name.normalize('NFD'))).toEqual(made);
          expect((await access.list()).filter((mailbox) => mailbox.id === made.id)).toEqual([made]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stay within the longest and deepest that are allowed', async () => {
    const long = 'ộ'.repeat(200);
    await expect(access.create(`${long}a`, undefined)).rejects.toEqual(refusal('mailbox_name_bad'));
    await expect(access.create(Array(11).fill('a').join('/'), undefined)).rejects.toEqual(
      refusal('mailbox_name_bad'),
    );
    await expect(access.create('x'.repeat(10_240), undefined)).rejects.toEqual(refusal('mailbox_name_bad'));
    await expect(access.create(Array(4).fill(long).join('/'), undefined)).resolves.toMatchObject({
      messages: 0,
    });
    expect(await ownPaths()).toHaveLength(5);
  });
});

describe('create', () => {
  it('makes missing parents, once, and gives every mailbox a UIDVALIDITY of its own', async () => {
    await access.create('a/b/c/', undefined);
    await access.create('a/b/d', undefined);
    expect(await ownPaths()).toEqual(['INBOX', 'a', 'a/b', 'a/b/c', 'a/b/d']);
    const all = await access.list();
    expect(new Set(all.map((mailbox) => mailbox.uidValidity)).size).toBe(all.length);
  });

  it('never gives a name the UIDVALIDITY it had before', async () => {
    const seen = new Set<number>();
    for (let round = 0; round < 5; round += 1) {
      seen.add((await access.create('again', undefined)).uidValidity);
      await access.remove('again');
    }
    expect(seen.size).toBe(5);
  });

  it('refuses what exists, whatever its case for INBOX, and a second mailbox for a special use', async () => {
    await expect(access.create('inbox', undefined)).rejects.toEqual(refusal('mailbox_exists'));
    await expect(access.create('Sent', undefined)).rejects.toEqual(refusal('mailbox_exists'));
    await expect(access.create('Đã gửi', '\\Sent')).rejects.toEqual(refusal('mailbox_exists'));
    expect(await ownPaths()).toEqual(['INBOX']);
  });

  it('makes one of two that are made at the same moment', async () => {
    const both = await Promise.allSettled([access.create('x/y', undefined), access.create('x/y', undefined)]);
    expect(both.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await ownPaths()).toEqual(['INBOX', 'x', 'x/y']);
  });

  it('stops at 5,000 mailboxes', async () => {
    await test.database.rows(
      `insert into mailbox (account_id, path, uid_validity) select $1, 'm' || n, n from generate_series(1, 4993) n`,
      [account.accountId],
    );
    await expect(access.create('p/q', undefined)).rejects.toEqual(refusal('over_quota'));
    await access.create('p', undefined);
    await expect(access.create('q', undefined)).rejects.toEqual(refusal('over_quota'));
  });
});

describe('remove', () => {
  it('deletes a mailbox with its entries', async () => {
    await access.create('old', undefined);
    await appendAll(access, 'old', ['a', 'b']);
    const { id } = await access.open('old');
    await access.remove('old');
    await expect(access.open('old')).rejects.toEqual(refusal('mailbox_unknown'));
    await expect(access.changesSince(id, 0)).rejects.toEqual(refusal('mailbox_unknown'));
    expect(await test.database.rows('select 1 from mailbox_message where mailbox_id = $1', [id])).toEqual([]);
  });

  it('leaves no entry behind when others file into the mailbox at the same moment', async () => {
    await access.create('going', undefined);
    await appendAll(access, 'INBOX', ['a', 'b', 'c']);
    const inbox = await access.open('INBOX');
    const filing = [1, 2, 3].flatMap((uid) => [
      access.copy(inbox.id, [uid], 'going'),
      appendAll(access, 'going', [`${uid}`]),
    ]);
    await Promise.allSettled([...filing.slice(0, 3), access.remove('going'), ...filing.slice(3)]);
    const lost = await test.database.rows(
      'select 1 from mailbox_message e where not exists (select from mailbox b where b.id = e.mailbox_id)',
    );
    expect(lost).toEqual([]);
    await expect(access.open('going')).rejects.toEqual(refusal('mailbox_unknown'));
  });

  it('refuses INBOX, the special uses, a parent, and what is not there', async () => {
    await access.create('a/b', undefined);
    const before = await loggedTypes(test.database);
    await expect(access.remove('Inbox')).rejects.toEqual(refusal('mailbox_protected'));
    await expect(access.remove('Trash')).rejects.toEqual(refusal('mailbox_protected'));
    await expect(access.remove('a')).rejects.toEqual(refusal('mailbox_has_children'));
    await expect(access.remove('nothing')).rejects.toEqual(refusal('mailbox_unknown'));
    await expect(access.remove('bad\nname')).rejects.toEqual(refusal('mailbox_unknown'));
    expect(await loggedTypes(test.database)).toEqual(before);
  });
});

describe('rename', () => {
  it('takes children along with their UIDs and makes missing parents', async () => {
    await access.create('a/b', undefined);
    await access.create('ab', undefined);
    const [uid] = await appendAll(access, 'a/b', ['kept']);
    const before = await access.open('a/b');
    await access.rename('a', 'x/y');
    expect(await ownPaths()).toEqual(['INBOX', 'ab', 'x', 'x/y', 'x/y/b']);
    expect(await access.open('x/y/b')).toEqual({ ...before, path: 'x/y/b' });
    expect(await access.bytes(before.id, uid ?? 0, 0, 10)).toEqual(Buffer.from('kept'));
  });

  it('moves the messages of INBOX to a new mailbox and leaves its children', async () => {
    await access.create('INBOX/child', undefined);
    await appendAll(access, 'INBOX', ['a', 'b'], flagBit.seen);
    await access.rename('inbox', 'old mail');
    expect(await ownPaths()).toEqual(['INBOX', 'INBOX/child', 'old mail']);
    expect(await access.open('INBOX')).toMatchObject({ messages: 0, uidNext: 3 });
    expect(await access.open('old mail')).toMatchObject({ messages: 2, unseen: 0, uidNext: 3 });
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('refuses a taken name, a place inside itself, and a depth that children cannot have', async () => {
    await access.create('a/b/c/d', undefined);
    await access.create('z', undefined);
    await expect(access.rename('a', 'z')).rejects.toEqual(refusal('mailbox_exists'));
    await expect(access.rename('a', 'iNBOX')).rejects.toEqual(refusal('mailbox_exists'));
    await expect(access.rename('a', 'a/b/e')).rejects.toEqual(refusal('mailbox_name_bad'));
    await expect(access.rename('a', '1/2/3/4/5/6/7/8')).rejects.toEqual(refusal('mailbox_name_bad'));
    await expect(access.rename('nothing', 'n')).rejects.toEqual(refusal('mailbox_unknown'));
    expect(await ownPaths()).toEqual(['INBOX', 'a', 'a/b', 'a/b/c', 'a/b/c/d', 'z']);
  });
});

describe('subscribe', () => {
  it('is kept, and refused for what is not there', async () => {
    await access.subscribe('Junk', false);
    expect((await access.open('Junk')).subscribed).toBe(false);
    await expect(access.subscribe('nothing', true)).rejects.toEqual(refusal('mailbox_unknown'));
    await expect(access.subscribe('nothing', false)).rejects.toEqual(refusal('mailbox_unknown'));
  });

  it('outlives its mailbox and goes along when it is renamed, until it is taken back', async () => {
    for (const path of ['kept', 'unwanted', 'moved']) await access.create(path, undefined);
    await access.subscribe('unwanted', false);
    await access.rename('moved', 'elsewhere');
    for (const path of ['kept', 'unwanted', 'elsewhere']) await access.remove(path);
    expect(await access.lostSubscriptions()).toEqual(['elsewhere', 'kept']);
    await access.subscribe('kept', true);
    await access.create('kept', undefined);
    expect((await access.open('kept')).subscribed).toBe(true);
    expect(await access.lostSubscriptions()).toEqual(['elsewhere']);
    await access.subscribe('kept', false);
    await access.remove('kept');
    await access.subscribe('elsewhere', false);
    expect(await access.lostSubscriptions()).toEqual([]);
  });
});
