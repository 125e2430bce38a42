export type ReplyAct = 'acknowledge' | 'none';

/** Where the text of an earlier message begins: `>`, "Vào … đã viết:", "On … wrote:", "Từ:", "-----Original Message-----". */
const quoteStart =
  /^(?:>|-{3,}|_{5,}|(?:vào|vao|on)\s.*(?:đã viết|da viet|wrote)\s*:?\s*$|(?:vào|on)\s.*\d{4}|\*?(?:từ|tu|from|người gửi|nguoi gui)\s*:)/iu;

/** The acknowledgement and its spelling without marks. A syllable with other marks is another word. */
const acknowledgement = /^(?:(?:đã|da) (?:nhận|nhan)|ack)(?: ạ)?$/u;

/**
 * What a reply to a directive does by its first line: `Đã nhận` or `ACK` in any case, with or without Vietnamese
 * marks, a full stop, comma or exclamation mark and the polite `ạ` allowed behind it. Everything else is `none`: a
 * question, a longer sentence, or a first line that is already quoted text. A false acknowledgement would tell a
 * leader that somebody has read what nobody has.
 */
export function replyActOf(firstLines: string): ReplyAct {
  for (const raw of firstLines.normalize('NFC').split(/\r\n|[\r\n\u0085\u2028\u2029]/)) {
    const line = raw
      .replaceAll(/[\u200b-\u200f\u2060\ufeff]/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim();
    if (line === '') continue;
    if (quoteStart.test(line)) return 'none';
    // A match begins only where a run of marks does: else a line of nothing but marks takes quadratic time.
    const words = line.toLowerCase().replace(/(?<![.,!;\s])[.,!;\s]+$/, '');
    return acknowledgement.test(words) ? 'acknowledge' : 'none';
  }
  return 'none';
}
