/** How mail programs write a reply: the words of the writer go in, the octets that leave the program come out. */
export interface SampleReply {
  readonly own: string;
  readonly attachments?: readonly string[];
}
export type Client = (reply: SampleReply) => Buffer;

const quoted = [
  'Ý KIẾN CHỈ ĐẠO',
  '',
  'Số: YKCĐ-2016-000123',
  'Giao Sở Kế hoạch và Đầu tư chủ trì, báo cáo 100% kết quả trước ngày 20/05/2016.',
  'Đã nhận',
  'Hoàn thành',
];
const marked = quoted.map((line) => `> ${line}`.trimEnd()).join('\n');
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const divs = (text: string) =>
  text
    .split('\n')
    .map((line) => `<div>${line === '' ? '<br>' : escaped(line)}</div>`)
    .join('');
const quotedHtml = quoted.map((line) => `<p>${escaped(line)}</p>`).join('\r\n');
const issuer =
  'Trần Minh Khôi &lt;<a href="mailto:tmkhoi@binhthuan.example">tmkhoi@binhthuan.example</a>&gt;';

function wrap(body: string, type: string, attachments: readonly string[] = []): Buffer {
  const head =
    'From: ltha@binhthuan.example\r\nTo: tmkhoi@binhthuan.example\r\nSubject: Re: chi dao\r\nMIME-Version: 1.0\r\n';
  const part = `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(
    body.replaceAll('\n', '\r\n').replaceAll('\r\r\n', '\r\n'),
  )
    .toString('base64')
    .replaceAll(/.{1,76}/g, '$&\r\n')}`;
  if (attachments.length === 0) return Buffer.from(`${head}${part}`);
  const files = attachments
    .map(
      (name) =>
        `--b\r\nContent-Type: application/pdf; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\n` +
        'Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n',
    )
    .join('');
  return Buffer.from(
    `${head}Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n${part}${files}--b--\r\n`,
  );
}

const plain = (body: string, { attachments }: SampleReply) =>
  wrap(body, 'text/plain; charset=utf-8', attachments);
const html = (body: string, { attachments }: SampleReply) =>
  wrap(
    `<html><head><style>p{margin:0}</style></head><body>${body}</body></html>`,
    'text/html; charset=utf-8',
    attachments,
  );

