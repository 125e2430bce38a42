import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { flagBit } from '#domain/mail/structure.ts';
import { accountsByAddresses } from '#store/mail/accounts-by-addresses.ts';
import { deliverMessage, type DeliverMessage } from '#store/mail/deliver.ts';
import { ensureMailboxes } from '#store/mail/ensure-mailboxes.ts';
import { markRecalled } from '#store/mail/mark-recalled.ts';
import { storeMessage } from '#store/mail/store-message.ts';
import {
  accessOf,
  insertDirective,
  makeAccounts,
  preparedMessage,
  wrongCounters,
} from '#support/mail-fixture.ts';
import { eventually } from '#support/eventually.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ connectionsMax: 12 });
});
afterAll(() => test.drop());

function deliver(accountIds: readonly string[], text = 'Chỉ đạo\n\nNội dung', parts = {}) {
  return test.database.transaction((tx) =>
    deliverMessage(tx, {
      message: preparedMessage(text, parts),
      receivedAt: new Date(),
      to: { kind: 'accounts', accountIds },
      flags: flagBit.flagged,
      keywords: ['$Directive'],
    }),
  );
}

/** As mail is delivered to accounts, with nothing but what the test says. */
function send(accountIds: readonly string[], input: Partial<DeliverMessage> = {}) {
  return test.database.transaction((tx) =>
    deliverMessage(tx, {
      message: preparedMessage('Thư\n\nNội dung'),
      receivedAt: new Date(),
      to: { kind: 'accounts', accountIds },
      flags: 0,
      keywords: [],
      ...input,
    }),
  );
}

/** Where an account has a message, with flags and keywords. */
function filed(messageId: string, accountIds: readonly string[]) {
  return test.database.rows<{ account_id: string; path: string; flags: number; keywords: string[] }>(
    `select b.account_id, b.path, e.flags, e.keywords from mailbox_message e join mailbox b on b.id = e.mailbox_id
     where e.message_id = $1 and b.account_id = any($2::uuid[]) order by array_position($2::uuid[], b.account_id), b.path`,
    [messageId, accountIds],
  );
}

const placement = (accountId: string, path: string, parts: { flags?: number; keywords?: string[] } = {}) => ({
  accountId,
  path,
  flags: 0,
  keywords: [],
  forwardTo: [],
  ...parts,
});

const ids = (accounts: readonly { accountId: string }[]) => accounts.map((account) => account.accountId);

