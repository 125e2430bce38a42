import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query } from '#support/open-embedded.ts';
import { runProgram } from '#support/run-program.ts';
import { startTestHub, type TestHub } from '#support/start-test-hub.ts';
import { readZone, zoneTexts } from '#support/zone-records.ts';

const cliFile = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));
const domain = 'stttt.binhthuan.example';
/** The 71 of the province, and the hub's own. */
const domainCount = 72;

let hub: TestHub;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-cli-'));
  hub = await startTestHub({ seed: 'demo' });
});
afterAll(async () => {
  await hub?.remove();
  await rm(folder, { recursive: true, force: true });
});

function run(...words: string[]): Promise<string> {
  return runProgram(process.execPath, [cliFile, ...words], {
    env: { DATABASE_URL: hub.databaseUrl, HUB_DATA: folder, HUB_MAIL_HOST: 'thu.binhthuan.example' },
  });
}

function statesIn(keys: string): (string | undefined)[] {
  return keys
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[2]);
}

describe('hub domain', () => {
  it('list names every domain with its accounts', async () => {
    const lines = (await run('domain', 'list')).trimEnd().split('\n');
    expect(lines).toHaveLength(domainCount);
    expect(lines.find((line) => line.startsWith(`${domain}\t`))).toMatch(
      /\tprovince\t[1-9]\d*\ttesting\t-$/u,
    );
  });

  it('dns prints the records of a domain, with the keys that it makes the first time', async () => {
    const first = await run('domain', 'dns', domain);
    const zone = readZone(first);
    const selectors = zone.flatMap(({ name }) => /^(\w+)\._domainkey\./u.exec(name)?.[1] ?? []);
    expect(selectors.map((selector) => selector.at(-1))).toEqual(['e', 'r']);
    expect(zone.find(({ type }) => type === 'MX')?.words).toEqual(['10', 'thu.binhthuan.example']);
    expect(zone.find(({ name }) => name === `_submissions._tcp.${domain}`)?.words).toContain('465');
    expect(await run('domain', 'dns', domain)).toBe(first);
  });

  it('dns --all prints the records of every domain', async () => {
    const zone = readZone(await run('domain', 'dns', '--all'));
    const domains = zone.filter(({ type }) => type === 'MX').map(({ name }) => name);
    expect(new Set(domains).size).toBe(domainCount);
    for (const name of domains) expect(zoneTexts(zone, `_dmarc.${name}`)).toHaveLength(1);
    expect(zone.filter(({ name }) => name.includes('._domainkey.'))).toHaveLength(2 * domainCount);
  });

  it('rotate-keys prints new records, and signs with them once they are to be activated', async () => {
    const printed = readZone(await run('domain', 'rotate-keys', domain));
    expect(printed).toHaveLength(2);
    expect(statesIn(await run('domain', 'keys', domain))).toEqual(['pending', 'pending', 'active', 'active']);
    await run('domain', 'rotate-keys', domain, '--activate');
    expect(statesIn(await run('domain', 'keys', domain))).toEqual(['active', 'active', 'retired', 'retired']);
    await expect(run('domain', 'rotate-keys', domain, '--activate')).rejects.toThrow(
      /has no keys that wait/u,
    );
  });

  it('sts sets what is promised and prints the record to publish again', async () => {
    const before = zoneTexts(readZone(await run('domain', 'dns', domain)), `_mta-sts.${domain}`);
    const printed = zoneTexts(readZone(await run('domain', 'sts', domain, 'enforce')), `_mta-sts.${domain}`);
    expect(printed).toHaveLength(1);
    expect(printed).not.toEqual(before);
    expect(zoneTexts(readZone(await run('domain', 'dns', domain)), `_mta-sts.${domain}`)).toEqual(printed);
    expect(await run('domain', 'list')).toMatch(new RegExp(`^${domain}\\t.*\\tenforce\\t`, 'mu'));
    await expect(run('domain', 'sts', domain, 'strict')).rejects.toThrow(/one of none, testing, enforce/u);
  });

  it('leaves a record of what was done at the machine', async () => {
    const acts = await query<{ act: string; kind: string }>(
      hub.databaseUrl,
      `select distinct payload ->> 'act' as act, payload -> 'by' ->> 'kind' as kind from outbox
       where type = 'administration.changed' and payload ->> 'object' = '${domain}' order by act`,
    );
    expect(acts).toEqual(
      ['dkim_keys.activated', 'dkim_keys.made', 'dkim_keys.retired', 'dkim_keys.rotated', 'sts_mode.set'].map(
        (act) => ({ act, kind: 'operator' }),
      ),
    );
  });

  it('says which domain is none of the hub', async () => {
    await expect(run('domain', 'dns', 'bo.example')).rejects.toThrow(/There is no mail domain bo\.example/u);
  });
});
