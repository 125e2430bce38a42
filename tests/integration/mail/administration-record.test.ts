import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  activatePendingKeys,
  type DomainPorts,
  ensureDomainKeys,
  makePendingKeys,
  recordsOfDomain,
  setStsMode,
} from '#app/mail/manage-domains.ts';
import { stsPolicyOfHost } from '#app/mail/setup/client-setup.ts';
import { cancelOutbound, holdOutbound, retryOutbound } from '#app/mail/manage-outbound.ts';
import { operator } from '#domain/access/administered.ts';
import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import { createDkimKeys } from '#store/mail/dkim-keys.ts';
import { createMailDomains } from '#store/mail/mail-domains.ts';
import { createOutboundAdmin } from '#store/mail/outbound-admin.ts';
import { createSendingLimits } from '#store/mail/sending-use.ts';
import { makeAccounts, type MailAccount } from '#support/mail-fixture.ts';
import { outboundRows, outboundWorker, queueMessage } from '#support/outbound-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';
import { readZone, zoneTexts } from '#support/zone-records.ts';

const begin = new Date('2026-05-11T02:00:00Z');
const dayMs = 24 * 3_600_000;

let test: TestDatabase;
let ports: DomainPorts;
let account: MailAccount;
let now: Date;
let name: string;

beforeAll(async () => {
  test = await createTestDatabase();
  const [first] = await makeAccounts(test.database, 1);
  if (first === undefined) throw new Error('no account');
  account = first;
  ports = {
    domains: createMailDomains(test.database),
    site: () => ({
      mailHost: 'thu.binhthuan.example',
      webHost: 'hub.binhthuan.example',
      ports: { https: 443, submission: 587, submissions: 465, imap: 143, imaps: 993 },
    }),
    clock: { now: () => now },
  };
});
afterAll(() => test.drop());

beforeEach(async () => {
  now = begin;
  name = `d${randomUUID().slice(0, 8)}.binhthuan.example`;
  await test.database.rows(
    `insert into mail_domain (id, fqdn, level, system) values ($1, $2, 'province', false)`,
    [randomUUID(), name],
  );
  await test.database.rows('delete from outbox');
});

const actor: Actor = {
  accountId: randomUUID(),
  address: 'quantri@binhthuan.example',
  name: 'Quản trị',
  kind: 'system',
  locale: 'vi',
  positions: [],
};
const by = { kind: 'account', accountId: actor.accountId, address: actor.address };

/** What is in the log of administration, in order. */
async function recorded(): Promise<unknown[]> {
  const rows = await test.database.rows<{ payload: object; rooms: string[] }>(
    `select payload, rooms from outbox where type = 'administration.changed' order by id`,
  );
  expect(rows.flatMap(({ rooms }) => rooms)).toEqual([]);
  return rows.map(({ payload }) => payload);
}

function later(days: number): void {
  now = new Date(now.getTime() + days * dayMs);
}

