import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubError } from '#domain/hub-error.ts';
import type { MailReceptionTransaction } from '#app/ports/mail-delivery.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { deliverTogether, entriesTogetherMax } from '#store/mail/deliver-together.ts';
import { createMailDelivery } from '#store/mail/mail-delivery.ts';
import { makeAccounts, preparedMessage, wrongCounters } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ connectionsMax: 12 });
});
afterAll(() => test.drop());

const at = new Date('2016-05-11T01:45:00Z');
const letter = (text: string) => ({
  message: preparedMessage(`${text}\n\nNội dung ${text}`),
  receivedAt: at,
});

function entries(accountIds: readonly string[]) {
  return test.database.rows<{
    subject: string;
    path: string;
    uid: number;
    flags: number;
    keywords: string[];
  }>(
    `select m.subject, b.path, e.uid, e.flags, e.keywords
     from mailbox b join mailbox_message e on e.mailbox_id = b.id join message m on m.id = e.message_id
     where b.account_id = any($1::uuid[]) order by array_position($1::uuid[], b.account_id), b.path, e.uid`,
    [accountIds],
  );
}

async function ids(count: number): Promise<string[]> {
  return (await makeAccounts(test.database, count)).map(({ accountId }) => accountId);
}

describe('deliverTogether', () => {
  it('gives several messages of one mailbox their UIDs in order, and says which message is which', async () => {
    const [lan = '', minh = ''] = await ids(2);
    const given = await test.database.transaction((tx) =>
      deliverTogether(tx, [
        { ...letter('một'), accountIds: [lan, minh] },
        { ...letter('hai'), accountIds: [lan], into: 'junk' },
        { ...letter('ba'), accountIds: [lan, lan] },
      ]),
    );
    expect((await entries([lan, minh])).map(({ subject, path, uid }) => [subject, path, uid])).toEqual([
      ['một', 'INBOX', 1],
      ['ba', 'INBOX', 2],
      ['hai', 'Junk', 1],
      ['một', 'INBOX', 1],
    ]);
    const rows = await test.database.rows<{ id: number; subject: string }>(
      'select id, subject from message where id = any($1::bigint[])',
      [given.map(({ messageId }) => messageId)],
    );
    const subjects = new Map(rows.map(({ id, subject }) => [String(id), subject]));
    expect(given.map(({ messageId }) => subjects.get(messageId))).toEqual(['một', 'hai', 'ba']);
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('files what rules place, a copy in Sent, and a message that is stored already', async () => {
    const [lan = '', minh = ''] = await ids(2);
    const { messageId: storedId } = await test.database.transaction((tx) =>
      deliverMessage(tx, {
        ...letter('cũ'),
        to: { kind: 'accounts', accountIds: [] },
        flags: 0,
        keywords: [],
      }),
    );
    const placement = (path: string) => ({
      accountId: lan,
      path,
      flags: flagBit.flagged,
      keywords: ['gap'],
      forwardTo: [],
    });
    await test.database.transaction((tx) =>
      deliverTogether(tx, [
        { ...letter('mới'), accountIds: [lan], placements: [placement('Archive')], sentCopyOf: minh },
        { message: { storedId, size: 5 }, receivedAt: at, accountIds: [minh] },
        // The mailbox of a rule may be gone.
        { ...letter('mất'), accountIds: [lan], placements: [placement('Không có')] },
      ]),
    );
    expect((await entries([lan, minh])).map((entry) => Object.values(entry))).toEqual([
      ['mới', 'Archive', 1, flagBit.flagged, ['gap']],
      ['mất', 'INBOX', 1, flagBit.flagged, ['gap']],
      ['cũ', 'INBOX', 1, 0, []],
      ['mới', 'Sent', 1, flagBit.seen, []],
    ]);
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('writes nothing for an account without mailboxes, and refuses more than a statement should write', async () => {
    const [lan = ''] = await ids(1);
    const nobody = '00000000-0000-4000-8000-000000000001';
    const deliver = (accountIds: readonly string[]) =>
      test.database.transaction((tx) => deliverTogether(tx, [{ ...letter('x'), accountIds }]));
    await expect(deliver([lan, nobody])).rejects.toThrow('no mailbox');
    await expect(deliver(Array.from({ length: entriesTogetherMax + 1 }, () => lan))).rejects.toThrow(
      'too many',
    );
    expect(await entries([lan])).toEqual([]);
  });
});

describe('MailDelivery.together', () => {
  const file = (text: string, accountId: string) => async (tx: MailReceptionTransaction) => {
    const { messageId } = await tx.deliver({ ...letter(text), accountIds: [accountId] });
    await tx.record([{ type: 'mail.delivered', messageId, accountIds: [accountId] }], at);
    return messageId;
  };

  it('makes one commit of what is there at the same moment', async () => {
    const accounts = await ids(4);
    const delivery = createMailDelivery(test.database);
    const messages = await Promise.all(
      accounts.map((accountId, n) => delivery.together(1, file(`cùng ${n}`, accountId))),
    );
    expect(new Set(messages).size).toBe(4);
    const rows = await test.database.rows(
      'select distinct xmin::text from mailbox_message where message_id = any($1::bigint[])',
      [messages],
    );
    expect(rows).toHaveLength(1);
  });

  it('takes the same key once, also of two that are there at the same moment', async () => {
    const delivery = createMailDelivery(test.database);
    const take = () => delivery.together(1, (tx) => tx.takeOnce(Buffer.from('một khóa'), at));
    expect(await Promise.all([take(), take(), take()])).toEqual([true, false, false]);
    expect(await take()).toBe(false);
  });

  it('refuses one of them without harm to the others, and keeps nothing of the refused one', async () => {
    const [lan = '', minh = ''] = await ids(2);
    const delivery = createMailDelivery(test.database);
    const [good, refused, broken, also] = await Promise.allSettled([
      delivery.together(1, file('tốt', lan)),
      delivery.together(1, async (tx) => {
        await file('bị từ chối', lan)(tx);
        throw new HubError('not_permitted');
      }),
      // A statement that PostgreSQL refuses ends its transaction for everybody in it.
      delivery.together(1, file('hỏng', 'không phải uuid')),
      delivery.together(1, file('cũng tốt', minh)),
    ]);
    expect([good?.status, refused?.status, broken?.status, also?.status]).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(refused).toMatchObject({ reason: { code: 'not_permitted' } });
    expect((await entries([lan, minh])).map(({ subject }) => subject)).toEqual(['tốt', 'cũng tốt']);
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('writes the events of all of them after everything else', async () => {
    const accounts = await ids(3);
    const delivery = createMailDelivery(test.database);
    const messages = await Promise.all(
      accounts.map((accountId, n) => delivery.together(1, file(`nhật ký ${n}`, accountId))),
    );
    const events = await test.database.rows<{ id: string }>(
      `select payload ->> 'messageId' as id from outbox where payload ->> 'messageId' = any($1::text[]) order by id`,
      [messages],
    );
    expect(events.map(({ id }) => id).toSorted()).toEqual(messages.toSorted());
  });
});
