import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

describe('the mailbox commands', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    client = await server.open();
  });
  afterEach(async () => server.close());

  it('makes, names, renames and removes mailboxes with Vietnamese names', async () => {
    await play(
      client,
      `C: a CREATE "Ch&Hsk- &AREeoQ-o/H&Hs8-a t&ANEA-c/"
       S: a BAD The mailbox name is not modified UTF-7
       C: b CREATE "Ch&Hsk- &AREeoQ-o/2026/"
       S: b OK [MAILBOXID (…)] CREATE completed
       C: c LIST "" Ch*
       S: * LIST (\\HasChildren) "/" "Ch&Hsk- &AREeoQ-o"
       S: * LIST (\\HasNoChildren) "/" "Ch&Hsk- &AREeoQ-o/2026"
       S: c OK LIST completed
       C: d RENAME "Ch&Hsk- &AREeoQ-o" R&-D
       S: d OK RENAME completed
       C: e LIST "R&-D/" %
       S: * LIST (\\HasNoChildren) "/" R&-D/2026
       S: e OK LIST completed
       C: f DELETE R&-D
       S: f NO [HASCHILDREN] The mailbox has mailboxes below it
       C: g DELETE R&-D/2026
       S: g OK DELETE completed
       C: h CREATE Sent
       S: h NO [ALREADYEXISTS] The mailbox is there already
       C: i DELETE inbox
       S: i NO [CANNOT] This mailbox has to stay
       C: j CREATE Luu (USE (\\Archive))
       S: j OK [MAILBOXID (…)] CREATE completed
       C: k LIST "" Luu
       S: * LIST (\\HasNoChildren \\Archive) "/" Luu
       S: k OK LIST completed`,
    );
  });

  it('shows a parent for the sake of children only where these are not shown', async () => {
    for (const path of ['a', 'a/b', 'c', 'c/d']) server.mail.make(path, undefined);
    for (const path of ['INBOX', 'Sent', 'Trash', 'a', 'c', 'c/d'])
      await client.command(`UNSUBSCRIBE ${path}`);
    await play(
      client,
      `C: a LIST (SUBSCRIBED RECURSIVEMATCH) "" %
       S: * LIST (\\HasChildren) "/" a ("CHILDINFO" ("SUBSCRIBED"))
       S: a OK LIST completed
       C: b LIST (SUBSCRIBED RECURSIVEMATCH) "" *
       S: * LIST (\\HasNoChildren \\Subscribed) "/" a/b
       S: b OK LIST completed
       C: c LIST (RECURSIVEMATCH) "" %
       S: c BAD RECURSIVEMATCH needs another selection option
       C: d LIST (REMOTE SUBSCRIBED) "" ("" c% a/%) RETURN (CHILDREN SPECIAL-USE SUBSCRIBED STATUS (DELETED))
       S: * LIST (\\HasNoChildren \\Subscribed) "/" a/b
       S: * STATUS a/b (DELETED 0)
       S: d OK LIST completed`,
    );
  });

  it('lists by wildcards without quotes, with INBOX in any case', async () => {
    server.mail.make('box', undefined);
    server.mail.make('box/a', undefined);
    server.mail.make('box/a/b', undefined);
    await play(
      client,
      `C: a LIST "" box/%
       S: * LIST (\\HasChildren) "/" box/a
       S: a OK LIST completed
       C: b LIST "" inb%
       S: * LIST (\\HasNoChildren) "/" INBOX
       S: b OK LIST completed
       C: c LIST "" ""
       S: * LIST (\\Noselect) "/" ""
       S: c OK LIST completed
       C: d UNSUBSCRIBE box
       S: d OK UNSUBSCRIBE completed
       C: e LSUB "" box%
       S: * LSUB (\\Noselect) "/" box
       S: e OK LSUB completed
       C: f LSUB "" box*
       S: * LSUB () "/" box/a
       S: * LSUB () "/" box/a/b
       S: f OK LSUB completed`,
    );
  });

  it('lists with the options of LIST-EXTENDED and LIST-STATUS', async () => {
    server.mail.deliver('INBOX', 'Subject: a\r\n\r\nb');
    await play(
      client,
      `C: a LIST (SPECIAL-USE) "" * RETURN (SUBSCRIBED)
       S: * LIST (\\HasNoChildren \\Sent \\Subscribed) "/" Sent
       S: * LIST (\\HasNoChildren \\Trash \\Subscribed) "/" Trash
       S: * 1 EXISTS
       S: * 0 RECENT
       S: a OK LIST completed
       C: b LIST "" (INBOX Sent) RETURN (STATUS (MESSAGES UNSEEN SIZE))
       S: * LIST (\\HasNoChildren) "/" INBOX
       S: * STATUS INBOX (MESSAGES 1 UNSEEN 1 SIZE 15)
       S: * LIST (\\HasNoChildren \\Sent) "/" Sent
       S: * STATUS Sent (MESSAGES 0 UNSEEN 0 SIZE 0)
       S: b OK LIST completed
       C: c STATUS inbox (UIDNEXT UIDVALIDITY RECENT HIGHESTMODSEQ)
       S: * OK [HIGHESTMODSEQ 2] Highest mod-sequence
       S: * STATUS INBOX (UIDNEXT 2 UIDVALIDITY 1001 RECENT 0 HIGHESTMODSEQ 2)
       S: c OK STATUS completed
       C: d STATUS nowhere (MESSAGES)
       S: d NO [NONEXISTENT] There is no such mailbox`,
    );
  });

  it('names its parents when a subscribed child is asked for with RECURSIVEMATCH', async () => {
    server.mail.make('box', undefined).subscribed = false;
    server.mail.make('box/a', undefined);
    await play(
      client,
      `C: a LIST (SUBSCRIBED RECURSIVEMATCH) "" box%
       S: * LIST (\\HasChildren) "/" box ("CHILDINFO" ("SUBSCRIBED"))
       S: a OK LIST completed`,
    );
  });

  it('leaves the selected mailbox even if the next cannot be opened', async () => {
    await play(
      client,
      `C: a SELECT nowhere
       S: * OK [CLOSED] The previous mailbox is closed
       S: a NO [NONEXISTENT] There is no such mailbox
       C: b FETCH 1 FLAGS
       S: b BAD Select a mailbox first
       C: c NAMESPACE
       S: * NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared/" "/"))
       S: c OK NAMESPACE completed
       C: d ID NIL
       S: * ID ("name" "chidao")
       S: d OK ID completed`,
    );
  });

  it('ends the session whose selected mailbox another has deleted', async () => {
    server.mail.make('box', undefined);
    const other = await server.open('box');
    await play(client, 'C: a DELETE box\nS: a OK DELETE completed');
    other.send('a NOOP\r\n');
    expect(await other.rest()).toBe('* BYE The selected mailbox is not the same any more\r\n');
  });
});
