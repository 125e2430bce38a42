import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import { eventually } from '#support/eventually.ts';
import { docxOf, pdfOf, picture, program, zipOf } from '#support/file-samples.ts';
import { signInTo, type HubClient } from '#support/hub-client.ts';
import { clerk, leader, startTestHub, type TestHub } from '#support/start-test-hub.ts';
import { contentOf, uploadTo } from '#support/upload.ts';

let hub: TestHub;
let chair: HubClient;
let database: pg.Client;

beforeAll(async () => {
  hub = await startTestHub();
  chair = await signInTo(hub, leader);
  database = new pg.Client({ connectionString: hub.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await hub.remove();
});

async function written(): Promise<unknown> {
  const { rows } = await database.query(
    `select (select count(*) from attachment) as attachments, (select count(*) from file_content) as files,
       (select count(*) from blob) as blobs, (select count(*) from idempotency_key) as keys`,
  );
  return rows[0];
}

const spooled = () => readdir(join(hub.dataDir, 'spool'));
const residentMegabytes = (): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(hub.pid)], { encoding: 'utf8' })) / 1024;

describe('POST /attachments', () => {
  it('keeps a file under its SHA-256 and gives the same octets back', async () => {
    const bytes = randomBytes(2_500_000);
    const { status, body, headers } = await uploadTo(hub, chair, 'Phụ lục 1.dwg', bytes);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'Phụ lục 1.dwg',
      mediaType: 'application/octet-stream',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      flags: [],
    });
    expect(headers.get('location')).toBe(`/api/v1/attachments/${body.id}`);
    expect((await contentOf(hub, chair, body.id)).bytes.equals(bytes)).toBe(true);
    expect(await spooled()).toEqual([]);
  });

  it('takes the one file of a form', async () => {
    const form = new FormData();
    form.set('file', new File([new Uint8Array(docxOf('Báo cáo'))], 'Báo cáo.docx'));
    const response = await fetch(`${hub.url}/api/v1/attachments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${chair.token}` },
      body: form,
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      name: 'Báo cáo.docx',
      mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    });
  });

  it('stores the same octets once, and answers a repeated command with the first file', async () => {
    const bytes = randomBytes(1_200_000);
    const first = await uploadTo(hub, chair, 'a.dwg', bytes, { 'idempotency-key': 'a-1' });
    const before = await written();
    const again = await uploadTo(hub, chair, 'a.dwg', bytes, { 'idempotency-key': 'a-1' });
    expect(again.body).toEqual(first.body);
    expect(await written()).toEqual(before);
    const other = await uploadTo(hub, chair, 'b.dwg', randomBytes(10), { 'idempotency-key': 'a-1' });
    expect(other.body).toMatchObject({ code: 'idempotency_key_reused' });
    const another = await uploadTo(hub, await signInTo(hub, clerk), 'c.dwg', bytes);
    expect(another.body.id).not.toBe(first.body.id);
    const { rows } = await database.query(
      `select count(*)::int as chunks from file_chunk where sha256 = decode($1, 'hex')`,
      [first.body.sha256],
    );
    expect(rows).toEqual([{ chunks: 2 }]);
  });

  it('M8 streams eight files of 25 MiB at once in bounded memory', async () => {
    const { fileBytesMax } = attachmentLimits;
    const before = residentMegabytes();
    let peak = before;
    const look = setInterval(() => (peak = Math.max(peak, residentMegabytes())), 100);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => uploadTo(hub, chair, `ban-do-${n}.dwg`, randomBytes(fileBytesMax))),
    );
    clearInterval(look);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    // 200 MiB came; in memory is the one file that is looked into, and pieces of the others.
    expect(peak - before).toBeLessThan(160);
    for (const { body } of answers)
      expect((await chair.request('DELETE', `/api/v1/attachments/${body.id}`)).status).toBe(204);
  });

  it('refuses one octet more than 25 MiB, and an empty file', async () => {
    const before = await written();
    const large = await uploadTo(hub, chair, 'a.dwg', Buffer.alloc(attachmentLimits.fileBytesMax + 1, 1));
    expect([large.status, large.body.code]).toEqual([413, 'message_too_large']);
    expect((await uploadTo(hub, chair, 'a.dwg', Buffer.alloc(0))).status).toBe(400);
    expect(await written()).toEqual(before);
    await eventually(async () => expect(await spooled()).toEqual([]));
  });

  it('I12 keeps nothing of an upload that is cut off', async () => {
    const before = await written();
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${hub.url}/api/v1/attachments?name=a.dwg`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${chair.token}`,
          'content-type': 'application/octet-stream',
          'content-length': 5_000_000,
        },
      });
      request.on('error', () => undefined);
      request.on('close', () => resolve());
      request.write(randomBytes(3_000_000), () => {
        void eventually(async () => expect(await spooled()).toHaveLength(1)).then(() => request.destroy());
      });
    });
    await eventually(async () => expect(await spooled()).toEqual([]));
    expect(await written()).toEqual(before);
  });

  it.each([
    ['a program by its content', 'bao-cao.pdf', program, 'file_type_refused'],
    ['a program by its name', 'bao-cao.exe', Buffer.from('x'), 'file_type_refused'],
    ['a name with two extensions', 'bao-cao.pdf.js', Buffer.from('x'), 'file_type_refused'],
    ['a picture that calls itself a PDF', 'a.pdf', picture, 'file_type_mismatch'],
    ['an archive that calls itself a document', 'a.docx', zipOf([['a.txt', 'x']]), 'file_type_mismatch'],
    ['octets that call themselves text', 'a.txt', Buffer.from([0, 1, 2]), 'file_type_mismatch'],
    ['a bomb', 'a.zip', zipOf([['a.txt', Buffer.alloc(40_000_000, 'a')]]), 'archive_beyond_limits'],
    ['a stamped PDF', 'a.pdf', pdfOf('MẬT'), 'secret_content'],
    ['a stamped name', '[MẬT] Kế hoạch.pdf', pdfOf('x'), 'secret_content'],
  ])('M8 refuses %s, and writes nothing', async (_what, name, bytes, code) => {
    const before = await written();
    const answer = await uploadTo(hub, chair, name, bytes);
    expect([answer.status, answer.body.code]).toEqual([422, code]);
    expect(await written()).toEqual(before);
    expect(await spooled()).toEqual([]);
  });
});

