import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { answerAbsence, type AnswerAbsencePorts } from '#app/mail/answer-absence.ts';
import type { AbsenceReply } from '#app/ports/mail-settings.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { Absence } from '#domain/mail/absence.ts';
import { answerableHeader, composeAbsence } from '#mail/message/compose-absence.ts';
import { parseMessage } from '#mail/message/parse-message.ts';
import { absentAmong, createAbsences, deleteOldReplyMarkers } from '#store/mail/absence-store.ts';
import { accountsByAddresses } from '#store/mail/accounts-by-addresses.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import type { Transaction } from '#store/database.ts';
import { makeAccounts, preparedMessage, type MailAccount } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ connectionsMax: 8 });
});
afterAll(() => test.drop());

const at = new Date('2016-05-11T02:00:00Z');
const later = (days: number) => new Date(at.getTime() + days * 24 * 3_600_000);
const away: Absence = { enabled: true, text: 'Tôi đi công tác.', everyDays: 7 };

interface Written {
  readonly from: string;
  readonly to: readonly string[];
  readonly sender?: string;
  readonly own?: boolean;
  readonly header?: string;
  readonly into?: 'inbox' | 'junk';
  readonly spf?: 'pass' | 'fail';
}

function prepared(bytes: Buffer): PreparedMessage {
  const { subject, messageId, fromAddress, autoSubmitted } = parseMessage(bytes);
  return preparedMessage('', { bytes, subject, messageIdHeader: messageId, fromAddress, autoSubmitted });
}

/** What a door leaves behind in one transaction: the message, its mailboxes, and who the envelope said it was from. */
async function file(
  tx: Transaction,
  bytes: Buffer,
  { to, sender = '', own = true, into = 'inbox' }: Omit<Written, 'from'>,
) {
  const accounts = [...(await accountsByAddresses(tx, to)).values()];
  const { messageId } = await deliverMessage(tx, {
    message: prepared(bytes),
    receivedAt: at,
    to: { kind: 'accounts', accountIds: accounts },
    into,
    flags: 0,
    keywords: [],
  });
  await tx.rows(
    `insert into mail_trace (at, step, message_id, sender, recipients, submitted_by, detail)
     values ($1, $2, $3, $4, $5, $6, '{}')`,
    [at, own ? 'submitted' : 'received', messageId, sender, to, own ? randomUUID() : null],
  );
  return messageId;
}

function write(input: Written): Promise<string> {
  const { from, to, header = '' } = input;
  const bytes = Buffer.from(
    `From: ${from}\r\nTo: ${to.join(', ')}\r\nSubject: Chao\r\nMessage-ID: <${randomUUID()}@thu.example>\r\n${header}\r\nxin chao\r\n`,
  );
  return test.database.transaction(async (tx) => {
    const messageId = await file(tx, bytes, { sender: from, ...input });
    if (input.spf !== undefined)
      await tx.rows('update message set authentication = $2::jsonb where id = $1', [
        messageId,
        JSON.stringify({
          spf: { result: input.spf, domain: 'thu.example' },
          dkim: [],
          dmarc: { result: 'none', domain: 'thu.example', policy: 'none' },
          arc: 'none',
          authors: 1,
        }),
      ]);
    return messageId;
  });
}

/** The ports as the hub has them; answers are delivered here, with the null sender, and counted. */
function hub(now: Date = at) {
  const sent: { messageId: string; to: string }[] = [];
  const absences = createAbsences(test.database, {
    async sendReply(tx, { message, to }) {
      sent.push({ messageId: await file(tx, message.bytes, { to: [to] }), to });
    },
  });
  const ports: AnswerAbsencePorts = {
    absences,
    readHeader: answerableHeader,
    compose: (reply: AbsenceReply) =>
      Promise.resolve(
        prepared(composeAbsence({ ...reply, messageId: `<${randomUUID()}@binhthuan.example>` })),
      ),
    clock: { now: () => now },
    committed: () => undefined,
  };
  return { ports, absences, sent };
}

async function people(count: number): Promise<readonly MailAccount[]> {
  return makeAccounts(test.database, count);
}

