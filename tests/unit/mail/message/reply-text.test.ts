import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownWords } from '#domain/mail/reply/own-words.ts';
import { readReply, type ReplyAct } from '#domain/mail/reply/reply-act.ts';
import { parseStructure } from '#mail/message/parse-structure.ts';
import { quotedHtmlToLines } from '#mail/message/quoted-html.ts';
import { replyText } from '#mail/message/reply-text.ts';
import { unflow } from '#mail/message/unflow.ts';
import { clients, forwarding } from './reply-clients.ts';

function actOf(bytes: Buffer): ReplyAct {
  return readReply(replyText(bytes, parseStructure(bytes).root));
}

const vi = 'Đã khảo sát xong 3 xã, còn 2 xã sẽ làm trong tuần này.';
const written: readonly {
  readonly name: string;
  readonly own: string;
  readonly attachments?: readonly string[];
  readonly act: ReplyAct;
}[] = [
  { name: 'acknowledges', own: 'Đã nhận.', act: { kind: 'acknowledge', text: '' } },
  {
    name: 'acknowledges with a name below',
    own: 'ĐÃ NHẬN ạ!\n\nLê Thu Hà\nSở Kế hoạch và Đầu tư',
    act: { kind: 'acknowledge', text: '' },
  },
  {
    name: 'reports with words',
    own: `Báo cáo 60%: ${vi}\nKhông có vướng mắc.`,
    act: { kind: 'report', percent: 60, text: `${vi}\nKhông có vướng mắc.` },
  },
  {
    name: 'submits a result with a file',
    own: 'Trình kết quả',
    attachments: ['bao-cao.pdf'],
    act: { kind: 'submit', text: 'Trình kết quả' },
  },
  {
    name: 'asks for more time',
    own: 'Xin gia hạn đến 27/05/2016: mưa lũ kéo dài, chưa đo đạc được.',
    act: {
      kind: 'extension',
      newDueAt: new Date('2016-05-27T10:00:00Z'),
      text: 'mưa lũ kéo dài, chưa đo đạc được.',
    },
  },
  {
    name: 'asks a question',
    own: 'Kính gửi anh Khôi,\nĐề nghị cho biết thêm về kinh phí.',
    act: {
      kind: 'comment',
      reason: 'no_act',
      text: 'Kính gửi anh Khôi,\nĐề nghị cho biết thêm về kinh phí.',
    },
  },
  { name: 'says nothing', own: '', act: { kind: 'nothing' } },
];

describe('replyText and readReply', () => {
  for (const [client, write] of Object.entries(clients)) {
    for (const { name, act, ...reply } of written) {
      it(`reads what ${client} sends for one who ${name}`, () => {
        const found = actOf(write(reply));
        // HTML has no empty lines; words are the same.
        const plain = (one: ReplyAct) =>
          'text' in one ? { ...one, text: one.text.replaceAll(/\n+/g, '\n') } : one;
        expect(plain(found)).toEqual(plain(act));
      });
    }
  }
  for (const [client, write] of Object.entries(forwarding)) {
    it(`makes no act of what ${client} passes on`, () => {
      expect(actOf(write({ own: 'Đã nhận' }))).toEqual({
        kind: 'comment',
        reason: 'forwarded',
        text: 'Đã nhận',
      });
    });
  }

  it('makes no act of an answer piece by piece', () => {
    const text = '> Kinh phí?\nĐã nhận\n> Thời hạn?\nTrong tuần này.\n';
    expect(readReply({ text, attachments: 0 })).toMatchObject({ kind: 'comment', reason: 'interleaved' });
  });

  it('counts no picture of a signature as a file, and no signature over the mail', () => {
    const bytes = Buffer.from(
      'Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n<p>DONE</p>\r\n' +
        '--r\r\nContent-Type: image/png; name="logo.png"\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\nx\r\n' +
        '--r\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Disposition: attachment\r\n\r\nx\r\n--r--\r\n',
    );
    expect(replyText(bytes, parseStructure(bytes).root).attachments).toBe(0);
    expect(actOf(bytes)).toMatchObject({ kind: 'comment', reason: 'result_missing' });
  });

  it('joins flowed lines of one quote depth', () => {
    expect(unflow('Báo cáo 60%: đã xong \r\nba xã.\r\n> một \r\n> hai\r\n-- \r\ntên', false)).toBe(
      'Báo cáo 60%: đã xong ba xã.\n> một hai\n-- \ntên',
    );
  });

  it('never throws, whatever it reads', () => {
    const pieces = fc.constantFrom(
      'Đã nhận',
      '>',
      '> a',
      '-- ',
      '\n',
      '\r\n',
      ' ',
      'On 1 wrote:',
      'Vào 07:30 đã viết:',
      'From: a',
      'Sent: b',
      '<blockquote>',
      '</blockquote>',
      '<div class="gmail_signature">',
      '<',
      '\ue000',
      '\0',
      '\ud800',
      '%',
      'Báo cáo 60%',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        for (const one of [text, quotedHtmlToLines(text), unflow(text, true)]) {
          const act = readReply({ text: one, attachments: 0 });
          if ('text' in act) expect(act.text).toBe(act.text.trim());
          expect(ownWords(one).text).not.toMatch(/^>/mu);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is done with hostile texts of a megabyte: what is beyond its limits is not read', () => {
    const units = [
      '>',
      '> \n',
      'On ',
      'On 1\n',
      'Vào 1 ',
      'From: a\n',
      'Thanks,\n',
      '\n',
      '<blockquote>',
      '<div ',
      '<',
      '-',
      '_',
      ' ',
      'Báo cáo ',
    ];
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      expect(() => readReply({ text: quotedHtmlToLines(text), attachments: 0 })).not.toThrow();
      expect(ownWords(text).text.length).toBeLessThanOrEqual(65_536);
    }
  }, 20_000);
});
