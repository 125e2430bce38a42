import { formatProvinceTime } from '#mail/message/message-date.ts';

export type ReportAction = 'failed' | 'delayed' | 'relayed' | 'delivered';

/** One recipient of a delivery status notification. */
export interface ReportedRecipient {
  readonly address: string;
  /** ORCPT as it was given, `rfc822;…`. */
  readonly originalRecipient?: string;
  readonly action: ReportAction;
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
  /** The other server's words, or ours. */
  readonly reply?: string;
  readonly host?: string;
  readonly lastAttemptAt?: Date;
  /** Of a delayed one: until when it is tried. */
  readonly retryUntil?: Date;
}

interface Said {
  readonly vi: string;
  readonly en: string;
}

export const reportSubjects: Readonly<Record<ReportAction, Said>> = {
  failed: { vi: 'Thư không gửi được', en: 'Mail not delivered' },
  delayed: { vi: 'Thư chưa gửi được, hệ thống đang gửi lại', en: 'Mail delayed' },
  relayed: { vi: 'Thư đã chuyển tới máy chủ bên nhận', en: 'Mail passed on' },
  delivered: { vi: 'Thư đã gửi đến nơi', en: 'Mail delivered' },
};

const openings: Readonly<Record<ReportAction, Said>> = {
  failed: {
    vi: 'Thư không đến được người nhận sau. Hệ thống đã dừng gửi tới địa chỉ này:',
    en: 'Your message did not reach this recipient. The system has stopped trying:',
  },
  delayed: {
    vi: 'Thư chưa đến được người nhận sau. Hệ thống vẫn tự gửi lại, ông/bà chưa cần làm gì:',
    en: 'Your message has not yet reached this recipient. The system goes on trying; you need not do anything:',
  },
  relayed: {
    vi: 'Máy chủ bên nhận đã tiếp nhận thư nhưng không thông báo khi thư tới hộp thư:',
    en: 'The server of this recipient has taken your message; it does not report its delivery:',
  },
  delivered: {
    vi: 'Thư đã tới nơi nhận sau:',
    en: 'Your message was delivered to this recipient:',
  },
};

/** What to do about a status, the most telling pattern first. */
const advices: readonly (Said & { readonly status: RegExp })[] = [
  {
    status: /^5\.1\.(?:1|3|6)$/,
    vi: 'Địa chỉ không có ở nơi nhận. Đề nghị kiểm tra lại địa chỉ rồi gửi lại.',
    en: 'There is no such address. Please check it and send the message again.',
  },
  {
    status: /^5\.(?:1\.(?:2|10)|4\.4)$/,
    vi: 'Tên miền của địa chỉ không có hoặc không nhận thư. Đề nghị kiểm tra phần sau dấu @.',
    en: 'The domain does not exist or takes no mail. Please check what stands behind the @.',
  },
  {
    status: /^[45]\.2\.2$/,
    vi: 'Hộp thư của người nhận đã đầy. Đề nghị liên hệ người nhận bằng cách khác.',
    en: 'The mailbox of the recipient is full. Please reach them in another way.',
  },
  {
    status: /^5\.(?:2\.3|3\.4)$/,
    vi: 'Thư lớn hơn mức bên nhận cho phép. Đề nghị gửi tệp nhỏ hơn.',
    en: 'The message is larger than the other side allows. Please send smaller files.',
  },
  {
    status: /^5\.7\.30$|^[45]\.7\.10$/,
    vi: 'Bên nhận không bảo đảm được đường truyền mã hóa mà thư này yêu cầu.',
    en: 'The other side cannot promise the encrypted transfer that this message demands.',
  },
  {
    status: /^5\.6\.7$/,
    vi: 'Bên nhận không hỗ trợ địa chỉ có dấu. Đề nghị dùng địa chỉ không dấu.',
    en: 'The other side does not take addresses with accents. Please use an address without.',
  },
  {
    status: /^5\.7\./,
    vi: 'Bên nhận từ chối thư. Đề nghị liên hệ người nhận hoặc quản trị viên của đơn vị.',
    en: 'The other side refuses the message. Please ask the recipient or your administrator.',
  },
  {
    status: /^4\.7\./,
    vi: 'Kết nối tới máy chủ bên nhận chưa bảo đảm an toàn nên thư chưa được gửi đi.',
    en: 'There is no safe connection to the other server yet, so the message was not sent.',
  },
  {
    status: /^[45]\.4\./,
    vi: 'Không kết nối được với máy chủ bên nhận. Nếu việc gấp, đề nghị liên hệ bằng cách khác.',
    en: 'The other server could not be reached. If it is urgent, please use another way.',
  },
];

/**
 * What a person reads: first in Vietnamese, then in English; what happened to whom, what to do, and the other server's
 * words for an administrator.
 */
export function reportText(input: {
  readonly subject: string | undefined;
  readonly arrivedAt: Date;
  readonly recipients: readonly ReportedRecipient[];
  readonly returnsWhole: boolean;
}): string {
  const { subject = '', arrivedAt, recipients, returnsWhole } = input;
  const sent = formatProvinceTime(arrivedAt);
  const part = (language: keyof Said, labels: Labels): string[] => [
    `${labels.message}: ${subject === '' ? labels.noSubject : subject}`,
    `${labels.sentAt}: ${sent}`,
    ...recipients.flatMap((recipient) => ['', ...recipientLines(recipient, language, labels)]),
    '',
    returnsWhole ? labels.whole : labels.header,
  ];
  return [...part('vi', vietnamese), '', '-'.repeat(40), '', ...part('en', english), ''].join('\r\n');
}

type Labels = Readonly<
  Record<'message' | 'noSubject' | 'sentAt' | 'until' | 'words' | 'whole' | 'header', string>
>;

const vietnamese: Labels = {
  message: 'Thư',
  noSubject: '(không có tiêu đề)',
  sentAt: 'Gửi lúc',
  until: 'Hệ thống gửi lại đến',
  words: 'Trả lời của máy chủ',
  whole: 'Toàn bộ thư gốc được đính kèm.',
  header: 'Phần đầu của thư gốc được đính kèm. Đây là thư tự động, đề nghị không trả lời.',
};

const english: Labels = {
  message: 'Message',
  noSubject: '(no subject)',
  sentAt: 'Sent at',
  until: 'It will be tried until',
  words: 'Words of the server',
  whole: 'The whole message is attached.',
  header: 'The header of the message is attached. This is an automatic message; please do not reply.',
};

function recipientLines(recipient: ReportedRecipient, language: keyof Said, labels: Labels): string[] {
  const { address, action, status, reply, retryUntil } = recipient;
  const needsAdvice = action === 'failed' || action === 'delayed';
  const advice = needsAdvice ? advices.find((advice) => advice.status.test(status)) : undefined;
  return [
    openings[action][language],
    `    ${address}`,
    ...(advice ? [advice[language]] : []),
    ...(action === 'delayed' && retryUntil ? [`${labels.until}: ${formatProvinceTime(retryUntil)}`] : []),
    ...(needsAdvice && reply !== undefined ? [`${labels.words}: ${status}; ${reply}`] : []),
  ];
}
