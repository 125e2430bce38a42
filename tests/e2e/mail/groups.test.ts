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

  it('M7 what a held message holds is saved under a name of ours, and never shown as a page', async () => {
    const moderator = await signInTo(hub, districtClerk);
    const script = '<script>document.title = "sai"</script>';
    await submitTo(hub, {
      from: official,
      to: [district],
      subject: 'Tệp đính kèm',
      text: script,
      attachments: [
        { filename: '../../\u202egpj.html', contentType: 'text/html', content: script },
        { filename: 'CON', contentType: 'image/svg+xml', content: `<svg xmlns="x">${script}</svg>` },
        { filename: '-rf', contentType: 'application/xml', content: '<?xml-stylesheet href="x"?><a/>' },
        { filename: 'a.pdf', contentType: 'application/pdf', content: `%PDF-1.7\n${script}` },
        { filename: 'a.gif', contentType: 'image/gif', content: `GIF89a${script}` },
      ],
    });
    const task = (await moderator.snapshot()).heldMail.find(({ subject }) => subject === 'Tệp đính kèm');
    const path = `/api/v1/held-mail/${task?.id}/message`;
    // Whatever a browser says that it would like to have.
    for (const accept of ['*/*', 'text/html', 'image/svg+xml,image/*', 'application/xhtml+xml']) {
      const answer = await moderator.request('GET', path, { headers: { accept } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('message/rfc822');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${task?.id}.eml"`);
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    }
    await moderator.request('POST', `/api/v1/held-mail/${task?.id}/refuse`, { body: { note: 'Không.' } });
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