describe('GET /attachments/{id}/content', () => {
  it.each([
    ['a.html', Buffer.from('<script>alert(1)</script>')],
    ['a.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['a.xml', Buffer.from('<?xml version="1.0"?><a/>')],
  ])('M7 never gives %s as a page', async (name, bytes) => {
    const { body } = await uploadTo(hub, chair, name, bytes);
    for (const query of ['', '?show=inline']) {
      const { headers } = await contentOf(hub, chair, body.id, { query });
      expect(headers.get('content-type')).toBe('application/octet-stream');
      expect(headers.get('content-disposition')).toMatch(/^attachment; /u);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    }
  });

  it('M6 shows a PDF inline under a name that cannot mislead', async () => {
    const { body } = await uploadTo(hub, chair, '../..\\Kế "hoạch"\u202efdp.pdf', pdfOf('Kế hoạch'));
    expect(body.name).toBe('Kế _hoạch_fdp.pdf');
    const { headers } = await contentOf(hub, chair, body.id, { query: '?show=inline' });
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toBe(
      `inline; filename="Ke _hoach_fdp.pdf"; filename*=UTF-8''K%E1%BA%BF%20_ho%E1%BA%A1ch_fdp.pdf`,
    );
  });

  it('gives ranges across pieces, and says what is not there', async () => {
    const bytes = randomBytes(3_000_000);
    const { body } = await uploadTo(hub, chair, 'a.dwg', bytes);
    const at = async (range: string, more: Record<string, string> = {}) =>
      contentOf(hub, chair, body.id, { headers: { range, ...more } });
    const middle = await at('bytes=1000000-2200000');
    expect([middle.status, middle.headers.get('content-range')]).toEqual([
      206,
      'bytes 1000000-2200000/3000000',
    ]);
    expect(middle.bytes.equals(bytes.subarray(1_000_000, 2_200_001))).toBe(true);
    expect((await at('bytes=-10')).bytes.equals(bytes.subarray(-10))).toBe(true);
    expect((await at('bytes=2999990-')).bytes.equals(bytes.subarray(-10))).toBe(true);
    expect((await at('bytes=3000000-')).status).toBe(416);
    expect((await at('bytes=0-1,5-6')).status).toBe(200);
    expect((await at('bytes=0-1', { 'if-range': '"other"' })).status).toBe(200);
    expect(
      (await contentOf(hub, chair, body.id, { headers: { 'if-none-match': `"${body.sha256}"` } })).status,
    ).toBe(304);
  });
});

describe('an attachment', () => {
  it('H1 is its uploader’s alone, and gone when removed, octets too', async () => {
    const before = await written();
    const { body } = await uploadTo(hub, chair, 'a.dwg', randomBytes(1_500_000));
    const other = await signInTo(hub, clerk);
    expect((await contentOf(hub, other, body.id)).status).toBe(404);
    expect((await other.request('GET', `/api/v1/attachments/${body.id}`)).status).toBe(404);
    expect((await other.request('DELETE', `/api/v1/attachments/${body.id}`)).status).toBe(404);
    expect((await chair.request('DELETE', `/api/v1/attachments/${body.id}`)).status).toBe(204);
    expect((await chair.request('DELETE', `/api/v1/attachments/${body.id}`)).status).toBe(404);
    expect(await written()).toEqual(before);
  });
});
