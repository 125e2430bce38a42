/** The marks of the Law on the Protection of State Secrets; such content may not be on a networked machine. */
export type SecretStamp = 'MẬT' | 'TỐI MẬT' | 'TUYỆT MẬT';

const stamps = new Map<string, SecretStamp>([
  ['MẬT', 'MẬT'],
  ['TỐIMẬT', 'TỐI MẬT'],
  ['TUYỆTMẬT', 'TUYỆT MẬT'],
]);
/** What systems write where only ASCII is possible; accepted in a header field that names the secrecy itself. */
const asciiStamps = new Map<string, SecretStamp>([
  ['MAT', 'MẬT'],
  ['TOIMAT', 'TỐI MẬT'],
  ['TUYETMAT', 'TUYỆT MẬT'],
]);

/** Longer boxes, without their surrounding space, cannot be a stamp. Characters. */
export const stampCharactersMax = 200;
const invisible = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const decoration = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu;

/**
 * The stamp that a line or text box consists of: capitals, composed or decomposed, with nothing beside it but spaces
 * and decoration such as `*MẬT*` or `[MẬT]`. Letters set apart (`M Ậ T`) read the same. A word in a sentence and
 * lower case are no stamp.
 */
function stampOfBox(box: string): SecretStamp | undefined {
  const trimmed = box.replaceAll(invisible, '').trim();
  if (trimmed.length > stampCharactersMax) return undefined;
  return stamps.get(trimmed.normalize('NFC').replaceAll(decoration, '').replaceAll(/\s+/g, ''));
}

/**
 * The value of a field `Độ mật:` that begins the box. The field says what the value is, so its case is free:
 * `Độ mật: Tối mật` is how registers print it.
 */
export function stampOfField(box: string): SecretStamp | undefined {
  const trimmed = box.replaceAll(invisible, '').trim();
  if (trimmed.length > stampCharactersMax) return undefined;
  const match = /^[^\p{L}\p{N}]*độ\s+mật[\s*_]*[:：=](.*)$/isu.exec(trimmed.normalize('NFC'));
  return match ? stampOfBox((match[1] ?? '').toUpperCase()) : undefined;
}

/** Text boxes side by side on one line: set apart by tabs, wide spaces or table rules. */
const boxGap = /\t+| {3,}|\|/;
/** Fields written one after the other on a line: `Độ khẩn: KHẨN; Độ mật: MẬT`. */
const fieldGap = ';';

/**
 * Every stamp and the name of the field hold an M and then an A, whatever its marks and form. Text is searched for
 * that first, so that the costly look is kept for the few lines that have it.
 */
const candidate = /m[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[aâạậ]/iu;

function stampOfLine(line: string): SecretStamp | undefined {
  for (const box of [line, ...line.split(boxGap)]) {
    const stamp = candidate.test(box) ? (stampOfBox(box) ?? stampOfField(box)) : undefined;
    if (stamp) return stamp;
  }
  for (const field of line.split(fieldGap)) {
    const stamp = candidate.test(field) ? stampOfField(field) : undefined;
    if (stamp) return stamp;
  }
  return undefined;
}

const lineBreaks = '\r\n\v\f\u0085\u2028\u2029';

/** The first stamp in plain text and its line, counted from 1. */
export function findSecretStamp(text: string): { stamp: SecretStamp; line: number } | undefined {
  const candidates = new RegExp(candidate, 'giu');
  let passed = 0;
  for (let match = candidates.exec(text); match; match = candidates.exec(text)) {
    // The line around the candidate; a break inside it (`M` at the end of a line) ends the line.
    let start = match.index;
    while (start > passed && !lineBreaks.includes(text.charAt(start - 1))) start -= 1;
    let end = match.index;
    while (end < text.length && !lineBreaks.includes(text.charAt(end))) end += 1;
    const stamp = stampOfLine(text.slice(start, end));
    if (stamp) return { stamp, line: text.slice(0, start).split(/\r\n|[\r\n\v\f\u0085\u2028\u2029]/).length };
    passed = end;
    candidates.lastIndex = end;
  }
  return undefined;
}

/**
 * The stamp of a subject: the whole of it, also behind `Re:` or `Fwd:`, or a tag in brackets at its start or end
 * (`[MẬT] Kế hoạch …`), which is how a subject carries a text box.
 */
export function findSecretStampInSubject(subject: string): SecretStamp | undefined {
  const bare = subject.normalize('NFC').replace(/^(?:\s*(?:re|fw|fwd|tl|ct|trả lời|chuyển tiếp)\s*:)+/iu, '');
  const whole = stampOfBox(bare) ?? stampOfField(bare);
  if (whole) return whole;
  const tags = [
    ...(/^\s*((?:[[(【][^\])】]{0,60}[\])】]\s*)+)/u.exec(bare)?.[1] ?? '').split(/[\])】]/u),
    /[[(【]([^\])】[(【]{0,60})[\])】]\s*$/u.exec(bare.slice(-stampCharactersMax))?.[1] ?? '',
  ];
  for (const tag of tags) {
    const stamp = stampOfBox(tag) ?? stampOfField(tag);
    if (stamp) return stamp;
  }
  return undefined;
}

/** The stamp of a header field that names the secrecy (`X-Do-Mat`, `Do-Mat`, `X-DoMat`), with or without marks. */
export function findSecretStampInHeader(name: string, value: string): SecretStamp | undefined {
  if (name.toLowerCase().replace(/^x-/, '').replaceAll(/[-_]/g, '') !== 'domat') return undefined;
  const stamp = stampOfBox(value.toUpperCase());
  return stamp ?? asciiStamps.get(value.toUpperCase().replaceAll(/[^A-Z]+/g, ''));
}
