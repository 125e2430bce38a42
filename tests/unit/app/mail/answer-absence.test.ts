import { describe, expect, it } from 'vitest';

import { answerAbsence, type AnswerAbsencePorts } from '#app/mail/answer-absence.ts';
import type { AbsentAccount, AbsenceReply, OutgoingReply } from '#app/ports/mail-settings.ts';
import { answerableHeader } from '#mail/message/compose-absence.ts';
import { preparedMessage } from '#support/mail-fixture.ts';

const at = new Date('2016-05-11T02:00:00Z');
const sender = 'dan@thu.example';
const absent = (accountId: string, parts: Partial<AbsentAccount> = {}): AbsentAccount => ({
  accountId,
  address: `${accountId}@so.binhthuan.example`,
  name: accountId,
  ownAddresses: [`${accountId}@so.binhthuan.example`],
  absence: { enabled: true, text: 'Tôi đi vắng.', everyDays: 7 },
  junk: false,
  lastReplyAt: undefined,
  ...parts,
});

/** Ports over one message; what is sent and committed is counted. */
function portsOf(
  accounts: readonly AbsentAccount[],
  options: {
    header?: string;
    sender?: string;
    claimed?: boolean;
    compose?: (reply: AbsenceReply) => ReturnType<typeof preparedMessage>;
  } = {},
) {
  const sent: OutgoingReply[] = [];
  const replies: AbsenceReply[] = [];
  const claims: unknown[] = [];
  let commits = 0;
  const to = accounts.map(({ address }) => address).join(', ');
  const header =
    options.header ??
    `From: ${sender}\r\nTo: ${to}\r\nSubject: Xin hỏi\r\nMessage-ID: <1@thu.example>\r\n\r\n`;
  const ports: AnswerAbsencePorts = {
    absences: {
      of: () => Promise.resolve(undefined),
      save: () => Promise.resolve(),
      message: (messageId) =>
        Promise.resolve(
          messageId === '1'
            ? { header: Buffer.from(header), sender: options.sender ?? sender, senderVerified: true }
            : undefined,
        ),
      absent: (accountIds) =>
        Promise.resolve(accounts.filter(({ accountId }) => accountIds.includes(accountId))),
      transaction: (work) =>
        work({
          claim(input) {
            claims.push(input);
            return Promise.resolve(options.claimed ?? true);
          },
          send(reply) {
            sent.push(reply);
            return Promise.resolve();
          },
        }),
    },
    readHeader: answerableHeader,
    compose(reply) {
      replies.push(reply);
      return Promise.resolve().then(() => (options.compose ?? (() => preparedMessage('trả lời')))(reply));
    },
    clock: { now: () => at },
    committed: () => (commits += 1),
  };
  return { ports, sent, replies, claims, commits: () => commits };
}

describe('answerAbsence', () => {
  it('answers the envelope sender for each absent account, in its name', async () => {
    const { ports, sent, replies, commits } = portsOf([absent('an'), absent('binh')]);
    expect(await answerAbsence(ports, { messageId: '1', accountIds: ['an', 'binh'] })).toEqual([
      'an',
      'binh',
    ]);
    expect(sent).toMatchObject([
      { fromAccountId: 'an', to: sender, at },
      { fromAccountId: 'binh', to: sender, at },
    ]);
    expect(replies[0]).toMatchObject({
      from: { name: 'an', address: 'an@so.binhthuan.example' },
      to: sender,
      text: 'Tôi đi vắng.',
      answered: { messageIdHeader: '<1@thu.example>', subject: 'Xin hỏi' },
    });
    expect(commits()).toBe(2);
  });

  it('asks for the marker of everyDays, and sends nothing when another has it (S18, F14)', async () => {
    const { ports, sent, claims, commits } = portsOf([absent('an')], { claimed: false });
    expect(await answerAbsence(ports, { messageId: '1', accountIds: ['an'] })).toEqual([]);
    expect(claims).toEqual([
      { accountId: 'an', sender, at, answeredBefore: new Date('2016-05-04T02:00:00Z') },
    ]);
    expect([sent, commits()]).toEqual([[], 0]);
  });

  it('composes nothing for what may not be answered (S18)', async () => {
    const silent = [
      portsOf([absent('an')], { header: `From: ${sender}\r\nTo: nhom@binhthuan.example\r\n\r\n` }),
      portsOf([absent('an')], { sender: '' }),
      portsOf([absent('an', { junk: true })]),
      portsOf([absent('an', { lastReplyAt: at })]),
    ];
    for (const { ports, replies, claims } of silent) {
      expect(await answerAbsence(ports, { messageId: '1', accountIds: ['an'] })).toEqual([]);
      expect([replies, claims]).toEqual([[], []]);
    }
  });

  it('does nothing for a message that is gone', async () => {
    const { ports, sent } = portsOf([absent('an')]);
    expect(await answerAbsence(ports, { messageId: '2', accountIds: ['an'] })).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('never sends an answer that bears a secrecy mark', async () => {
    const { ports, sent } = portsOf([absent('an')], {
      compose: () => preparedMessage('x', { secretStamp: 'TUYỆT MẬT' }),
    });
    expect(await answerAbsence(ports, { messageId: '1', accountIds: ['an'] })).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('answers for the others when one account cannot, and then says so', async () => {
    const { ports, sent } = portsOf([absent('an'), absent('binh')], {
      compose(reply) {
        if (reply.from.name === 'an') throw new Error('cannot be written');
        return preparedMessage('trả lời');
      },
    });
    await expect(answerAbsence(ports, { messageId: '1', accountIds: ['an', 'binh'] })).rejects.toThrow(
      'cannot be written',
    );
    expect(sent.map((reply) => reply.fromAccountId)).toEqual(['binh']);
  });
});
