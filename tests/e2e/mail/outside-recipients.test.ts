import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signOutsideToken } from '#app/directive/outside-token.ts';
import { eventually } from '#support/eventually.ts';
import { signInTo, type HubClient } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { readMailbox } from '#support/read-inbox.ts';
import { sendBy } from '#support/send-mail.ts';
import { leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

interface Recipient {
  readonly id: number;
  readonly address: string;
  readonly acknowledgedAt?: string;
  readonly acknowledgedVia?: string;
}

const lan = 'lan@congty.example';

describe('recipients outside the hub', () => {
  let hub: TestHub;
  let chair: HubClient;
  let rows: HubRows;
  let directiveId: string;

  beforeAll(async () => {
    hub = await startTestHub();
    rows = await openHubRows(hub);
    chair = await signInTo(hub, leader);
    directiveId = (await chair.issue({ subject: 'Phối hợp kiểm tra' })).body.id;
  });
  afterAll(async () => {
    await rows?.close();
    await hub?.remove();
  });

  const path = () => `/api/v1/directives/${directiveId}/outside-recipients`;
  const send = (addresses: readonly string[]) =>
    chair.request<{ items: Recipient[]; code?: string }>('POST', path(), { body: { addresses } });
  const list = async () => (await chair.request<{ items: Recipient[] }>('GET', path())).body.items;

  /** The token in the mail that was queued for the address. */
  async function tokenOf(address: string): Promise<string> {
    const found = await rows.query<{ bytes: Buffer }>(
      `select b.bytes from outbound_delivery q join message m on m.id = q.message_id
       join blob b on b.sha256 = m.blob_sha256 where q.recipient = $1 order by m.id desc limit 1`,
      [address],
    );
    const parts = (found[0]?.bytes.toString('latin1') ?? '').split('\r\n\r\n');
    const texts = parts.map((part) => Buffer.from(part, 'base64').toString('utf8')).join('\n');
    return /\/outside\/([a-z2-7]+)/.exec(texts)?.[1] ?? '';
  }

  const page = (token: string, method = 'GET', headers: Record<string, string> = {}) =>
    fetch(`${hub.url}/outside/${token}`, { method, headers });

  it('get a mail of their own, once, and acknowledge by the button, never by looking', async () => {
    expect((await send([lan, 'minh@congty.example'])).status).toBe(200);
    expect((await send([lan])).status).toBe(200);
    const queued = await rows.query('select 1 from outbound_delivery where recipient = $1', [lan]);
    expect(queued).toHaveLength(1);
    const token = await tokenOf(lan);
    for (let time = 0; time < 2; time += 1) {
      const looked = await page(token);
      expect(looked.status).toBe(200);
      expect(await looked.text()).toContain('<form method="post"');
    }
    expect((await list()).filter(({ acknowledgedAt }) => acknowledgedAt !== undefined)).toEqual([]);

    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = await page(token, 'POST', { ...form, origin: hub.url });
    expect(posted.status).toBe(200);
    expect(await posted.text()).toContain('Đã xác nhận lúc');
    const first = (await list()).find(({ address }) => address === lan);
    expect(first).toMatchObject({ acknowledgedVia: 'link' });
    // Again is harmless.
    expect((await page(token, 'POST', form)).status).toBe(200);
    expect((await list()).find(({ address }) => address === lan)).toEqual(first);
    expect((await list()).find(({ address }) => address !== lan)).not.toHaveProperty('acknowledgedAt');
    const events = await rows.query(`select 1 from outbox where type = 'outside.acknowledged'`);
    expect(events).toHaveLength(1);
  });

  it('H6 are refused with a token that is forged, and a page of somebody else posts nothing', async () => {
    const token = await tokenOf('minh@congty.example');
    const last = token.endsWith('a') ? 'b' : 'a';
    for (const forged of [`${token.slice(0, 20)}${last}${token.slice(21)}`, 'a'.repeat(token.length), 'x'])
      if (forged !== token) expect((await page(forged, 'POST')).status).toBe(404);
    expect((await page(token, 'POST', { origin: 'https://xau.example' })).status).toBe(403);
    const recipient = (await list()).find(({ address }) => address === 'minh@congty.example');
    const foreign = signOutsideToken(
      { id: 1, secret: Buffer.from('khóa khác') },
      { recipientId: recipient?.id ?? 0, directiveId, contentHash: '', address: 'minh@congty.example' },
      new Date(Date.now() + 60_000),
    );
    expect((await page(foreign, 'POST')).status).toBe(404);
    expect(recipient).not.toHaveProperty('acknowledgedAt');
  });

  it('acknowledge by a mail to the tagged address, which nobody else can do', async () => {
    const hoa = 'hoa@congty.example';
    await send([hoa]);
    const tagged = leader.replace('@', `+${await tokenOf(hoa)}@`);
    const write = (from: string, text: string, headers: Record<string, string> = {}) =>
      sendBy(hub.ports.smtp, { from, to: [tagged], subject: 'Re: Phối hợp kiểm tra', text, headers });
    const standing = async () => (await list()).find(({ address }) => address === hoa);
    const replied = () => rows.query(`select 1 from outbox where type = 'outside.replied'`);
    await write('nguoi.khac@congty.example', 'Đã nhận');
    await write(hoa, 'Đã nhận', { 'Auto-Submitted': 'auto-replied' });
    expect(await replied()).toEqual([]);
    await write(hoa, 'Đã nhận');
    await eventually(async () => expect(await standing()).toMatchObject({ acknowledgedVia: 'mail' }));
    expect(await replied()).toHaveLength(1);
    expect((await readMailbox(hub, leader)).filter(({ from }) => from === hoa)).toHaveLength(2);
  });

  it('are told when the directive is no longer in force', async () => {
    const token = await tokenOf('minh@congty.example');
    await chair.request('POST', `/api/v1/directives/${directiveId}/recall`, {
      body: { reason: 'Ban hành nhầm' },
    });
    await eventually(async () => expect((await page(token, 'POST')).status).toBe(409));
    expect((await send(['khac@congty.example'])).status).toBe(409);
  });

  it('are nobody who has an account here, and only the issuer names them', async () => {
    directiveId = (await chair.issue({ subject: 'Phối hợp lần hai' })).body.id;
    expect((await send([official])).status).toBe(400);
    expect((await send(['khong phai dia chi'])).status).toBe(400);
    const other = await signInTo(hub, official);
    const refused = await other.request('POST', path(), { body: { addresses: [lan] } });
    expect(refused.status).toBe(403);
    expect((await other.request('GET', path())).status).toBe(403);
    expect(await list()).toEqual([]);
  });
});
