import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';

function letter(fields: readonly string[], body: string): string {
  return [...fields, 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', '', body, ''].join(
    '\r\n',
  );
}

const first = letter(
  [
    'From: Nguyen Van An <an.nguyen@binhthuan.example>',
    'To: mot@binhthuan.example',
    `Subject: =?UTF-8?B?${Buffer.from('Chỉ đạo phòng chống bão').toString('base64')}?=`,
    'Date: Mon, 2 Mar 2026 08:30:00 +0700',
  ],
  'Kính gửi các đơn vị',
);
const second = letter(
  [
    'From: Le Thi Binh <binh.le@binhthuan.example>',
    'Cc: hai@binhthuan.example',
    'Subject: Plan',
    'X-Viec: 12',
  ],
  'Nothing to add',
);

describe('SEARCH', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    server.mail.deliver('INBOX', first, { date: new Date('2026-03-01T18:00:00Z') });
    server.mail.deliver('INBOX', second, { flags: 1 + 4, date: new Date('2026-03-05T01:00:00Z') });
    server.mail.deliver('INBOX', second.replace('Plan', 'Broken'), { parsed: false, flags: 2 });
    client = await server.open();
  });
  afterEach(async () => server.close());

  it.each([
    ['ALL', '1 2 3'],
    ['2:*', '2 3'],
    ['UID 1,3', '1 3'],
    ['NOT UID 1', '2 3'],
    ['SEEN', '2'],
    ['UNSEEN ANSWERED', '3'],
    ['OR FLAGGED ANSWERED', '2 3'],
    ['NOT (OR FLAGGED ANSWERED)', '1'],
    ['NEW', ''],
    ['OLD UNFLAGGED', '1 3'],
    ['KEYWORD $Viec', ''],
    ['UNKEYWORD $Viec', '1 2 3'],
    ['ON 2-Mar-2026', '1 3'],
    ['BEFORE 2-Mar-2026', ''],
    ['SINCE 5-Mar-2026', '2'],
    ['SENTON 2-Mar-2026', '1'],
    ['SENTSINCE 1-Jan-2026', '1'],
    ['NOT SENTBEFORE 1-Jan-2030', '2 3'],
    [`LARGER ${Buffer.byteLength(second)}`, '1 3'],
    ['SMALLER 10', ''],
    ['FROM "le thi"', '2 3'],
    ['FROM an.nguyen@binhthuan.example', '1'],
    ['TO mot', '1'],
    ['CC HAI@', '2 3'],
    ['BCC x', ''],
    ['SUBJECT broken', '3'],
    ['HEADER X-Viec 12', '2 3'],
    ['HEADER X-Viec ""', '2 3'],
    ['HEADER subject plan SEEN', '2'],
    ['BODY "nothing to"', '2 3'],
    ['CHARSET UTF-8 OR SUBJECT plan TEXT {5+}\r\nKÍNH', '1 2'],
  ])('%s finds %j', async (keys, expected) => {
    expect(await client.command(`SEARCH ${keys}`)).toEqual([
      `* SEARCH${expected === '' ? '' : ` ${expected}`}`,
      'OK SEARCH completed',
    ]);
  });

  it('finds Vietnamese letters whatever their case and composition', async () => {
    const needle = Buffer.from('CHỈ ĐẠO'.normalize('NFD'));
    client.send(
      Buffer.concat([Buffer.from(`a SEARCH CHARSET UTF-8 SUBJECT {${needle.length}+}\r\n`), needle]),
    );
    client.send('\r\n');
    expect(await client.line()).toBe('* SEARCH 1');
    expect(await client.line()).toBe('a OK SEARCH completed');
    expect(await client.command('SEARCH SUBJECT "chi dao"')).toEqual(['* SEARCH', 'OK SEARCH completed']);
  });

  it('answers ESEARCH as asked', async () => {
    expect(await client.command('SEARCH RETURN (MIN MAX COUNT) ALL')).toEqual([
      '* ESEARCH (TAG "T3") MIN 1 MAX 3 COUNT 3',
      'OK SEARCH completed',
    ]);
    expect(await client.command('UID SEARCH RETURN () 1:2')).toEqual([
      '* ESEARCH (TAG "T4") UID ALL 1:2',
      'OK UID SEARCH completed',
    ]);
    expect(await client.command('SEARCH RETURN (ALL COUNT) NEW')).toEqual([
      '* ESEARCH (TAG "T5") COUNT 0',
      'OK SEARCH completed',
    ]);
  });

  it('refuses other charsets and what is not UTF-8', async () => {
    expect(await client.command('SEARCH CHARSET TCVN ALL')).toEqual([
      'NO [BADCHARSET (UTF-8 US-ASCII)] The charset is not known',
    ]);
    client.send(Buffer.from('a SEARCH SUBJECT {1+}\r\n\u00ff\r\n', 'latin1'));
    expect(await client.line()).toBe('a BAD The text is not UTF-8');
  });

  it('I6 gives a search up that takes too long', async () => {
    const slow = await startImapServer({ limits: { searchDeadlineMs: -1 } });
    try {
      slow.mail.deliver('INBOX', first);
      const client = await slow.open();
      expect(await client.command('SEARCH BODY x')).toEqual([
        'NO [LIMIT] The search took too long; narrow it',
      ]);
    } finally {
      await slow.close();
    }
  });
});
