import { randomUUID } from 'node:crypto';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  activatePendingKeys,
  type DomainPorts,
  ensureDomainKeys,
  listDomains,
  makePendingKeys,
  readDomain,
  recordsOfDomain,
} from '#app/mail/manage-domains.ts';
import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import { dkimKeyState } from '#domain/mail/dkim-key.ts';
import { createSigner } from '#mail/outbound/sign.ts';
import { createDkimKeys } from '#store/mail/dkim-keys.ts';
import { createMailDomains } from '#store/mail/mail-domains.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';
import { readZone, zoneTexts } from '#support/zone-records.ts';

const dayMs = 24 * 3_600_000;
const begin = new Date('2026-05-11T02:00:00Z');

let test: TestDatabase;
let ports: DomainPorts;
let now: Date;
let name: string;

beforeAll(async () => {
  test = await createTestDatabase();
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
  name = await makeDomain(`d${randomUUID().slice(0, 8)}.binhthuan.example`);
});

async function makeDomain(fqdn: string): Promise<string> {
  await test.database.rows(
    `insert into mail_domain (id, fqdn, level, system) values ($1, $2, 'province', false)`,
    [randomUUID(), fqdn],
  );
  return fqdn;
}

function person(kind: Actor['kind']): Actor {
  return { accountId: randomUUID(), address: '', name: '', kind, locale: 'vi', positions: [] };
}
const actor = person('system');

function later(days: number): void {
  now = new Date(now.getTime() + days * dayMs);
}

async function states(): Promise<Record<string, string>> {
  const { keys } = await readDomain(ports, { actor, name });
  return Object.fromEntries(keys.map((key) => [key.selector, dkimKeyState(key, now)]));
}

/** The selectors of the records that are to be published. */
async function publishedSelectors(): Promise<string[]> {
  const { zone } = await recordsOfDomain(ports, { actor, name });
  return readZone(zone).flatMap((record) => /^(\w+)\._domainkey\./u.exec(record.name)?.[1] ?? []);
}

/** What another implementation says of a message that the domain's keys sign now, by the records that are to be published. */
async function verdicts(): Promise<Record<string, string>> {
  const keys = createDkimKeys(test.database);
  const signer = createSigner({ keysOf: (domain) => keys.keysOf(domain, now), clock: { now: () => now } });
  const signed = await signer(Buffer.from(`From: <a@${name}>\r\nSubject: Thu\r\n\r\nNoi dung\r\n`));
  const zone = readZone((await recordsOfDomain(ports, { actor, name })).zone);
  const { results } = await dkimVerify(signed, {
    curTime: now,
    resolver: async (record: string) => zoneTexts(zone, record).map((text) => [text]),
  });
  // Of a message without a signature there is one result without a selector.
  return Object.fromEntries(
    results.flatMap(({ selector, status }) =>
      selector === undefined ? [] : [[selector, status.result ?? '']],
    ),
  );
}

describe('listDomains', () => {
  it('goes through all domains by name, with the number of their accounts and their keys', async () => {
    const [domain] = await test.database.rows<{ id: string }>('select id from mail_domain where fqdn = $1', [
      name,
    ]);
    await test.database.rows(
      `insert into account (id, local_part, domain_id, address, display_name, kind, status, locale, quota_bytes, created_at)
       values ($1, 'a', $2, $3, 'A', 'person', 'active', 'vi', 1, now())`,
      [randomUUID(), domain?.id, `a@${name}`],
    );
    await makeDomain(`zz-${name}`);
    await ensureDomainKeys(ports, { actor, name });
    const seen = [];
    let cursor: string | undefined;
    do {
      const page = await listDomains(ports, { actor, limit: 1, cursor });
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen.map((one) => one.name)).toEqual(seen.map((one) => one.name).toSorted());
    expect(seen.find((one) => one.name === name)).toMatchObject({
      accounts: 1,
      keys: [{ selector: 'h20260511e' }, { selector: 'h20260511r' }],
    });
    expect(seen.find((one) => one.name === `zz-${name}`)).toMatchObject({ accounts: 0, keys: [] });
  });

  it('gives no private key away', async () => {
    await ensureDomainKeys(ports, { actor, name });
    const page = await listDomains(ports, { actor, limit: 200 });
    expect(JSON.stringify(page)).not.toMatch(/PRIVATE/u);
  });
});

