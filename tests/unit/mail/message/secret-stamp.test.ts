import { describe, expect, it } from 'vitest';
import { decodeText } from '#mail/message/decode-text.ts';
import { parseStructure } from '#mail/message/parse-structure.ts';
import { scanMessage } from '#mail/message/scan-message.ts';
import {
  findSecretStamp,
  findSecretStampInHeader,
  findSecretStampInSubject,
} from '#domain/secrecy/secret-stamp.ts';
import { octetsOf } from './message-shape.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** R10: each must be found. */
const marked: readonly [name: string, text: string, stamp: string][] = [
  ['a whole line', 'UBND TỈNH\nMẬT\nKế hoạch', 'MẬT'],
  ['the second degree', 'TỐI MẬT', 'TỐI MẬT'],
  ['the third degree', 'TUYỆT MẬT', 'TUYỆT MẬT'],
  ['spaces around it', '      MẬT   \r\n', 'MẬT'],
  ['decomposed letters', 'Số 1\n'.concat('TỐI MẬT'.normalize('NFD')), 'TỐI MẬT'],
  ['marks in another order', 'MA\u0323\u0302T', 'MẬT'],
  ['half-composed letters, as windows-1258 gives them', 'M\u00c2\u0323T', 'MẬT'],
  ['stars', '*MẬT*', 'MẬT'],
  ['brackets', '[TỐI MẬT]', 'TỐI MẬT'],
  ['rules and a full stop', '=== TUYỆT MẬT. ===', 'TUYỆT MẬT'],
  ['a quoted reply', '> > MẬT', 'MẬT'],
  ['letters set apart', 'T Ố I   M Ậ T', 'TỐI MẬT'],
  ['no-break spaces', 'TUYỆT\u00a0MẬT', 'TUYỆT MẬT'],
  ['zero-width characters', 'M\u200bẬ\u200dT', 'MẬT'],
  ['a box to the left of the national title', 'MẬT        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'MẬT'],
  ['a cell of a text table', '| Số 12 | TỐI MẬT | 04/01/2016 |', 'TỐI MẬT'],
  ['a field', 'Độ mật: TỐI MẬT', 'TỐI MẬT'],
  ['a field in the case of a register', 'Độ mật: Tuyệt mật', 'TUYỆT MẬT'],
  ['a field among fields', 'Độ khẩn: KHẨN; Độ mật: MẬT', 'MẬT'],
  ['a decorated field in capitals', '- **ĐỘ MẬT** : [MẬT]', 'MẬT'],
  ['a line after a Unicode line separator', 'Kế hoạch\u2028MẬT', 'MẬT'],
];

/** R10: each must pass. */
const nearMisses: readonly [name: string, text: string][] = [
  ['bảo mật', 'BẢO MẬT THÔNG TIN'],
  ['bảo mật alone', 'BẢO MẬT'],
  ['mật khẩu', 'MẬT KHẨU'],
  ['mật độ', 'Mật độ dân số'],
  ['thân mật', 'Buổi gặp mặt THÂN MẬT'],
  ['mật ong', 'MẬT ONG'],
  ['lower case', 'mật'],
  ['title case', 'Tối Mật'],
  ['lower case of the third degree', 'tuyệt mật'],
  ['a sentence', 'Văn bản này không phải là văn bản MẬT'],
  ['a sentence that begins with it', 'MẬT là một trong ba độ mật'],
  ['a list of degrees', 'MẬT, TỐI MẬT, TUYỆT MẬT'],
  ['another letter', 'MẤT'],
  ['no marks', 'MAT'],
  ['nothing before it but a word', 'ĐỘ MẬT'],
  ['a field that says none', 'Độ mật: Không'],
  ['an empty field', 'Độ mật:'],
  ['a field followed by a sentence', 'Độ mật: tối mật được quy định tại Điều 8'],
  ['a sentence that names the field', 'Đề nghị ghi rõ Độ mật: MẬT vào sổ'],
  ['a number beside it', 'MẬT 1'],
  ['a line that runs on', 'TUYỆT MẬT\u00a0VÀ KHẨN'],
  ['the word within a word', 'MẬTMÃ'],
];

describe('findSecretStamp', () => {
  for (const [name, text, stamp] of marked) {
    it(`finds ${name} (R10)`, () => {
      expect(findSecretStamp(text)?.stamp).toBe(stamp);
    });
  }

  for (const [name, text] of nearMisses) {
    it(`lets ${name} pass (R10)`, () => {
      expect(findSecretStamp(text)).toBeUndefined();
      expect(findSecretStamp(text.normalize('NFD'))).toBeUndefined();
    });
  }

  it('says which line', () => {
    expect(findSecretStamp('một\r\nbảo mật\r\n\r\nMẬT\r\n')).toEqual({ stamp: 'MẬT', line: 4 });
  });
});

describe('findSecretStampInSubject', () => {
  it('finds a whole subject and a tag in brackets', () => {
    for (const subject of [
      'MẬT',
      'Re: MẬT',
      '[MẬT] Kế hoạch',
      'Fwd: [KHẨN] [MẬT] Kế hoạch',
      'Kế hoạch (MẬT)',
      'Độ mật: Mật',
    ]) {
      expect(findSecretStampInSubject(subject), subject).toBe('MẬT');
    }
  });

  it('lets words pass', () => {
    for (const subject of [
      'Bảo mật',
      '[BẢO MẬT] Hướng dẫn',
      'V/v văn bản MẬT',
      'Kế hoạch [mật]',
      '[MẬT KHẨU] mới',
      '',
    ]) {
      expect(findSecretStampInSubject(subject), subject).toBeUndefined();
    }
  });
});

describe('findSecretStampInHeader', () => {
  it('reads only the field that names the secrecy, with or without marks', () => {
    expect(findSecretStampInHeader('X-Do-Mat', 'Tối mật')).toBe('TỐI MẬT');
    expect(findSecretStampInHeader('Do_Mat', 'TUYET-MAT')).toBe('TUYỆT MẬT');
    expect(findSecretStampInHeader('X-Do-Mat', 'Thuong')).toBeUndefined();
    expect(findSecretStampInHeader('X-Format', 'MẬT')).toBeUndefined();
  });
});

describe('scanMessage', () => {
  const scan = (lines: readonly string[]): unknown => {
    const bytes = octetsOf(lines);
    return scanMessage(bytes, parseStructure(bytes), decodeText);
  };
  const encoded = 'Content-Transfer-Encoding: base64';
  const utf8 = 'Content-Type: text/plain; charset=utf-8';
  const html = 'Content-Type: text/html; charset=utf-8';

  it('finds it in an encoded subject', () => {
    expect(scan([`Subject: =?utf-8?B?${base64('[TỐI MẬT] Kế hoạch')}?=`, '', ''])).toEqual({
      stamp: 'TỐI MẬT',
      where: 'subject',
    });
  });

  it('finds it in a header field and in a line that only looks like one', () => {
    expect(scan(['X-Do-Mat: MAT', '', ''])).toEqual({ stamp: 'MẬT', where: 'header x-do-mat' });
    expect(scan(['Subject: a', 'Độ mật: MẬT', '', ''])).toEqual({ stamp: 'MẬT', where: 'header' });
  });

  it('finds it in base64, also behind padding in the middle', () => {
    expect(scan([utf8, encoded, '', base64('một\nMẬT\n')])).toEqual({
      stamp: 'MẬT',
      where: 'part 1, line 2',
    });
    expect(scan([utf8, encoded, '', base64('a\n'), base64('MẬT\n')])).toEqual({
      stamp: 'MẬT',
      where: 'part 1, line 2',
    });
  });

  it('finds it in quoted-printable and in windows-1258', () => {
    expect(scan([utf8, 'Content-Transfer-Encoding: quoted-printable', '', 'M=E1=BA=', '=ACT'])).toMatchObject(
      { stamp: 'MẬT' },
    );
    expect(
      scan([
        'Content-Type: text/plain; charset=windows-1258',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'M=C2=F2T',
      ]),
    ).toMatchObject({ stamp: 'MẬT' });
  });

  it('finds it in HTML: cells, inline tags, character references, comments', () => {
    for (const text of [
      '<table><tr><td>MẬT</td><td>CỘNG HÒA</td></tr></table>',
      '<p><b>M</b><i>Ậ</i>T</p>',
      '<div>M&#7852;T</div>',
      '<div>M&Acirc;&#803;T</div>',
      'a<br>T&#x1ED0;I&nbsp;M&#x1EAC;T<br>b',
      '<!--> <p>MẬT</p>',
      '<p title=">">MẬT</p>',
    ]) {
      expect(scan([html, '', text]), text).toBeDefined();
    }
    expect(scan([html, '', '<p>bảo <b>MẬT</b></p><style>\nMẬT\n</style><!-- \nMẬT\n -->'])).toBeUndefined();
  });

  it('finds it in a later part, in a message inside and beyond the limits of the parser', () => {
    const parts = ['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x', '--b'];
    expect(scan([...parts, utf8, '', 'MẬT', '--b--'])).toEqual({ stamp: 'MẬT', where: 'part 2, line 1' });
    expect(scan([...parts, 'Content-Type: message/rfc822', '', 'Subject: a', '', 'MẬT', '--b--'])).toEqual({
      stamp: 'MẬT',
      where: 'part 2.1, line 1',
    });
    const deep = Array.from({ length: 200 }, (_, n) => [
      `Content-Type: multipart/mixed; boundary=b${n}`,
      '',
      `--b${n}`,
    ]);
    expect(scan([...deep.flat(), '', 'MẬT'])).toMatchObject({ stamp: 'MẬT' });
  });

  it('lets an ordinary message pass', () => {
    expect(
      scan(['Subject: Chỉ đạo bảo mật', utf8, '', 'Kính gửi,', 'Đề nghị đổi mật khẩu.']),
    ).toBeUndefined();
  });
});
