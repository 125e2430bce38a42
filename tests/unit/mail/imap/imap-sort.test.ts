import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

function letter(fields: readonly string[], body = 'Kính gửi'): string {
  return [...fields, '', body, ''].join('\r\n');
}

const word = (text: string): string => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;

const letters: readonly (readonly [readonly string[], string, string?])[] = [
  [
    [
      'From: Binh <zung@binhthuan.example>',
      'To: b@x.example',
      'Subject: Re: An',
      'Date: Mon, 2 Mar 2026 10:00:00 +0700',
    ],
    '2026-03-05T00:00:00Z',
    'longest of them all',
  ],
  [
    [
      'From: anh@binhthuan.example',
      'To: c@x.example',
      `Subject: ${word('ấn')}`,
      'Date: Mon, 2 Mar 2026 02:59:00 +0000',
    ],
    '2026-03-04T00:00:00Z',
  ],
  [
    [`From: ${word('Ánh')} <mai@binhthuan.example>`, 'Cc: d@x.example', 'Subject: [noi-bo] an (fwd)'],
    '2026-03-01T00:00:00Z',
    'longer',
  ],
];

describe('SORT', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    for (const [fields, date, body] of letters)
      server.mail.deliver('INBOX', letter(fields, body), { date: new Date(date) });
    client = await server.open();
  });
  afterEach(async () => server.close());

  it.each([
    ['(ARRIVAL)', '3 2 1'],
    ['(REVERSE ARRIVAL)', '1 2 3'],
    // The third says no date: it was sent when it came in.
    ['(DATE)', '3 2 1'],
    ['(SIZE)', '3 2 1'],
    // `an` twice, then `ấn`, whose letters come apart; equals stand as in the mailbox.
    ['(SUBJECT)', '1 3 2'],
    ['(REVERSE SUBJECT)', '2 1 3'],
    ['(SUBJECT REVERSE ARRIVAL)', '1 3 2'],
    ['(SUBJECT ARRIVAL)', '3 1 2'],
    ['(FROM)', '2 3 1'],
    ['(TO)', '3 1 2'],
    ['(CC)', '1 2 3'],
    // By name where there is one: Binh, anh@…, Ánh, and capitals are small letters.
    ['(DISPLAYFROM)', '2 3 1'],
    ['(DISPLAYTO)', '3 1 2'],
  ])('%s is %s', async (criteria, expected) => {
    expect(await client.command(`SORT ${criteria} UTF-8 ALL`)).toEqual([
      `* SORT ${expected}`,
      'OK SORT completed',
    ]);
  });

  it('takes the keys, the options and the refusals of SEARCH', async () => {
    await play(
      client,
      `C: a UID SORT (REVERSE DATE) US-ASCII SUBJECT an
       S: * SORT 1 3
       S: a OK UID SORT completed
       C: b SORT (DATE) UTF-8 DELETED
       S: * SORT
       S: b OK SORT completed
       C: c SORT RETURN (MIN MAX COUNT ALL) (DATE) UTF-8 ALL
       S: * ESEARCH (TAG "c") MIN 3 MAX 1 ALL 3,2,1 COUNT 3
       S: c OK SORT completed
       C: d UID SORT RETURN () (ARRIVAL) UTF-8 2:3
       S: * ESEARCH (TAG "d") UID ALL 3,2
       S: d OK UID SORT completed
       C: e SORT (DATE) TCVN ALL
       S: e NO [BADCHARSET (UTF-8 US-ASCII)] The charset is not known
       C: f SORT (COLOUR) UTF-8 ALL
       S: f BAD Unknown sort key
       C: g SORT () UTF-8 ALL
       S: g BAD The list is empty
       C: h SORT (DATE) ALL
       S: h NO [BADCHARSET (UTF-8 US-ASCII)] The charset is not known`,
    );
  });

  it('reads no octets', async () => {
    await client.command('SORT (SUBJECT FROM DATE) UTF-8 ALL');
    await client.command('SORT (DATE) UTF-8 FROM mai SENTSINCE 1-Jan-2026');
    await client.command('THREAD REFERENCES UTF-8 ALL');
    expect(server.mail.reads).toEqual([]);
  });

  it('sorts messages that were not parsed by what their header says', async () => {
    server.mail.deliver('INBOX', letter(['Subject: aaa']), { parsed: false });
    await client.command('NOOP');
    expect(await client.command('SORT (SUBJECT) UTF-8 ALL')).toEqual(['* SORT 4 1 3 2', 'OK SORT completed']);
  });

  it('I6 gives up what takes too long', async () => {
    const slow = await startImapServer({ limits: { searchDeadlineMs: -1 } });
    try {
      slow.mail.deliver('INBOX', letter(['Subject: a']));
      const client = await slow.open();
      const refusal = ['NO [LIMIT] The search took too long; narrow it'];
      expect(await client.command('SORT (SUBJECT) UTF-8 ALL')).toEqual(refusal);
      expect(await client.command('THREAD REFERENCES UTF-8 ALL')).toEqual(refusal);
    } finally {
      await slow.close();
    }
  });
});

