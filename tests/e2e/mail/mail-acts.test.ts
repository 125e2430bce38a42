import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { signInTo, type HubClient } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { readMailbox } from '#support/read-inbox.ts';
import { submitTo, type MailToSend } from '#support/send-mail.ts';
import { leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

interface Issued {
  readonly id: string;
  readonly code: string;
  readonly subject: string;
  readonly header: string;
}

describe('acts by mail', () => {
  let hub: TestHub;
  let chair: HubClient;
  let rows: HubRows;
  let personId: string;

  beforeAll(async () => {
    hub = await startTestHub();
    rows = await openHubRows(hub);
    chair = await signInTo(hub, leader);
    const [row] = await rows.query<{ person_id: string }>(
      'select person_id from account where address = $1',
      [official],
    );
    personId = row?.person_id ?? '';
  });
  afterAll(async () => {
    await rows?.close();
    await hub?.remove();
  });

  let count = 0;
  async function issue(): Promise<Issued> {
    count += 1;
    const subject = `Rà soát phòng máy lần ${count}`;
    const { body } = await chair.issue({
      subject,
      text: 'Giao Sở rà soát, báo cáo 100% kết quả.\nĐã nhận',
      dueAt: '2099-05-20T10:00:00Z',
      recipients: [{ role: 'lead', kind: 'person', id: personId }],
    });
    const [row] = await rows.query<{ header: string }>(
      'select m.message_id_header as header from directive d join message m on m.id = d.message_id where d.id = $1',
      [body.id],
    );
    return { id: body.id, code: body.code, subject, header: row?.header ?? '' };
  }

  function reply(to: Issued, mail: Partial<MailToSend>): Promise<string> {
    return submitTo(hub, {
      from: official,
      to: [leader],
      subject: `Re: ${to.subject}`,
      inReplyTo: to.header,
      ...mail,
    });
  }

  const quote =
    '\n\nVào 11/05/2016 07:30, Chủ tịch đã viết:\n> Giao Sở rà soát, báo cáo 100% kết quả.\n> Đã nhận\n';

  /** The notes that came back to the writer in the thread of the directive. */
  async function notes(of: Issued, address = official): Promise<readonly string[]> {
    const found = await readMailbox(hub, address);
    return found
      .filter(({ source }) => /^Auto-Submitted: auto-replied/im.test(source) && source.includes(of.header))
      .map(({ source }) => {
        const body = source.slice(source.indexOf('\r\n\r\n'));
        return Buffer.from(body, 'base64').toString('utf8');
      });
  }

  async function note(of: Issued): Promise<string> {
    return eventually(async () => {
      const found = await notes(of);
      expect(found).toHaveLength(1);
      return found[0] ?? '';
    });
  }

  async function assignmentOf(of: Issued) {
    const { body } = await chair.request<{ assignments: Record<string, unknown>[] }>(
      'GET',
      `/api/v1/directives/${of.id}`,
    );
    return body.assignments[0];
  }

  async function comments(of: Issued): Promise<readonly string[]> {
    const { body } = await chair.request<{ items: { text: string }[] }>(
      'GET',
      `/api/v1/discussions/directive/${of.id}`,
    );
    return body.items.map(({ text }) => text);
  }

  it('acknowledges, delivers the reply to the issuer, and says so in the thread', async () => {
    const directive = await issue();
    await reply(directive, { text: `Đã nhận ạ.${quote}` });
    expect(await note(directive)).toContain(
      `Chỉ đạo ${directive.code}: hệ thống đã ghi nhận xác nhận đã nhận.`,
    );
    expect(await assignmentOf(directive)).toMatchObject({ state: 'acknowledged' });
    expect((await readMailbox(hub, leader)).map(({ subject }) => subject)).toContain(
      `Re: ${directive.subject}`,
    );
    expect(await comments(directive)).toEqual([]);
  });

  it('reports, asks for more time, and submits, each by a mail of its own', async () => {
    const directive = await issue();
    await reply(directive, { text: `Báo cáo 60%: đã xong ba phòng máy.${quote}` });
    expect(await note(directive)).toContain('báo cáo tiến độ 60 %');
    expect(await assignmentOf(directive)).toMatchObject({ state: 'in_progress', progress: 60 });

    await reply(directive, { text: `Xin gia hạn đến 27/05/2099: chờ thiết bị.${quote}` });
    await eventually(async () => expect(await notes(directive)).toHaveLength(2));
    expect(await assignmentOf(directive)).toMatchObject({
      extension: { newDueAt: '2099-05-27T10:00:00.000Z' },
    });

    await reply(directive, {
      text: `Trình kết quả\n\nTrân trọng,\nGiám đốc${quote}`,
      attachments: [{ filename: 'bao-cao.pdf', contentType: 'application/pdf', content: '%PDF-1.4' }],
    });
    await eventually(async () => expect(await notes(directive)).toHaveLength(3));
    expect(await assignmentOf(directive)).toMatchObject({ progress: 100 });
    expect(String((await assignmentOf(directive))?.['state'])).toMatch(/^submitted/);
  });

  it('makes a comment of what is not clear, and tells its writer', async () => {
    const directive = await issue();
    await reply(directive, { text: `Báo cáo 60% hay 70%?${quote}` });
    expect(await note(directive)).toContain('KHÔNG ghi nhận');
    expect(await comments(directive)).toEqual(['Báo cáo 60% hay 70%?']);
    expect(await assignmentOf(directive)).not.toHaveProperty('progress', 60);
  });

  it('tells why an act is refused', async () => {
    const directive = await issue();
    await chair.request('POST', `/api/v1/directives/${directive.id}/recall`, {
      body: { reason: 'Ban hành nhầm' },
    });
    await reply(directive, { text: 'Báo cáo 60%: đã xong ba phòng máy.' });
    expect(await note(directive)).toContain('KHÔNG ghi nhận báo cáo tiến độ');
  });

  it('folds a mail that is sent again', async () => {
    const directive = await issue();
    const same = { text: 'Báo cáo 30%: đã bắt đầu.', messageId: `<lap-lai-${directive.id}@may.example>` };
    await reply(directive, same);
    await reply(directive, same);
    await note(directive);
    const [row] = await rows.query<{ replies: number }>(
      'select count(*)::int as replies from reply_act where directive_id = $1',
      [directive.id],
    );
    expect(row?.replies).toBe(1);
  });

  it('S18 answers no program: automatic, bulk and absence replies neither act nor are told', async () => {
    const directive = await issue();
    for (const headers of [
      { 'Auto-Submitted': 'auto-replied' },
      { 'X-Auto-Response-Suppress': 'All' },
      { Precedence: 'bulk' },
    ])
      await reply(directive, { text: 'Đã nhận', headers });
    const owed = await rows.query('select 1 from reply_act where directive_id = $1', [directive.id]);
    expect(owed).toEqual([]);
    expect(await assignmentOf(directive)).not.toMatchObject({ state: 'acknowledged' });
  });

  it('carries out after a kill what was owed before it', async () => {
    const directive = await issue();
    // A job that was lost with its queue: the row alone says what is owed.
    await reply(directive, { text: 'Báo cáo 40%: đã kiểm kê.' });
    await hub.kill();
    hub = await startTestHub({ on: hub });
    chair = await signInTo(hub, leader);
    expect(await note(directive)).toContain('báo cáo tiến độ 40 %');
    expect(await assignmentOf(directive)).toMatchObject({ progress: 40 });
  });
});
