import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sendingLimitOf, setSendingLimit, type MailSettingsPorts } from '#app/mail/mail-settings.ts';
import type { Actor } from '#domain/access/actor.ts';
import { limitCommands } from '#root/start/limit-commands.ts';
import { createAbsences } from '#store/mail/absence-store.ts';
import { createMailRules } from '#store/mail/mail-rules.ts';
import { createQuotas, createSentCopies } from '#store/mail/quota.ts';
import { countSending, createSendingLimits, deleteOldSendingUse } from '#store/mail/sending-use.ts';
import { makeAccounts, type MailAccount } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ connectionsMax: 12 });
});
afterAll(() => test.drop());

const at = new Date('2016-05-11T02:59:59.999Z');
const nextHour = new Date('2016-05-11T03:00:00Z');

async function oneAccount(limit?: {
  messagesPerHour?: number;
  recipientsPerHour?: number;
}): Promise<MailAccount> {
  const [account] = await makeAccounts(test.database, 1);
  if (account === undefined) throw new Error('no account');
  if (limit !== undefined)
    await createSendingLimits(test.database).set(account.accountId, limit, at, { kind: 'operator' });
  return account;
}
const count = (accountId: string, recipients: number, when = at) =>
  test.database.transaction((tx) => countSending(tx, accountId, recipients, when));

describe('countSending', () => {
  it('holds beyond the limit, alerts once an hour, and begins again with the next hour', async () => {
    const { accountId } = await oneAccount({ messagesPerHour: 2 });
    const send = { verdict: 'send', alert: false, until: nextHour };
    expect([await count(accountId, 1), await count(accountId, 1)]).toEqual([send, send]);
    expect(await count(accountId, 1)).toEqual({ verdict: 'hold', alert: true, until: nextHour });
    expect(await count(accountId, 1)).toEqual({ verdict: 'hold', alert: false, until: nextHour });
    expect(await count(accountId, 1, nextHour)).toEqual({
      verdict: 'send',
      alert: false,
      until: new Date('2016-05-11T04:00:00Z'),
    });
    const limits = createSendingLimits(test.database);
    expect((await limits.standing(accountId, at))?.use).toEqual({ messages: 4, recipients: 4 });
    expect((await limits.standing(accountId, nextHour))?.use).toEqual({ messages: 1, recipients: 1 });
  });

  it('holds by recipients too', async () => {
    const { accountId } = await oneAccount({ recipientsPerHour: 10 });
    expect((await count(accountId, 10)).verdict).toBe('send');
    expect(await count(accountId, 1)).toMatchObject({ verdict: 'hold', alert: true });
  });

  it('lets out no more than the limit and alerts once when twelve send at the same moment', async () => {
    const { accountId } = await oneAccount({ messagesPerHour: 5 });
    const verdicts = await Promise.all(Array.from({ length: 12 }, () => count(accountId, 1)));
    expect(verdicts.filter(({ verdict }) => verdict === 'send')).toHaveLength(5);
    expect(verdicts.filter(({ alert }) => alert)).toHaveLength(1);
  });

  it('counts nothing of a submission that was refused after all', async () => {
    const { accountId } = await oneAccount({ messagesPerHour: 1 });
    const refused = test.database.transaction(async (tx) => {
      await countSending(tx, accountId, 1, at);
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    expect((await count(accountId, 1)).verdict).toBe('send');
  });

  it('uses the limit of the hub, five times as much for an office', async () => {
    const person = await oneAccount();
    const office = await oneAccount();
    await test.database.rows(`update account set kind = 'unit' where id = $1`, [office.accountId]);
    expect((await count(person.accountId, 2001)).verdict).toBe('hold');
    expect((await count(office.accountId, 10_000)).verdict).toBe('send');
  });
});

describe('sending limits of accounts', () => {
  const administrator: Actor = {
    accountId: 'admin',
    address: 'admin@binhthuan.example',
    name: 'Quản trị',
    kind: 'system',
    locale: 'vi',
    positions: [],
  };
  const settings = (): MailSettingsPorts => ({
    mailSettings: {
      rules: createMailRules(test.database),
      absences: createAbsences(test.database, { sendReply: () => Promise.resolve() }),
      quotas: createQuotas(test.database),
      sending: createSendingLimits(test.database),
      sentCopies: createSentCopies(test.database),
    },
    mail: { findSecretStamp: () => undefined },
    clock: { now: () => at },
  });

  it('are seen and changed by an administrator, and back to those of the hub', async () => {
    const { accountId } = await oneAccount();
    const ports = settings();
    expect(await sendingLimitOf(ports, administrator, accountId)).toMatchObject({
      limit: { messagesPerHour: 200, recipientsPerHour: 2000 },
      changed: false,
    });
    expect(await setSendingLimit(ports, administrator, accountId, { messagesPerHour: 7 })).toMatchObject({
      limit: { messagesPerHour: 7, recipientsPerHour: 2000 },
      changed: true,
    });
    expect(await setSendingLimit(ports, administrator, accountId, {})).toMatchObject({
      limit: { messagesPerHour: 200, recipientsPerHour: 2000 },
      changed: false,
    });
  });

  it('are nothing for others, not even their own, and nothing of accounts that are not there', async () => {
    const { accountId, address } = await oneAccount();
    const ports = settings();
    const self: Actor = { ...administrator, accountId, address, kind: 'personal' };
    await expect(sendingLimitOf(ports, self, accountId)).rejects.toThrow('not_permitted');
    await expect(setSendingLimit(ports, self, accountId, { messagesPerHour: 9 })).rejects.toThrow(
      'not_permitted',
    );
    expect((await sendingLimitOf(ports, administrator, accountId)).changed).toBe(false);
    const nobody = '00000000-0000-4000-8000-000000000000';
    await expect(setSendingLimit(ports, administrator, nobody, {})).rejects.toThrow('not_found');
    await expect(sendingLimitOf(ports, administrator, nobody)).rejects.toThrow('not_found');
  });

  it('are shown and set from the command line', async () => {
    const { accountId, address } = await oneAccount();
    await count(accountId, 3);
    const written: string[] = [];
    const context = {
      database: test.database,
      write: (text: string) => void written.push(text),
      now: () => at,
    };
    await limitCommands['limit set']?.run(context, [address.toUpperCase(), '10', '-']);
    await limitCommands['limit show']?.run(context, [address]);
    expect(written).toEqual([
      'The limit is set.\n',
      'messages\t1 of 10\n',
      'recipients\t3 of 2000\n',
      'Set by an administrator.\n',
    ]);
    await expect(limitCommands['limit set']?.run(context, [address, '1e9', '1'])).rejects.toThrow(
      'whole number',
    );
    await expect(limitCommands['limit show']?.run(context, ['ai@khac.example'])).rejects.toThrow(
      'no account',
    );
  });
});

describe('deleteOldSendingUse', () => {
  it('removes hours that are past', async () => {
    const { accountId } = await oneAccount();
    await count(accountId, 1, new Date('2015-01-01T00:00:00Z'));
    await count(accountId, 1);
    expect(await deleteOldSendingUse(test.database, new Date('2016-01-01T00:00:00Z'))).toBe(1);
    expect((await createSendingLimits(test.database).standing(accountId, at))?.use.messages).toBe(1);
  });
});
