import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { signInTo } from '#support/hub-client.ts';
import { readMailbox } from '#support/read-inbox.ts';
import { submitTo } from '#support/send-mail.ts';
import {
  clerk,
  districtClerk,
  districtHead,
  leader,
  official,
  startTestHub,
  type TestHub,
} from '#support/start-test-hub.ts';

const everyone = 'toan-tinh@binhthuan.example';
const district = 'tat-ca@phanthiet.binhthuan.example';

describe('mail groups', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startTestHub();
  });
  afterAll(() => hub?.remove());

  it('a leader reaches the whole province by one address, and others may not write to it', async () => {
    await submitTo(hub, { from: leader, to: [everyone], subject: 'Thư gửi toàn tỉnh' });
    for (const address of [official, districtHead, clerk])
      expect((await readMailbox(hub, address)).map(({ subject }) => subject)).toContain('Thư gửi toàn tỉnh');
    await expect(
      submitTo(hub, { from: official, to: [everyone], subject: 'Không được phép' }),
    ).rejects.toThrow(/550/);
  });

  it('a message to an organ waits for its clerk, who sees it at once and lets it pass', async () => {
    const moderator = await signInTo(hub, districtClerk);
    const live = await moderator.connect();
    await submitTo(hub, { from: official, to: [district], subject: 'Mời họp giao ban' });
    const held = await live.next(({ type }) => type === 'mail.held');
    expect(held).toMatchObject({ task: { sender: official, subject: 'Mời họp giao ban' } });
    const subjects = async (address: string) =>
      (await readMailbox(hub, address)).map(({ subject }) => subject);
    expect(await subjects(districtHead)).not.toContain('Mời họp giao ban');

    const [task] = (await moderator.snapshot()).heldMail;
    expect(task).toMatchObject({ sender: official });
    const released = await moderator.request('POST', `/api/v1/held-mail/${task?.id}/release`, { body: {} });
    expect(released).toMatchObject({ status: 200, body: { state: 'released' } });
    await live.next(({ type }) => type === 'mail.decided');
    live.close();
    await eventually(async () => expect(await subjects(districtHead)).toContain('Mời họp giao ban'));
    expect((await moderator.snapshot()).heldMail).toEqual([]);
    expect((await subjects(official)).length).toBe(new Set(await subjects(official)).size);
  });

  it('who is refused is told why, and nobody else gets it', async () => {
    const moderator = await signInTo(hub, districtClerk);
    await submitTo(hub, { from: official, to: [district], subject: 'Quảng cáo' });
    const [task] = (await moderator.snapshot()).heldMail;
    const body = { note: 'Không thuộc việc chung.' };
    await moderator.request('POST', `/api/v1/held-mail/${task?.id}/refuse`, { body });
    await eventually(async () => {
      const inbox = await readMailbox(hub, official);
      expect(inbox.some(({ subject }) => subject.includes('không được duyệt'))).toBe(true);
    });
    expect((await readMailbox(hub, districtHead)).map(({ subject }) => subject)).not.toContain('Quảng cáo');
  });
});
