import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const letter = 'Subject: Thông báo\r\n\r\nKính gửi\r\n';

describe('ENABLE IMAP4rev2', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    server.mail.deliver('INBOX', letter);
    server.mail.make('Chỉ đạo & "2026"', undefined);
    client = await server.open('Sent');
    await play(
      client,
      `C: z ENABLE IMAP4rev2 UNKNOWN
       S: * ENABLED IMAP4rev2
       S: z OK ENABLE completed`,
    );
  });
  afterEach(async () => server.close());

  it('selects without RECENT and UNSEEN, closes the mailbox before and names the new one', async () => {
    await play(
      client,
      `C: a SELECT INBOX
       S: * OK [CLOSED] The previous mailbox is closed
       S: * FLAGS (…)
       S: * 1 EXISTS
       S: * OK [PERMANENTFLAGS …
       S: * OK [UIDVALIDITY …
       S: * OK [UIDNEXT 2] Next UID
       S: * OK [HIGHESTMODSEQ …
       S: * OK [MAILBOXID …
       S: * LIST () "/" INBOX
       S: a OK [READ-WRITE] SELECT completed`,
    );
    server.mail.deliver('INBOX', letter);
    await play(
      client,
      `C: b NOOP
       S: * 2 EXISTS
       S: b OK NOOP completed`,
    );
  });

  it('answers SEARCH by ESEARCH, with UTF-8 in quotes', async () => {
    await client.command('SELECT INBOX');
    await play(
      client,
      `C: a SEARCH SUBJECT "THÔNG"
       S: * ESEARCH (TAG "a") ALL 1
       S: a OK SEARCH completed
       C: b UID SEARCH DELETED
       S: * ESEARCH (TAG "b") UID
       S: b OK UID SEARCH completed`,
    );
  });

  it('spells mailbox names in UTF-8, both ways, and tells the old name after RENAME', async () => {
    await play(
      client,
      `C: a LIST "" C*
       S: * LIST (\\HasNoChildren) "/" "Chỉ đạo & \\"2026\\""
       S: a OK LIST completed
       C: b RENAME "Chỉ đạo & \\"2026\\"" Văn&bản
       S: b BAD Unexpected text after the command
       C: c RENAME "Chỉ đạo & \\"2026\\"" "Văn bản & thư"
       S: * LIST () "/" "Văn bản & thư" ("OLDNAME" ("Chỉ đạo & \\"2026\\""))
       S: c OK RENAME completed
       C: d STATUS "Văn bản & thư" (MESSAGES DELETED SIZE)
       S: * STATUS "Văn bản & thư" (MESSAGES 0 DELETED 0 SIZE 0)
       S: d OK STATUS completed
       C: e LSUB "" V*
       S: * LSUB () "/" "Văn bản & thư"
       S: e OK LSUB completed
       C: f CREATE a&b
       S: f OK [MAILBOXID (…)] CREATE completed
       C: g LIST "" a*
       S: * LIST (\\HasNoChildren) "/" a&b
       S: g OK LIST completed`,
    );
  });
});

