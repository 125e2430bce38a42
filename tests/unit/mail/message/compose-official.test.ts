import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError } from '#domain/hub-error.ts';
import { composeDirective } from '#mail/message/compose-directive.ts';
import type { ComposeDirective } from '#mail/message/compose-directive.ts';
import { composeRecall } from '#mail/message/compose-recall.ts';
import { decodeText } from '#mail/message/decode-text.ts';
import { decodeWords, fieldText, headerFields } from '#mail/message/header-fields.ts';
import { parseMessage } from '#mail/message/parse-message.ts';

const directive: ComposeDirective = {
  messageId: 'yk-123@binhthuan.example',
  date: new Date('2016-01-04T00:30:00Z'),
  from: { name: 'Chủ tịch UBND tỉnh', address: 'chutich@binhthuan.example' },
  to: 'Nơi nhận',
  subject: 'Khẩn trương phòng, chống áp thấp nhiệt đới trên địa bàn toàn tỉnh và các huyện ven biển',
  code: 'YKCĐ-2016-000123',
  urgency: 'hoa_toc',
  dueAt: new Date('2016-01-05T10:00:00Z'),
  acknowledgeWithinMinutes: 30,
  issuerLabel: 'Chủ tịch UBND tỉnh Nguyễn Văn A',
  text: 'Các đơn vị <nghiêm túc> thực hiện:\r\n1. Trực 24/24.\n2. Báo cáo "nhanh" & đủ.',
  publicUrl: 'https://chidao.binhthuan.example/d/123?a=1&b=2',
  directiveId: '0190-abc',
  replyTo: 'chidao@binhthuan.example',
};
const recall = {
  ...directive,
  messageId: 'th-1@binhthuan.example',
  reason: 'Thay bằng văn bản khác',
  recalledMessageId: '<yk-123@binhthuan.example>',
};

const fieldsOf = (bytes: Buffer): Map<string, string> => {
  const { header } = parseMessage(bytes).structure.root;
  return new Map([...headerFields(bytes, header)].map((field) => [field.name, fieldText(bytes, field)]));
};
const textsOf = (bytes: Buffer): string[] =>
  (parseMessage(bytes).structure.root.parts ?? []).map((part) => decodeText(bytes, part));
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof HubError ? error.code : String(error);
  }
};

describe('composeDirective', () => {
  const bytes = composeDirective(directive);

  it('writes ASCII lines of at most 76 octets that end in CRLF', () => {
    const text = bytes.toString('latin1');
    expect(text).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text.split('\r\n').filter((line) => line.length > 76)).toEqual([]);
    expect(
      text.split('\r\n').some((line, n, all) => line.trim() === '' && line !== '' && n < all.length),
    ).toBe(false);
  });

  it('says who, what and how urgent in its header', () => {
    const fields = fieldsOf(bytes);
    expect(decodeWords(fields.get('subject') ?? '')).toBe(
      `[HỎA TỐC] YKCĐ-2016-000123 – ${directive.subject}`,
    );
    expect(fields.get('date')).toBe('Mon, 04 Jan 2016 07:30:00 +0700');
    expect(fields.get('message-id')).toBe('<yk-123@binhthuan.example>');
    expect(fields.get('reply-to')).toBe('<chidao@binhthuan.example>');
    expect(fields.get('chidao-directive')).toBe('0190-abc');
    expect(fields.get('x-priority')).toBe('1 (Highest)');
    expect(fields.get('importance')).toBe('high');
    expect(fields.get('priority')).toBe('urgent');
    expect(fields.has('auto-submitted')).toBe(false);
    const { envelope } = parseMessage(bytes).structure;
    expect(envelope.to?.map((entry) => decodeWords(entry.mailbox ?? ''))).toEqual(['Nơi nhận', '']);
    expect(envelope.from).toMatchObject([{ mailbox: 'chutich', host: 'binhthuan.example' }]);
    expect(decodeWords(envelope.from?.[0]?.name ?? '')).toBe('Chủ tịch UBND tỉnh');
  });

  it('says the same in text and in HTML, with nothing to load', () => {
    const [plain = '', html = ''] = textsOf(bytes);
    for (const line of [
      'Số: YKCĐ-2016-000123',
      'Độ khẩn: HỎA TỐC',
      'Người chỉ đạo: Chủ tịch UBND tỉnh Nguyễn Văn A',
      'Hạn xử lý: 05/01/2016 17:00',
      'Đề nghị xác nhận trong: 30 phút',
      'Các đơn vị <nghiêm túc> thực hiện:',
      '1. Trực 24/24.',
      'Để xác nhận, đề nghị trả lời thư này với dòng đầu: Đã nhận',
      'https://chidao.binhthuan.example/d/123?a=1&b=2',
    ]) {
      expect(plain.split(/\r?\n/)).toContain(line);
    }
    expect(html).toContain('&lt;nghiêm túc&gt; thực hiện:<br>');
    expect(html).toContain('href="https://chidao.binhthuan.example/d/123?a=1&amp;b=2"');
    expect(html).not.toMatch(/<(?:img|script|link|iframe)|url\(|src=/i);
    expect(parseMessage(bytes)).toMatchObject({ secretStamp: undefined, autoSubmitted: false });
  });

  it('marks the degrees of urgency, and an ordinary directive not at all', () => {
    const subject = (urgency: ComposeDirective['urgency']): string =>
      parseMessage(
        composeDirective({ ...directive, urgency, dueAt: undefined, acknowledgeWithinMinutes: undefined }),
      ).subject;
    expect(subject('normal')).toMatch(/^YKCĐ/);
    expect(subject('khan')).toMatch(/^\[KHẨN\] YKCĐ/);
    expect(subject('thuong_khan')).toMatch(/^\[THƯỢNG KHẨN\] YKCĐ/);
  });

  it('gives the same octets for the same input', () => {
    expect(composeDirective(directive).equals(bytes)).toBe(true);
  });

  it('refuses what it cannot write', () => {
    const refused: Partial<ComposeDirective>[] = [
      { from: { name: 'A', address: 'a@b>, <c@d' } },
      { from: { name: 'A', address: 'a\u0085b@c' } },
      { replyTo: 'không phải địa chỉ' },
      { messageId: 'a b@c' },
      { messageId: 'a@b>\u2028<c' },
      { directiveId: '' },
      { to: '' },
      { publicUrl: 'javascript:alert(1)' },
      { dueAt: new Date(Number.NaN) },
      { date: new Date(Number.NaN) },
      { acknowledgeWithinMinutes: 0 },
    ];
    for (const input of refused) {
      expect(
        codeOf(() => composeDirective({ ...directive, ...input })),
        JSON.stringify(input),
      ).toBe('bad_input');
    }
  });
});

