import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { ImapClient } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';
import { wrongCounters } from '#support/mail-fixture.ts';
import { makeOffice, startOfficeServer, type Office, type OfficeServer } from '#support/office-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let office: Office;
let imap: OfficeServer;
let clerk: ImapClient;
let box: string;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  office = await makeOffice(test.database);
  imap = await startOfficeServer(test.database);
  clerk = await imap.signIn(office.clerk);
  box = `Shared/${office.registry.address}/INBOX`;
});
afterEach(() => imap.server.close());

const answer = async (client: ImapClient, command: string): Promise<string> =>
  (await client.command(command)).at(-1) ?? '';

function letter(id: number, subject: string, parent?: number): string {
  const name = (each: number): string => `<${each}@${office.domain}>`;
  const references = parent === undefined ? [] : [`References: ${name(parent)}`];
  const text = [
    `Message-ID: ${name(id)}`,
    ...references,
    `Subject: ${subject}`,
    '',
    `text of ${subject}`,
    '',
  ];
  const bytes = text.join('\r\n');
  return `{${bytes.length}+}\r\n${bytes}`;
}

/** Three messages of one APPEND by the registry: the third answers the first. */
async function file(client: ImapClient): Promise<void> {
  const letters = [letter(1, 'flood'), letter(2, 'budget'), letter(3, 'Re: flood', 1)];
  expect(await answer(client, `APPEND ${box} ${letters.join(' ')}`)).toMatch(/^OK \[APPENDUID \d+ 1:3\]/);
}

describe('mailboxes of an office', () => {
  it('are searched, sorted and threaded by all who read them', async () => {
    await file(clerk);
    const head = await imap.signIn(office.head);
    await head.command(`SELECT ${box}`);
    await play(
      head,
      `C: a UID SEARCH RETURN (SAVE COUNT) BODY "text of flood"
       S: * ESEARCH (TAG "a") UID COUNT 1
       S: a OK UID SEARCH completed
       C: b SORT (SUBJECT) UTF-8 ALL
       S: * SORT 2 1 3
       S: b OK SORT completed
       C: c THREAD REFERENCES UTF-8 ALL
       S: * THREAD (1 3)(2)
       S: c OK THREAD completed
       C: d SEARCH HEADER References ${office.domain}
       S: * SEARCH 3
       S: d OK SEARCH completed
       C: e UID FETCH $ (BINARY.SIZE[1] PREVIEW)
       S: * 1 FETCH (UID 1 BINARY.SIZE[1] 15 PREVIEW "text of flood")
       S: e OK UID FETCH completed`,
    );
    const [, threads = ''] = /THREADID \((\w+)\)/.exec((await head.command('FETCH 1 THREADID')).join()) ?? [];
    expect((await head.command(`SEARCH THREADID ${threads}`))[0]).toBe('* SEARCH 1 3');
  });

  it('are caught up with by QRESYNC, with the read marks of whoever asks', async () => {
    await file(clerk);
    const head = await imap.signIn(office.head);
    await head.command(`SETMETADATA ${box} (/shared/vendor/chidao/seen "personal")`);
    const [selected, marks] = [await clerk.command(`SELECT ${box}`), '+FLAGS.SILENT (\\Seen)'];
    const figure = (name: string): string =>
      new RegExp(`\\[${name} (\\d+)\\]`).exec(selected.join())?.[1] ?? '';
    const known = `(QRESYNC (${figure('UIDVALIDITY')} ${figure('HIGHESTMODSEQ')} 1:3))`;
    await clerk.command(`STORE 1 ${marks}`);
    await clerk.command('STORE 2 +FLAGS.SILENT (\\Deleted)');
    await clerk.command('EXPUNGE');
    for (const [client, changed] of [
      [clerk, [expect.stringMatching(/^\* 1 FETCH \(UID 1 FLAGS \(\\Seen\) MODSEQ/)]],
      [head, []],
    ] as const) {
      await client.command('ENABLE QRESYNC');
      const lines = await client.command(`SELECT ${box} ${known}`);
      expect(lines).toContain('* VANISHED (EARLIER) 2');
      expect(lines.filter((line) => line.includes('FETCH'))).toEqual(changed);
    }
  });

  it('are replaced in by who may take out and put in, and by nobody else', async () => {
    await file(clerk);
    const head = await imap.signIn(office.head);
    await clerk.command(`SELECT ${box}`);
    await head.command(`SETACL ${box} -${office.clerk.address} te`);
    const before = await test.database.rows('select count(*) from message');
    expect(await answer(clerk, `REPLACE 2 INBOX ${letter(4, 'draft')}`)).toBe('NO [NOPERM] Not permitted');
    expect(await answer(clerk, `APPEND INBOX ${letter(4, 'draft')}`)).toMatch(/^OK/);
    await head.command(`SETACL ${box} -${office.clerk.address} i`);
    expect(await answer(clerk, `REPLACE 2 ${box} ${letter(5, 'draft')}`)).toBe('NO [NOPERM] Not permitted');
    expect(await answer(clerk, `APPEND ${box} ${letter(5, 'a')} ${letter(6, 'b')}`)).toBe(
      'NO [NOPERM] Not permitted',
    );
    expect(await test.database.rows('select count(*) - 1 as count from message')).toEqual(before);
    await head.command(`DELETEACL ${box} -${office.clerk.address}`);
    expect(await clerk.command(`REPLACE 2 ${box} (\\Seen) ${letter(7, 'order')}`)).toEqual([
      expect.stringMatching(/^\* OK \[APPENDUID \d+ 4\]/),
      '* 2 EXPUNGE',
      '* 3 EXISTS',
      '* 0 RECENT',
      'OK REPLACE completed',
    ]);
    expect(await wrongCounters(test.database)).toEqual([]);
  });

  it('keep the name of a subscription that was asked for, whatever becomes of the mailbox and the right', async () => {
    const made = `Shared/${office.registry.address}/2016`;
    const head = await imap.signIn(office.head);
    await head.command(`CREATE ${made}`);
    await clerk.command(`SUBSCRIBE ${made}`);
    await clerk.command(`SUBSCRIBE ${box}`);
    await head.command(`DELETE ${made}`);
    await head.command(`SETACL ${box} officers:${office.registry.address} ""`);
    const lost = (name: string): string =>
      `* LIST (\\NonExistent \\Noselect \\HasNoChildren \\Subscribed) "/" ${name}`;
    const listed = await clerk.command('LIST (SUBSCRIBED) "" Shared/*');
    expect(listed.filter((line) => line.includes('NonExistent'))).toEqual([lost(made), lost(box)]);
    for (const name of [made, box]) expect(await answer(clerk, `UNSUBSCRIBE ${name}`)).toMatch(/^OK/);
    const left = (await clerk.command('LSUB "" Shared/*')).join();
    for (const name of [made, box]) expect(left).not.toContain(name);
    expect(left).toContain('Archive');
  });
});