export const clients = {
  outlookDesktopVi: (reply: SampleReply) =>
    html(
      `<div class=WordSection1>${reply.own
        .split('\n')
        .map((line) => `<p class=MsoNormal>${line === '' ? '<o:p>&nbsp;</o:p>' : escaped(line)}</p>`)
        .join(
          '\r\n',
        )}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'>` +
        `<p class=MsoNormal><b>Từ:</b> Trần Minh Khôi &lt;tmkhoi@binhthuan.example&gt;<br><b>Đã gửi:</b> Thứ Tư, 11 Tháng Năm 2016 7:30 SA<br><b>Tới:</b> Sở Kế hoạch<br><b>Chủ đề:</b> Chỉ đạo</p></div></div>${quotedHtml}</div>`,
      reply,
    ),
  outlookDesktopEnPlain: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\n-----Original Message-----\nFrom: Trần Minh Khôi <tmkhoi@binhthuan.example>\nSent: Wednesday, May 11, 2016 7:30 AM\nTo: Sở Kế hoạch\nSubject: Chỉ đạo\n\n${quoted.join('\n')}`,
      reply,
    ),
  outlookPlainVi: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\n________________________________\nTừ: Trần Minh Khôi <tmkhoi@binhthuan.example>\nĐã gửi: 11 Tháng Năm 2016 7:30 SA\nĐến: Sở Kế hoạch\nChủ đề: Chỉ đạo\n\n${quoted.join('\n')}`,
      reply,
    ),
  outlookWeb: (reply: SampleReply) =>
    html(
      `<div style="font-family:Calibri">${divs(reply.own)}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font><b>From:</b> Trần Minh Khôi<br><b>Sent:</b> Wednesday, May 11, 2016 7:30 AM<br><b>To:</b> Sở<br><b>Subject:</b> Chỉ đạo</font></div>${quotedHtml}`,
      reply,
    ),
  outlookPhone: (reply: SampleReply) =>
    html(
      `${divs(reply.own)}<div><br></div><div class="ms-outlook-mobile-signature" id="ms-outlook-mobile-signature">Tải <a href="https://aka.ms/x">Outlook cho iOS</a></div><div id="mail-editor-reference-message-container"><hr><div><b>Từ:</b> Trần Minh Khôi</div>${quotedHtml}</div>`,
      reply,
    ),
  outlookPhonePlain: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\nGet Outlook for Android<https://aka.ms/x>\n________________________________\nFrom: Trần Minh Khôi <tmkhoi@binhthuan.example>\nSent: Wednesday, May 11, 2016 7:30:00 AM\nTo: Sở\nSubject: Chỉ đạo\n\n${quoted.join('\n')}`,
      reply,
    ),
  gmailWebVi: (reply: SampleReply) =>
    html(
      `<div dir="ltr">${divs(reply.own)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Vào Th 4, 11 thg 5, 2016 vào lúc 07:30 ${issuer} đã viết:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">${quotedHtml}</blockquote></div>`,
      reply,
    ),
  gmailWebEnPlain: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\nOn Wed, May 11, 2016 at 7:30 AM Trần Minh Khôi <tmkhoi@binhthuan.example>\nwrote:\n\n${marked}\n`,
      reply,
    ),
  gmailSignature: (reply: SampleReply) =>
    html(
      `<div dir="ltr">${divs(reply.own)}<div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature"><div>Lê Thu Hà</div><div>Đã nhận bằng khen 100% năm 2015</div></div></div><br><div class="gmail_quote"><div class="gmail_attr">Vào 07:30, Th 4, 11 thg 5, 2016 ${issuer} đã viết:</div><blockquote>${quotedHtml}</blockquote></div>`,
      reply,
    ),
  gmailPhone: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\nVào Th 4, 11 thg 5, 2016, 07:30 Trần Minh Khôi <tmkhoi@binhthuan.example> đã\nviết:\n\n${marked}\n`,
      reply,
    ),
  appleMail: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\n> On 11 May 2016, at 07:30, Trần Minh Khôi <tmkhoi@binhthuan.example> wrote:\n> \n${marked}\n`,
      reply,
    ),
  applePhoneVi: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\nĐã gửi từ iPhone của tôi\n\n> Vào 11 thg 5, 2016, lúc 07:30, Trần Minh Khôi <tmkhoi@binhthuan.example> đã viết:\n> \n${marked}\n`,
      reply,
    ),
  applePhoneHtml: (reply: SampleReply) =>
    html(
      `${divs(reply.own)}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On May 11, 2016, at 7:30 AM, ${issuer} wrote:<br><br></blockquote></div><blockquote type="cite">${quotedHtml}</blockquote>`,
      reply,
    ),
  thunderbirdFlowed: (reply: SampleReply) =>
    wrap(
      `${reply.own}\n\nOn 11/05/2016 07:30, Trần Minh Khôi wrote:\n${marked}\n\n-- \nLê Thu Hà\nSở Kế hoạch và Đầu tư\n`,
      'text/plain; charset=utf-8; format=flowed',
      reply.attachments,
    ),
  thunderbirdBottomVi: (reply: SampleReply) =>
    wrap(
      `Vào 11/05/2016 07:30, Trần Minh Khôi đã viết:\n${marked}\n\n${reply.own}\n\n-- \nLê Thu Hà\nHoàn thành\n`,
      'text/plain; charset=utf-8; format=flowed; delsp=yes',
      reply.attachments,
    ),
  thunderbirdHtml: (reply: SampleReply) =>
    html(
      `<p>${escaped(reply.own).replaceAll('\n', '<br>')}</p><div class="moz-cite-prefix">On 11/05/2016 07:30, Trần Minh Khôi wrote:<br></div><blockquote type="cite" cite="mid:x">${quotedHtml}</blockquote><pre class="moz-signature" cols="72">-- \nLê Thu Hà</pre>`,
      reply,
    ),
  officeFooter: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\nTrân trọng,\nLê Thu Hà\nPhó Giám đốc Sở Kế hoạch và Đầu tư\nĐT: 0252.000.0000\n\nThư điện tử này và các tệp kèm theo chỉ dành cho người nhận có tên ở trên. Đã nhận nhầm xin xóa.\nHãy cân nhắc trước khi in thư này.\n\n-----Thư gốc-----\nTừ: Trần Minh Khôi\nGửi: 11/05/2016\n${quoted.join('\n')}`,
      reply,
    ),
  officeFooterEn: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\nBest regards,\nLe Thu Ha\n\nCONFIDENTIALITY NOTICE: This e-mail and any attachments are confidential.\nDONE\n\nFrom: Tran Minh Khoi <tmkhoi@binhthuan.example>\nDate: Wednesday, 11 May 2016 at 07:30\nTo: Department\nSubject: Directive\n${quoted.join('\n')}`,
      reply,
    ),
} satisfies Record<string, Client>;

/** The earlier message passed on below the writer's words. */
export const forwarding = {
  gmail: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\n---------- Forwarded message ---------\nTừ: Trần Minh Khôi <tmkhoi@binhthuan.example>\nDate: Th 4, 11 thg 5, 2016\nSubject: Chỉ đạo\n\n${quoted.join('\n')}`,
      reply,
    ),
  appleVi: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\nBắt đầu thư được chuyển tiếp:\n\n> Từ: Trần Minh Khôi\n> Ngày: 11/05/2016\n${marked}`,
      reply,
    ),
  thunderbird: (reply: SampleReply) =>
    plain(
      `${reply.own}\n\n-------- Forwarded Message --------\nSubject: Chỉ đạo\n${quoted.join('\n')}`,
      reply,
    ),
} satisfies Record<string, Client>;
