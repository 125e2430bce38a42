import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { ImapClient } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';
import { insertDirective, preparedMessage, wrongCounters } from '#support/mail-fixture.ts';
import { makeOffice, startOfficeServer, type Office, type OfficeServer } from '#support/office-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';
import { createMailGroups } from '#store/mail/mail-groups.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { recordEvents } from '#store/log/record-events.ts';

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

async function deliver(text = 'Subject: Công văn đến\r\n\r\nKính gửi Sở\r\n'): Promise<string> {
  const { messageId } = await test.database.transaction(async (tx) => {
    const done = await deliverMessage(tx, {
      message: preparedMessage(text),
      receivedAt: new Date(),
      to: { kind: 'accounts', accountIds: [office.registry.accountId] },
      flags: 0,
      keywords: [],
    });
    await recordEvents(
      tx,
      [{ type: 'mail.delivered', messageId: done.messageId, accountIds: [office.registry.accountId] }],
      new Date(),
    );
    return done;
  });
  await imap.relay();
  return messageId;
}

const answer = async (client: ImapClient, command: string): Promise<string> =>
  (await client.command(command)).at(-1) ?? '';

describe('mailboxes of an office', () => {
  it('appear to who answers for it, without set-up, and to nobody else', async () => {
    await deliver();
    await play(
      clerk,
      `C: a NAMESPACE
       S: * NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared/" "/"))
       S: a OK NAMESPACE completed
       C: b LIST "" "%"
       S: * LIST (\\HasNoChildren) "/" INBOX
       S: * LIST (\\HasNoChildren \\Archive) "/" Archive
       S: * LIST (\\HasNoChildren \\Drafts) "/" Drafts
       S: * LIST (\\HasNoChildren \\Junk) "/" Junk
       S: * LIST (\\HasNoChildren \\Sent) "/" Sent
       S: * LIST (\\NonExistent \\Noselect \\HasChildren) "/" Shared
       S: * LIST (\\HasNoChildren \\Trash) "/" Trash
       S: b OK LIST completed
       C: c LIST "" "Shared/%"
       S: * LIST (\\NonExistent \\Noselect \\HasChildren) "/" Shared/${office.registry.address}
       S: c OK LIST completed
       C: d STATUS ${box} (MESSAGES UNSEEN)
       S: * STATUS ${box} (MESSAGES 1 UNSEEN 1)
       S: d OK STATUS completed
       C: e MYRIGHTS ${box}
       S: * MYRIGHTS ${box} lrswipkxtecd
       S: e OK MYRIGHTS completed`,
    );
    const specialist = await imap.signIn(office.specialist);
    expect((await specialist.command('LIST "" "*"')).join('\n')).not.toContain('Shared');
    for (const command of [`STATUS ${box} (MESSAGES)`, `SELECT ${box}`, `MYRIGHTS ${box}`, `GETACL ${box}`])
      expect(await answer(specialist, command)).toBe('NO [NONEXISTENT] There is no such mailbox');
    expect(await answer(specialist, `STATUS Shared/nobody@${office.domain}/INBOX (MESSAGES)`)).toBe(
      'NO [NONEXISTENT] There is no such mailbox',
    );
  });

  it('hear of new mail while idle, whichever account it came to', async () => {
    await clerk.command(`SELECT ${box}`);
    clerk.send('i IDLE\r\n');
    expect(await clerk.line()).toBe('+ idling');
    await deliver();
    expect(await clerk.line()).toBe('* 1 EXISTS');
    clerk.send('DONE\r\n');
    await clerk.answerTo('i');
  });

  it('keep who is named, take away what is denied, and fall back to nothing that was deleted', async () => {
    const head = await imap.signIn(office.head);
    const { specialist, clerk: clerkAccount, registry } = office;
    await play(
      head,
      `C: a SETACL ${box} ${specialist.address} lr
       S: a OK SETACL completed
       C: b SETACL ${box} ${specialist.address} +s
       S: b OK SETACL completed
       C: c SETACL ${box} -${clerkAccount.address} te
       S: c OK SETACL completed
       C: d GETACL ${box}
       S: * ACL ${box} ${registry.address} lrswipkxteacd -${clerkAccount.address} ted ${specialist.address} lrs heads:${registry.address} lrswipkxteacd officers:${registry.address} lrswipkxtecd
       S: d OK GETACL completed
       C: e LISTRIGHTS ${box} ${registry.address}
       S: * LISTRIGHTS ${box} ${registry.address} lrswipkxteacd
       S: e OK LISTRIGHTS completed
       C: f LISTRIGHTS ${box} anyone
       S: * LISTRIGHTS ${box} anyone "" l r s w i p k x t e a c d
       S: f OK LISTRIGHTS completed
       C: g SETACL ${box} ${specialist.address} lrz
       S: g BAD No such right
       C: h SETACL ${box} nobody@${office.domain} lr
       S: h NO [CANNOT] The request is not acceptable
       C: i SETACL ${box} ${registry.address} lr
       S: i NO [NOPERM] Not permitted
       C: j DELETEACL ${box} officers:${registry.address}
       S: j OK DELETEACL completed`,
    );
    expect(await answer(clerk, `MYRIGHTS ${box}`)).toBe('NO [NONEXISTENT] There is no such mailbox');
    await head.command(`SETACL ${box} officers:${registry.address} lrte`);
    expect((await clerk.command(`MYRIGHTS ${box}`))[0]).toBe(`* MYRIGHTS ${box} lr`);
    expect(await answer(clerk, `SETACL ${box} anyone lr`)).toBe('NO [NOPERM] Not permitted');
  });

  it('give rights to the members of a group and to anyone of the province', async () => {
    const head = await imap.signIn(office.head);
    const specialist = await imap.signIn(office.specialist);
    const [group] = await test.database.rows<{ id: string }>(
      `insert into mail_group (id, address, name, source, writers, moderation, created_at)
       values (gen_random_uuid(), $1, 'g', 'list', 'anyone', 'none', now()) returning id`,
      [`nhom@${office.domain}`],
    );
    await test.database.rows('insert into mail_group_member (group_id, account_id) values ($1, $2)', [
      group?.id,
      office.specialist.accountId,
    ]);
    await head.command(`SETACL ${box} group:nhom@${office.domain} lr`);
    expect((await specialist.command(`MYRIGHTS ${box}`))[0]).toBe(`* MYRIGHTS ${box} lr`);
    await test.database.rows('delete from mail_group_member where group_id = $1', [group?.id]);
    expect(await answer(specialist, `MYRIGHTS ${box}`)).toContain('NO');
    const other = await makeOffice(test.database);
    const stranger = await imap.signIn(other.specialist);
    await head.command(`SETACL ${box} anyone l`);
    expect((await stranger.command(`MYRIGHTS ${box}`))[0]).toBe(`* MYRIGHTS ${box} l`);
    expect(await answer(stranger, `SELECT ${box}`)).toBe('NO [NOPERM] Not permitted');
  });

  it('let each command do what the rights reach, and say READ-ONLY where nothing can change', async () => {
    await deliver();
    const head = await imap.signIn(office.head);
    const reader = await imap.signIn(office.specialist);
    await head.command(`SETACL ${box} ${office.specialist.address} lr`);
    expect(await answer(reader, `SELECT ${box}`)).toBe('OK [READ-ONLY] SELECT completed');
    expect(await answer(reader, 'FETCH 1 BODY[]')).toBe('OK FETCH completed');
    await head.command(`SETACL ${box} ${office.specialist.address} lrw`);
    const selected = await reader.command(`SELECT ${box}`);
    expect(selected).toContain(
      '* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Draft \\*)] Flags that are kept',
    );
    await play(
      reader,
      `C: a STORE 1 +FLAGS (\\Seen \\Flagged)
       S: * 1 FETCH (UID 1 FLAGS (\\Flagged))
       S: a OK STORE completed
       C: b STORE 1 +FLAGS (\\Deleted)
       S: b NO [NOPERM] Not permitted
       C: c EXPUNGE
       S: c NO [NOPERM] Not permitted
       C: d MOVE 1 INBOX
       S: d NO [NOPERM] Not permitted
       C: e COPY 1 INBOX
       S: e OK [COPYUID … COPY completed
       C: f COPY 1 ${box}
       S: f NO [NOPERM] Not permitted
       C: g CREATE Shared/${office.registry.address}/INBOX/Moi
       S: g NO [NOPERM] Not permitted
       C: h DELETE ${box}
       S: h NO [NOPERM] Not permitted
       C: i RENAME ${box} Shared/${office.registry.address}/Khac
       S: i NO [NOPERM] Not permitted
       C: j CREATE Shared/Cua-toi
       S: j NO [CANNOT] The mailbox name is not allowed
       C: k CREATE "Other Users"
       S: k NO [CANNOT] The mailbox name is not allowed`,
    );
    const made = `Shared/${office.registry.address}/2016`;
    expect(await answer(clerk, `CREATE ${made}/05`)).toMatch(
      /^OK \[MAILBOXID \(F[\d-]+\)\] CREATE completed$/,
    );
    expect(await answer(clerk, `RENAME ${made} Taken`)).toBe('NO [CANNOT] The mailbox name is not allowed');
    expect(await answer(clerk, `RENAME ${made}/05 ${made}/06`)).toBe('OK RENAME completed');
    expect((await head.command(`LIST "" "${made}*"`)).length).toBe(3);
    // What moves along needs the right too (RFC 4314, section 4): nothing moves where one child may not.
    await head.command(`SETACL ${made}/06 -${office.clerk.address} x`);
    expect(await answer(clerk, `RENAME ${made} ${made}-cu`)).toBe('NO [NOPERM] Not permitted');
    expect((await head.command(`LIST "" "${made}*"`)).length).toBe(3);
    await head.command(`DELETEACL ${made}/06 -${office.clerk.address}`);
    expect(await answer(clerk, `DELETE ${made}/06`)).toBe('OK DELETE completed');
    expect(await answer(clerk, `UNSUBSCRIBE ${made}`)).toBe('OK UNSUBSCRIBE completed');
    expect((await clerk.command('LSUB "" "*2016"')).length).toBe(1);
    expect((await head.command('LSUB "" "*2016"')).length).toBe(2);
  });

  it('count for the office, whoever files into them', async () => {
    await test.database.rows('update account set quota_bytes = 2048 where id = $1', [
      office.registry.accountId,
    ]);
    const line = `x: ${'y'.repeat(1500)}`;
    await play(
      clerk,
      `C: a APPEND ${box} (\\Deleted) {${line.length}+}
       C: ${line}
       S: a OK [APPENDUID … APPEND completed
       C: b GETQUOTAROOT ${box}
       S: * QUOTAROOT ${box} ${office.registry.address}
       S: * QUOTA ${office.registry.address} (STORAGE 2 2 MESSAGE 1 1000000)
       S: b OK GETQUOTAROOT completed
       C: c GETQUOTA ${office.registry.address}
       S: * QUOTA ${office.registry.address} (STORAGE 2 2 MESSAGE 1 1000000)
       S: c OK GETQUOTA completed
       C: d GETQUOTA ${office.head.address}
       S: d NO [NONEXISTENT] There is no such mailbox
       C: e STATUS ${box} (DELETED DELETED-STORAGE)
       S: * STATUS ${box} (DELETED 1 DELETED-STORAGE ${line.length})
       S: e OK STATUS completed
       C: f APPEND ${box} {${line.length}+}
       C: ${line}
       S: f NO [OVERQUOTA] The quota is used up`,
    );
  });

  it('have those of persons beside them, under Other Users, when a person shares', async () => {
    const specialist = await imap.signIn(office.specialist);
    const mine = `"Other Users/${office.specialist.address}/INBOX"`;
    expect(await answer(clerk, `SELECT ${mine}`)).toBe('NO [NONEXISTENT] There is no such mailbox');
    expect(await answer(specialist, `SETACL INBOX ${office.clerk.address} lr`)).toBe('OK SETACL completed');
    expect(await answer(clerk, `SELECT ${mine}`)).toBe('OK [READ-ONLY] SELECT completed');
    expect(await answer(clerk, `SELECT Shared/${office.specialist.address}/INBOX`)).toContain('NO');
    const listed = (await clerk.command('LIST "" "Other Users/*"')).join('\n');
    expect(listed).toContain(`"/" ${mine}`);
    expect(listed).not.toContain('Drafts');
  });

  it('H2 take a right from an open session as soon as the log has told of it', async () => {
    await deliver();
    const head = await imap.signIn(office.head);
    await head.command(`SETACL ${box} ${office.specialist.address} lrs`);
    const reader = await imap.signIn(office.specialist);
    await reader.command(`SELECT ${box}`);
    reader.send('i IDLE\r\n');
    expect(await reader.line()).toBe('+ idling');
    await head.command(`DELETEACL ${box} ${office.specialist.address}`);
    await imap.relay();
    expect(await reader.rest()).toContain('* BYE');
  });

  it('H2 take them with a place in a group', async () => {
    const head = await imap.signIn(office.head);
    const [group = { id: '' }] = await test.database.rows<{ id: string }>(
      `insert into mail_group (id, address, name, source, writers, moderation, created_at)
       values (gen_random_uuid(), $1, 'g', 'list', 'anyone', 'none', now()) returning id`,
      [`to@${office.domain}`],
    );
    const groups = createMailGroups(test.database);
    const { accountId } = office.specialist;
    await groups.transaction((tx) => tx.keepMembers(group.id, [{ kind: 'account', accountId }], 'add'));
    await head.command(`SETACL ${box} group:to@${office.domain} lr`);
    const reader = await imap.signIn(office.specialist);
    expect(await answer(reader, `SELECT ${box}`)).toMatch(/^OK/);
    reader.send('i IDLE\r\n');
    expect(await reader.line()).toBe('+ idling');
    await groups.transaction((tx) => tx.keepMembers(group.id, [], 'replace'));
    await imap.relay();
    expect(await reader.rest()).toContain('* BYE');
  });

  it('H2 take them with the post', async () => {
    await clerk.command(`SELECT ${box}`);
    clerk.send('i IDLE\r\n');
    expect(await clerk.line()).toBe('+ idling');
    await test.database.transaction(async (tx) => {
      await tx.rows(
        `update position set valid_to = now() where person_id = (select person_id from account where id = $1)`,
        [office.clerk.accountId],
      );
      await recordEvents(tx, [{ type: 'membership.changed', accountId: office.clerk.accountId }], new Date());
    });
    await imap.relay();
    expect(await clerk.rest()).toContain('* BYE');
  });
});

