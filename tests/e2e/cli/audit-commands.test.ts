import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { signInTo } from '#support/hub-client.ts';
import { query } from '#support/open-embedded.ts';
import { runProgram } from '#support/run-program.ts';
import { clerk, leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const cliFile = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

let hub: TestHub;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-cli-'));
  hub = await startTestHub();
});
afterAll(async () => {
  await hub?.remove();
  await rm(folder, { recursive: true, force: true });
});

function run(...words: string[]): Promise<string> {
  return runProgram(process.execPath, [cliFile, ...words], {
    env: { DATABASE_URL: hub.databaseUrl, HUB_DATA: folder },
  });
}

interface Entry {
  readonly action: string;
  readonly actor?: string;
  readonly object?: string;
  readonly ip?: string;
}

describe('the audit of a running hub', () => {
  it('has what was done and who was shown it, for an auditor, and says so of the auditor', async () => {
    const chair = await signInTo(hub, leader);
    const reader = await signInTo(hub, official);
    const people = await chair.request<{ items: { id: string }[] }>(
      'GET',
      `/api/v1/people?query=${official}`,
    );
    const issued = await chair.issue({
      recipients: [{ role: 'lead', kind: 'person', id: people.body.items[0]?.id ?? '' }],
    });
    const object = `directive:${issued.body.id}`;
    expect((await reader.request('GET', `/api/v1/directives/${issued.body.id}`)).status).toBe(200);

    await query(
      hub.databaseUrl,
      `insert into position (id, person_id, unit_id, title, rank, authority, is_primary, valid_from)
       select '${randomUUID()}', p.person_id, p.unit_id, 'Thanh tra viên', 50, 'auditor', false, now() - interval '1 day'
       from position p join account a on a.person_id = p.person_id where a.address = '${clerk}' limit 1`,
    );
    const auditor = await signInTo(hub, clerk);
    const entries = async (filter: string) =>
      (await auditor.request<{ items: Entry[] }>('GET', `/api/v1/audit?${filter}`)).body.items;
    const ofDirective = await eventually(async () => {
      const found = await entries(`object=${object}`);
      expect(found.map(({ action }) => action)).toContain('content.read');
      return found;
    });
    expect(ofDirective).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'directive.issued', actor: leader, ip: '127.0.0.1' }),
        expect.objectContaining({ action: 'content.read', actor: official, ip: '127.0.0.1' }),
      ]),
    );
    expect(JSON.stringify(ofDirective)).not.toContain('Nội dung');
    await eventually(async () =>
      expect(await entries('object=audit:entries')).toContainEqual(expect.objectContaining({ actor: clerk })),
    );
    // Nobody is shown what the auditor has no path to.
    expect((await auditor.request('GET', `/api/v1/directives/${issued.body.id}`)).status).toBe(404);
  });

  it('is verified by a command, with anchors from elsewhere, and finds what was changed', async () => {
    expect(await run('audit', 'verify')).toMatch(/^\d+ entries, no fault\.\n$/u);
    // No day has ended since the first start.
    expect(await run('audit', 'anchors')).toBe('');
    const anchors = join(folder, 'anchors.jsonl');
    const foreign = { day: '2016-05-11', hash: 'f'.repeat(64), heads: {}, prevHash: '0'.repeat(64) };
    await writeFile(anchors, `${JSON.stringify(foreign)}\n`);
    await expect(run('audit', 'verify', anchors)).rejects.toThrow('anchor_missing\t2016-05-11');
    await writeFile(anchors, 'nonsense');
    await expect(run('audit', 'verify', anchors)).rejects.toThrow('holds no anchors');
    for (const statement of [
      'grant all on audit_event to current_user',
      'alter table audit_event disable trigger user',
      `update audit_event set actor = 'ai.do@binhthuan.example' where seq = 1`,
    ])
      await query(hub.databaseUrl, statement);
    await expect(run('audit', 'verify')).rejects.toThrow('entry_changed\t1');
  });
});
