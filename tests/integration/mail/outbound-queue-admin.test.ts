import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  cancelOutbound,
  holdOutbound,
  listOutbound,
  type ManageOutboundPorts,
  retryOutbound,
} from '#app/mail/manage-outbound.ts';
import { sendDomain } from '#app/mail/send-outbound.ts';
import type { OutboundMessage } from '#app/ports/outbound.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { AttemptOutcome } from '#domain/mail/outbound.ts';
import { createOutboundAdmin } from '#store/mail/outbound-admin.ts';
import { makeAccounts, type MailAccount } from '#support/mail-fixture.ts';
import {
  laterOutcome,
  outboundRows,
  outboundWorker,
  queueMessage,
  reportsAbout,
  takenOutcome,
} from '#support/outbound-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let lan: MailAccount;
let minh: MailAccount;
beforeAll(async () => {
  test = await createTestDatabase();
  const [first, second] = await makeAccounts(test.database, 2);
  if (first === undefined || second === undefined) throw new Error('no accounts');
  [lan, minh] = [first, second];
});
afterAll(() => test.drop());

const start = new Date('2016-05-11T01:45:00Z');
const later = new Date(start.getTime() + 60_000);
let domains = 0;
const newDomain = () => `quanly${(domains += 1)}.example`;

const actorOf = (account: MailAccount, kind: Actor['kind'] = 'personal'): Actor => ({
  ...account,
  name: account.address,
  kind,
  locale: 'vi',
  positions: [],
});
const administrator = () =>
  actorOf({ accountId: minh.accountId, address: 'quan.tri@binhthuan.example' }, 'system');

const ports = (): ManageOutboundPorts => ({
  ...worker(),
  outbound: createOutboundAdmin(test.database),
  clock: { now: () => later },
});
const worker = (
  send: (message: OutboundMessage) => Promise<readonly AttemptOutcome[]> = () =>
    Promise.resolve([takenOutcome]),
) => outboundWorker(test.database, { now: () => later, send });

const queue = (recipients: readonly string[], over: Partial<Parameters<typeof queueMessage>[1]> = {}) =>
  queueMessage(test.database, {
    sender: lan.address,
    submittedBy: lan.accountId,
    recipients,
    at: start,
    ...over,
  });
const rowsOf = (messageId: string) => outboundRows(test.database, messageId);
const idsOf = async (messageId: string) => (await rowsOf(messageId)).map(({ id }) => id);
const statesOf = async (messageId: string) => (await rowsOf(messageId)).map(({ state }) => state);

async function stepsOf(messageId: string) {
  return test.database.rows<{ step: string; reason: string }>(
    `select step, detail ->> 'reason' as reason from mail_trace where message_id = $1 order by id`,
    [messageId],
  );
}

const refusal = (code: string) => expect.objectContaining({ code });

describe('listOutbound', () => {
  it('shows the queue page by page, newest first, and nothing of the message', async () => {
    const domain = newDomain();
    await queue(
      [1, 2, 3].map((n) => `p${n}@${domain}`),
      { text: 'Mật khẩu\n\nnội dung' },
    );
    const first = await listOutbound(ports(), { actor: administrator(), filter: { domain }, limit: 2 });
    expect(first.items.map(({ recipient }) => recipient)).toEqual([`p3@${domain}`, `p2@${domain}`]);
    expect(JSON.stringify(first)).not.toContain('Mật khẩu');
    const second = await listOutbound(ports(), {
      actor: administrator(),
      filter: { domain },
      limit: 2,
      cursor: first.nextCursor,
    });
    expect(second.items.map(({ recipient }) => recipient)).toEqual([`p1@${domain}`]);
    expect(second.nextCursor).toBeUndefined();
  });

  it.each([
    ['state', (domain: string) => ({ domain, state: 'held' as const }), ['held']],
    ['sender', (domain: string) => ({ domain, sender: 'Khac@Binhthuan.example' }), ['other']],
    ['recipient', (domain: string) => ({ recipient: `OPEN@${domain}` }), ['open']],
  ] as const)('finds by %s', async (_, filter, expected) => {
    const domain = newDomain();
    const heldIds = await idsOf(await queue([`held@${domain}`]));
    await queue([`open@${domain}`]);
    await queue([`other@${domain}`], { sender: 'khac@binhthuan.example' });
    await holdOutbound(ports(), { actor: administrator(), ids: heldIds });
    const { items } = await listOutbound(ports(), {
      actor: administrator(),
      filter: filter(domain),
      limit: 10,
    });
    expect(items.map(({ recipient }) => recipient)).toEqual(expected.map((name) => `${name}@${domain}`));
  });

  it('shows an account what it submitted and nothing else', async () => {
    const domain = newDomain();
    await queue([`mine@${domain}`]);
    await queue([`theirs@${domain}`], { submittedBy: minh.accountId });
    const { items } = await listOutbound(ports(), {
      actor: actorOf(lan),
      filter: { domain, submittedBy: minh.accountId },
      limit: 10,
    });
    expect(items.map(({ recipient }) => recipient)).toEqual([`mine@${domain}`]);
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 201 }, 'limit'],
    [{ limit: 10, cursor: `1' or 1=1` }, 'cursor'],
  ])('refuses %o', async (page, field) => {
    await expect(
      listOutbound(ports(), { actor: administrator(), filter: {}, ...page }),
    ).rejects.toMatchObject({
      code: 'bad_input',
      field,
    });
  });
});

