import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type HeldPorts, readHeld, refuseHeld, releaseDue, releaseHeld } from '#app/mail/decide-held.ts';
import type { NewHeldMail } from '#app/ports/held-mail.ts';
import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Transaction } from '#store/database.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { createHeldMailReads, heldMailTransaction, holdMail } from '#store/mail/held-mail.ts';
import { storeMessage } from '#store/mail/store-message.ts';
import { makeAccounts, preparedMessage, type MailAccount } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

const start = new Date('2026-05-11T02:00:00Z');

let test: TestDatabase;
let sender: MailAccount;
let moderator: MailAccount;
let member: MailAccount;
let now = start;
beforeAll(async () => {
  test = await createTestDatabase();
  const [a, b, c] = await makeAccounts(test.database, 3);
  if (!a || !b || !c) throw new Error('no accounts');
  [sender, moderator, member] = [a, b, c];
});
afterAll(() => test.drop());

function actor({ accountId, address }: MailAccount, kind: Actor['kind'] = 'personal'): Actor {
  return { accountId, address, name: address, kind, locale: 'vi', positions: [] };
}

async function makeGroup(moderators: readonly MailAccount[]): Promise<string> {
  const id = randomUUID();
  await test.database.rows(
    `insert into mail_group (id, address, name, source, writers, moderation, created_at)
     values ($1::uuid, $1::text || '@hub.example', 'Toàn tỉnh', 'list', 'province', 'all', now())`,
    [id],
  );
  await test.database.rows(
    `insert into mail_group_officer (group_id, account_id, role) select $1, unnest($2::uuid[]), 'moderator'`,
    [id, moderators.map(({ accountId }) => accountId)],
  );
  return id;
}

async function hold(over: Partial<NewHeldMail> = {}) {
  const id = randomUUID();
  const by = await test.database.transaction(async (tx) => {
    const messageId = await storeMessage(tx, preparedMessage(`Giữ ${id}\n\nNội dung`), start);
    const envelope = {
      sender: sender.address,
      recipients: [{ address: 'toan-tinh@hub.example', notify: ['failure'] as const }],
      requireTls: false,
      smtpUtf8: true,
    };
    return holdMail(tx, {
      id,
      kind: 'moderation',
      messageId,
      accountId: sender.accountId,
      route: {
        envelope,
        writer: { accountId: sender.accountId, address: sender.address },
        into: 'inbox',
        verifiedSender: true,
        facts: {
          from: sender.address,
          subject: 'nul\0 half\ud800',
          to: [],
          listId: undefined,
          hasAttachment: false,
          bytes: 10,
          automatic: false,
        },
      },
      heldAt: start,
      ...over,
    });
  });
  return { id, by };
}

interface Traced {
  readonly trace: (entries: readonly { readonly step: string }[], at: Date) => Promise<void>;
  readonly sql: Transaction;
}

/** The real store; routing puts the message into one INBOX, the trace goes to `steps`. */
function portsOf(options: { routeFails?: boolean } = {}) {
  const steps: string[] = [];
  const ports: HeldPorts<Traced> = {
    transaction: (work) =>
      test.database.transaction((tx) =>
        work({
          ...heldMailTransaction(tx),
          sql: tx,
          trace(entries) {
            steps.push(...entries.map(({ step }) => step));
            return Promise.resolve();
          },
        }),
      ),
    reads: createHeldMailReads(test.database),
    async route({ sql }, held) {
      const { messageId } = await deliverMessage(sql, {
        message: preparedMessage(`của ${held.messageId}`),
        receivedAt: now,
        to: { kind: 'accounts', accountIds: [member.accountId] },
        flags: 0,
        keywords: [],
      });
      if (options.routeFails === true) throw new HubError('unavailable');
      return [{ type: 'mail.delivered', messageId, accountIds: [member.accountId] }];
    },
    tellSender: () => Promise.resolve([]),
    examine: () => Promise.resolve({ finding: 'release' }),
    clock: { now: () => now },
    committed: () => undefined,
  };
  return { ports, steps };
}

async function routedOf(id: string): Promise<number> {
  const [row] = await test.database.rows<{ n: number }>(
    `select count(*) as n from message m join mailbox_message e on e.message_id = m.id
     where m.subject = 'của ' || (select message_id from held_mail where id = $1)`,
    [id],
  );
  return row?.n ?? 0;
}

function decidedEvents(id: string) {
  return test.database.rows<{ rooms: string[]; payload: Record<string, unknown> }>(
    `select rooms, payload from outbox where type = 'mail.decided' and payload ->> 'heldId' = $1`,
    [id],
  );
}