describe('ensureDomainKeys', () => {
  it('S19 makes first keys that sign at once and verify by the printed records', async () => {
    await ensureDomainKeys(ports, { actor, name });
    await ensureDomainKeys(ports, { actor, name });
    expect(await states()).toEqual({ h20260511e: 'active', h20260511r: 'active' });
    expect(await verdicts()).toEqual({ h20260511e: 'pass', h20260511r: 'pass' });
  });
});

describe('a rotation', () => {
  beforeEach(async () => {
    await ensureDomainKeys(ports, { actor, name });
    later(100);
  });

  it('publishes the new keys before they sign', async () => {
    await makePendingKeys(ports, { actor, name });
    later(30);
    expect(await states()).toEqual({
      h20260819e: 'pending',
      h20260819r: 'pending',
      h20260511e: 'active',
      h20260511r: 'active',
    });
    expect(await publishedSelectors()).toEqual(['h20260819e', 'h20260819r', 'h20260511e', 'h20260511r']);
    expect(await verdicts()).toEqual({ h20260511e: 'pass', h20260511r: 'pass' });
  });

  it('makes one pair while it waits', async () => {
    await makePendingKeys(ports, { actor, name });
    later(1);
    const { keys } = await makePendingKeys(ports, { actor, name });
    expect(keys).toHaveLength(4);
  });

  it('signs with the new keys once they are activated, and keeps the old records', async () => {
    await makePendingKeys(ports, { actor, name });
    later(1);
    await activatePendingKeys(ports, { actor, name });
    expect(await states()).toEqual({
      h20260819e: 'active',
      h20260819r: 'active',
      h20260511e: 'retired',
      h20260511r: 'retired',
    });
    expect(await verdicts()).toEqual({ h20260819e: 'pass', h20260819r: 'pass' });
    expect(await publishedSelectors()).toHaveLength(4);
  });

  it('lets the old records go after seven days, and forgets the old keys with the next pair', async () => {
    await makePendingKeys(ports, { actor, name });
    await activatePendingKeys(ports, { actor, name });
    later(7);
    expect(await states()).toMatchObject({ h20260511e: 'removable', h20260511r: 'removable' });
    expect(await publishedSelectors()).toEqual(['h20260819e', 'h20260819r']);
    await makePendingKeys(ports, { actor, name });
    expect(Object.keys(await states())).toEqual(['h20260826e', 'h20260826r', 'h20260819e', 'h20260819r']);
  });

  it('activates the newest of two pairs that were made at once, and drops the other', async () => {
    const { domains } = ports;
    await domains.addPendingKeys(name, now, { kind: 'operator' });
    later(1);
    await domains.addPendingKeys(name, now, { kind: 'operator' });
    await activatePendingKeys(ports, { actor, name });
    expect(await states()).toEqual({
      h20260820e: 'active',
      h20260820r: 'active',
      h20260511e: 'retired',
      h20260511r: 'retired',
    });
  });

  it('activates once, whoever asks at the same time', async () => {
    await makePendingKeys(ports, { actor, name });
    const both = await Promise.allSettled([
      activatePendingKeys(ports, { actor, name }),
      activatePendingKeys(ports, { actor, name }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('is refused where nothing is pending', async () => {
    await expect(activatePendingKeys(ports, { actor, name })).rejects.toThrow(
      new HubError('not_found', { field: 'keys' }),
    );
    expect(await states()).toEqual({ h20260511e: 'active', h20260511r: 'active' });
  });
});

describe('a domain without keys', () => {
  it('signs nothing until its first pair, which was made to be published, is activated', async () => {
    await makePendingKeys(ports, { actor, name });
    expect(await verdicts()).toEqual({});
    await activatePendingKeys(ports, { actor, name });
    expect(await verdicts()).toEqual({ h20260511e: 'pass', h20260511r: 'pass' });
  });
});

describe('every use case of domains', () => {
  const cases = { readDomain, recordsOfDomain, ensureDomainKeys, makePendingKeys, activatePendingKeys };

  it.each(Object.entries(cases))('H1 %s is for administrators', async (_name, run) => {
    await expect(run(ports, { actor: person('personal'), name })).rejects.toThrow(
      new HubError('not_permitted'),
    );
    expect(await states()).toEqual({});
  });

  it.each(Object.entries(cases))('%s does not find a domain of others', async (_name, run) => {
    await expect(run(ports, { actor, name: 'bo.example' })).rejects.toThrow(new HubError('not_found'));
  });

  it('finds a domain as people write it', async () => {
    expect((await readDomain(ports, { actor, name: ` ${name.toUpperCase()}. ` })).name).toBe(name);
  });
});
