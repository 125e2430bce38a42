import { createHash } from 'node:crypto';
import { decodeWords } from '#mail/message/header-fields.ts';
import { parseMessage } from '#mail/message/parse-message.ts';
import { searchTextOf } from '#store/mail/search-text.ts';

/** A message as both servers get it, and what the hub parses of it. */
export interface SampleMail {
  readonly octets: Buffer;
  readonly sha256: Buffer;
  readonly structure: string;
  readonly searchText: string;
  readonly messageId: string;
  readonly subject: string;
}

/** Stands in one message of a thousand, another one for each thousandth. */
export function rareWord(number: number): string {
  return `hồ sơ mật danh ${String(number % 1000).padStart(3, '0')}x`;
}

/** Stands in every fourth message. */
export const commonWord = 'lâm nghiệp bền vững';

const syllables =
  'tỉnh ủy ban nhân dân sở ngành huyện xã phường báo cáo kế hoạch công văn chỉ đạo thực hiện rà soát số liệu khó khăn vướng mắc kiến nghị đơn vị cơ quan lãnh đạo công chức viên chức phòng chống thiên tai bão lụt giao thông đường bộ y tế giáo dục trường học ngân sách dự toán quyết toán đầu tư xây dựng đất đai môi trường nông nghiệp thủy sản du lịch văn hóa thể thao thanh tra khiếu nại tố cáo cải cách hành chính chuyển đổi dữ liệu thống kê dân số lao động việc làm an sinh xã hội'.split(
    ' ',
  );
const linesPerMessage = 40;
const lineBytes = 78;
const placeholder = '@@@@@@';

/**
 * Message `number`, the same in every run. All have the same size and shape, so that what the parser finds in the first
 * is true of each: parsing 100,000 would take longer than what is measured.
 */
export function sampleMail(number: number): SampleMail {
  const name = String(number).padStart(placeholder.length, '0');
  const body = bodyOf(number);
  const octets = Buffer.from(`${head.replaceAll(placeholder, name)}${body}`);
  return {
    octets,
    sha256: createHash('sha256').update(octets).digest(),
    structure: shape.structure.replaceAll(placeholder, name),
    searchText: searchTextOf(shape.header.replaceAll(placeholder, name), body.replaceAll('\r\n', '\n')),
    messageId: `<${name}@load.example>`,
    subject: shape.subject.replaceAll(placeholder, name),
  };
}

const head =
  `Return-Path: <lien.he@load.example>\r\nReceived: from mx.load.example (mx.load.example [192.0.2.7])\r\n` +
  `\tby mx.binhthuan.example with ESMTPS id ${placeholder}; Mon, 23 Nov 2026 08:00:00 +0700\r\n` +
  `From: =?UTF-8?B?${Buffer.from('Văn thư Sở').toString('base64')}?= <lien.he@load.example>\r\n` +
  `To: Cac don vi <to@load.example>, Van phong <vp@load.example>\r\nCc: Luu tru <luu@load.example>\r\n` +
  `Subject: =?UTF-8?B?${Buffer.from('Công văn số').toString('base64')}?= ${placeholder}\r\n` +
  `Date: Mon, 23 Nov 2026 08:00:00 +0700\r\nMessage-ID: <${placeholder}@load.example>\r\nMIME-Version: 1.0\r\n` +
  `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`;

const shape = shapeOf(Buffer.from(`${head}${bodyOf(0)}`));

function shapeOf(octets: Buffer): { structure: string; subject: string; header: string } {
  const { structure, subject } = parseMessage(octets);
  const unfolded = head.replaceAll(/\r\n\t/g, ' ').trimEnd();
  return {
    structure: JSON.stringify(structure),
    subject,
    header: unfolded
      .split('\r\n')
      .map((line) => `${line}\n${decodeWords(line)}`)
      .join('\n'),
  };
}

/** Lines of equal length in octets; the words are drawn by a generator that begins with the number. */
function bodyOf(number: number): string {
  let state = (number + 1) * 2_654_435_761;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const lines = Array.from({ length: linesPerMessage }, (_, index) => {
    let line = index === 7 ? `${rareWord(number)}.` : '';
    if (index === 11 && number % 4 === 0) line = `${commonWord}.`;
    for (;;) {
      const longer = `${line}${line === '' ? '' : ' '}${syllables[next(syllables.length)] ?? ''}`;
      if (Buffer.byteLength(longer) > lineBytes) break;
      line = longer;
    }
    return `${line}${'.'.repeat(lineBytes - Buffer.byteLength(line))}\r\n`;
  });
  return lines.join('');
}