describe('holdMail', () => {
  it('keeps all that routing needs, and names the moderators', async () => {
    const groupId = await makeGroup([moderator]);
    const { id, by } = await hold({ groupId, reason: 'nul\0' });
    expect(by).toEqual({ groupName: 'Toàn tỉnh', moderatorIds: [moderator.accountId] });
    const held = await createHeldMailReads(test.database).find(id);
    expect(held).toMatchObject({
      id,
      kind: 'moderation',
      state: 'held',
      groupId,
      groupName: 'Toàn tỉnh',
      accountId: sender.accountId,
      reason: 'nul\u{fffd}',
      heldAt: start,
      subject: `Giữ ${id}`,
      fromAddress: 'van.phong@binhthuan.example',
      route: {
        envelope: {
          sender: sender.address,
          recipients: [{ address: 'toan-tinh@hub.example', notify: ['failure'] }],
          smtpUtf8: true,
        },
        facts: { subject: 'nul\u{fffd} half\u{fffd}' },
      },
    });
    expect(held?.size).toBeGreaterThan(0);
    expect(held).not.toHaveProperty('releaseAt');
  });
});

describe('held mail', () => {
  it('is listed for its moderators and its sender alone', async () => {
    const other = await makeGroup([member]);
    const groupId = await makeGroup([moderator]);
    const { id } = await hold({ groupId });
    const { id: elsewhere } = await hold({ groupId: other });
    const reads = createHeldMailReads(test.database);
    const ids = async (found: Promise<readonly { id: string }[]>) => (await found).map((one) => one.id);
    const mine = await ids(reads.forModerator(actor(moderator), 100));
    expect([mine.includes(id), mine.includes(elsewhere)]).toEqual([true, false]);
    expect(await ids(reads.forModerator(actor(sender), 100))).toEqual([]);
    expect(await ids(reads.ofSender(sender.accountId, 100))).toEqual(expect.arrayContaining([id, elsewhere]));
    expect(await ids(reads.ofSender(member.accountId, 100))).toEqual([]);
  });

  it('of a sending limit, or of a group that is gone, is listed for administrators', async () => {
    const groupId = await makeGroup([moderator]);
    const { id: orphan } = await hold({ groupId });
    const { id: limited } = await hold({ kind: 'sending_limit', releaseAt: start });
    const { id: scheduled } = await hold({ kind: 'scheduled', releaseAt: start });
    await test.database.rows('delete from mail_group where id = $1', [groupId]);
    const listed = (await createHeldMailReads(test.database).forModerator(actor(member, 'system'), 100)).map(
      (held) => held.id,
    );
    expect(listed).toEqual(expect.arrayContaining([orphan, limited]));
    expect(listed).not.toContain(scheduled);
  });

  it('is due when its time has come, never when a moderator must decide', async () => {
    const groupId = await makeGroup([moderator]);
    const early = new Date('2020-01-01T00:00:00Z');
    const { id: due } = await hold({ kind: 'scheduled', releaseAt: early });
    await hold({ groupId, releaseAt: early });
    await hold({ kind: 'scheduled', releaseAt: new Date('2021-01-01T00:00:00Z') });
    expect(await createHeldMailReads(test.database).due(new Date('2020-06-01T00:00:00Z'), 10)).toEqual([due]);
  });

  it('gives its octets to who decides', async () => {
    const groupId = await makeGroup([moderator]);
    const { id } = await hold({ groupId });
    const { ports } = portsOf();
    expect((await readHeld(ports, { actor: actor(moderator), id })).toString()).toBe(`Giữ ${id}\n\nNội dung`);
    await expect(readHeld(ports, { actor: actor(member), id })).rejects.toThrow('not_found');
  });
});

