import { HubError } from '#domain/hub-error.ts';

/** RFC 2047, section 2: a word at most 75 characters, a line that holds one at most 76. */
const wordLengthMax = 75;
const lineLengthMax = 76;
const wordOverhead = '=?UTF-8?B??='.length;

/**
 * Refuses what could open a new header field or cut a string: CR, LF and NUL (threats S9). Nothing is cleaned away
 * silently. U+0085 and U+2028 end a line for some programs too; they only ever leave here inside encoded words.
 * Throws `line_break_in_field`.
 */
export function refuseLineBreaks(fields: Readonly<Record<string, string | undefined>>): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined && /[\r\n\0]/.test(value)) throw new HubError('line_break_in_field', { field });
  }
}

/** A field whose value is words separated by spaces, folded in front of the word that does not fit. With its CRLF. */
export function foldField(name: string, words: readonly string[]): string {
  let text = `${name}:`;
  let lineLength = text.length;
  for (const [index, word] of words.entries()) {
    const fits = lineLength + 1 + word.length <= lineLengthMax;
    // The first word of a short field name stays on its line, or the field would begin with a blank line.
    const fold = !fits && index > 0;
    text += `${fold ? '\r\n' : ''} ${word}`;
    lineLength = fold ? 1 + word.length : lineLength + 1 + word.length;
  }
  return `${text}\r\n`;
}

/**
 * The words of unstructured text: as it is when it is plain ASCII that folds well, else RFC 2047 words in UTF-8.
 * `used` is how much of the first line the field name takes.
 */
export function textWords(text: string, used: number): string[] {
  const words = text.split(' ');
  const plain = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text) && !text.includes('=?');
  if (plain && words.every((word) => word.length < lineLengthMax - used)) return words;
  return encodedWords(text, used);
}

/** RFC 2047 words; a letter and its combining marks stay in one word where they fit. */
export function encodedWords(text: string, used: number): string[] {
  const words: string[] = [];
  let chunk = '';
  for (const { segment } of new Intl.Segmenter('vi').segment(text.toWellFormed())) {
    // A segment of many marks is cut between code points, so that no word is ever too long.
    for (const piece of Buffer.byteLength(segment) > 30 ? segment : [segment]) {
      const room = words.length === 0 ? lineLengthMax - used - 1 : wordLengthMax;
      if (chunk !== '' && encodedLength(chunk + piece) > Math.min(room, wordLengthMax)) {
        words.push(encodedWord(chunk));
        chunk = '';
      }
      chunk += piece;
    }
  }
  if (chunk !== '') words.push(encodedWord(chunk));
  return words;
}

function encodedLength(text: string): number {
  return wordOverhead + Math.ceil(Buffer.byteLength(text) / 3) * 4;
}

function encodedWord(text: string): string {
  return `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

/** The words of a display name (RFC 5322 phrase): atoms, one quoted string, or encoded words. */
export function phraseWords(name: string, used: number): string[] {
  if (/^[\w!#$%&'*+\-/=?^`{|}~]+(?: [\w!#$%&'*+\-/=?^`{|}~]+)*$/.test(name) && !name.includes('=?')) {
    return textWords(name, used);
  }
  if (/^[\x20-\x7e]*$/.test(name) && name.length < lineLengthMax - used - 4 && !name.includes('=?')) {
    return [`"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`];
  }
  return encodedWords(name, used);
}
