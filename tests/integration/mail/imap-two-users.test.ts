import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { flagBit } from '#domain/mail/structure.ts';
import { commands } from '#mail/imap/commands/table.ts';
import type { ImapClient } from '#support/imap-client.ts';
import { makeOffice, startOfficeServer, type Office, type OfficeServer } from '#support/office-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';
import { systemClock } from '#domain/clock.ts';
import { createMailAccess } from '#store/mail/mail-access.ts';
import { appendAll, indexWith, preparedMessage } from '#support/mail-fixture.ts';

const secret = 'khong-ai-duoc-thay';

let test: TestDatabase;
let imap: OfficeServer;
let theirs: Office;
let ours: Office;
let ids: readonly string[];
let emailId: string;
let threadId: string;

beforeAll(async () => {
  test = await createTestDatabase();
  theirs = await makeOffice(test.database);
  ours = await makeOffice(test.database);
  for (const owner of [theirs.registry, theirs.specialist]) {
    const access = createMailAccess(test.database, systemClock, owner, {
      messageBytesMax: 1000,
      prepare: async (bytes) => preparedMessage(bytes.toString()),
      index: indexWith(test.database),
      afterCommit: () => {},
    });
    await access.create(secret, undefined);
    for (const path of ['INBOX', secret])
      await appendAll(access, path, [`Subject: ${secret}\r\n\r\n${secret}`], flagBit.deleted);
    await access.annotations.write('INBOX', [{ entry: '/shared/comment', value: Buffer.from(secret) }]);
    await access.annotations.write(undefined, [{ entry: '/private/comment', value: Buffer.from(secret) }]);
  }
  const boxes = await test.database.rows<{ id: number }>(
    'select id from mailbox where path = $1 order by id',
    [secret],
  );
  ids = boxes.map(({ id }) => String(id));
  const [stored] = await test.database.rows<{ id: number; sha256: string }>(
    `select id, encode(blob_sha256, 'hex') as sha256 from message order by id limit 1`,
  );
  [emailId, threadId] = [`E${stored?.sha256}`, `T${stored?.id}`];
  imap = await startOfficeServer(test.database);
});
afterAll(async () => {
  await imap.server.close();
  await test.drop();
});

type Case = (mailbox: string, identifier: string) => readonly string[];

const nothing: Case = () => [];
const named =
  (before: string, after = ''): Case =>
  (mailbox) => [`${before} ${mailbox}${after}`];
const numbered =
  (command: string, rest: string): Case =>
  () => [`${command} 1:* ${rest}`];

const inUrl = (mailbox: string): string => encodeURI(mailbox.replaceAll('"', ''));

