import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const letter = (subject: string): string => `Subject: ${subject}\r\n\r\nKính gửi\r\n`;

describe('SEARCH RETURN (SAVE)', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    for (const subject of ['one', 'two', 'three', 'four'])
      server.mail.deliver('INBOX', letter(subject), { flags: subject === 'three' ? 1 : 0 });
    client = await server.open();
  });
  afterEach(async () => server.close());

  it('keeps what was found, in silence, for every command that takes a set', async () => {
    await play(
      client,
      `C: a SEARCH RETURN (SAVE) UNSEEN
       S: a OK SEARCH completed
       C: b FETCH $ (UID)
       S: * 1 FETCH (UID 1)
       S: * 2 FETCH (UID 2)
       S: * 4 FETCH (UID 4)
       S: b OK FETCH completed
       C: c UID STORE $ +FLAGS.SILENT (\\Flagged)
       S: c OK UID STORE completed
       C: d UID SEARCH UID $ SUBJECT two
       S: * SEARCH 2
       S: d OK UID SEARCH completed
       C: e SEARCH NOT $
       S: * SEARCH 3
       S: e OK SEARCH completed
       C: f UID COPY $ Sent
       S: f OK [COPYUID 1002 1:2,4 1:3] UID COPY completed
       C: g SEARCH RETURN (SAVE COUNT) $ SUBJECT four
       S: * ESEARCH (TAG "g") COUNT 1
       S: g OK SEARCH completed
       C: h MOVE $ Trash
       S: * OK [COPYUID 1003 4 1] Moved
       S: * 4 EXPUNGE
       S: h OK MOVE completed`,
    );
  });

  it('keeps only the ends where only they are asked for', async () => {
    await play(
      client,
      `C: a SEARCH RETURN (SAVE MIN) ALL
       S: * ESEARCH (TAG "a") MIN 1
       S: a OK SEARCH completed
       C: b SEARCH $
       S: * SEARCH 1
       S: b OK SEARCH completed
       C: c UID SEARCH RETURN (MAX SAVE MIN) ALL
       S: * ESEARCH (TAG "c") UID MIN 1 MAX 4
       S: c OK UID SEARCH completed
       C: d SEARCH $
       S: * SEARCH 1 4
       S: d OK SEARCH completed
       C: e SEARCH RETURN (SAVE MIN COUNT) 2:*
       S: * ESEARCH (TAG "e") MIN 2 COUNT 3
       S: e OK SEARCH completed
       C: f SEARCH $
       S: * SEARCH 2 3 4
       S: f OK SEARCH completed`,
    );
  });

  it('follows expunges, its own and those of others', async () => {
    await play(client, 'C: a SEARCH RETURN (SAVE) 2:4\nS: a OK SEARCH completed');
    server.mail.takeOut('INBOX', [1, 3]);
    await play(
      client,
      `C: b NOOP
       S: * 3 EXPUNGE
       S: * 1 EXPUNGE
       S: b OK NOOP completed
       C: c SEARCH $
       S: * SEARCH 1 2
       S: c OK SEARCH completed
       C: d UID SEARCH $
       S: * SEARCH 2 4
       S: d OK UID SEARCH completed`,
    );
  });

  it('is empty at first, after another SELECT and after a search that was refused, and stays after BAD', async () => {
    await play(
      client,
      `C: a FETCH $ (UID)
       S: a OK FETCH completed
       C: b SEARCH RETURN (SAVE) ALL
       S: b OK SEARCH completed
       C: c SEARCH RETURN (SAVE) NOSUCHKEY x
       S: c BAD Unknown search key
       C: d SEARCH RETURN (COUNT) $
       S: * ESEARCH (TAG "d") COUNT 4
       S: d OK SEARCH completed`,
    );
    server.mail.nextFault = new Error('broken on purpose');
    await play(
      client,
      `C: e SEARCH RETURN (SAVE) SUBJECT one
       S: e NO [SERVERBUG] An internal error was recorded
       C: f SEARCH RETURN (COUNT) $
       S: * ESEARCH (TAG "f") COUNT 0
       S: f OK SEARCH completed
       C: g SEARCH RETURN (SAVE) ALL
       S: g OK SEARCH completed`,
    );
    await client.command('SELECT INBOX');
    expect(await client.command('SEARCH RETURN (COUNT) $')).toContain('OK SEARCH completed');
    expect(await client.command('FETCH $ (UID)')).toEqual(['OK FETCH completed']);
    expect(await client.command('FETCH $,1 (UID)')).toEqual(['BAD A space is missing']);
  });
});

describe('SEARCH OLDER and YOUNGER', () => {
  it('compares with the moment of the search', async () => {
    const server = await startImapServer();
    try {
      const hour = 3600;
      server.mail.deliver('INBOX', letter('old'), { date: new Date(Date.now() - 3 * hour * 1000) });
      server.mail.deliver('INBOX', letter('new'), { date: new Date(Date.now() - hour * 1000) });
      const client = await server.open();
      await play(
        client,
        `C: a SEARCH OLDER ${2 * hour}
         S: * SEARCH 1
         S: a OK SEARCH completed
         C: b SEARCH YOUNGER ${2 * hour}
         S: * SEARCH 2
         S: b OK SEARCH completed
         C: c SEARCH NOT YOUNGER 1 OLDER 1
         S: * SEARCH 1 2
         S: c OK SEARCH completed
         C: d SEARCH OLDER 0
         S: d BAD An interval of no seconds`,
      );
    } finally {
      await server.close();
    }
  });
});