describe('what IMAP4rev2 says otherwise than IMAP4rev1', () => {
  let server: ImapTestServer;
  let old: ImapClient;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    const inner = 'Subject: trong\r\n\r\nx';
    server.mail.deliver('INBOX', `Content-Type: message/global\r\n\r\n${inner}`);
    old = await server.open();
    client = await server.open();
    await client.command('ENABLE IMAP4rev2');
  });
  afterEach(async () => server.close());

  it('gives a message/global the form of a message (RFC 9051, media-message), whoever asked before', async () => {
    const [plain] = await old.command('FETCH 1 BODY');
    expect(plain).toBe('* 1 FETCH (BODY ("MESSAGE" "GLOBAL" NIL NIL NIL "7BIT" 19))');
    const [form] = await client.command('FETCH 1 BODY');
    expect(form).toMatch(
      /^\* 1 FETCH \(BODY \("MESSAGE" "GLOBAL" NIL NIL NIL "7BIT" 19 \(NIL "trong" .*"TEXT" "PLAIN"/,
    );
    expect(await old.command('FETCH 1 BODY')).toContain(plain);
  });

  it('tells the name that it has made of another spelling (RFC 9051, section 6.3.9.7)', async () => {
    const [composed, apart] = ['Th\u01b0', 'Thu\u031b'].map((name) => Buffer.from(name).toString('latin1'));
    const send = async (tag: string, text: string): Promise<readonly string[]> => {
      client.send(Buffer.from(`${tag} ${text}\r\n`, 'latin1'));
      return client.answerTo(tag);
    };
    const told = `"/" "${composed}" ("OLDNAME" ("${apart}"))`;
    expect(await send('a', `CREATE "${apart}"`)).toContain(`* LIST (\\Subscribed) ${told}`);
    expect(await send('b', `SELECT "${apart}"`)).toContain(`* LIST () ${told}`);
    expect(await send('c', `SELECT "${composed}"`)).toContain(`* LIST () "/" "${composed}"`);
    expect(await send('d', 'CREATE khac')).toEqual([expect.stringMatching(/^OK \[MAILBOXID/)]);
  });
});

describe('a subscription', () => {
  it('outlives its mailbox until it is taken back (RFC 9051, section 6.3.7)', async () => {
    const server = await startImapServer();
    try {
      const client = await server.open();
      await play(
        client,
        `C: a CREATE box
         S: a OK …
         C: b DELETE box
         S: b OK DELETE completed
         C: c LIST "" box
         S: c OK LIST completed
         C: d LIST (SUBSCRIBED) "" box RETURN (STATUS (MESSAGES))
         S: * LIST (\\NonExistent \\Noselect \\HasNoChildren \\Subscribed) "/" box
         S: d OK LIST completed
         C: e LSUB "" box
         S: * LSUB (\\Noselect) "/" box
         S: e OK LSUB completed
         C: f SUBSCRIBE box
         S: f OK SUBSCRIBE completed
         C: g UNSUBSCRIBE box
         S: g OK UNSUBSCRIBE completed
         C: h LSUB "" box
         S: h OK LSUB completed
         C: i UNSUBSCRIBE box
         S: i NO [NONEXISTENT] …`,
      );
    } finally {
      await server.close();
    }
  });
});

describe('ENABLE of everything', () => {
  it('is answered in one line, and each keeps to its own', async () => {
    const server = await startImapServer();
    try {
      server.mail.deliver('INBOX', letter);
      const client = await server.open();
      await play(
        client,
        `C: a ENABLE QRESYNC CONDSTORE UTF8=ACCEPT IMAP4rev2
         S: * ENABLED CONDSTORE QRESYNC IMAP4rev2 UTF8=ACCEPT
         S: * OK [HIGHESTMODSEQ …
         S: a OK ENABLE completed
         C: b UID SEARCH RETURN (SAVE PARTIAL -1:-1 COUNT) MODSEQ 1
         S: * ESEARCH (TAG "b") UID PARTIAL (-1:-1 1) COUNT 1 MODSEQ 2
         S: b OK UID SEARCH completed
         C: c UID SORT RETURN (PARTIAL 1:5) (ARRIVAL) UTF-8 $
         S: * ESEARCH (TAG "c") UID PARTIAL (1:5 1)
         S: c OK UID SORT completed
         C: d UID STORE $ +FLAGS.SILENT (\\Deleted)
         S: * 1 FETCH (UID 1 MODSEQ (3))
         S: d OK UID STORE completed
         C: e EXPUNGE
         S: * VANISHED 1
         S: e OK [HIGHESTMODSEQ 4] EXPUNGE completed
         C: f UID FETCH $ (FLAGS) (CHANGEDSINCE 1 VANISHED)
         S: f OK UID FETCH completed`,
      );
    } finally {
      await server.close();
    }
  });
});

describe('ENABLE UTF8=ACCEPT', () => {
  it('spells names in UTF-8, keeps the old answers, and refuses a charset', async () => {
    const server = await startImapServer();
    try {
      server.mail.deliver('INBOX', letter);
      const client = await server.open();
      await play(
        client,
        `C: a ENABLE UTF8=ACCEPT
         S: * ENABLED UTF8=ACCEPT
         S: a OK ENABLE completed
         C: b ENABLE UTF8=ACCEPT
         S: * ENABLED
         S: b OK ENABLE completed
         C: c CREATE "Họp"
         S: c OK [MAILBOXID (…)] CREATE completed
         C: d LIST "" H*
         S: * LIST (\\HasNoChildren) "/" "Họp"
         S: d OK LIST completed
         C: e SEARCH SUBJECT "thông"
         S: * SEARCH 1
         S: e OK SEARCH completed
         C: f SEARCH CHARSET UTF-8 ALL
         S: f BAD The charset is UTF-8 already`,
      );
    } finally {
      await server.close();
    }
  });
});
