import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '#support/free-port.ts';
import { refusalOf, runHub } from '#support/hub-process.ts';
import { createTestHubDatabase } from '#support/start-test-hub.ts';
import { tempDataFolder, tempFolder } from '#support/temp-folder.ts';

describe('a start that cannot be', () => {
  it('F10 on a data folder that another hub uses is refused in one line', async () => {
    const dataDir = await tempDataFolder();
    const first = runHub(dataDir, { HUB_SEED: 'none' });
    await first.ready();
    expect(await refusalOf({ HUB_SEED: 'none' }, dataDir)).toMatch(/Another hub .*stop it first/);
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
  });

  it('on a taken port says which, in one line', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const env = { DATABASE_URL: await createTestHubDatabase(), HUB_SEED: 'none' };
    for (const name of ['HTTP_PORT', 'SMTP_PORT', 'IMAPS_PORT'])
      expect(await refusalOf({ ...env, [name]: String(port) }, await tempFolder())).toContain(`Port ${port}`);
  });

  it('without an answer at DATABASE_URL says so in one line', async () => {
    const env = { DATABASE_URL: `postgres://hub:secret-word@127.0.0.1:${await freePort()}/hub` };
    const line = await refusalOf(env, await tempFolder());
    expect(line).toContain('DATABASE_URL');
    expect(line).not.toContain('secret-word');
  });

  it('on a file where the data folder should be says so in one line', async () => {
    const file = join(await tempFolder(), 'data');
    await writeFile(file, 'not a folder');
    expect(await refusalOf({ DATABASE_URL: await createTestHubDatabase() }, file)).toContain(file);
    expect(await refusalOf({}, file)).toContain(file);
    expect(await refusalOf({ DATABASE_URL: await createTestHubDatabase() }, join(file, 'below'))).toContain(
      file,
    );
  });
});