describe('holdOutbound and retryOutbound', () => {
  it('keep mail back until an administrator sends it on, and wake the workers', async () => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`, `binh@${domain}`]);
    const ids = await idsOf(messageId);
    await expect(holdOutbound(ports(), { actor: administrator(), ids })).resolves.toEqual({ changed: ids });
    await sendDomain(worker(), domain);
    expect(await statesOf(messageId)).toEqual(['held', 'held']);
    await expect(retryOutbound(ports(), { actor: administrator(), ids })).resolves.toEqual({ changed: ids });
    expect(await statesOf(messageId)).toEqual(['queued', 'queued']);
    expect(await stepsOf(messageId)).toEqual([
      { step: 'held', reason: 'by quan.tri@binhthuan.example' },
      { step: 'released', reason: 'by quan.tri@binhthuan.example' },
    ]);
    const events = await test.database.rows(`select payload from outbox where payload ->> 'messageId' = $1`, [
      messageId,
    ]);
    expect(events).toEqual([{ payload: { type: 'mail.queued', messageId, domains: [domain] } }]);
  });

  it('make a deferred delivery due now', async () => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`]);
    await sendDomain(
      worker(() => Promise.resolve([laterOutcome])),
      domain,
    );
    await sendDomain(worker(), domain);
    expect(await statesOf(messageId)).toEqual(['queued']);
    await retryOutbound(ports(), { actor: administrator(), ids: await idsOf(messageId) });
    await sendDomain(worker(), domain);
    expect(await statesOf(messageId)).toEqual(['delivered']);
  });

  it.each([
    ['takes', takenOutcome, 'delivered'],
    ['defers', laterOutcome, 'held'],
  ] as const)('keep to the truth when a server %s what is held meanwhile', async (_, outcome, state) => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`]);
    const [id = 0] = await idsOf(messageId);
    await sendDomain(
      worker(async () => {
        await holdOutbound(ports(), { actor: administrator(), ids: [id] });
        return [outcome];
      }),
      domain,
    );
    expect(await statesOf(messageId)).toEqual([state]);
  });

  it('are for administrators only, and change nothing otherwise', async () => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`]);
    const input = { actor: actorOf(lan), ids: await idsOf(messageId) };
    await expect(holdOutbound(ports(), input)).rejects.toEqual(refusal('not_permitted'));
    await expect(retryOutbound(ports(), input)).rejects.toEqual(refusal('not_permitted'));
    expect(await statesOf(messageId)).toEqual(['queued']);
    expect(await stepsOf(messageId)).toEqual([]);
  });

  it.each([
    [[], 'bad_input'],
    [[0], 'bad_input'],
    [[1.5], 'bad_input'],
    [Array.from({ length: 101 }, (_, index) => index + 1), 'bad_input'],
    [[9_007_199_254_740_991], 'not_found'],
  ])('refuse ids that are none: %#', async (ids, code) => {
    await expect(holdOutbound(ports(), { actor: administrator(), ids })).rejects.toEqual(refusal(code));
  });
});

describe('cancelOutbound', () => {
  it('gives mail up and tells its sender once of all recipients', async () => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`, `binh@${domain}`]);
    const ids = await idsOf(messageId);
    await expect(cancelOutbound(ports(), { actor: administrator(), ids, notice: true })).resolves.toEqual({
      changed: ids,
    });
    await sendDomain(worker(), domain);
    expect(await rowsOf(messageId)).toMatchObject([
      { state: 'cancelled', attempts: 0, notified_at: later },
      { state: 'cancelled', attempts: 0, notified_at: later },
    ]);
    expect(await reportsAbout(test.database, domain)).toEqual([
      `DSN an@${domain} failed 5.7.1; binh@${domain} failed 5.7.1`,
    ]);
    expect((await stepsOf(messageId)).map(({ step }) => step)).toEqual(['cancelled', 'reported']);
  });

  it('says nothing when no notice is wanted', async () => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`]);
    await cancelOutbound(ports(), { actor: administrator(), ids: await idsOf(messageId), notice: false });
    expect(await rowsOf(messageId)).toMatchObject([{ state: 'cancelled', notified_at: null }]);
    expect(await reportsAbout(test.database, domain)).toEqual([]);
  });

  it('S17 says nothing to a sender that is not proven', async () => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`], { verifiedSender: false });
    await cancelOutbound(ports(), { actor: administrator(), ids: await idsOf(messageId), notice: true });
    expect(await statesOf(messageId)).toEqual(['cancelled']);
    expect(await reportsAbout(test.database, domain)).toEqual([]);
  });

  it('lets an account cancel what it submitted', async () => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`]);
    await cancelOutbound(ports(), { actor: actorOf(lan), ids: await idsOf(messageId), notice: false });
    expect(await statesOf(messageId)).toEqual(['cancelled']);
    expect(await stepsOf(messageId)).toEqual([{ step: 'cancelled', reason: `by ${lan.address}` }]);
  });

  it('knows of nothing that another submitted', async () => {
    const domain = newDomain();
    const own = await idsOf(await queue([`an@${domain}`]));
    const messageId = await queue([`binh@${domain}`], { submittedBy: minh.accountId });
    const ids = [...own, ...(await idsOf(messageId))];
    await expect(cancelOutbound(ports(), { actor: actorOf(lan), ids, notice: true })).rejects.toEqual(
      refusal('not_found'),
    );
    expect(await statesOf(messageId)).toEqual(['queued']);
  });

  it('leaves alone what a worker has at this moment, and what has come to its end', async () => {
    const domain = newDomain();
    const messageId = await queue([`an@${domain}`]);
    const ids = await idsOf(messageId);
    const cancel = () => cancelOutbound(ports(), { actor: administrator(), ids, notice: true });
    await sendDomain(
      worker(async () => {
        expect(await cancel()).toEqual({ changed: [] });
        return [takenOutcome];
      }),
      domain,
    );
    expect(await cancel()).toEqual({ changed: [] });
    expect(await statesOf(messageId)).toEqual(['delivered']);
    expect(await reportsAbout(test.database, domain)).toEqual([]);
  });
});