/** What a stranger can say to each command about the mailbox of another, or about its UIDs in his own. */
const cases: Readonly<Record<string, Case>> = {
  CAPABILITY: nothing,
  NOOP: () => ['NOOP'],
  LOGOUT: nothing,
  ID: () => ['ID NIL'],
  STARTTLS: nothing,
  AUTHENTICATE: nothing,
  LOGIN: nothing,
  UNAUTHENTICATE: nothing,
  COMPRESS: nothing,
  ENABLE: () => ['ENABLE CONDSTORE'],
  NAMESPACE: () => ['NAMESPACE'],
  LIST: (mailbox) => [
    `LIST "" ${mailbox}`,
    `LIST "" * RETURN (STATUS (MESSAGES UNSEEN SIZE))`,
    'LIST "" "Shared/%"',
  ],
  LSUB: (mailbox) => [`LSUB "" ${mailbox}`, 'LSUB "" *', 'LSUB "Other Users/" %'],
  SUBSCRIBE: named('SUBSCRIBE'),
  UNSUBSCRIBE: named('UNSUBSCRIBE'),
  CREATE: (mailbox) => [`CREATE ${mailbox}`, `CREATE ${mailbox}/below`],
  DELETE: named('DELETE'),
  RENAME: (mailbox) => [`RENAME ${mailbox} Taken`, `RENAME Mine ${mailbox}`, `RENAME INBOX ${mailbox}/below`],
  MYRIGHTS: named('MYRIGHTS'),
  GETACL: named('GETACL'),
  LISTRIGHTS: (mailbox, identifier) => [`LISTRIGHTS ${mailbox} ${identifier}`],
  SETACL: (mailbox, identifier) => [
    `SETACL ${mailbox} ${identifier} lrswipkxtea`,
    `SETACL ${mailbox} anyone +l`,
  ],
  DELETEACL: (mailbox, identifier) => [`DELETEACL ${mailbox} ${identifier}`],
  GETMETADATA: (mailbox) => [
    `GETMETADATA ${mailbox} /shared/comment`,
    `GETMETADATA (DEPTH infinity) "" (/private/comment /shared/comment)`,
  ],
  SETMETADATA: (mailbox) => [
    `SETMETADATA ${mailbox} (/shared/comment "x")`,
    `SETMETADATA ${mailbox} (/private/comment "x" /shared/vendor/chidao/seen "personal")`,
    `SETMETADATA "" (/shared/comment "x")`,
  ],
  GETQUOTA: () => [theirs.registry, theirs.specialist].map(({ address }) => `GETQUOTA ${address}`),
  GETQUOTAROOT: named('GETQUOTAROOT'),
  SETQUOTA: () => [`SETQUOTA ${theirs.registry.address} (STORAGE 1)`],
  STATUS: named('STATUS', ' (MESSAGES UIDNEXT UNSEEN SIZE DELETED DELETED-STORAGE HIGHESTMODSEQ)'),
  SELECT: (mailbox) => [
    `SELECT ${mailbox}`,
    `SELECT ${mailbox} (CONDSTORE)`,
    `SELECT ${mailbox} (QRESYNC (1 1 1:9))`,
  ],
  EXAMINE: named('EXAMINE'),
  APPEND: (mailbox) => [
    `APPEND ${mailbox} (\\Seen) {3+}\r\nx:y`,
    `APPEND ${mailbox} {3+}\r\nx:y (\\Deleted) {3+}\r\nx:z`,
    `APPEND INBOX CATENATE (URL "/${inUrl(mailbox)}/;UID=1")`,
  ],
  REPLACE: (mailbox) => [`REPLACE 1 ${mailbox} {3+}\r\nx:y`],
  'UID REPLACE': (mailbox) => [`UID REPLACE 1 ${mailbox} {3+}\r\nx:y`, 'UID REPLACE 1 INBOX {3+}\r\nx:y'],
  IDLE: nothing,
  CHECK: () => ['CHECK'],
  CLOSE: nothing,
  UNSELECT: nothing,
  EXPUNGE: () => ['EXPUNGE'],
  'UID EXPUNGE': () => ['UID EXPUNGE 1:*'],
  SEARCH: () => [`SEARCH TEXT ${secret}`],
  'UID SEARCH': () => [
    `UID SEARCH BODY ${secret}`,
    `UID SEARCH RETURN (SAVE PARTIAL 1:9) SUBJECT ${secret}`,
    `UID SEARCH EMAILID ${emailId}`,
    `UID SEARCH THREADID ${threadId}`,
  ],
  SORT: () => ['SORT (SUBJECT) UTF-8 ALL', `SORT (DISPLAYFROM) UTF-8 TEXT ${secret}`],
  'UID SORT': () => [`UID SORT RETURN (COUNT) (ARRIVAL) UTF-8 HEADER Subject ${secret}`],
  THREAD: () => [`THREAD REFERENCES UTF-8 TEXT ${secret}`, 'THREAD ORDEREDSUBJECT UTF-8 ALL'],
  'UID THREAD': () => [`UID THREAD REFERENCES UTF-8 SUBJECT ${secret}`],
  FETCH: numbered('FETCH', '(UID FLAGS ENVELOPE BODY[] BINARY[1] PREVIEW)'),
  'UID FETCH': numbered('UID FETCH', '(FLAGS BODYSTRUCTURE BODY[])'),
  STORE: numbered('STORE', '+FLAGS (\\Seen)'),
  'UID STORE': numbered('UID STORE', '+FLAGS (\\Deleted)'),
  COPY: (mailbox) => [`COPY 1:* ${mailbox}`],
  'UID COPY': (mailbox) => [`UID COPY 1:* ${mailbox}`],
  MOVE: (mailbox) => [`MOVE 1:* ${mailbox}`],
  'UID MOVE': (mailbox) => [`UID MOVE 1:* ${mailbox}`],
};