describe('answerAbsence', () => {
  it('S18 answers once per sender when eight workers have the same job, and again after everyDays', async () => {
    const [an, binh] = await people(2);
    if (an === undefined || binh === undefined) throw new Error('no accounts');
    const { ports, absences, sent } = hub();
    await absences.save(an.accountId, away);
    const messageId = await write({ from: binh.address, to: [an.address] });
    const job = { messageId, accountIds: [an.accountId] };
    const answered = await Promise.all(Array.from({ length: 8 }, () => answerAbsence(ports, job)));
    expect(answered.flat()).toEqual([an.accountId]);
    expect(sent.map(({ to }) => to)).toEqual([binh.address]);
    const second = await write({ from: binh.address, to: [an.address] });
    const next = { messageId: second, accountIds: [an.accountId] };
    expect(await answerAbsence(hub(later(6)).ports, next)).toEqual([]);
    const again = hub(later(7));
    expect(await Promise.all([1, 2].map(() => answerAbsence(again.ports, next)))).toContainEqual([
      an.accountId,
    ]);
    expect(again.sent).toHaveLength(1);
  });

  it('S18 lets two absences that write to each other exchange two messages at most', async () => {
    const [an, binh] = await people(2);
    if (an === undefined || binh === undefined) throw new Error('no accounts');
    const { ports, absences, sent } = hub();
    await absences.save(an.accountId, { ...away, everyDays: 1 });
    await absences.save(binh.accountId, { ...away, everyDays: 1 });
    const accountIds = [an.accountId, binh.accountId];
    const pending = [
      await write({ from: binh.address, to: [an.address] }),
      await write({ from: an.address, to: [binh.address] }),
    ];
    // Every message that comes in, answers too, is given to both, as often as there are any.
    for (let message = pending.shift(); message !== undefined; message = pending.shift()) {
      const before = sent.length;
      await answerAbsence(ports, { messageId: message, accountIds });
      pending.push(...sent.slice(before).map(({ messageId }) => messageId));
      expect(sent.length).toBeLessThanOrEqual(2);
    }
    expect(sent.map(({ to }) => to).toSorted()).toEqual([an.address, binh.address].toSorted());
  });

  it('leaves no marker when the answer could not be sent', async () => {
    const [an, binh] = await people(2);
    if (an === undefined || binh === undefined) throw new Error('no accounts');
    const { ports, absences, sent } = hub();
    await absences.save(an.accountId, away);
    const messageId = await write({ from: binh.address, to: [an.address] });
    const job = { messageId, accountIds: [an.accountId] };
    const broken = createAbsences(test.database, {
      sendReply: () => Promise.reject(new Error('no way out')),
    });
    await expect(answerAbsence({ ...ports, absences: broken }, job)).rejects.toThrow('no way out');
    expect(await answerAbsence(ports, job)).toEqual([an.accountId]);
    expect(sent).toHaveLength(1);
  });

  it('answers one who wrote to an alias, and nobody who wrote to a list that the account is in', async () => {
    const [an, binh] = await people(2);
    if (an === undefined || binh === undefined) throw new Error('no accounts');
    const alias = `bi-danh-${randomUUID().slice(0, 8)}@binhthuan.example`;
    await test.database.rows('insert into mail_alias (address, account_id, created_at) values ($1, $2, $3)', [
      alias,
      an.accountId,
      at,
    ]);
    const { ports, absences } = hub();
    await absences.save(an.accountId, away);
    const accountIds = [an.accountId];
    const toList = await write({ from: binh.address, to: ['toan-tinh@binhthuan.example'] });
    expect(await answerAbsence(ports, { messageId: toList, accountIds })).toEqual([]);
    const toAlias = await write({ from: binh.address, to: [alias] });
    expect(await answerAbsence(ports, { messageId: toAlias, accountIds })).toEqual(accountIds);
  });

  it('S17 answers mail from outside only when its sender is proven, and nothing in Junk', async () => {
    const [an] = await people(1);
    if (an === undefined) throw new Error('no account');
    const { ports, absences } = hub();
    await absences.save(an.accountId, away);
    const accountIds = [an.accountId];
    const outside = { from: 'dan@thu.example', to: [an.address], own: false };
    const silent = [
      await write(outside),
      await write({ ...outside, spf: 'fail' }),
      await write({ ...outside, spf: 'pass', into: 'junk' }),
      await write({ ...outside, spf: 'pass', header: 'Precedence: bulk\r\n' }),
    ];
    for (const messageId of silent) expect(await answerAbsence(ports, { messageId, accountIds })).toEqual([]);
    const proven = await write({ ...outside, spf: 'pass' });
    // The answer leaves the province; where it goes is the sender's affair, not this one's.
    expect(await answerAbsence(ports, { messageId: proven, accountIds })).toEqual(accountIds);
  });
});

describe('absentAmong', () => {
  it('finds those who are away now, of the ones it is asked about', async () => {
    const accounts = await people(5);
    const [now = '', past = '', future = '', off = '', other = ''] = accounts.map(
      ({ accountId }) => accountId,
    );
    const { absences } = hub();
    await absences.save(now, { ...away, startsAt: later(-1), endsAt: later(1) });
    await absences.save(past, { ...away, endsAt: at });
    await absences.save(future, { ...away, startsAt: later(1) });
    await absences.save(off, { ...away, enabled: false });
    await absences.save(other, away);
    expect(await absentAmong(test.database, [off, future, past, now], at)).toEqual([now]);
    expect(await absentAmong(test.database, [], at)).toEqual([]);
  });
});

describe('createAbsences', () => {
  it('keeps an absence as it was saved last', async () => {
    const [an] = await people(1);
    if (an === undefined) throw new Error('no account');
    const { absences } = hub();
    expect(await absences.of(an.accountId)).toBeUndefined();
    const saved = { ...away, startsAt: at, endsAt: later(3), subject: 'Nghỉ phép' };
    await absences.save(an.accountId, away);
    await absences.save(an.accountId, saved);
    expect(await absences.of(an.accountId)).toEqual(saved);
  });
});

describe('deleteOldReplyMarkers', () => {
  it('forgets senders whom any absence would answer again', async () => {
    const [an] = await people(1);
    if (an === undefined) throw new Error('no account');
    await test.database.rows('insert into absence_reply values ($1, $2, $3), ($1, $4, $5)', [
      an.accountId,
      'cu@thu.example',
      later(-400),
      'moi@thu.example',
      later(-300),
    ]);
    expect(await deleteOldReplyMarkers(test.database, later(-350))).toBe(1);
  });
});
