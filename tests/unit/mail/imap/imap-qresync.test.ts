import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const text = 'Subject: a\r\n\r\nb';
const greeting = `
  S: * FLAGS …
  S: * 3 EXISTS
  S: * 0 RECENT
  S: * OK [UNSEEN 1] First unseen message
  S: * OK [PERMANENTFLAGS …
  S: * OK [UIDVALIDITY 1001] UIDs are valid
  S: * OK [UIDNEXT 6] Next UID
  S: * OK [HIGHESTMODSEQ 8] Highest mod-sequence
  S: * OK [MAILBOXID (Fmailbox-1-1001)] Its own id`;

/** UIDs 1, 3 and 5 are there, 2 was expunged at 7, 4 at 8, and 1 was answered at 8 or before. */
describe('QRESYNC', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  const flag = async (uids: readonly number[], flags: number): Promise<void> => {
    const access = server.mail.access();
    const { id } = await access.open('INBOX');
    await access.storeFlags({ mailboxId: id, uids, change: 'add', flags, keywords: [] });
  };

  beforeEach(async () => {
    server = await startImapServer();
    for (let count = 0; count < 5; count += 1) server.mail.deliver('INBOX', text);
    server.mail.takeOut('INBOX', [2]);
    server.mail.takeOut('INBOX', [4]);
    client = await server.connect();
    await client.command('LOGIN an.nguyen@binhthuan.example "mat khau"');
  });
  afterEach(async () => server.close());

  it('refuses what was not enabled, and what has no form', async () => {
    await play(
      client,
      `C: a SELECT INBOX (QRESYNC (1001 5))
       S: a BAD Enable QRESYNC first
       C: b SELECT INBOX (CONDSTORE CONDSTORE)
       S: b BAD Unknown SELECT parameter, or one given twice
       C: c ENABLE QRESYNC
       S: * ENABLED QRESYNC
       S: c OK ENABLE completed
       C: d SELECT INBOX (QRESYNC (1001 0))
       S: d BAD Zero is not allowed here
       C: e SELECT INBOX (QRESYNC (1001 5 1:*))
       S: e BAD A known set has no *
       C: f SELECT INBOX (QRESYNC (1001 5 1:5 (1:2 1:3)))
       S: f BAD Numbers and UIDs are not as many as each other
       C: g ENABLE QRESYNC CONDSTORE
       S: * ENABLED
       S: g OK ENABLE completed`,
    );
  });

  it('tells a client that was away what it has missed, several parameters at once', async () => {
    await flag([1], 2);
    await play(
      client,
      `C: a ENABLE QRESYNC
       S: * ENABLED QRESYNC
       S: a OK ENABLE completed
       C: b SELECT INBOX (CONDSTORE QRESYNC (1001 6 1:5))
       ${greeting.replace('MODSEQ 8', 'MODSEQ 9')}
       S: * VANISHED (EARLIER) 2,4
       S: * 1 FETCH (UID 1 FLAGS (\\Answered) MODSEQ (9))
       S: b OK [READ-WRITE] SELECT completed
       C: c SELECT INBOX (QRESYNC (1001 7 3:5) CONDSTORE)
       S: * OK [CLOSED] The previous mailbox is closed
       ${greeting.replace('MODSEQ 8', 'MODSEQ 9')}
       S: * VANISHED (EARLIER) 4
       S: c OK [READ-WRITE] SELECT completed
       C: d EXAMINE INBOX (QRESYNC (999 1))
       S: * OK [CLOSED] The previous mailbox is closed
       S: * FLAGS …`,
    );
  });

  it('names all that is not there when the log of expunged messages was pruned', async () => {
    server.mail.forgetExpunged('INBOX');
    await play(
      client,
      `C: a ENABLE QRESYNC
       S: * ENABLED QRESYNC
       S: a OK ENABLE completed
       C: b SELECT INBOX (QRESYNC (1001 7 1:9))
       ${greeting}
       S: * VANISHED (EARLIER) 2,4
       S: b OK [READ-WRITE] SELECT completed
       C: c SELECT INBOX (QRESYNC (1001 7 1:5 (1,2 1,3)))
       S: * OK [CLOSED] The previous mailbox is closed
       ${greeting}
       S: * VANISHED (EARLIER) 4
       S: c OK [READ-WRITE] SELECT completed
       C: d SELECT INBOX (QRESYNC (1001 8))
       S: * OK [CLOSED] The previous mailbox is closed
       ${greeting}
       S: d OK [READ-WRITE] SELECT completed
       C: e UID FETCH 1:4 (FLAGS) (CHANGEDSINCE 5 VANISHED)
       S: * VANISHED (EARLIER) 2,4
       S: e OK UID FETCH completed`,
    );
  });

  it('says VANISHED in place of EXPUNGE, and where the client is after its own', async () => {
    await client.command('ENABLE QRESYNC');
    await client.command('SELECT INBOX');
    await play(
      client,
      `C: a UID STORE 1,5 +FLAGS.SILENT (\\Deleted)
       S: * 1 FETCH (UID 1 MODSEQ (9))
       S: * 3 FETCH (UID 5 MODSEQ (9))
       S: a OK UID STORE completed
       C: b UID EXPUNGE 5
       S: * VANISHED 5
       S: b OK [HIGHESTMODSEQ 10] UID EXPUNGE completed
       C: c EXPUNGE
       S: * VANISHED 1
       S: c OK [HIGHESTMODSEQ 11] EXPUNGE completed
       C: d EXPUNGE
       S: d OK EXPUNGE completed
       C: e MOVE 1 Sent
       S: * OK [COPYUID 1002 3 1] Moved
       S: * VANISHED 3
       S: e OK [HIGHESTMODSEQ 12] MOVE completed`,
    );
  });

  it('promises no more in CLOSE than the client was told of', async () => {
    await client.command('ENABLE QRESYNC');
    await client.command('SELECT INBOX');
    await client.command('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await play(client, 'C: a CLOSE\nS: a OK [HIGHESTMODSEQ 10] CLOSE completed');
    await client.command('SELECT INBOX');
    await client.command('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await flag([5], 1);
    await play(
      client,
      `C: b CLOSE
       S: b OK [HIGHESTMODSEQ 11] CLOSE completed
       C: c SELECT INBOX (QRESYNC (1001 11))
       S: * FLAGS …
       S: * 1 EXISTS
       S: * 0 RECENT
       S: * OK [PERMANENTFLAGS …
       S: * OK [UIDVALIDITY …
       S: * OK [UIDNEXT …
       S: * OK [HIGHESTMODSEQ 13] Highest mod-sequence
       S: * OK [MAILBOXID …
       S: * VANISHED (EARLIER) 3
       S: * 1 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (12))
       S: c OK [READ-WRITE] SELECT completed`,
    );
  });

  it('holds VANISHED back while numbers are in use, and promises nothing beyond it', async () => {
    await client.command('ENABLE QRESYNC');
    await client.command('SELECT INBOX');
    server.mail.takeOut('INBOX', [1]);
    server.mail.deliver('INBOX', text);
    await play(
      client,
      `C: a FETCH 2 UID
       S: * 2 FETCH (UID 3 MODSEQ (4))
       S: * 4 EXISTS
       S: * 0 RECENT
       S: a OK FETCH completed
       C: b FETCH 4 UID
       S: * 4 FETCH (UID 6 MODSEQ (10))
       S: b OK FETCH completed
       C: c UID FETCH 1:6 (UID) (VANISHED CHANGEDSINCE 6)
       S: * VANISHED 1
       S: * VANISHED (EARLIER) 1:2,4
       S: * 3 FETCH (UID 6 MODSEQ (10))
       S: c OK UID FETCH completed
       C: d UID FETCH 1:6 (UID) (VANISHED)
       S: d BAD VANISHED needs CHANGEDSINCE
       C: e FETCH 1:3 (UID) (CHANGEDSINCE 1 VANISHED)
       S: e BAD Unknown FETCH modifier, or one given twice`,
    );
  });

  it('tells a silent STORE of flags that somebody else has changed meanwhile', async () => {
    await client.command('SELECT INBOX');
    await flag([1], 2);
    await play(
      client,
      `C: a STORE 1 +FLAGS.SILENT (\\Seen)
       S: * 1 FETCH (UID 1 FLAGS (\\Answered \\Seen))
       S: a OK STORE completed
       C: b STORE 1 +FLAGS.SILENT (\\Flagged)
       S: b OK STORE completed`,
    );
    await flag([1], 16);
    await play(client, 'C: c STORE 1 FLAGS.SILENT (\\Seen)\nS: c OK STORE completed');
  });

  it('is told where the mailbox stands by the first command that shows knowledge of CONDSTORE', async () => {
    await client.command('SELECT INBOX');
    expect(await client.command('SEARCH MODSEQ 6')).toEqual([
      '* OK [HIGHESTMODSEQ 8] Highest mod-sequence',
      '* SEARCH 3 (MODSEQ 6)',
      'OK SEARCH completed',
    ]);
    expect(await client.command('FETCH 1 (RFC822.SIZE)')).toEqual([
      '* 1 FETCH (RFC822.SIZE 15 MODSEQ (2))',
      'OK FETCH completed',
    ]);
  });
});
