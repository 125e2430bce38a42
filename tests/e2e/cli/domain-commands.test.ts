import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    expect(lines.find((line) => line.startsWith(`${domain}\t`))).toMatch(/\tprovince\t[1-9]\d*\t-$/u);
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

  it('says which domain is none of the hub', async () => {
    await expect(run('domain', 'dns', 'bo.example')).rejects.toThrow(/There is no mail domain bo\.example/u);
  });
});
