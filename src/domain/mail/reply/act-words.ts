/**
 * The words that begin an act, and how they may be spelled. A syllable is written with its own marks or with none at
 * all: `đã nhận`, `da nhan`, `đã nhan`; with other marks it is another word. Case does not matter.
 */
function spelled(words: string): string {
  return words
    .split(' ')
    .map((syllable) => {
      const bare = syllable.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('đ', 'd');
      return bare === syllable ? syllable : `(?:${syllable}|${bare})`;
    })
    .join(' ');
}

function anyOf(phrases: readonly string[]): string {
  return `(?:${phrases.map(spelled).join('|')})`;
}

/** docs/mail-acts.md shows these words; a test compares. */
export const actWords = {
  acknowledge: ['đã nhận', 'đã nhận chỉ đạo', 'đã nhận ý kiến chỉ đạo', 'ack'],
  report: ['báo cáo', 'báo cáo tiến độ', 'tiến độ', 'report', 'progress'],
  submit: ['trình kết quả', 'hoàn thành', 'đã hoàn thành', 'done', 'submit result'],
  extension: [
    'xin gia hạn đến',
    'xin gia hạn tới',
    'đề nghị gia hạn đến',
    'xin lùi hạn đến',
    'extend to',
    'request extension to',
  ],
} as const;

/** The whole line, with a mark and a polite word at its end. */
export const acknowledgeLine = new RegExp(
  String.raw`^${anyOf(actWords.acknowledge)}(?: ạ)?[.,! ]{0,4}$`,
  'u',
);

/** `báo cáo 60%`, and behind a mark the first words of the report. */
export const reportLine = new RegExp(
  String.raw`^${anyOf(actWords.report)} ?:? ?(\d{1,4}) ?(?:%|phần trăm|percent)(?: ?[:.,;!–-] ?(.*))?$`,
  'u',
);

export const submitLine = new RegExp(String.raw`^${anyOf(actWords.submit)}(?: ?[:.,;!–-] ?(.*))?$`, 'u');

export const extensionLine = new RegExp(
  String.raw`^${anyOf(actWords.extension)} (?:ngày |ngay )?(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: ?[:.,;–-] ?(.*))?$`,
  'u',
);

/** A line that begins as an act does, whether or not it can be read as one. */
export const begunLine = new RegExp(
  String.raw`^${anyOf(Object.values(actWords).flat())}(?![\p{L}\p{N}])`,
  'u',
);

/** Words that turn what stands before them round. */
export const contradiction =
  /(?<![\p{L}\p{N}])(?:chưa|không|nhưng|song|tuy nhiên|not|but|however)(?![\p{L}\p{N}])/u;
