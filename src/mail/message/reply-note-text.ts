import type { ReplyOutcome } from '#domain/mail/reply/reply-outcome.ts';
import { formatProvinceTime } from './message-date.ts';

type Locale = 'vi' | 'en';
type Words = Readonly<Record<Locale, string>>;
type CommentReason = Extract<ReplyOutcome, { kind: 'comment' }>['reason'];

const reasons: Readonly<Record<CommentReason, Words>> = {
  no_act: {
    vi: 'dòng đầu không phải là một trong các câu mà hệ thống hiểu',
    en: 'the first line is none of those that the hub understands',
  },
  question: { vi: 'dòng đầu là một câu hỏi', en: 'the first line is a question' },
  contradiction: {
    vi: 'câu có ý trái lại (chưa, không, nhưng)',
    en: 'the sentence turns itself round (not, but)',
  },
  percent_unclear: {
    vi: 'không rõ tỷ lệ: cần đúng một số nguyên từ 0 đến 100 và dấu %',
    en: 'the share is not clear: one whole number from 0 to 100 and % are needed',
  },
  date_unclear: { vi: 'không rõ ngày: cần ngày/tháng/năm', en: 'the day is not clear: dd/MM/yyyy is needed' },
  words_missing: { vi: 'thiếu nội dung hoặc lý do', en: 'words or a reason are missing' },
  result_missing: {
    vi: 'không có tệp đính kèm và không có nội dung kết quả',
    en: 'there is no file and no words',
  },
  two_acts: { vi: 'một thư chỉ làm một việc', en: 'one mail does one thing' },
  interleaved: {
    vi: 'câu trả lời xen giữa thư gốc',
    en: 'the answer stands between pieces of the earlier mail',
  },
  forwarded: { vi: 'thư này là thư chuyển tiếp', en: 'the mail passes an earlier one on' },
  several_assignments: {
    vi: 'chỉ đạo này giao ông/bà nhiều việc, hệ thống không rõ là việc nào; xin làm trên trang của hệ thống',
    en: 'the directive gives you several assignments and the hub cannot tell which; please use the page',
  },
};

const actNames: Readonly<Record<Extract<ReplyOutcome, { kind: 'refused' }>['act'], Words>> = {
  acknowledge: { vi: 'xác nhận đã nhận', en: 'acknowledgement' },
  report: { vi: 'báo cáo tiến độ', en: 'progress report' },
  submit: { vi: 'kết quả', en: 'result' },
  extension: { vi: 'đề nghị gia hạn', en: 'request for more time' },
  comment: { vi: 'ý kiến trao đổi', en: 'comment' },
};

const help: Words = {
  vi:
    'Dòng đầu của thư trả lời, mỗi thư một việc:\n' +
    '  Đã nhận\n  Báo cáo 60%: nội dung\n  Trình kết quả (kèm tệp hoặc nội dung)\n  Xin gia hạn đến 27/05/2016: lý do',
  en:
    'The first line of an answer, one thing in each mail:\n' +
    '  ACK\n  REPORT 60%: words\n  DONE (with a file or words)\n  EXTEND TO 27/05/2016: reason',
};

/** What the writer of a reply reads: what was done or not, why, and what to do. `refusal`: the words of the refusal. */
export function replyNoteText(
  outcome: ReplyOutcome,
  { code, locale, refusal }: { readonly code: string; readonly locale: Locale; readonly refusal: string },
): string {
  const vi = locale === 'vi';
  switch (outcome.kind) {
    case 'done':
      return [
        vi
          ? `Chỉ đạo ${code}: hệ thống đã ghi nhận ${doneWords(outcome, locale)}.`
          : `Directive ${code}: the hub has recorded ${doneWords(outcome, locale)}.`,
        ...(outcome.commented
          ? [
              vi
                ? 'Phần còn lại của thư được lưu thành ý kiến trao đổi bên cạnh chỉ đạo.'
                : 'What else you wrote stands beside the directive as a comment.',
            ]
          : []),
      ].join('\n');
    case 'refused': {
      const act = actNames[outcome.act][locale];
      return vi
        ? `Chỉ đạo ${code}: hệ thống KHÔNG ghi nhận ${act} vì: ${refusal}\nThư của ông/bà đã được chuyển đến người ban hành.`
        : `Directive ${code}: the hub did NOT record the ${act}: ${refusal}\nYour mail has been delivered to the issuer.`;
    }
    case 'comment': {
      const reason = reasons[outcome.reason][locale];
      return vi
        ? `Chỉ đạo ${code}: thư của ông/bà đã được chuyển đến người ban hành và lưu thành ý kiến trao đổi bên cạnh chỉ đạo. Hệ thống KHÔNG ghi nhận xác nhận, báo cáo, kết quả hay đề nghị nào, vì ${reason}.\n\n${help.vi}`
        : `Directive ${code}: your mail has been delivered to the issuer and stands beside the directive as a comment. The hub did NOT record an acknowledgement, report, result or request, because ${reason}.\n\n${help.en}`;
    }
    case 'nothing':
      return vi
        ? `Chỉ đạo ${code}: thư của ông/bà không có nội dung ngoài thư gốc và chữ ký, nên hệ thống KHÔNG ghi nhận việc nào.\n\n${help.vi}`
        : `Directive ${code}: your mail has no words but the earlier message and a signature, so the hub did NOT record anything.\n\n${help.en}`;
  }
}

function doneWords({ act }: Extract<ReplyOutcome, { kind: 'done' }>, locale: Locale): string {
  const name = actNames[act.kind][locale];
  switch (act.kind) {
    case 'acknowledge':
    case 'submit':
      return locale === 'vi' ? name : `your ${name}`;
    case 'report':
      return locale === 'vi' ? `${name} ${act.percent} %` : `your ${name}, ${act.percent}%`;
    case 'extension': {
      const until = formatProvinceTime(act.newDueAt);
      return locale === 'vi'
        ? `${name} đến ${until}; hạn cũ giữ nguyên cho đến khi người giao việc đồng ý`
        : `your ${name} until ${until}; the deadline stays until the giver has agreed`;
    }
  }
}