describe('THREAD', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
  });
  afterEach(async () => server.close());

  async function deliver(messages: readonly (readonly string[])[]): Promise<void> {
    for (const [at, fields] of messages.entries())
      server.mail.deliver('INBOX', letter(fields), { date: new Date(Date.UTC(2026, 2, 1) + at * 1000) });
    client = await server.open();
  }
  const threads = async (command: string): Promise<string> => {
    const [line = '', ...rest] = await client.command(command);
    expect(rest).toHaveLength(1);
    return line;
  };

  it('ORDEREDSUBJECT puts what has one subject under its first', async () => {
    await deliver([
      ['Subject: b'],
      ['Subject: a'],
      ['Subject: Re: b'],
      ['Subject: [x] B (fwd)', 'Date: Sun, 1 Jan 2020 00:00:00 +0000'],
      ['Subject: Re: a'],
    ]);
    expect(await threads('THREAD ORDEREDSUBJECT UTF-8 ALL')).toBe('* THREAD (4 (1)(3))(2 5)');
    expect(await threads('UID THREAD ORDEREDSUBJECT UTF-8 SUBJECT a')).toBe('* THREAD (2 5)');
    expect(await threads('THREAD ORDEREDSUBJECT UTF-8 DELETED')).toBe('* THREAD');
  });

  it('REFERENCES builds trees from References and In-Reply-To', async () => {
    await deliver([
      ['Subject: one', 'Message-ID: <1@x>'],
      ['Subject: Re: one', 'Message-ID: <2@x>', 'References: <1@x>'],
      ['Subject: Re: one', 'Message-ID: <3@x>', 'In-Reply-To: <1@x>'],
      ['Subject: Re: one', 'Message-ID: <4@x>', 'References: <1@x> <2@x>'],
      ['Subject: other', 'Message-ID: <5@x>'],
      ['Subject: Re: one', 'Message-ID: <6@x>', 'References: <1@x> <2@x> <4@x>'],
    ]);
    expect(await threads('THREAD REFERENCES UTF-8 ALL')).toBe('* THREAD (1 (2 4 6)(3))(5)');
    expect(await threads('UID THREAD REFERENCES UTF-8 UID 2,4:6')).toBe('* THREAD (2 4 6)(5)');
  });

  it('REFERENCES keeps brothers together whose parent is not there', async () => {
    await deliver([
      ['Subject: x', 'Message-ID: <2@x>', 'References: <1@x>'],
      ['Subject: y', 'Message-ID: <3@x>', 'References: <1@x>'],
      ['Subject: z', 'Message-ID: <5@x>', 'References: <4@x>'],
    ]);
    expect(await threads('THREAD REFERENCES UTF-8 ALL')).toBe('* THREAD ((1)(2))(3)');
  });

  it('REFERENCES gathers one subject, replies under what they answer', async () => {
    await deliver([
      ['Subject: Re: họp', 'Message-ID: <1@x>'],
      ['Subject: họp', 'Message-ID: <2@x>'],
      ['Subject: thư', 'Message-ID: <3@x>'],
      ['Subject: thư', 'Message-ID: <4@x>'],
      ['Subject: Re: thư', 'Message-ID: <5@x>'],
    ]);
    expect(await threads('THREAD REFERENCES UTF-8 ALL')).toBe('* THREAD (2 1)((3)(4)(5))');
  });

  it('REFERENCES survives loops, doubles and ids of nobody', async () => {
    await deliver([
      ['Subject: a', 'Message-ID: <1@x>', 'References: <2@x>'],
      ['Subject: b', 'Message-ID: <2@x>', 'References: <1@x>'],
      ['Subject: c', 'Message-ID: <2@x>', 'References: <2@x>'],
      ['Subject: d', 'References: <> < > nonsense'],
      ['Subject: e', 'Message-ID: <5@x>', 'References: <5@x> <5@x>'],
    ]);
    expect(await threads('THREAD REFERENCES UTF-8 ALL')).toBe('* THREAD (2 (1)(3))(4)(5)');
  });

  it('reads the References of messages that were stored without them', async () => {
    server.mail.forgetsReferences = true;
    await deliver([
      ['Subject: a', 'Message-ID: <1@x>'],
      ['Subject: b', 'Message-ID: <2@x>', 'References: <1@x>'],
    ]);
    expect(await threads('THREAD REFERENCES UTF-8 ALL')).toBe('* THREAD (1 2)');
  });

  it('refuses other algorithms', async () => {
    await deliver([]);
    expect(await client.command('THREAD REFS UTF-8 ALL')).toEqual(['BAD No such threading algorithm']);
  });
});
