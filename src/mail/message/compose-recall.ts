import type { Urgency } from '#domain/directive/directive.ts';
import { composeOfficial, messageIdOf, pageUrl, textLines } from './compose-official.ts';
import type { Block } from './compose-official.ts';
import { refuseLineBreaks } from './encode-header.ts';
import { formatProvinceTime } from './message-date.ts';

export interface ComposeRecall {
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly code: string;
  readonly urgency: Urgency;
  readonly issuerLabel: string;
  /** Why it is recalled; may have several lines (LF or CRLF). */
  readonly reason: string;
  /** The message of the directive that is recalled, so that mail programs show the notice beneath it. */
  readonly recalledMessageId: string;
  readonly publicUrl: string;
  readonly directiveId: string;
  readonly replyTo: string;
}

/**
 * The notice that a directive is recalled (thu hồi; Decree 30/2020/NĐ-CP, Article 18.4). Throws as
 * `composeDirective` does.
 */
export function composeRecall(input: ComposeRecall): Buffer {
  const { code, subject, issuerLabel } = input;
  refuseLineBreaks({ subject, code, issuerLabel });
  const recalled = messageIdOf('recalledMessageId', input.recalledMessageId);
  const blocks: Block[] = [
    { kind: 'heading', text: 'Thông báo thu hồi ý kiến chỉ đạo' },
    { kind: 'value', label: 'Số', text: code },
    { kind: 'value', label: 'Người thu hồi', text: issuerLabel },
    { kind: 'value', label: 'Thời điểm thu hồi', text: formatProvinceTime(input.date) },
    { kind: 'value', label: 'Trích yếu', text: subject },
    { kind: 'paragraph', text: `Lý do: ${textLines('reason', input.reason).join('\n')}` },
    {
      kind: 'paragraph',
      text: 'Ý kiến chỉ đạo nêu trên không còn giá trị thực hiện kể từ thời điểm thu hồi. Đề nghị dừng xử lý.',
    },
    { kind: 'link', label: 'Xem trên trang chỉ đạo', url: pageUrl('publicUrl', input.publicUrl) },
  ];
  return composeOfficial({
    ...input,
    subject: `[THU HỒI] ${code} – ${subject}`,
    extra: [
      ['In-Reply-To', [recalled]],
      ['References', [recalled]],
    ],
    blocks,
  });
}
