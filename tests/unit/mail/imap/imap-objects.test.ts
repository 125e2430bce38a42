import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

describe('OBJECTID, SAVEDATE, PREVIEW and PARTIAL', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    server.mail.deliver('INBOX', 'Subject: a\r\n\r\nKính gửi\r\n  các   đơn vị,\r\n');
    server.mail.deliver('INBOX', 'Subject: b\r\n\r\nb', { date: new Date('2026-03-05T18:00:00Z') });
    server.mail.deliver('INBOX', 'Subject: c\r\n\r\nc', { parsed: false });
    client = await server.open();
  });
  afterEach(async () => server.close());

  it('names mailboxes, messages and threads', async () => {
    await play(
      client,
      `C: a STATUS INBOX (MAILBOXID MESSAGES)
       S: * STATUS INBOX (MAILBOXID (Fmailbox-1-1001) MESSAGES 3)
       S: a OK STATUS completed
       C: b FETCH 1 (EMAILID THREADID)
       S: * 1 FETCH (EMAILID (E1) THREADID (T1))
       S: b OK FETCH completed
       C: c SEARCH OR EMAILID E1 THREADID T3
       S: * SEARCH 1 3
       S: c OK SEARCH completed
       C: d SEARCH NOT THREADID T1 EMAILID E2
       S: * SEARCH 2
       S: d OK SEARCH completed
       C: e SEARCH EMAILID E$
       S: e BAD Bad object id`,
    );
  });

  it('says when a message came into the mailbox', async () => {
    await play(
      client,
      `C: a FETCH 2 SAVEDATE
       S: * 2 FETCH (SAVEDATE " 6-Mar-2026 01:00:00 +0700")
       S: a OK FETCH completed
       C: b SEARCH SAVEDON 6-Mar-2026
       S: * SEARCH 2
       S: b OK SEARCH completed
       C: c SEARCH SAVEDBEFORE 6-Mar-2026
       S: * SEARCH 1 3
       S: c OK SEARCH completed
       C: d SEARCH SAVEDSINCE 7-Mar-2026
       S: * SEARCH
       S: d OK SEARCH completed
       C: e SEARCH SAVEDATESUPPORTED UID 1
       S: * SEARCH 1
       S: e OK SEARCH completed`,
    );
  });

  it('shows the beginning of the text, and sets nothing', async () => {
    const html = `<style>p {color: red}</style><p>${'<b>Đề nghị</b> '.repeat(40)}`;
    server.mail.deliver('INBOX', `Content-Type: text/html; charset=utf-8\r\n\r\n${html}`);
    const shown = 'Đề nghị '.repeat(25).trim();
    await play(
      client,
      `C: a FETCH 1:3 (PREVIEW)
       S: * 1 FETCH (PREVIEW {28}
       S: Kính gửi các đơn vị,)
       S: * 2 FETCH (PREVIEW "b")
       S: * 3 FETCH (PREVIEW NIL)
       S: * 4 EXISTS
       S: * 0 RECENT
       S: a OK FETCH completed
       C: b FETCH 4 PREVIEW (LAZY)
       S: * 4 FETCH (PREVIEW {${Buffer.byteLength(shown)}}
       S: ${shown})
       S: b OK FETCH completed
       C: c FETCH 1 (FLAGS PREVIEW (LAZY) UID)
       S: * 1 FETCH (FLAGS () PREVIEW {28}
       S: Kính gửi các đơn vị, UID 1)
       S: c OK FETCH completed`,
    );
  });

  it('answers a part of what a SEARCH finds, from either end', async () => {
    await play(
      client,
      `C: a UID SEARCH RETURN (PARTIAL 2:10 COUNT) ALL
       S: * ESEARCH (TAG "a") UID PARTIAL (2:10 2:3) COUNT 3
       S: a OK UID SEARCH completed
       C: b SEARCH RETURN (PARTIAL -1:-1 MIN) ALL
       S: * ESEARCH (TAG "b") MIN 1 PARTIAL (-1:-1 3)
       S: b OK SEARCH completed
       C: c SEARCH RETURN (PARTIAL 4:9) ALL
       S: * ESEARCH (TAG "c") PARTIAL (4:9 NIL)
       S: c OK SEARCH completed
       C: d SEARCH RETURN (PARTIAL 1:2 ALL) ALL
       S: d BAD PARTIAL and ALL exclude each other
       C: e SEARCH RETURN (PARTIAL 1:2 PARTIAL 3:4) ALL
       S: e BAD PARTIAL is given twice
       C: f SEARCH RETURN (PARTIAL -1:4) ALL
       S: f BAD Expected -`,
    );
  });

  it('answers a part of a UID FETCH, from either end', async () => {
    await play(
      client,
      `C: a UID FETCH 1:* (UID) (PARTIAL -1:-2)
       S: * 2 FETCH (UID 2)
       S: * 3 FETCH (UID 3)
       S: a OK UID FETCH completed
       C: b UID FETCH 2:* (UID) (PARTIAL 1:1)
       S: * 2 FETCH (UID 2)
       S: b OK UID FETCH completed
       C: c UID FETCH 1:* (UID) (PARTIAL 9:4)
       S: c OK UID FETCH completed
       C: d FETCH 1:* (UID) (PARTIAL 1:1)
       S: d BAD Unknown FETCH modifier, or one given twice
       C: e UID FETCH 1:* (UID) (PARTIAL 0:1)
       S: e BAD Zero is not a place`,
    );
    expect(await client.command('UID FETCH 1:* (UID) (PARTIAL 2:2 CHANGEDSINCE 2)')).toEqual([
      '* OK [HIGHESTMODSEQ 4] Highest mod-sequence',
      '* 3 FETCH (UID 3 MODSEQ (4))',
      'OK UID FETCH completed',
    ]);
  });
});
