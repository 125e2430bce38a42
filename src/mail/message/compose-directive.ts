import type { Urgency } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { composeOfficial, pageUrl, textLines, urgencyStamps } from './compose-official.ts';
import type { Block } from './compose-official.ts';
import { refuseLineBreaks } from './encode-header.ts';
import { formatProvinceTime } from './message-date.ts';

export interface ComposeDirective {
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  /** The name of the group in To, e.g. `Nơi nhận`; no recipient is named. */
  readonly to: string;
  readonly subject: string;
  /** The directive's number, e.g. `YKCĐ-2016-000123`. */
  readonly code: string;
  readonly urgency: Urgency;
  readonly dueAt: Date | undefined;
  readonly acknowledgeWithinMinutes: number | undefined;
  readonly issuerLabel: string;
  /** May have several lines (LF or CRLF). */
  readonly text: string;
  readonly publicUrl: string;
  readonly directiveId: string;
  readonly replyTo: string;
  /** When the directive was issued, where the mail is of another moment. */
  readonly issuedAt?: Date;
  /** In place of the one for who can sign in. */
  readonly linkLabel?: string;
  /** Whether an answer by mail can acknowledge; it can when absent. */
  readonly repliesAcknowledge?: boolean;
}

/**
 * The mail that a directive (ý kiến chỉ đạo) is: one message, the same octets for every recipient. Throws
 * `line_break_in_field` for CR, LF or NUL in any field of one line and for NUL or a bare CR in the text; `bad_input`
 * for addresses, ids, dates and URLs that cannot be written.
 */
export function composeDirective(input: ComposeDirective): Buffer {
  const { code, subject, issuerLabel, urgency } = input;
  refuseLineBreaks({ subject, code, issuerLabel });
  const stamp = urgencyStamps[urgency];
  const due = input.dueAt;
  if (due && Number.isNaN(due.getTime())) throw new HubError('bad_input', { field: 'dueAt' });
  const blocks: Block[] = [
    { kind: 'heading', text: 'Ý kiến chỉ đạo' },
    { kind: 'value', label: 'Số', text: code },
    { kind: 'value', label: 'Độ khẩn', text: stamp ?? 'Thường' },
    { kind: 'value', label: 'Người chỉ đạo', text: issuerLabel },
    { kind: 'value', label: 'Thời điểm ban hành', text: formatProvinceTime(input.issuedAt ?? input.date) },
    { kind: 'value', label: 'Hạn xử lý', text: due ? formatProvinceTime(due) : 'Không ấn định' },
    ...acknowledgeBlock(input.acknowledgeWithinMinutes),
    { kind: 'value', label: 'Trích yếu', text: subject },
    { kind: 'paragraph', text: textLines('text', input.text).join('\n') },
    ...(input.repliesAcknowledge === false
      ? []
      : [{ kind: 'paragraph', text: 'Để xác nhận, đề nghị trả lời thư này với dòng đầu: Đã nhận' } as const]),
    {
      kind: 'link',
      label: input.linkLabel ?? 'Xem và báo cáo trên trang chỉ đạo',
      url: pageUrl('publicUrl', input.publicUrl),
    },
  ];
  return composeOfficial({
    ...input,
    subject: `${stamp ? `[${stamp}] ` : ''}${code} – ${subject}`,
    extra: [],
    blocks,
  });
}

function acknowledgeBlock(minutes: number | undefined): Block[] {
  if (minutes === undefined) return [];
  if (!Number.isSafeInteger(minutes) || minutes <= 0) {
    throw new HubError('bad_input', { field: 'acknowledgeWithinMinutes' });
  }
  return [{ kind: 'value', label: 'Đề nghị xác nhận trong', text: `${minutes} phút` }];
}
