/**
 * Where mail programs let an earlier message begin, in Vietnamese and English: Outlook (desktop, web, phone), Gmail,
 * Apple Mail, Thunderbird. Patterns are for one line of at most `lineCharactersMax`, in NFC and trimmed. docs/mail-acts.md
 * lists them for people.
 */

/** A line with `>` before it (RFC 3676, section 4.5). */
export function isQuotedLine(line: string): boolean {
  return line.startsWith('>');
}

/** `-----Original Message-----`, `-----Thư gốc-----`, and what replies of other programs write between dashes. */
const originalMessage =
  /^(?:-{2,}|_{2,}|={2,}) ?(?:original message|original appointment|reply message|thư gốc|thông điệp gốc|thư ban đầu|tin nhắn gốc|tin gốc) ?(?:-{2,}|_{2,}|={2,})$/iu;

const forwardedMessage =
  /^(?:-{2,} ?)?(?:forwarded message|begin forwarded message|thư chuyển tiếp|thư đã chuyển tiếp|thư được chuyển tiếp|tin nhắn đã chuyển tiếp|tin nhắn được chuyển tiếp|bắt đầu thư được chuyển tiếp|bắt đầu thư chuyển tiếp|chuyển tiếp từ)\s?:?(?: ?-{2,})?$/iu;

export function isOriginalMark(line: string): boolean {
  return originalMessage.test(line) || /^_{10,}$/u.test(line);
}

export function isForwardMark(line: string): boolean {
  return forwardedMessage.test(line) && /[-:]$/u.test(line);
}

const senderField = /^[*_]{0,2}(?:from|từ|người gửi)[*_]{0,2} ?:/iu;
const otherField =
  /^[*_]{0,2}(?:sent|date|to|cc|subject|importance|reply-to|đã gửi|gửi|ngày gửi|ngày|thời gian|đến|tới|người nhận|đồng gửi|chủ đề|tiêu đề|v\/v)[*_]{0,2} ?:/iu;

/** `From:` or `Từ:`, the first line of the block that Outlook puts above an earlier message. */
export function isSenderField(line: string): boolean {
  return senderField.test(line);
}

export function isOtherField(line: string): boolean {
  return otherField.test(line);
}

const attributionStart = /^(?:on|vào|ngày|lúc|trong|am|le|el) ?\S/iu;
const attributionEnd = /(?:wrote|writes|đã viết|viết|đã ghi|đã nói) ?:$/iu;
/** Programs break `On … wrote:` where the line is full. */
const attributionLinesMax = 4;
const attributionCharactersMax = 500;

/**
 * How many lines from here say who wrote an earlier message and when (`On … wrote:`, `Vào … đã viết:`); 0: none. A
 * day or an hour must be in it: `On this matter the department wrote:` is a person's own sentence.
 */
export function attributionLines(lines: readonly string[], at: number): number {
  const first = lines[at] ?? '';
  const named = /^\S.{0,200}(?:<[^<>\s]+@[^<>\s]+>|\d{1,2}:\d{2}).{0,80}(?:wrote|đã viết|viết) ?:$/iu.test(
    first,
  );
  if (!attributionStart.test(first)) return named ? 1 : 0;
  let joined = '';
  for (let count = 1; count <= attributionLinesMax; count += 1) {
    const line = lines[at + count - 1] ?? '';
    if (line === '' || isQuotedLine(line)) return 0;
    joined = joined === '' ? line : `${joined} ${line}`;
    if (joined.length > attributionCharactersMax) return 0;
    if (attributionEnd.test(joined)) return /\d/u.test(joined) ? count : 0;
  }
  return 0;
}
