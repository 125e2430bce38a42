import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AbsenceReply } from '#app/ports/mail-settings.ts';
import { HubError } from '#domain/hub-error.ts';
import { answerableHeader, composeAbsence } from '#mail/message/compose-absence.ts';
import { composeQuotaWarning } from '#mail/message/compose-quota-warning.ts';
import { decodeText } from '#mail/message/decode-text.ts';
import { fieldText, headerFields } from '#mail/message/header-fields.ts';
import { parseMessage } from '#mail/message/parse-message.ts';

type Reply = AbsenceReply & { readonly messageId: string };
const reply: Reply = {
  messageId: '<tra-loi-1@binhthuan.example>',
  from: { name: 'Nguyễn Thị Lan', address: 'lan@vpubnd.binhthuan.example' },
  to: 'dan@thu.example',
  subject: undefined,
  text: 'Tôi đi công tác đến hết thứ sáu.\nViệc gấp: gọi văn phòng.',
  answered: {
    messageIdHeader: '<2@thu.example>',
    references: ['<0@thu.example>', '<1@thu.example>'],
    subject: 'Xin hỏi về hồ sơ',
  },
  date: new Date('2016-05-11T02:00:00Z'),
};
const fieldsOf = (bytes: Buffer): Map<string, string> => {
  const { header } = parseMessage(bytes).structure.root;
  return new Map([...headerFields(bytes, header)].map((field) => [field.name, fieldText(bytes, field)]));
};
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof HubError ? error.code : String(error);
  }
};