describe('deliverMessage', () => {
  it('files one message in every inbox and stores its octets once', async () => {
    const accounts = await makeAccounts(test.database, 3);
    const first = await deliver([...ids(accounts), ...ids(accounts)], 'one\nsame octets');
    const second = await deliver(ids(accounts), 'one\nsame octets');
    expect([first.delivered, second.delivered]).toEqual([3, 3]);
    const blobs = await test.database.rows(
      'select distinct blob_sha256 from message where id = any($1::bigint[])',
      [[first.messageId, second.messageId]],
    );
    expect(blobs).toHaveLength(1);
    for (const account of accounts) {
      const { access } = accessOf(test.database, account);
      const inbox = await access.open('INBOX');
      expect(inbox).toMatchObject({ messages: 2, unseen: 2, deleted: 0, uidNext: 3, size: 30 });
      const { entries } = await access.changesSince(inbox.id, 0);
      expect(entries.map((entry) => [entry.uid, entry.flags, entry.keywords])).toEqual([
        [1, flagBit.flagged, ['$Directive']],
        [2, flagBit.flagged, ['$Directive']],
      ]);
    }
  });

  it('delivers to the recipients of a directive and files a seen copy in the Sent of its sender', async () => {
    const accounts = await makeAccounts(test.database, 3);
    const [issuer, ...recipients] = accounts;
    if (issuer === undefined) throw new Error('no issuer');
    const seed = await deliver([issuer.accountId]);
    const recipientIds = ids(recipients);
    const directiveId = await insertDirective(test.database, {
      issuerId: issuer.accountId,
      messageId: seed.messageId,
      recipientIds,
    });
    const delivered = await test.database.transaction((tx) =>
      deliverMessage(tx, {
        message: preparedMessage('a\nb'),
        receivedAt: new Date(),
        to: { kind: 'recipientsOf', directiveId },
        flags: 0,
        keywords: ['$Directive'],
        sentCopyOf: issuer.accountId,
      }),
    );
    expect(delivered.delivered).toBe(2);
    const { access } = accessOf(test.database, issuer);
    const sent = await access.open('Sent');
    const { entries } = await access.changesSince(sent.id, 0);
    expect(entries).toMatchObject([{ messageId: delivered.messageId, flags: flagBit.seen, keywords: [] }]);
    expect(sent).toMatchObject({ messages: 1, unseen: 0 });
  });

  it('delivers to nobody when one recipient has no mailboxes', async () => {
    const [whole] = await makeAccounts(test.database, 1);
    const [bare] = await makeAccounts(test.database, 1, { mailboxes: false });
    if (whole === undefined || bare === undefined) throw new Error('no accounts');
    await expect(deliver([whole.accountId, bare.accountId], 'kept by nobody')).rejects.toThrow(
      'only 1 of them',
    );
    expect((await accessOf(test.database, whole).access.open('INBOX')).messages).toBe(0);
    expect(await test.database.rows(`select 1 from message where subject = 'kept by nobody'`)).toEqual([]);
  });

  it('never deadlocks and never gives a UID twice when eight overlap', async () => {
    const accounts = await makeAccounts(test.database, 60);
    const orders = Array.from({ length: 8 }, (_, turn) =>
      // Each in an order of its own, as the addresses of a letter are.
      [...accounts].sort((a, b) => (turn % 2 === 0 ? 1 : -1) * (a.accountId < b.accountId ? -1 : 1)),
    );
    for (let round = 0; round < 5; round += 1) await Promise.all(orders.map((order) => deliver(ids(order))));
    for (const account of accounts.slice(0, 10)) {
      const { access } = accessOf(test.database, account);
      const inbox = await access.open('INBOX');
      const { entries } = await access.changesSince(inbox.id, 0);
      expect(entries.map((entry) => entry.uid)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
      expect(new Set(entries.map((entry) => entry.modseq)).size).toBe(40);
    }
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('stores what a hostile header may hold', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const nasty = `a\0b\ud800`;
    const range = { start: 0, end: 0 };
    const { delivered } = await deliver([account.accountId], 'x', {
      subject: nasty,
      fromAddress: nasty,
      firstLines: nasty,
      messageIdHeader: '\0'.repeat(5000),
      sentAt: new Date(Number.NaN),
      structure: {
        envelope: { subject: nasty },
        root: {
          type: 'text',
          subtype: 'plain',
          params: { [nasty]: nasty },
          encoding: '7BIT',
          header: range,
          body: range,
        },
      },
    });
    expect(delivered).toBe(1);
    const { access } = accessOf(test.database, account);
    const structures = await access.structures((await access.open('INBOX')).id, [1]);
    expect(structures.get(1)?.envelope.subject).toBe('a\u{fffd}b\u{fffd}');
  });
});

describe('deliverMessage with placements', () => {
  it('files into the mailbox of each placement with its flags and keywords, and into INBOX for the others', async () => {
    const accounts = await makeAccounts(test.database, 3);
    const [one = '', two = '', three = ''] = ids(accounts);
    const { messageId, delivered } = await send([one, two, three], {
      keywords: ['$Document'],
      placements: [
        placement(one, 'Archive', { flags: flagBit.seen, keywords: ['viec-gap', '$Document'] }),
        placement(two, 'INBOX', { flags: flagBit.flagged }),
      ],
    });
    expect(delivered).toBe(3);
    expect(await filed(messageId, [one, two, three])).toEqual([
      { account_id: one, path: 'Archive', flags: flagBit.seen, keywords: ['$Document', 'viec-gap'] },
      { account_id: two, path: 'INBOX', flags: flagBit.flagged, keywords: ['$Document'] },
      { account_id: three, path: 'INBOX', flags: 0, keywords: ['$Document'] },
    ]);
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('files into INBOX when the mailbox of a placement is gone', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const { accountId } = account;
    const { messageId } = await send([accountId], {
      placements: [placement(accountId, 'Không còn', { flags: flagBit.flagged })],
    });
    expect(await filed(messageId, [accountId])).toEqual([
      { account_id: accountId, path: 'INBOX', flags: flagBit.flagged, keywords: [] },
    ]);
  });

  it('files into INBOX when the mailbox is renamed while the delivery waits for it', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const { accountId } = account;
    const { access } = accessOf(test.database, account);
    await access.create('Dự án', undefined);
    let delivery: Promise<{ messageId: string }> | undefined;
    await test.database.transaction(async (tx) => {
      await tx.rows(`update mailbox set path = 'Cũ' where account_id = $1 and path = 'Dự án'`, [accountId]);
      delivery = send([accountId], { placements: [placement(accountId, 'Dự án')] });
      await eventually(async () => {
        const waiting = await test.database.rows(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(waiting).toHaveLength(1);
      });
    });
    const { messageId = '' } = (await delivery) ?? {};
    expect((await filed(messageId, [accountId])).map((row) => row.path)).toEqual(['INBOX']);
  });

  it('ignores placements of accounts that do not get the message', async () => {
    const [one = '', two = ''] = ids(await makeAccounts(test.database, 2));
    const { messageId, delivered } = await send([one], { placements: [placement(two, 'Archive')] });
    expect(delivered).toBe(1);
    expect((await filed(messageId, [one, two])).map((row) => row.account_id)).toEqual([one]);
  });

  it('gives the sender both the copy in Sent and what a rule files there', async () => {
    const [own = ''] = ids(await makeAccounts(test.database, 1));
    const { messageId } = await send([own], {
      sentCopyOf: own,
      placements: [placement(own, 'Sent', { flags: flagBit.flagged })],
    });
    const copies = await filed(messageId, [own]);
    expect(copies.map((row) => row.path)).toEqual(['Sent', 'Sent']);
    expect(new Set(copies.map((row) => row.flags))).toEqual(new Set([flagBit.seen, flagBit.flagged]));
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('never deadlocks when deliveries with crossing placements overlap', async () => {
    const accounts = await makeAccounts(test.database, 30);
    const all = ids(accounts);
    const turns = Array.from({ length: 8 }, (_, turn) =>
      send(turn % 2 === 0 ? all : all.toReversed(), {
        placements: all
          .filter((_id, index) => index % 3 === turn % 3)
          .map((id) => placement(id, turn % 2 === 0 ? 'Archive' : 'Trash')),
        sentCopyOf: all[turn],
      }),
    );
    const delivered = await Promise.all(turns);
    expect(delivered.map((one) => one.delivered)).toEqual(turns.map(() => 30));
    expect(await wrongCounters(test.database)).toEqual([]);
  });
});

describe('deliverMessage into Junk', () => {
  it('files into the mailbox whose special use it is, whatever its name, and the copy into Sent', async () => {
    const accounts = await makeAccounts(test.database, 2);
    const [one = '', two = ''] = ids(accounts);
    await test.database.rows(`update mailbox set path = 'Thư rác' where account_id = $1 and path = 'Junk'`, [
      two,
    ]);
    const { messageId, delivered } = await send([one, two], { into: 'junk', sentCopyOf: one });
    expect(delivered).toBe(2);
    expect((await filed(messageId, [one, two])).map((row) => [row.path, row.flags])).toEqual([
      ['Junk', 0],
      ['Sent', flagBit.seen],
      ['Thư rác', 0],
    ]);
    expect(await wrongCounters(test.database)).toEqual([]);
  });
});

describe('deliverMessage of a stored message', () => {
  it('files it without storing it again', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const message = preparedMessage('giữ lại\nđợi duyệt');
    const { messageId } = await send([], { message });
    expect(await filed(messageId, [account.accountId])).toEqual([]);
    const again = await send([account.accountId], {
      message: { storedId: messageId, size: message.bytes.length },
    });
    expect(again).toEqual({ messageId, delivered: 1 });
    const rows = await test.database.rows(`select 1 from message where subject = 'giữ lại'`);
    expect(rows).toHaveLength(1);
    const inbox = await accessOf(test.database, account).access.open('INBOX');
    expect(inbox).toMatchObject({ messages: 1, size: message.bytes.length });
  });

  it('delivers nothing of one that is not there', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const missing = { storedId: '999999999', size: 1 };
    await expect(send([account.accountId], { message: missing })).rejects.toThrow('not stored any more');
    expect((await accessOf(test.database, account).access.open('INBOX')).messages).toBe(0);
  });

  it('waits with who would delete it, so that no entry is left without its message', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const messageId = await test.database.transaction((tx) =>
      storeMessage(tx, preparedMessage('sắp xóa'), new Date()),
    );
    let delivery: Promise<unknown> | undefined;
    await test.database.transaction(async (tx) => {
      await tx.rows('delete from message where id = $1', [messageId]);
      delivery = send([account.accountId], { message: { storedId: messageId, size: 9 } }).catch(
        (error: unknown) => error,
      );
    });
    expect(String(await delivery)).toContain('not stored any more');
  });

  it('goes to nobody but Sent when only a copy is asked for', async () => {
    const [own = ''] = ids(await makeAccounts(test.database, 1));
    const { messageId, delivered } = await send([], { sentCopyOf: own });
    expect(delivered).toBe(0);
    expect((await filed(messageId, [own])).map((row) => [row.path, row.flags])).toEqual([
      ['Sent', flagBit.seen],
    ]);
  });
});

describe('ensureMailboxes', () => {
  it('makes the standard mailboxes once, with special uses and a UIDVALIDITY each', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const { access } = accessOf(test.database, account);
    const before = await access.list();
    await test.database.transaction((tx) => ensureMailboxes(tx, [account.accountId]));
    expect(await access.list()).toEqual(before);
    expect(before.map((mailbox) => [mailbox.path, mailbox.specialUse])).toEqual([
      ['Archive', '\\Archive'],
      ['Drafts', '\\Drafts'],
      ['INBOX', undefined],
      ['Junk', '\\Junk'],
      ['Sent', '\\Sent'],
      ['Trash', '\\Trash'],
    ]);
    expect(new Set(before.map((mailbox) => mailbox.uidValidity)).size).toBe(6);
  });
});

describe('accountsByAddresses', () => {
  it('finds active accounts whatever the case and the tag', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const [local, domain] = account.address.split('@');
    const tagged = `${local}+Hop-Thu@${domain}`;
    const found = await accountsByAddresses(test.database, [
      account.address.toUpperCase(),
      tagged,
      'nobody@binhthuan.example',
    ]);
    expect(Object.fromEntries(found)).toEqual({
      [account.address.toUpperCase()]: account.accountId,
      [tagged]: account.accountId,
    });
    await test.database.rows(`update account set status = 'locked' where id = $1`, [account.accountId]);
    expect((await accountsByAddresses(test.database, [account.address])).size).toBe(0);
  });
});

