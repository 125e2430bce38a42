import { afterEach, beforeEach, describe, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

let server: ImapTestServer;
let client: ImapClient;

beforeEach(async () => {
  server = await startImapServer({ limits: { annotationBytesMax: 20 } });
  client = await server.open();
});
afterEach(() => server.close());

describe('METADATA', () => {
  it('keeps, gives by depth and size, and takes away', async () => {
    await play(
      client,
      `C: a SETMETADATA INBOX (/private/comment "của tôi" /PRIVATE/Comment/a "1")
       S: a BAD …
       C: b SETMETADATA INBOX (/private/comment {8+}
       C: của tôi /PRIVATE/Comment/a "1" /private/comment/a/b "22")
       S: b BAD …
       C: c SETMETADATA INBOX (/private/comment "own" /PRIVATE/Comment/a "1" /private/comment/a/b "22")
       S: c OK SETMETADATA completed
       C: d GETMETADATA INBOX /private/comment
       S: * METADATA INBOX (/private/comment "own")
       S: d OK GETMETADATA completed
       C: e GETMETADATA (DEPTH 1) INBOX (/private/comment /shared/comment)
       S: * METADATA INBOX (/private/comment "own" /private/comment/a "1" /shared/comment NIL)
       S: e OK GETMETADATA completed
       C: f GETMETADATA (DEPTH infinity MAXSIZE 1) INBOX /private/comment
       S: * METADATA INBOX (/private/comment/a "1")
       S: f OK [METADATA LONGENTRIES 3] GETMETADATA completed
       C: g SETMETADATA INBOX (/private/comment NIL)
       S: g OK SETMETADATA completed
       C: h GETMETADATA INBOX /private/comment
       S: * METADATA INBOX (/private/comment NIL)
       S: h OK GETMETADATA completed`,
    );
  });

  it('refuses what is too large and what is no entry', async () => {
    await play(
      client,
      `C: a SETMETADATA INBOX (/private/comment "123456789012345678901")
       S: a NO [METADATA MAXSIZE 20] The value is too large
       C: b GETMETADATA INBOX /comment
       S: b BAD No name of an annotation
       C: c GETMETADATA INBOX "/private/a*"
       S: c BAD No name of an annotation
       C: d GETMETADATA INBOX /private//a
       S: d BAD No name of an annotation
       C: e GETMETADATA (DEPTH 2) INBOX /private/a
       S: e BAD Unknown depth
       C: f SETMETADATA Missing (/private/a "1")
       S: f NO [NONEXISTENT] There is no such mailbox`,
    );
  });
});

describe('QUOTA', () => {
  it('tells what is used and what there is, and lets nobody change it', async () => {
    await play(
      client,
      `C: a GETQUOTAROOT INBOX
       S: * QUOTAROOT INBOX an.nguyen@binhthuan.example
       S: * QUOTA an.nguyen@binhthuan.example (STORAGE 2 10 MESSAGE 2 1000)
       S: a OK GETQUOTAROOT completed
       C: b GETQUOTA an.nguyen@binhthuan.example
       S: * QUOTA an.nguyen@binhthuan.example (STORAGE 2 10 MESSAGE 2 1000)
       S: b OK GETQUOTA completed
       C: c GETQUOTA ""
       S: c NO [NONEXISTENT] There is no such mailbox
       C: d SETQUOTA an.nguyen@binhthuan.example (STORAGE 512)
       S: d NO [NOPERM] Only an administrator sets quotas
       C: e GETQUOTAROOT Missing
       S: e NO [NONEXISTENT] There is no such mailbox
       C: f STATUS INBOX (DELETED DELETED-STORAGE)
       S: * STATUS INBOX (DELETED 0 DELETED-STORAGE 0)
       S: f OK STATUS completed`,
    );
  });
});
