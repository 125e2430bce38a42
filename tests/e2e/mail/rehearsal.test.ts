import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { type HubClient, signInTo } from '#support/hub-client.ts';
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

  async function listed(client: HubClient, recipient: string) {
    const { body } = await client.request<OutboundPage>('GET', `/api/v1/outbound?recipient=${recipient}`);
    return body.items;
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

  it('H1 gives what was sent to its sender as text, and to an administrator that it was sent', async () => {
    await submitTo(hub, {
      from: official,
      to: ['doc@outside.example'],
      subject: 'Chỉ người gửi đọc',
      text: 'Nội dung <b>không</b> phải HTML.',
      attachments: [{ filename: 'số liệu.csv', content: 'a,b' }],
    });
    const sender = await signInTo(hub, official);
    const [own] = await listed(sender, 'doc@outside.example');
    expect(own).toMatchObject({ mine: true, subject: 'Chỉ người gửi đọc' });
    const read = await sender.request('GET', `/api/v1/outbound/${own?.id}`);
    expect(read).toMatchObject({
      status: 200,
      body: {
        text: 'Nội dung <b>không</b> phải HTML.',
        textFrom: 'plain',
        cut: false,
        attachments: [{ name: 'số liệu.csv', type: 'text/csv' }],
        headers: expect.arrayContaining([{ name: 'Subject', value: 'Chỉ người gửi đọc' }]) as unknown,
      },
    });
    const octets = await sender.request<string>('GET', `/api/v1/outbound/${own?.id}/message`);
    expect(octets.body).toContain('To: doc@outside.example\r\n');
    expect(Object.fromEntries(octets.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${own?.id}.eml"`,
      'x-content-type-options': 'nosniff',
    });

    const admin = await signInTo(hub, administrator);
    const [seen] = await listed(admin, 'doc@outside.example');
    expect(seen).toMatchObject({ id: own?.id, mine: false, sender: official });
    expect(seen).not.toHaveProperty('subject');
    for (const path of [`/api/v1/outbound/${own?.id}`, `/api/v1/outbound/${own?.id}/message`]) {
      expect(await admin.request('GET', path)).toMatchObject({
        status: 403,
        body: { code: 'not_permitted' },
      });
      expect((await (await signInTo(hub, clerk)).request('GET', path)).status).toBe(404);
    }
  });

  it('lists what has ended apart from what waits', async () => {
    await submitTo(hub, { from: official, to: ['tempfail@rehearsal.example'], subject: 'Còn chờ' });
    const sender = await signInTo(hub, official);
    const states = async (ended: boolean) => {
      const { body } = await sender.request<OutboundPage>('GET', `/api/v1/outbound?ended=${ended}`);
      return new Set(body.items.map(({ state }) => state));
    };
    expect(await states(false)).toEqual(new Set(['queued']));
    expect(await states(true)).not.toContain('queued');
    expect((await sender.request('GET', '/api/v1/outbound?ended=no')).status).toBe(400);
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
