import { describe, expect, it } from 'vitest';
import { replyActOf } from '#mail/message/reply-act.ts';

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

describe('replyActOf', () => {
  for (const text of acknowledging) {
    it(`takes ${JSON.stringify(text)} for an acknowledgement`, () => {
      expect(replyActOf(text)).toBe('acknowledge');
    });
  }
  for (const text of others) {
    it(`takes ${JSON.stringify(text)} for none`, () => {
      expect(replyActOf(text)).toBe('none');
    });
  }
});
