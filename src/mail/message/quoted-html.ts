import { htmlToLines } from '#lib/html-lines.ts';

const opens = '\ue000';
const closes = '\ue001';
const signature = '\ue002';
const original = '\ue003';
const marks = /[\ue000-\ue003]/g;

/** Below these the earlier message stands: Outlook on the web, on phones and on the desktop. */
const originalMark =
  /\bid=["']?(?:x_)*(?:appendonsend|divrplyfwdmsg|mail-editor-reference-message-container|ms-outlook-mobile-body-separator-line)\b|border-top: ?solid #(?:e1e1e1|b5c4df) 1\.0pt/i;
const signatureMark =
  /\b(?:id|class)=["']?(?:x_)*(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|signature|applemailsignature)\b/i;

/** What is looked at of one tag; styles of Outlook run long. */
const tagCharactersMax = 2_000;

/**
 * The text of HTML as lines, as plain mail would have it: what stands in `blockquote` bears `>`, a signature stands
 * below `-- `, and the mark of an earlier message is a line between dashes. Never throws; linear.
 */
export function quotedHtmlToLines(html: string): string {
  const marked = html.replaceAll(marks, '').replaceAll(/<[^<>]*>?/g, markOf);
  return htmlToLines(marked)
    .split('\n')
    .reduce<{ depth: number; lines: string[] }>(addLine, { depth: 0, lines: [] })
    .lines.join('\n');
}

function markOf(whole: string): string {
  const tag = whole.slice(0, tagCharactersMax);
  if (/^<blockquote\b/i.test(tag)) return `<p>${opens}</p>`;
  if (/^<\/blockquote\b/i.test(tag)) return `<p>${closes}</p>`;
  if (!/^<(?:div|hr|span|p|pre|table|section)\b/i.test(tag)) return whole;
  if (originalMark.test(tag)) return `<p>${original}</p>${whole}`;
  return signatureMark.test(tag) ? `<p>${signature}</p>${whole}` : whole;
}

function addLine(state: { depth: number; lines: string[] }, line: string) {
  const { lines } = state;
  if (line.includes(opens)) state.depth += 1;
  if (line.includes(closes)) state.depth = Math.max(0, state.depth - 1);
  const text = line.replaceAll(marks, '').trim();
  if (line.includes(original)) lines.push('-----Original Message-----');
  if (line.includes(signature)) lines.push(state.depth === 0 ? '-- ' : '> --');
  if (text !== '') lines.push(state.depth === 0 ? text : `> ${text}`);
  return state;
}
