import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { warnQuota } from '#app/mail/mail-settings.ts';
import { composeQuotaWarning } from '#mail/message/compose-quota-warning.ts';
import { parseMessage } from '#mail/message/parse-message.ts';
import { accountsToWarn, createQuotas, createSentCopies, quotaOf } from '#store/mail/quota.ts';
import {
  accessOf,
  appendAll,
  loggedTypes,
  makeAccounts,
  preparedMessage,
  wrongCounters,
  type MailAccount,
} from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ connectionsMax: 24 });
});
afterAll(() => test.drop());

const at = new Date('2016-05-11T02:00:00Z');

async function withQuota(quotaBytes: number): Promise<MailAccount> {
  const [account] = await makeAccounts(test.database, 1, { quotaBytes });
  if (account === undefined) throw new Error('no account');
  return account;
}

function ports() {
  let commits = 0;
  return {
    ports: {
      quotas: createQuotas(test.database),
      compose: (account: Parameters<typeof composeQuotaWarning>[0]['account'], date: Date) => {
        const from = { name: 'Hệ thống', address: 'chidao@binhthuan.example' };
        const bytes = composeQuotaWarning({ messageId: '<q@binhthuan.example>', date, from, account });
        return Promise.resolve(preparedMessage('', { bytes, subject: parseMessage(bytes).subject }));
      },
      clock: { now: () => at },
      committed: () => (commits += 1),
    },
    commits: () => commits,
  };
}

describe('requireQuota', () => {
  it('lets sixteen APPENDs at once take no more than there is room for', async () => {
    const account = await withQuota(1000);
    const { access } = accessOf(test.database, account);
    const results = await Promise.allSettled(
      Array.from({ length: 16 }, (_, index) =>
        appendAll(access, index % 2 === 0 ? 'INBOX' : 'Archive', ['x'.repeat(300)]),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(3);
    expect(await quotaOf(test.database, account.accountId)).toEqual({ usedBytes: 900, quotaBytes: 1000 });
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('never deadlocks with copies and changes of mailboxes of the same account', async () => {
    const account = await withQuota(1_000_000);
    const { access } = accessOf(test.database, account);
    await appendAll(access, 'INBOX', ['một', 'hai', 'ba']);
    const inbox = await access.open('INBOX');
    const turns = Array.from({ length: 6 }, (_, index) => [
      appendAll(access, 'Archive', [`thư ${index}`]),
      access.copy(inbox.id, [1, 2], 'Archive'),
      access.create(`Hồ sơ ${index}`, undefined),
    ]);
    await Promise.all(turns.flat());
    expect((await access.open('Archive')).messages).toBe(18);
  });
});

describe('quotaOf', () => {
  it('counts every mailbox, and refuses an account that is not there', async () => {
    const account = await withQuota(1000);
    const { access } = accessOf(test.database, account);
    expect(await quotaOf(test.database, account.accountId)).toEqual({ usedBytes: 0, quotaBytes: 1000 });
    await appendAll(access, 'INBOX', ['12345']);
    await appendAll(access, 'Trash', ['123']);
    expect(await quotaOf(test.database, account.accountId)).toEqual({ usedBytes: 8, quotaBytes: 1000 });
    await expect(quotaOf(test.database, '00000000-0000-4000-8000-000000000000')).rejects.toThrow('not_found');
  });
});

describe('warnQuota', () => {
  it('warns once at 90 %, and again only after it has been below 85 %', async () => {
    const account = await withQuota(10_000);
    const { accountId } = account;
    const { access } = accessOf(test.database, account);
    const { ports: warning, commits } = ports();
    await appendAll(access, 'Archive', ['x'.repeat(8999)]);
    expect(await warnQuota(warning, [accountId])).toEqual([]);
    await appendAll(access, 'Archive', ['x']);
    expect(await warnQuota(warning, [accountId])).toEqual([accountId]);
    expect(await warnQuota(warning, [accountId])).toEqual([]);
    const size = (bytes: number) =>
      test.database.rows(`update mailbox set total_size = $2 where account_id = $1 and path = 'Archive'`, [
        accountId,
        bytes,
      ]);
    const warningBytes = (await access.open('INBOX')).size;
    await size(8500 - warningBytes);
    expect(await warnQuota(warning, [accountId])).toEqual([]);
    await size(9500 - warningBytes);
    expect(await warnQuota(warning, [accountId])).toEqual([]);
    await size(8499 - warningBytes);
    expect(await warnQuota(warning, [accountId])).toEqual([]);
    await size(9500 - warningBytes);
    expect(await warnQuota(warning, [accountId])).toEqual([accountId]);
    expect((await access.open('INBOX')).messages).toBe(2);
    expect(commits()).toBe(2);
    expect((await loggedTypes(test.database)).filter((type) => type === 'mail.delivered')).toHaveLength(2);
  });

  it('warns once when eight look at the same moment, in different orders', async () => {
    const accounts = await makeAccounts(test.database, 20, { quotaBytes: 10_000 });
    for (const account of accounts)
      await appendAll(accessOf(test.database, account).access, 'Archive', ['x'.repeat(9500)]);
    const ids = accounts.map(({ accountId }) => accountId);
    const { ports: warning } = ports();
    const warned = await Promise.all(
      Array.from({ length: 8 }, (_, turn) => warnQuota(warning, turn % 2 === 0 ? ids : ids.toReversed())),
    );
    expect(warned.flat().toSorted()).toEqual(ids.toSorted());
    for (const account of accounts)
      expect((await accessOf(test.database, account).access.open('INBOX')).messages).toBe(1);
  });

  it('loses no warning when it could not be composed', async () => {
    const account = await withQuota(100);
    await appendAll(accessOf(test.database, account).access, 'Archive', ['x'.repeat(95)]);
    const { ports: warning } = ports();
    const broken = { ...warning, compose: () => Promise.reject(new Error('cannot be written')) };
    await expect(warnQuota(broken, [account.accountId])).rejects.toThrow('cannot be written');
    expect(await warnQuota(warning, [account.accountId])).toEqual([account.accountId]);
  });

  it('says how full it is', async () => {
    const account = await withQuota(1000);
    await appendAll(accessOf(test.database, account).access, 'Archive', ['x'.repeat(950)]);
    expect(await accountsToWarn(test.database, [account.accountId, account.accountId], at)).toEqual([
      {
        accountId: account.accountId,
        address: account.address,
        name: account.address,
        usedBytes: 950,
        quotaBytes: 1000,
      },
    ]);
  });
});

describe('createSentCopies', () => {
  it('is the hub until the account says otherwise', async () => {
    const { accountId } = await withQuota(1000);
    const copies = createSentCopies(test.database);
    expect(await copies.of(accountId)).toBe('hub');
    await copies.set(accountId, 'client');
    expect(await copies.of(accountId)).toBe('client');
  });
});
