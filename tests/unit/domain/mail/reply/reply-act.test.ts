import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { actWords } from '#domain/mail/reply/act-words.ts';
import { readReply, unclearReasons } from '#domain/mail/reply/reply-act.ts';

const acknowledging = [
  'Đã nhận',
  'đã nhận.',
  'ĐÃ NHẬN!',
  'Da nhan',
  'ACK',
  'ack.',
  '\r\n  Đã  nhận  \r\n\r\n> Ý kiến chỉ đạo',
  'Đã nhận'.normalize('NFD'),
  'Đã nhận ạ.',
  '\ufeffĐã nhận,\nNguyễn Văn A',
  'Đã nhận\n\nVào 07:30 04/01/2016, UBND tỉnh đã viết:\n> …',
];

const others = [
  '',
  '> Đã nhận',
  'Đã nhận?',
  'Đã nhận nhưng chưa rõ',
  'Chưa nhận',
  'Đã nhận được thư',
  'Dạ nhận',
  'Đá nhân',
  'Xin chào\nĐã nhận',
  'Vào 07:30 04/01/2016, UBND tỉnh đã viết:\nĐã nhận',
  'On Mon, Jan 4, 2016 at 7:30 AM UBND wrote:\nĐã nhận',
  '-----Original Message-----\nĐã nhận',
  'Từ: UBND tỉnh\nĐã nhận',
  'From: UBND\nACK',
  'ACKNOWLEDGED',
  'NACK',
  'Tôi đang nghỉ phép',
];

const read = (text: string, attachments = 0) => readReply({ text, attachments });

const clear: readonly (readonly [string, number, object])[] = [
  [
    'Đã nhận\n\nĐề nghị cho biết thêm về kinh phí.',
    0,
    { kind: 'acknowledge', text: 'Đề nghị cho biết thêm về kinh phí.' },
  ],
  ['Đã nhận chỉ đạo ạ.', 0, { kind: 'acknowledge', text: '' }],
  ['bao cao 60%: xong', 0, { kind: 'report', percent: 60, text: 'xong' }],
  [
    'BÁO CÁO TIẾN ĐỘ: 75 %\nĐã xong phần đo đạc.',
    0,
    { kind: 'report', percent: 75, text: 'Đã xong phần đo đạc.' },
  ],
  ['REPORT 0% - not begun, waiting for the map', 0, { kind: 'report', percent: 0 }],
  [
    'Progress 100%. All communes are done.',
    0,
    { kind: 'report', percent: 100, text: 'All communes are done.' },
  ],
  [
    'Hoàn thành: đã bàn giao hồ sơ cho Văn phòng.',
    0,
    { kind: 'submit', text: 'đã bàn giao hồ sơ cho Văn phòng.' },
  ],
  ['DONE', 1, { kind: 'submit', text: 'DONE' }],
  ['trinh ket qua\n\nLê Thu Hà', 2, { kind: 'submit' }],
  [
    'Xin gia hạn đến ngày 1/6/2016\nLý do: chờ ý kiến Sở Tài chính',
    0,
    { kind: 'extension', newDueAt: new Date('2016-06-01T10:00:00Z'), text: 'Lý do: chờ ý kiến Sở Tài chính' },
  ],
  [
    'Extend to 01-06-2016: waiting for the survey',
    0,
    { kind: 'extension', newDueAt: new Date('2016-06-01T10:00:00Z') },
  ],
];

const unclear: readonly (readonly [string, string])[] = [
  ['Báo cáo 160%: xong', 'percent_unclear'],
  ['Báo cáo 60,5%: xong', 'percent_unclear'],
  ['Báo cáo 60% khối lượng', 'percent_unclear'],
  ['Báo cáo 60%, có nơi 70%', 'percent_unclear'],
  ['Báo cáo 60%', 'words_missing'],
  ['Báo cáo 60%\n\nLê Thu Hà\nPhó Giám đốc', 'words_missing'],
  ['Báo cáo 60% được không?', 'question'],
  ['Hoàn thành 60%', 'percent_unclear'],
  ['Hoàn thành', 'result_missing'],
  ['Done.\n\nLe Thu Ha', 'result_missing'],
  ['Hoàn thành: chưa, còn chờ Sở Tài chính', 'contradiction'],
  ['Hoàn thành trước ngày 20/05/2016', 'no_act'],
  ['Đã nhận nhưng chưa rõ', 'contradiction'],
  ['Đã nhận,\nnhưng chưa mở được tệp', 'contradiction'],
  ['Xin gia hạn đến 30/02/2016: mưa lũ', 'date_unclear'],
  ['Xin gia hạn đến 13/13/2016: mưa lũ', 'date_unclear'],
  ['Xin gia hạn đến tuần sau: mưa lũ', 'date_unclear'],
  ['Xin gia hạn đến 20/05/16: mưa lũ', 'date_unclear'],
  ['Xin gia hạn đến 20/05/2016', 'words_missing'],
  ['Báo cáo 80%: sắp xong\nXin gia hạn đến 20/05/2016: mưa lũ', 'two_acts'],
  ['Đã nhận\nBáo cáo 20%: đang làm', 'two_acts'],
];

describe('readReply', () => {
  for (const text of acknowledging) {
    it(`takes ${JSON.stringify(text)} for an acknowledgement`, () => {
      expect(read(text).kind).toBe('acknowledge');
    });
  }
  for (const text of others) {
    it(`takes ${JSON.stringify(text)} for no act`, () => {
      expect(['comment', 'nothing']).toContain(read(text).kind);
    });
  }
  for (const [text, attachments, act] of clear) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(read(text, attachments)).toMatchObject(act);
    });
  }
  for (const [text, reason] of unclear) {
    it(`does not guess what ${JSON.stringify(text)} is`, () => {
      expect(read(text)).toMatchObject({ kind: 'comment', reason });
    });
  }

  it('knows the words and the reasons that its page names, and no others', () => {
    const page = readFileSync(new URL('../../../../../docs/mail-acts.md', import.meta.url), 'utf8');
    for (const [kind, words] of Object.entries(actWords)) {
      const row = new RegExp(`^\\| ${kind} \\| (.*?) \\|`, 'mu').exec(page)?.[1] ?? '';
      expect([...row.matchAll(/`([^`]+)`/gu)].map((found) => found[1])).toEqual(words);
    }
    const reasons = [...page.matchAll(/^\| `([a-z_]+)` \|/gmu)].map((found) => found[1]);
    expect(reasons).toEqual(unclearReasons);
  });
});