describe('\\Seen in the mailbox of an office', () => {
  it('is common unless it is made personal, and then each has his own, with counters and modseqs', async () => {
    await deliver();
    await deliver();
    const head = await imap.signIn(office.head);
    await clerk.command(`SELECT ${box}`);
    await clerk.command('STORE 1 +FLAGS.SILENT (\\Seen)');
    expect((await head.command(`STATUS ${box} (UNSEEN)`))[0]).toBe(`* STATUS ${box} (UNSEEN 1)`);
    await setPersonal(head, true);
    await clerk.command(`SELECT ${box}`).catch(() => undefined);
    clerk = await imap.signIn(office.clerk);
    await clerk.command(`SELECT ${box} (CONDSTORE)`);
    const before = await modseqOf(head);
    const [stored = ''] = await clerk.command('STORE 2 +FLAGS (\\Seen)');
    expect(stored).toMatch(/^\* 2 FETCH \(UID 2 FLAGS \(\\Seen\) MODSEQ \(\d+\)\)$/);
    expect(await modseqOf(head)).toBe(before + 1);
    await clerk.command('STORE 1 -FLAGS.SILENT (\\Seen)');
    const counts = async (client: ImapClient) => (await client.command(`STATUS ${box} (UNSEEN)`))[0];
    expect(await counts(clerk)).toBe(`* STATUS ${box} (UNSEEN 1)`);
    expect(await counts(head)).toBe(`* STATUS ${box} (UNSEEN 1)`);
    await head.command(`SELECT ${box}`);
    expect(await head.command('FETCH 1:2 FLAGS')).toEqual([
      expect.stringMatching(/^\* 1 FETCH \(FLAGS \(\\Seen\)/),
      expect.stringMatching(/^\* 2 FETCH \(FLAGS \(\)/),
      'OK FETCH completed',
    ]);
    expect(await clerk.command('FETCH 1:2 FLAGS')).toEqual([
      expect.stringMatching(/^\* 1 FETCH \(FLAGS \(\)/),
      expect.stringMatching(/^\* 2 FETCH \(FLAGS \(\\Seen\)/),
      'OK FETCH completed',
    ]);
    await clerk.command('COPY 1:2 INBOX');
    expect((await clerk.command('STATUS INBOX (MESSAGES UNSEEN)'))[0]).toBe(
      '* STATUS INBOX (MESSAGES 2 UNSEEN 1)',
    );
    await clerk.command(`APPEND ${box} (\\Seen) {3+}\r\nx:y`);
    expect(await counts(clerk)).toBe(`* STATUS ${box} (UNSEEN 1)`);
    expect(await counts(head)).toBe(`* STATUS ${box} (UNSEEN 2)`);
    expect(await answer(clerk, 'STORE 2:3 +FLAGS.SILENT (\\Deleted)')).toBe('OK STORE completed');
    expect(await answer(clerk, 'EXPUNGE')).toBe('OK EXPUNGE completed');
    expect(await counts(clerk)).toBe(`* STATUS ${box} (UNSEEN 1)`);
    expect(await counts(head)).toBe(`* STATUS ${box} (UNSEEN 0)`);
    expect(await wrongCounters(test.database)).toEqual([]);
    await setPersonal(head, false);
    head.send('x NOOP\r\n');
    expect(await head.rest()).toContain('* BYE');
    expect(await wrongCounters(test.database)).toEqual([]);
    clerk = await imap.signIn(office.clerk);
    expect(await counts(clerk)).toBe(`* STATUS ${box} (UNSEEN 0)`);
  });

  it('is the receipt of the office, and says who opened', async () => {
    const messageId = await deliver();
    const directive = await insertDirective(test.database, {
      issuerId: office.head.accountId,
      messageId,
      recipientIds: [office.registry.accountId, office.clerk.accountId],
    });
    await clerk.command(`SELECT ${box}`);
    await clerk.command('STORE 1 +FLAGS.SILENT (\\Seen)');
    const rows = await test.database.rows(
      `select account_id, opened_at is not null as opened, acknowledged_at is not null as acknowledged, opened_by
       from recipient where directive_id = $1 order by opened_at nulls last`,
      [directive],
    );
    expect(rows).toEqual([
      {
        account_id: office.registry.accountId,
        opened: true,
        acknowledged: false,
        opened_by: office.clerk.accountId,
      },
      { account_id: office.clerk.accountId, opened: false, acknowledged: false, opened_by: null },
    ]);
  });
});

async function setPersonal(client: ImapClient, personal: boolean): Promise<void> {
  const value = personal ? 'personal' : 'common';
  expect(await answer(client, `SETMETADATA ${box} (/shared/vendor/chidao/seen "${value}")`)).toBe(
    'OK SETMETADATA completed',
  );
  await imap.relay();
}

async function modseqOf(client: ImapClient): Promise<number> {
  const [line = ''] = await client.command(`STATUS ${box} (HIGHESTMODSEQ)`);
  return Number(/\d+(?=\)$)/.exec(line)?.[0]);
}
