import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { signInTo } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { readMailbox } from '#support/read-inbox.ts';
import { submitTo } from '#support/send-mail.ts';
import { administrator, clerk, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

interface OutboundPage {
  readonly items: readonly {
    readonly id: number;
    readonly recipient: string;
    readonly state: string;
    readonly reply?: string;
    readonly status?: string;
  }[];
}

describe('mail to other domains in rehearsal', () => {
  let hub: TestHub;
  let rows: HubRows;

  beforeAll(async () => {
    hub = await startTestHub();
    rows = await openHubRows(hub);
  });
  afterAll(async () => {
    await rows?.close();
    await hub?.remove();
  });

  async function outboundOf(address: string, recipient: string) {
    const client = await signInTo(hub, address);
    const { body } = await client.request<OutboundPage>('GET', `/api/v1/outbound?recipient=${recipient}`);
    return body.items[0];
  }

  it('keeps what goes elsewhere in the outbox, and tells its sender that it went', async () => {
    const sender = await signInTo(hub, official);
    const live = await sender.connect();
    await submitTo(hub, { from: official, to: ['ban@outside.example'], subject: 'Gửi ra ngoài' });
    const settled = await live.next(({ type }) => type === 'outbound.settled');
    expect(settled).toMatchObject({ settled: [{ recipient: 'ban@outside.example', state: 'delivered' }] });
    live.close();
    expect(await outboundOf(official, 'ban@outside.example')).toMatchObject({
      state: 'delivered',
      reply: expect.stringContaining('nothing left this machine'),
    });
  });

  it('brings a report into the INBOX of who wrote to reject@, once and with the reason', async () => {
    await submitTo(hub, { from: official, to: ['reject@rehearsal.example'], subject: 'Sẽ bị từ chối' });
    await eventually(async () => {
      const reports = (await readMailbox(hub, official)).filter(({ from }) =>
        from.startsWith('MAILER-DAEMON@'),
      );
      expect(reports).toHaveLength(1);
      expect(reports[0]?.source).toContain('Final-Recipient: rfc822; reject@rehearsal.example');
      expect(reports[0]?.source).toContain('Status: 5.7.1');
    });
    expect(await outboundOf(official, 'reject@rehearsal.example')).toMatchObject({ state: 'failed' });
  });

  it('tries tempfail@ again later, until an administrator cancels it', async () => {
    await submitTo(hub, { from: official, to: ['tempfail@rehearsal.example'], subject: 'Chưa gửi được' });
    const queued = await eventually(async () => {
      const found = await outboundOf(administrator, 'tempfail@rehearsal.example');
      expect(found).toMatchObject({ state: 'queued', status: '4.3.0' });
      return found;
    });
    const stranger = await signInTo(hub, clerk);
    const body = { ids: [queued?.id], notice: false };
    expect((await stranger.request('POST', '/api/v1/outbound/cancel', { body })).status).toBe(404);
    const admin = await signInTo(hub, administrator);
    const cancelled = await admin.request('POST', '/api/v1/outbound/cancel', { body });
    expect(cancelled).toMatchObject({ status: 200, body: { changed: [queued?.id] } });
    expect(await outboundOf(official, 'tempfail@rehearsal.example')).toMatchObject({ state: 'cancelled' });
  });

  it('leaves a trace of every step', async () => {
    await submitTo(hub, { from: official, to: ['vet@outside.example'], subject: 'Có dấu vết' });
    await eventually(async () => {
      const steps = await rows.query<{ step: string }>(
        `select step from mail_trace where 'vet@outside.example' = any(recipients) order by id`,
      );
      expect(steps.map(({ step }) => step)).toEqual(['submitted', 'queued', 'relayed']);
    });
  });
});