describe('composeAbsence', () => {
  it('is an automatic reply under the message that it answers (RFC 3834)', () => {
    const bytes = composeAbsence(reply);
    const fields = fieldsOf(bytes);
    expect(parseMessage(bytes)).toMatchObject({
      subject: 'Tự động trả lời: Xin hỏi về hồ sơ',
      messageId: reply.messageId,
      inReplyTo: '<2@thu.example>',
      references: ['<0@thu.example>', '<1@thu.example>', '<2@thu.example>'],
      fromAddress: reply.from.address,
      toAddresses: [reply.to],
      autoSubmitted: true,
    });
    expect(fields.get('auto-submitted')).toBe('auto-replied');
    expect(fields.get('x-auto-response-suppress')).toBe('All');
    const text = decodeText(bytes, parseMessage(bytes).structure.root);
    expect(text).toContain('Việc gấp: gọi văn phòng.\r\n');
    expect(text).toContain('thay cho Nguyễn Thị Lan.');
  });

  it('is never answered by another absence (S18)', () => {
    expect(answerableHeader(composeAbsence(reply))).toMatchObject({ autoSubmitted: 'auto-replied' });
  });

  it('prefers the subject of the absence, and cuts a long one', () => {
    expect(parseMessage(composeAbsence({ ...reply, subject: 'Nghỉ phép' })).subject).toBe(
      'Tự động trả lời: Nghỉ phép',
    );
    const long = composeAbsence({ ...reply, answered: { ...reply.answered, subject: 'ậ'.repeat(5000) } });
    expect(Array.from(parseMessage(long).subject)).toHaveLength(300);
  });

  it('leaves out ids that cannot be written, and all but the first and the nearest references', () => {
    const references = Array.from({ length: 500 }, (_, index) => `<${index}@thu.example>`);
    const many = parseMessage(composeAbsence({ ...reply, answered: { ...reply.answered, references } }));
    expect(many.references).toHaveLength(21);
    expect(many.references[0]).toBe('<0@thu.example>');
    expect(many.references.at(-2)).toBe('<499@thu.example>');
    const odd = fieldsOf(
      composeAbsence({ ...reply, answered: { ...reply.answered, messageIdHeader: '<không@ghi.được>' } }),
    );
    expect([odd.has('in-reply-to'), odd.has('references')]).toEqual([false, false]);
  });

  it('refuses CR, LF and NUL in every field, and never opens a field (S9)', () => {
    const names = [...fieldsOf(composeAbsence(reply)).keys()];
    const text = fc.string({
      unit: fc.constantFrom('a', ' ', 'ệ', '\u2028', '\u0085', '"', '<', '=?', ',', '\ud800'),
    });
    const bad = fc.constantFrom('\r', '\n', '\r\n', '\0', '\r\nBcc: x@evil.example\r\n');
    fc.assert(
      fc.property(text, bad, text, (before, broken, after) => {
        const value = before + broken + after;
        const inputs: Reply[] = [
          { ...reply, subject: value },
          { ...reply, to: value },
          { ...reply, messageId: value },
          { ...reply, from: { ...reply.from, name: value } },
          { ...reply, from: { ...reply.from, address: value } },
        ];
        for (const one of inputs) expect(codeOf(() => composeAbsence(one))).toBe('line_break_in_field');
      }),
    );
    fc.assert(
      fc.property(text, text, (subject, name) => {
        const bytes = composeAbsence({ ...reply, subject, from: { ...reply.from, name } });
        expect([...fieldsOf(bytes).keys()]).toEqual(names);
        expect(bytes.toString('latin1')).toMatch(/^[\x20-\x7e\r\n]*$/);
        expect(bytes.toString('latin1').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      }),
    );
    expect(codeOf(() => composeAbsence({ ...reply, text: 'a\0' }))).toBe('line_break_in_field');
    expect(codeOf(() => composeAbsence({ ...reply, to: '<x>@evil.example' }))).toBe('bad_input');
  });
});

describe('answerableHeader', () => {
  const read = (...lines: string[]) =>
    answerableHeader(Buffer.from(`${lines.join('\r\n')}\r\n\r\nTo: body@x.example\r\n`));

  it('reads who wrote, to whom, and under what', () => {
    expect(
      read(
        'From: "Dân, A" <Dan@Thu.example>',
        'To: Nhóm: An@so.binhthuan.example;',
        'Cc: b@x.example, "c" <C@x.example>',
        'Subject: =?UTF-8?B?WGluIGjhu49p?=',
        'Message-ID: <2@thu.example>',
        'References: <0@thu.example>',
        ' <1@thu.example>',
      ),
    ).toEqual({
      from: 'Dan@thu.example',
      autoSubmitted: undefined,
      precedence: undefined,
      list: false,
      responseSuppress: undefined,
      report: false,
      to: ['an@so.binhthuan.example', 'b@x.example', 'c@x.example'],
      answered: {
        messageIdHeader: '<2@thu.example>',
        references: ['<0@thu.example>', '<1@thu.example>'],
        subject: 'Xin hỏi',
      },
    });
  });

  it('sees what says that a program or a list sent it (S18)', () => {
    expect(read('Auto-Submitted: (a) Auto-Generated; owner=x')).toMatchObject({
      autoSubmitted: 'auto-generated',
    });
    expect(read('Precedence: BULK')).toMatchObject({ precedence: 'bulk' });
    expect(read('List-Unsubscribe: <mailto:x@x.example>')).toMatchObject({ list: true });
    expect(read('List-Id: <a.b>')).toMatchObject({ list: true });
    expect(read('X-Auto-Response-Suppress: OOF')).toMatchObject({ responseSuppress: 'oof' });
    expect(read('Content-Type: multipart/report; report-type=delivery-status')).toMatchObject({
      report: true,
    });
  });

  it('takes nobody as the author of two From fields or two authors (S20)', () => {
    expect(read('From: a@x.example', 'From: b@x.example').from).toBeUndefined();
    expect(read('From: a@x.example, b@x.example').from).toBeUndefined();
  });
});

describe('composeQuotaWarning', () => {
  it('says in Vietnamese and English how full it is and what to do', () => {
    const bytes = composeQuotaWarning({
      messageId: 'quota-1@binhthuan.example',
      date: reply.date,
      from: { name: 'Hệ thống', address: 'chidao@binhthuan.example' },
      account: {
        accountId: 'an',
        address: 'an@so.binhthuan.example',
        name: 'An',
        usedBytes: 1.5 * 1024 ** 3,
        quotaBytes: 1.6 * 1024 ** 3,
      },
    });
    const parsed = parseMessage(bytes);
    expect(parsed).toMatchObject({
      subject: 'Hộp thư sắp đầy (93 %) – Your mailbox is almost full',
      autoSubmitted: true,
      toAddresses: ['an@so.binhthuan.example'],
    });
    const text = decodeText(bytes, parsed.structure.root);
    expect(text).toContain('đã dùng 1,5 GiB trong 1,6 GiB');
    expect(text).toContain('uses 1.5 GiB of 1.6 GiB (93%)');
    expect(fieldsOf(bytes).get('auto-submitted')).toBe('auto-generated');
  });
});
