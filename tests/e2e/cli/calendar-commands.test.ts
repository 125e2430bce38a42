import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { signInTo } from '#support/hub-client.ts';
import { runProgram } from '#support/run-program.ts';
import { official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

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

it('hub calendar lists, sets and resets days, and a running hub counts with them', async () => {
  const shipped = await run('calendar', 'list', '2016');
  expect(shipped).toContain('2016-05-02\tcompensatory_off\t');
  expect(shipped).not.toContain('unconfirmed');
  expect(await run('calendar', 'list', '2031')).toContain('; 2031 has no days of its own');

  const person = await signInTo(hub, official);
  const due = async () =>
    (
      await person.request<{ dueAt: string }>(
        'GET',
        '/api/v1/calendar/deadline?workingDays=1&from=2016-04-28T02:00:00Z',
      )
    ).body.dueAt;
  expect(await due()).toBe('2016-04-29T10:00:00.000Z');
  await run('calendar', 'set', '2016-04-29', 'workday/morning', 'Nghỉ buổi chiều');
  await eventually(async () => expect(await due()).toBe('2016-04-29T04:30:00.000Z'));
  expect(await run('calendar', 'list', '2016')).toContain('2016-04-29\tworkday/morning\tNghỉ buổi chiều');
  await run('calendar', 'reset', '2016-04-29');
  await eventually(async () => expect(await due()).toBe('2016-04-29T10:00:00.000Z'));
  await expect(run('calendar', 'reset', '2016-04-29')).rejects.toThrow('Nothing was said of this day.');
  await expect(run('calendar', 'set', '2016-02-30', 'holiday', 'x')).rejects.toThrow('no date');
});
