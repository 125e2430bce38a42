import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { call, signInTo } from '#support/hub-client.ts';
import { submitTo } from '#support/send-mail.ts';
import {
  administrator,
  clerk,
  districtHead,
  official,
  startTestHub,
  type TestHub,
} from '#support/start-test-hub.ts';

interface Step {
  readonly step: string;
  readonly messageId?: string;
  readonly subject?: string;
  readonly recipients: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

const run = promisify(execFile);

describe('the trace of a message', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startTestHub();
  });
  afterAll(() => hub?.remove());

  async function stepsSeenBy(address: string, query: string): Promise<readonly Step[]> {
    const client = await signInTo(hub, address);
    const { status, body } = await client.request<{ items: Step[] }>('GET', `/api/v1/mail-trace?${query}`);
    expect(status).toBe(200);
    return body.items;
  }

  it('shows its sender each step, with the subject', async () => {
    await submitTo(hub, { from: official, to: [districtHead, 'ban@outside.example'], subject: 'Vết 4c1' });
    await eventually(async () => {
      const steps = await stepsSeenBy(official, 'recipient=ban@outside.example');
      expect(steps.map(({ step }) => step)).toEqual(['relayed', 'queued', 'submitted']);
      expect(steps.every(({ subject }) => subject === 'Vết 4c1')).toBe(true);
    });
    const [{ messageId = '' } = {}] = await stepsSeenBy(official, 'recipient=ban@outside.example');
    const all = await stepsSeenBy(official, `messageId=${encodeURIComponent(messageId)}`);
    expect(all.map(({ step }) => step)).toEqual(['relayed', 'queued', 'delivered', 'submitted']);
  });

  it('shows an administrator what happened and no subject', async () => {
    const steps = await stepsSeenBy(administrator, 'recipient=ban@outside.example');
    expect(steps.map(({ step }) => step)).toEqual(['relayed', 'queued', 'submitted']);
    expect(JSON.stringify(steps)).not.toContain('Vết 4c1');
  });

  it('shows nothing to others, not even to who received it', async () => {
    expect(await stepsSeenBy(districtHead, `sender=${official}`)).toEqual([]);
  });

  it('is shown whole to the clerk of the organ of its sender, and to no other clerk', async () => {
    await submitTo(hub, { from: clerk, to: ['ban@outside.example'], subject: 'Vết 8d2' });
    const mine = await stepsSeenBy(clerk, `sender=${clerk}`);
    expect(mine.map(({ subject }) => subject)).toContain('Vết 8d2');
    expect(await stepsSeenBy(clerk, `sender=${official}`)).toEqual([]);
  });

  it('M10 is a table that runs nothing in a spreadsheet', async () => {
    await submitTo(hub, { from: official, to: [districtHead], subject: '=HYPERLINK("http://x.example")' });
    const client = await signInTo(hub, official);
    const answer = await fetch(`${hub.url}/api/v1/mail-trace.csv?sender=${official}`, {
      headers: { authorization: `Bearer ${client.token}` },
    });
    expect(answer.headers.get('content-type')).toContain('text/csv');
    const text = await answer.text();
    expect(text).toContain(`"'=HYPERLINK(""http://x.example"")"`);
  });

  it('says which moment is none', async () => {
    const client = await signInTo(hub, official);
    expect(await client.request('GET', '/api/v1/mail-trace?since=yesterday')).toMatchObject({ status: 400 });
    expect(await client.request('GET', '/api/v1/mail-trace?cursor=x')).toMatchObject({ status: 400 });
    expect((await call(hub.url, 'GET', '/api/v1/mail-trace')).status).toBe(401);
  });

  it('is printed by the command', async () => {
    const { stdout } = await run(process.execPath, ['src/cli.ts', 'trace', 'find', 'ban@outside.example'], {
      env: { ...process.env, HUB_DATA: hub.dataDir, DATABASE_URL: hub.databaseUrl },
    });
    expect(stdout).toMatch(/\tsubmitted\t.*ban@outside\.example/u);
  });
});