describe('releaseHeld', () => {
  it('leaves a record when an administrator decides, and none for a moderator', async () => {
    const { ports } = portsOf();
    const { id } = await hold({ kind: 'sending_limit', releaseAt: start });
    await releaseHeld(ports, { actor: actor(member, 'system'), id });
    const { id: moderated } = await hold({ groupId: await makeGroup([moderator]) });
    await releaseHeld(ports, { actor: actor(moderator), id: moderated });
    const records = await test.database.rows<{ payload: unknown }>(
      `select payload from outbox where type = 'administration.changed'
       and payload -> 'before' ->> 'held' = any($1::text[])`,
      [[id, moderated]],
    );
    expect(records.map(({ payload }) => payload)).toEqual([
      {
        type: 'administration.changed',
        act: 'held_mail.released',
        by: { kind: 'account', accountId: member.accountId, address: member.address },
        object: sender.address,
        before: { held: id, kind: 'sending_limit', state: 'held' },
        after: { held: id, kind: 'sending_limit', state: 'released' },
      },
    ]);
  });

  it('F14 routes once when two moderators release at once', async () => {
    const groupId = await makeGroup([moderator, member]);
    const { id } = await hold({ groupId });
    const { ports } = portsOf();
    const answers = await Promise.all(
      [moderator, member, moderator, member].map((by) => releaseHeld(ports, { actor: actor(by), id })),
    );
    expect(answers).toEqual(Array.from({ length: 4 }, () => ({ id, state: 'released' })));
    expect(await routedOf(id)).toBe(1);
    const events = await decidedEvents(id);
    expect(events).toHaveLength(1);
    expect(events[0]?.payload).toMatchObject({ kind: 'moderation', state: 'released' });
    expect(events[0]?.rooms).toEqual(
      expect.arrayContaining([moderator, member, sender].map(({ accountId }) => `account:${accountId}`)),
    );
  });

  it('F14 makes one decision when a release and a refusal meet', async () => {
    const groupId = await makeGroup([moderator, member]);
    const { id } = await hold({ groupId });
    const { ports, steps } = portsOf();
    const [released, refused] = await Promise.all([
      releaseHeld(ports, { actor: actor(moderator), id }),
      refuseHeld(ports, { actor: actor(member), id, note: 'Không' }),
    ]);
    expect(released).toEqual(refused);
    expect(steps).toEqual([released.state]);
    expect(await decidedEvents(id)).toHaveLength(1);
    expect(await routedOf(id)).toBe(released.state === 'released' ? 1 : 0);
  });

  it('leaves everything as it was when routing fails', async () => {
    const groupId = await makeGroup([moderator]);
    const { id } = await hold({ groupId });
    const { ports } = portsOf({ routeFails: true });
    await expect(releaseHeld(ports, { actor: actor(moderator), id })).rejects.toThrow('unavailable');
    expect((await ports.reads.find(id))?.state).toBe('held');
    expect([await routedOf(id), await decidedEvents(id)]).toEqual([0, []]);
  });

  it('is denied to who moderates another group, and changes nothing', async () => {
    await makeGroup([member]);
    const { id } = await hold({ groupId: await makeGroup([moderator]) });
    const { ports, steps } = portsOf();
    await expect(releaseHeld(ports, { actor: actor(member), id })).rejects.toThrow('not_found');
    await expect(releaseHeld(ports, { actor: actor(sender), id })).rejects.toThrow('not_permitted');
    expect((await ports.reads.find(id))?.state).toBe('held');
    expect(steps).toEqual([]);
  });

  it('keeps who decided, when, and the note', async () => {
    const { id } = await hold({ groupId: await makeGroup([moderator]) });
    const { ports } = portsOf();
    await refuseHeld(ports, { actor: actor(moderator), id, note: 'Sai thể thức' });
    const rows = await test.database.rows(
      'select state, decided_by, decided_at, decision_note from held_mail where id = $1',
      [id],
    );
    expect(rows).toEqual([
      {
        state: 'refused',
        decided_by: moderator.accountId,
        decided_at: start,
        decision_note: 'Sai thể thức',
      },
    ]);
  });
});

describe('releaseDue', () => {
  it('F14 routes scheduled mail once when its job runs twice, and not before its time', async () => {
    const releaseAt = new Date(start.getTime() + 3_600_000);
    const { id } = await hold({ kind: 'scheduled', releaseAt });
    const { ports } = portsOf();
    await releaseDue(ports, id);
    expect(await routedOf(id)).toBe(0);
    now = releaseAt;
    await Promise.all([releaseDue(ports, id), releaseDue(ports, id)]);
    now = start;
    expect(await routedOf(id)).toBe(1);
    expect(await decidedEvents(id)).toHaveLength(1);
  });

  it('postpones what cannot be routed now', async () => {
    const { id } = await hold({ kind: 'scheduled', releaseAt: start });
    const { ports } = portsOf({ routeFails: true });
    await releaseDue(ports, id);
    expect(await ports.reads.find(id)).toMatchObject({
      state: 'held',
      reason: 'unavailable',
      releaseAt: new Date(start.getTime() + 300_000),
    });
    expect(await routedOf(id)).toBe(0);
  });
});