describe('composeRecall', () => {
  it('is a notice in the thread of the directive', () => {
    const bytes = composeRecall(recall);
    expect(parseMessage(bytes)).toMatchObject({
      subject: `[THU HỒI] YKCĐ-2016-000123 – ${directive.subject}`,
      inReplyTo: '<yk-123@binhthuan.example>',
      references: ['<yk-123@binhthuan.example>'],
    });
    expect(textsOf(bytes)[0]).toContain('Lý do: Thay bằng văn bản khác');
  });
});

const oneLine = [
  'messageId',
  'to',
  'subject',
  'code',
  'issuerLabel',
  'publicUrl',
  'directiveId',
  'replyTo',
  'from.name',
  'from.address',
] as const;

const withField = <T extends ComposeDirective>(
  input: T,
  field: (typeof oneLine)[number],
  value: string,
): T => {
  if (field === 'from.name') return { ...input, from: { ...input.from, name: value } };
  if (field === 'from.address') return { ...input, from: { ...input.from, address: value } };
  return { ...input, [field]: value };
};

describe('header injection (S9)', () => {
  const names = [...fieldsOf(composeDirective(directive)).keys()];
  const dangerous = fc.constantFrom('\r', '\n', '\r\n', '\0', '\r\nBcc: x@evil.example\r\n');
  const harmless = fc.string({
    unit: fc.constantFrom('a', ' ', 'ệ', '\u2028', '\u0085', '"', '<', '\\', '=?', ',', '👍🏽', '\ud800'),
  });

  it('refuses CR, LF and NUL in every field, also in a recall', () => {
    fc.assert(
      fc.property(fc.constantFrom(...oneLine), harmless, dangerous, harmless, (field, before, bad, after) => {
        const value = before + bad + after;
        expect(codeOf(() => composeDirective(withField(directive, field, value)))).toBe(
          'line_break_in_field',
        );
        expect(codeOf(() => composeRecall(withField(recall, field, value)))).toBe('line_break_in_field');
      }),
    );
    expect(codeOf(() => composeRecall({ ...recall, recalledMessageId: 'a@b\r\nX: y' }))).toBe(
      'line_break_in_field',
    );
  });

  it('refuses NUL and bare CR in the text', () => {
    expect(codeOf(() => composeDirective({ ...directive, text: 'a\0b' }))).toBe('line_break_in_field');
    expect(codeOf(() => composeDirective({ ...directive, text: 'a\rb' }))).toBe('line_break_in_field');
    expect(codeOf(() => composeRecall({ ...recall, reason: 'a\rb' }))).toBe('line_break_in_field');
  });

  it('encodes U+2028, U+0085 and everything else without a new field and without loss', () => {
    fc.assert(
      fc.property(harmless, harmless, harmless, (subject, name, to) => {
        const bytes = composeDirective({
          ...directive,
          subject,
          to: `N${to}`,
          from: { ...directive.from, name },
        });
        expect(bytes.toString('latin1')).toMatch(/^[\x20-\x7e\r\n]*$/);
        expect(
          bytes
            .toString('latin1')
            .split('\r\n')
            .every((line) => line.length <= 76),
        ).toBe(true);
        expect([...fieldsOf(bytes).keys()]).toEqual(names);
        const parsed = parseMessage(bytes);
        expect(parsed.subject).toBe(`[HỎA TỐC] YKCĐ-2016-000123 – ${subject}`.toWellFormed());
        expect(parsed.fromAddress).toBe('chutich@binhthuan.example');
        expect(parsed.structure.envelope.to).toHaveLength(2);
        const decodedName = decodeWords(parsed.structure.envelope.from?.[0]?.name ?? '');
        expect(decodedName).toBe(name.toWellFormed());
      }),
      { numRuns: 300 },
    );
  });

  it('cannot be cut or smuggled by its text', () => {
    const bytes = composeDirective({ ...directive, text: 'a\r\n.\r\nMAIL FROM:<x>\r\n--=_\r\n\u0085\u2028' });
    expect(bytes.toString('latin1')).not.toContain('\r\n.\r\n');
    expect(parseMessage(bytes).structure.root.parts).toHaveLength(2);
    expect(textsOf(bytes)[0]).toContain('a\r\n.\r\nMAIL FROM:<x>\r\n--=_\r\n\u0085\u2028');
  });
});
