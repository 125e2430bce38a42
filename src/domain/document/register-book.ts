import type { DocumentState } from './document.ts';
import type { RegisterKind } from './register.ts';

/** The books as Decree 30/2020, Appendix IV draws them: these columns, in this order. */
export const bookForms = ['outgoing', 'incoming', 'following'] as const;
export type BookForm = (typeof bookForms)[number];

export const bookColumns: Readonly<Record<BookForm, readonly string[]>> = {
  outgoing: [
    'Số, ký hiệu văn bản',
    'Ngày tháng văn bản',
    'Tên loại và trích yếu nội dung văn bản',
    'Người ký',
    'Nơi nhận văn bản',
    'Đơn vị, người nhận bản lưu',
    'Số lượng bản',
    'Ngày chuyển',
    'Ký nhận',
    'Ghi chú',
  ],
  incoming: [
    'Ngày đến',
    'Số đến',
    'Tác giả',
    'Số, ký hiệu văn bản',
    'Ngày tháng văn bản',
    'Tên loại và trích yếu nội dung văn bản',
    'Đơn vị hoặc người nhận',
    'Ngày chuyển',
    'Ký nhận',
    'Ghi chú',
  ],
  following: [
    'Số đến',
    'Tên loại, số, ký hiệu, ngày tháng và cơ quan, tổ chức ban hành văn bản',
    'Đơn vị hoặc người nhận',
    'Thời hạn giải quyết',
    'Tiến độ giải quyết',
    'Số, ký hiệu văn bản trả lời',
    'Ghi chú',
  ],
};

export const bookTitles: Readonly<Record<BookForm, string>> = {
  outgoing: 'SỔ ĐĂNG KÝ VĂN BẢN ĐI',
  incoming: 'SỔ ĐĂNG KÝ VĂN BẢN ĐẾN',
  following: 'SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN ĐẾN',
};

/** One entry of a register, with what stands in any of the forms. */
export interface BookEntry {
  readonly number: number;
  readonly suffix: string;
  readonly symbol: string;
  readonly bookedOn: string;
  readonly note?: string;
  readonly voidReason?: string;
  readonly typeName: string;
  readonly documentSymbol?: string;
  readonly subject: string;
  readonly issuedOn?: string;
  readonly issuerName: string;
  readonly signerName?: string;
  readonly state: DocumentState;
  readonly dueOn?: string;
  readonly copies?: number;
  readonly unitName?: string;
  readonly sentOn?: string;
  /** Nơi nhận. */
  readonly recipients: readonly string[];
  /** Who it was handed to, and the days. */
  readonly handovers: readonly { readonly toName: string; readonly on: string; readonly signedBy?: string }[];
  readonly assignees: readonly string[];
  /** Symbols of the documents that answer it. */
  readonly replies: readonly string[];
}

/** Which forms a register is kept in. */
export function formsOf(kind: RegisterKind): readonly BookForm[] {
  return kind === 'incoming' ? ['incoming', 'following'] : ['outgoing'];
}

/** The cells of one line, as many as the form has columns. */
export function bookLine(form: BookForm, entry: BookEntry): readonly string[] {
  const remark = entry.voidReason === undefined ? (entry.note ?? '') : `Số hủy: ${entry.voidReason}`;
  const handedTo = entry.handovers.map(({ toName }) => toName);
  const handedOn = entry.handovers.map(({ on }) => dayText(on)).join('; ');
  const signedBy = entry.handovers.flatMap(({ signedBy: name }) => name ?? []).join('; ');
  const receivers = [...new Set([...handedTo, ...entry.assignees])].join('; ');
  const title = `${entry.typeName}: ${entry.subject}`;
  switch (form) {
    case 'outgoing':
      return [
        entry.symbol,
        dayText(entry.issuedOn),
        title,
        entry.signerName ?? '',
        entry.recipients.join('; '),
        entry.unitName ?? '',
        entry.copies === undefined ? '' : String(entry.copies),
        dayText(entry.sentOn),
        signedBy,
        remark,
      ];
    case 'incoming':
      return [
        dayText(entry.bookedOn),
        entry.symbol,
        entry.issuerName,
        entry.documentSymbol ?? '',
        dayText(entry.issuedOn),
        title,
        receivers,
        handedOn,
        signedBy,
        remark,
      ];
    case 'following':
      return [
        entry.symbol,
        [entry.typeName, entry.documentSymbol, dayText(entry.issuedOn), entry.issuerName]
          .filter((part) => part !== undefined && part !== '')
          .join(', '),
        receivers,
        dayText(entry.dueOn),
        progressOf(entry.state),
        entry.replies.join('; '),
        remark,
      ];
  }
}

/** `11/5/2016` on paper is `11/05/2016`: two digits for days below ten and for January and February alike. */
function dayText(day: string | undefined): string {
  return day === undefined ? '' : day.split('-').toReversed().join('/');
}

const progress: Partial<Record<DocumentState, string>> = {
  registered: 'Đã đăng ký',
  submitted: 'Đã trình',
  assigned: 'Đã phân công',
  processing: 'Đang giải quyết',
  done: 'Đã giải quyết',
  filed: 'Đã lập hồ sơ',
  withdrawn: 'Bên gửi thu hồi',
  replaced: 'Đã có văn bản thay thế',
};

function progressOf(state: DocumentState): string {
  return progress[state] ?? '';
}
