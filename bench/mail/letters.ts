const lines = [
  'Kính gửi các đồng chí lãnh đạo, công chức và viên chức của cơ quan.',
  'Thực hiện kế hoạch công tác, đề nghị các đơn vị rà soát và báo cáo đúng thời hạn.',
  'Nội dung báo cáo gồm số liệu, khó khăn, vướng mắc và kiến nghị của đơn vị.',
];

let letters = 0;

/** A message of about so many octets, unlike every other: its Message-ID and its first line are its own. */
export function letterOf(bytes: number): string {
  letters += 1;
  const id = `${process.pid}-${Date.now()}-${letters}`;
  const head =
    `From: Lien he <lien.he@load.example>\r\nTo: Cac don vi <to@load.example>\r\nSubject: =?UTF-8?B?${Buffer.from(`Công văn ${letters}`).toString('base64')}?=\r\n` +
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}\r\nMessage-ID: <${id}@load.example>\r\nMIME-Version: 1.0\r\n` +
    `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSố ${letters}.\r\n`;
  const body: string[] = [];
  for (let size = Buffer.byteLength(head), at = 0; size < bytes; at += 1) {
    const line = `${lines[at % lines.length] ?? ''} ${at}\r\n`;
    body.push(line);
    size += Buffer.byteLength(line);
  }
  return head + body.join('');
}