describe('administration.changed', () => {
  it('says of keys who made, rotated, activated, retired and removed them', async () => {
    await createDkimKeys(test.database).keysOf(name, now);
    later(1);
    await makePendingKeys(ports, { actor, name });
    later(1);
    await activatePendingKeys(ports, { actor: operator, name });
    later(8);
    await makePendingKeys(ports, { actor, name });
    const [first, second, third] = [
      ['h20260511e', 'h20260511r'],
      ['h20260512e', 'h20260512r'],
      ['h20260521e', 'h20260521r'],
    ];
    const none: string[] = [];
    const keys = (pending = none, signing = none, retired = none) => ({ pending, signing, retired });
    const of = { type: 'administration.changed', object: name };
    expect(await recorded()).toEqual([
      { ...of, act: 'dkim_keys.made', by: { kind: 'hub' }, before: keys(), after: keys([], first) },
      { ...of, act: 'dkim_keys.rotated', by, before: keys([], first), after: keys(second, first) },
      ...['dkim_keys.activated', 'dkim_keys.retired'].map((act) => ({
        ...of,
        act,
        by: { kind: 'operator' },
        before: keys(second, first),
        after: keys([], second, first),
      })),
      { ...of, act: 'dkim_keys.removed', by, before: { retired: first }, after: {} },
      { ...of, act: 'dkim_keys.rotated', by, before: keys([], second), after: keys(third, second) },
    ]);
  });

  it('has no private key in it', async () => {
    await ensureDomainKeys(ports, { actor, name });
    expect(JSON.stringify(await recorded())).not.toMatch(/PRIVATE|-----/u);
  });

  it('is not written when the act is refused or finds nothing to do', async () => {
    await expect(activatePendingKeys(ports, { actor, name })).rejects.toThrow(HubError);
    const person: Actor = { ...actor, kind: 'personal' };
    await expect(setStsMode(ports, { actor: person, name, mode: 'none' })).rejects.toThrow(
      new HubError('not_permitted'),
    );
    await expect(setStsMode(ports, { actor, name: 'khong-co.example', mode: 'none' })).rejects.toThrow(
      new HubError('not_found'),
    );
    expect(await recorded()).toEqual([]);
  });

  it('says of a sending limit what it was and is, and nothing when it stays', async () => {
    const limits = createSendingLimits(test.database);
    const set = (limit: { messagesPerHour?: number; recipientsPerHour?: number }) =>
      limits.set(account.accountId, limit, now, { kind: 'operator' });
    await set({ messagesPerHour: 7 });
    await set({ messagesPerHour: 7 });
    await set({});
    expect(await limits.set(randomUUID(), {}, now, { kind: 'operator' })).toBe(false);
    const of = {
      type: 'administration.changed',
      act: 'sending_limit.set',
      by: { kind: 'operator' },
      object: account.address,
    };
    expect(await recorded()).toEqual([
      { ...of, before: {}, after: { messagesPerHour: 7 } },
      { ...of, before: { messagesPerHour: 7 }, after: {} },
    ]);
  });

  it('says which deliveries an administrator held, sent and cancelled, and not what senders take back', async () => {
    const manage = {
      ...outboundWorker(test.database, { now: () => now, send: () => Promise.resolve([]) }),
      outbound: createOutboundAdmin(test.database),
    };
    const queue = (recipient: string) =>
      queueMessage(test.database, {
        sender: account.address,
        submittedBy: account.accountId,
        recipients: [recipient],
        at: now,
      });
    const messageId = await queue('ban@so.example');
    const id = (await outboundRows(test.database, messageId))[0]?.id ?? 0;
    await holdOutbound(manage, { actor, ids: [id] });
    await holdOutbound(manage, { actor, ids: [id] });
    await retryOutbound(manage, { actor, ids: [id] });
    await cancelOutbound(manage, { actor, ids: [id], notice: true });
    const own = await outboundRows(test.database, await queue('rut@so.example'));
    const sender: Actor = { ...actor, ...account, kind: 'personal' };
    await cancelOutbound(manage, { actor: sender, ids: own.map((row) => row.id), notice: false });
    const of = { type: 'administration.changed', by, object: 'ban@so.example' };
    const was = (state: string) => ({ delivery: id, state });
    expect(await recorded()).toEqual([
      { ...of, act: 'delivery.held', before: was('queued'), after: was('held') },
      { ...of, act: 'delivery.retried', before: was('held'), after: was('queued') },
      {
        ...of,
        act: 'delivery.cancelled',
        before: was('queued'),
        after: { ...was('cancelled'), notice: 'sent' },
      },
    ]);
  });
});

describe('setStsMode', () => {
  const policy = () => stsPolicyOfHost(ports, `mta-sts.${name}`);
  async function publishedId(): Promise<string | undefined> {
    const { zone } = await recordsOfDomain(ports, { actor, name });
    const [text = ''] = zoneTexts(readZone(zone), `_mta-sts.${name}`);
    return /^v=STSv1; id=([A-Za-z0-9]{1,32});$/u.exec(text)?.[1];
  }

  it('S5 serves testing until it is set, then what was set, under an id that no earlier policy had', async () => {
    expect(await policy()).toContain('mode: testing\r\n');
    const ids = [await publishedId()];
    for (const mode of ['enforce', 'testing', 'enforce', 'none'] as const) {
      later(1);
      await setStsMode(ports, { actor, name, mode });
      expect(await policy()).toContain(`mode: ${mode}\r\n`);
      ids.push(await publishedId());
    }
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(5);
    expect(await recorded()).toMatchObject(
      ['testing', 'enforce', 'testing', 'enforce'].map((mode) => ({
        act: 'sts_mode.set',
        object: name,
        by,
        before: { mode },
      })),
    );
  });

  it('leaves policy and id as they are when it is the same again', async () => {
    await setStsMode(ports, { actor, name, mode: 'enforce' });
    const id = await publishedId();
    later(1);
    await setStsMode(ports, { actor, name: `${name.toUpperCase()}.`, mode: 'enforce' });
    expect(await publishedId()).toBe(id);
    expect(await recorded()).toHaveLength(1);
  });
});
