import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const text = 'Subject: a\r\n\r\nb';

describe('the commands that change messages', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    for (let count = 0; count < 3; count += 1) server.mail.deliver('INBOX', text);
    client = await server.open();
  });
  afterEach(async () => server.close());

  it('stores flags and keywords, aloud and silently, and tells each change once', async () => {
    const other = await server.open();
    await play(
      client,
      `C: a STORE 1:2 +FLAGS (\\Seen $Viec)
       S: * 1 FETCH (UID 1 FLAGS (\\Seen $Viec))
       S: * 2 FETCH (UID 2 FLAGS (\\Seen $Viec))
       S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Viec)
       S: a OK STORE completed`,
    );
    await play(
      client,
      `C: b UID STORE 1 -FLAGS.SILENT $viec \\Seen
       S: b OK UID STORE completed
       C: c NOOP
       S: c OK NOOP completed
       C: d STORE 3 FLAGS ()
       S: * 3 FETCH (UID 3 FLAGS ())
       S: d OK STORE completed`,
    );
    await play(
      other,
      `C: a NOOP
       S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Viec)
       S: * 1 FETCH (UID 1 FLAGS ())
       S: * 2 FETCH (UID 2 FLAGS (\\Seen $Viec))
       S: a OK NOOP completed`,
    );
  });

  it('expunges what is flagged, by UID only what is named', async () => {
    await play(
      client,
      `C: a STORE 1:3 +FLAGS.SILENT \\Deleted
       S: a OK STORE completed
       C: b UID EXPUNGE 2
       S: * 2 EXPUNGE
       S: b OK UID EXPUNGE completed
       C: c EXPUNGE
       S: * 2 EXPUNGE
       S: * 1 EXPUNGE
       S: c OK EXPUNGE completed
       C: d FETCH 1:* UID
       S: d OK FETCH completed`,
    );
  });

  it('expunges in silence on CLOSE and not at all on UNSELECT', async () => {
    await client.command('STORE 1 +FLAGS.SILENT \\Deleted');
    expect(await client.command('UNSELECT')).toEqual(['OK UNSELECT completed']);
    expect((await server.mail.access().open('INBOX')).messages).toBe(3);
    await client.command('SELECT INBOX');
    expect(await client.command('CLOSE')).toEqual(['OK CLOSE completed']);
    expect((await server.mail.access().open('INBOX')).messages).toBe(2);
  });

  it('copies and moves, and says the new UIDs', async () => {
    await play(
      client,
      `C: a COPY 1,3 Sent
       S: a OK [COPYUID 1002 1,3 1:2] COPY completed
       C: b UID MOVE 2:3 Sent
       S: * OK [COPYUID 1002 2:3 3:4] Moved
       S: * 3 EXPUNGE
       S: * 2 EXPUNGE
       S: b OK UID MOVE completed
       C: c COPY 1 nowhere
       S: c NO [TRYCREATE] There is no such mailbox
       C: d UID COPY 99 Sent
       S: d OK No messages to copy`,
    );
  });

  it('appends with flags and date, by both kinds of literals', async () => {
    await play(
      client,
      `C: a APPEND INBOX (\\Seen $Viec) " 1-Feb-2026 08:30:00 +0700" {4+}
       C: Q: z
       S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Viec)
       S: * 4 EXISTS
       S: * 0 RECENT
       S: a OK [APPENDUID 1001 4] APPEND completed
       C: b FETCH 4 (FLAGS INTERNALDATE BODY.PEEK[])
       S: * 4 FETCH (FLAGS (\\Seen $Viec) INTERNALDATE " 1-Feb-2026 08:30:00 +0700" BODY[] {4}
       S: Q: z)
       S: b OK FETCH completed`,
    );
    client.send('c APPEND Sent {4}\r\n');
    expect(await client.line()).toBe('+ Ready for the literal');
    client.send('Q: y\r\n');
    expect(await client.line()).toBe('c OK [APPENDUID 1002 1] APPEND completed');
    await play(
      client,
      `C: d APPEND nowhere {1+}
       C: x
       S: d NO [TRYCREATE] There is no such mailbox
       C: e APPEND Sent {26214401}
       S: e NO [TOOBIG] The literal is too large
       C: f APPEND Sent {0+}
       C:
       S: f NO The message is empty
       C: g APPEND Sent {13+}
       C: TUYỆT MẬT
       S: g NO [CANNOT] The message bears a secrecy mark and must not be kept on a networked system`,
    );
  });

  it('I12 keeps nothing of an APPEND that is cut half-way', async () => {
    client.send('a APPEND INBOX {100000+}\r\n');
    client.send(Buffer.alloc(50_000, 'x'));
    client.socket.end();
    await client.rest();
    expect((await server.mail.access().open('INBOX')).messages).toBe(3);
  });

  it('tells an idling client of everything at once, until DONE', async () => {
    await play(client, 'C: a IDLE\nS: + idling');
    server.mail.deliver('INBOX', text);
    await play(client, 'S: * 4 EXISTS\nS: * 0 RECENT');
    server.mail.takeOut('INBOX', [2]);
    await play(client, 'S: * 2 EXPUNGE');
    const { id } = await server.mail.access().open('INBOX');
    await server.mail
      .access()
      .storeFlags({ mailboxId: id, uids: [3], change: 'add', flags: 1, keywords: [] });
    await play(
      client,
      `S: * 2 FETCH (UID 3 FLAGS (\\Seen))
       C: DONE
       S: a OK IDLE completed
       C: b IDLE
       S: + idling
       C: NOOP
       S: b BAD Expected DONE
       C: c NOOP
       S: c OK NOOP completed`,
    );
  });

  it('gives a sign of life to who idles long', async () => {
    const lively = await startImapServer({ limits: { keepAliveMs: 20 } });
    try {
      await play(await lively.open(), 'C: a IDLE\nS: + idling\nS: * OK Still here\nC: DONE');
    } finally {
      await lively.close();
    }
  });

  it('holds back what CONDSTORE is asked to hold back, and says what has changed', async () => {
    await play(
      client,
      `C: a ENABLE CONDSTORE
       S: * ENABLED CONDSTORE
       S: * OK [HIGHESTMODSEQ 4] Highest mod-sequence
       S: a OK ENABLE completed
       C: b STORE 1 +FLAGS.SILENT (\\Seen)
       S: * 1 FETCH (UID 1 MODSEQ (5))
       S: b OK STORE completed
       C: c STORE 1:2 (UNCHANGEDSINCE 4) +FLAGS (\\Flagged)
       S: * 2 FETCH (UID 2 FLAGS (\\Flagged) MODSEQ (6))
       S: c OK [MODIFIED 1] Some messages have changed since
       C: d FETCH 1:* (FLAGS) (CHANGEDSINCE 4)
       S: * 1 FETCH (FLAGS (\\Seen) MODSEQ (5))
       S: * 2 FETCH (FLAGS (\\Flagged) MODSEQ (6))
       S: d OK FETCH completed
       C: e SEARCH MODSEQ 5
       S: * SEARCH 1 2 (MODSEQ 6)
       S: e OK SEARCH completed
       C: f UID SEARCH RETURN (MAX ALL) MODSEQ 5
       S: * ESEARCH (TAG "f") UID MAX 2 ALL 1:2 MODSEQ 6
       S: f OK UID SEARCH completed`,
    );
  });

  it('shows one mailbox index to two sessions, each with its own numbers', async () => {
    const other = await server.open();
    server.mail.takeOut('INBOX', [1]);
    await play(
      client,
      'C: a NOOP\nS: * 1 EXPUNGE\nS: a OK NOOP completed\nC: b FETCH 1 UID\nS: * 1 FETCH (UID 2)\nS: b OK FETCH completed',
    );
    await play(other, 'C: a FETCH 2 UID\nS: * 2 FETCH (UID 2)\nS: a OK FETCH completed');
    await play(
      other,
      'C: b UID FETCH 2 UID\nS: * 2 FETCH (UID 2)\nS: * 1 EXPUNGE\nS: b OK UID FETCH completed',
    );
  });
});