describe('markRecalled', () => {
  it('marks every copy, also moved ones, and moves the modseq of each mailbox', async () => {
    const [one, two, other] = await makeAccounts(test.database, 3);
    if (one === undefined || two === undefined || other === undefined) throw new Error('no accounts');
    const { messageId } = await deliver([one.accountId, two.accountId]);
    await deliver([other.accountId], 'another');
    const { access } = accessOf(test.database, one);
    const inbox = await access.open('INBOX');
    await access.copy(inbox.id, [1], 'Trash');
    await access.move(inbox.id, [1], 'Archive');
    const before = await access.open('Archive');
    const marked = await test.database.transaction((tx) => markRecalled(tx, messageId));
    expect(marked).toEqual([one.accountId, two.accountId].sort());
    for (const path of ['Archive', 'Trash']) {
      const mailbox = await access.open(path);
      const { entries } = await access.changesSince(mailbox.id, before.highestModseq);
      expect(entries).toMatchObject([
        { keywords: ['$Directive', '$Recalled'], modseq: mailbox.highestModseq },
      ]);
    }
    const others = accessOf(test.database, other).access;
    const { entries } = await others.changesSince((await others.open('INBOX')).id, 0);
    expect(entries.map((entry) => entry.keywords)).toEqual([['$Directive']]);
  });

  it('finds a message that is being moved at the same moment', async () => {
    const accounts = await makeAccounts(test.database, 6);
    const { messageId } = await deliver(ids(accounts));
    const moves = accounts.map(async (account) => {
      const { access } = accessOf(test.database, account);
      const inbox = await access.open('INBOX');
      await access.move(inbox.id, [1], 'Archive');
      await access.move((await access.open('Archive')).id, [1], 'INBOX');
    });
    await Promise.all([...moves, test.database.transaction((tx) => markRecalled(tx, messageId))]);
    const unmarked = await test.database.rows(
      `select 1 from mailbox_message where message_id = $1 and not '$Recalled' = any(keywords)`,
      [messageId],
    );
    expect(unmarked).toEqual([]);
  });
});
