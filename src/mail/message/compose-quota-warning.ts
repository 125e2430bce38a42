import type { NearlyFull } from '#app/ports/mail-settings.ts';
import { composeAutomatic } from './compose-absence.ts';

interface ComposeQuotaWarning {
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  readonly account: NearlyFull;
}

/**
 * Tells a person that their mailboxes are nearly full: what happens then, what is kept, and what to do. Vietnamese, then
 * English. Throws as `composeAbsence` does.
 */
export function composeQuotaWarning({ messageId, date, from, account }: ComposeQuotaWarning): Buffer {
  const { usedBytes, quotaBytes } = account;
  const percent = quotaBytes === 0 ? 100 : Math.floor((usedBytes / quotaBytes) * 100);
  const text = [
    `Hộp thư ${account.address} đã dùng ${size(usedBytes, 'vi')} trong ${size(quotaBytes, 'vi')} (${percent} %).`,
    '',
    'Khi hết dung lượng, thư từ bên ngoài sẽ bị từ chối và không lưu thêm được thư nháp, thư đã gửi. Thư đã có vẫn được giữ nguyên; ý kiến chỉ đạo và văn bản chính thức vẫn được chuyển đến.',
    'Đề nghị xóa thư không còn cần, dọn Thùng rác và Thư rác, hoặc đề nghị quản trị tăng dung lượng.',
    '',
    '--',
    '',
    `The mailbox ${account.address} uses ${size(usedBytes, 'en')} of ${size(quotaBytes, 'en')} (${percent}%).`,
    '',
    'When it is full, mail from outside is refused and no drafts or sent copies can be saved. What you have is kept, and directives and official mail still arrive.',
    'Please delete what you no longer need, empty Trash and Junk, or ask your administrator for more room.',
  ];
  return composeAutomatic({
    messageId,
    date,
    from,
    to: account.address,
    subject: `Hộp thư sắp đầy (${percent} %) – Your mailbox is almost full`,
    autoSubmitted: 'auto-generated',
    extra: [],
    text: text.join('\n'),
  });
}

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** `1,5 GiB` in Vietnamese, `1.5 GiB` in English. */
function size(bytes: number, locale: 'vi' | 'en'): string {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return bytes >= gibibyte
    ? `${format.format(bytes / gibibyte)} GiB`
    : `${format.format(bytes / mebibyte)} MiB`;
}