/** Everything of theirs that the store keeps. */
async function everything(): Promise<unknown> {
  const theirBoxes = `select id from mailbox where account_id in
    (select id from account where address like '%@${theirs.domain}')`;
  return Promise.all(
    [
      `select t::text from mailbox t where id in (${theirBoxes}) order by id`,
      `select t::text from mailbox_message t where mailbox_id in (${theirBoxes}) order by mailbox_id, uid`,
      `select t::text from mailbox_right t where mailbox_id in (${theirBoxes}) order by 1`,
      `select t::text from mailbox_reader t where mailbox_id in (${theirBoxes}) order by 1`,
      `select t::text from subscription t where account_id in
         (select id from account where address like '%@${theirs.domain}') order by 1`,
      `select t::text from mailbox_seen t where mailbox_id in (${theirBoxes}) order by 1`,
      `select t::text from annotation t where mailbox_id in (${theirBoxes}) or mailbox_id is null
         and account_id in (select id from account where address like '%@${theirs.domain}') order by 1`,
    ].map((query) => test.database.rows(query)),
  );
}

async function answersTo(client: ImapClient, command: string): Promise<string> {
  return (await client.command(command)).join('\n');
}

describe('two users', () => {
  it('I10 has a case for every command of the table', () => {
    expect(Object.keys(cases).toSorted()).toEqual([...commands.keys()].toSorted());
  });

  it('I10 lets none of its commands tell or change anything of another, and answers as if it were not there', async () => {
    const before = await everything();
    const [{ address: office }, { address: person }] = [theirs.registry, theirs.specialist];
    const tried = [
      [`"Shared/${office}/INBOX"`, office],
      [`"Shared/${office}/${secret}"`, office],
      [`"Other Users/${person}/INBOX"`, person],
      [`"Shared/${person}/INBOX"`, person],
      ...ids.map((id) => [id, office] as const),
    ] as const;
    for (const [command, of] of Object.entries(cases)) {
      for (const [mailbox, identifier] of tried) {
        const absent = mailbox.replace(theirs.domain, `x${theirs.domain}`);
        const [attacks, controls] = [of(mailbox, identifier), of(absent, identifier)];
        for (const [at, attack] of attacks.entries()) {
          const stranger = await strangerAt();
          const answer = await answersTo(stranger, attack);
          stranger.destroy();
          // An id is a name like any other, of the stranger's own mailboxes.
          if (ids.includes(mailbox)) continue;
          const control = controls[at] ?? '';
          const other = await strangerAt();
          const expected = await answersTo(other, control);
          other.destroy();
          const said = answer.replaceAll(mailbox, '').replaceAll(attack, '');
          expect(said, `${command}: ${attack}`).not.toContain(theirs.specialist.accountId);
          if (!attack.includes(secret)) expect(said, `${command}: ${attack}`).not.toContain(secret);
          expect(withoutFigures(answer, mailbox), `${command}: ${attack}`).toBe(
            withoutFigures(expected, absent),
          );
        }
        if (!of(mailbox, identifier).some((text) => text.includes(mailbox))) break;
      }
    }
    expect(await everything()).toEqual(before);
  }, 120_000);
});

/** Another office's specialist in a mailbox with one message of his own. */
async function strangerAt(): Promise<ImapClient> {
  await test.database.rows(`delete from mailbox where account_id = $1 and path <> 'INBOX'`, [
    ours.specialist.accountId,
  ]);
  const client = await imap.signIn(ours.specialist);
  await client.command('CREATE Mine');
  await client.command('SELECT INBOX');
  await client.command('STORE 1:* +FLAGS.SILENT (\\Deleted)');
  await client.command('EXPUNGE');
  await client.command('APPEND INBOX {3+}\r\na:b');
  return client;
}

/** UIDs, modseqs and dates of the stranger's own message rise from try to try. */
function withoutFigures(answer: string, mailbox: string): string {
  return answer
    .replaceAll(mailbox, 'MAILBOX')
    .replaceAll(inUrl(mailbox), 'MAILBOX')
    .replaceAll(/\d+/g, '0')
    .split('\n')
    .filter((line) => !line.startsWith('* FLAGS'))
    .join('\n');
}
