/**
 * Comma-separated values (RFC 4180) for people who open them in a spreadsheet: with a byte order mark, so that
 * Vietnamese is read as UTF-8, and with no cell that a spreadsheet would run. A text that begins as a formula does gets
 * an apostrophe before it; control characters, which a terminal would obey, become U+FFFD (threats M10).
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\u{feff}${rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')}`;
}

const formulaStart = /^[\s\u{feff}]*[=+\-@＝＋－＠|]/u;
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const controls = /[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}-\u{9f}]/gu;

function cellOf(text: string): string {
  const shown = text.replaceAll(controls, '\u{fffd}');
  const inert = formulaStart.test(shown) || /^[\t\r]/u.test(shown) ? `'${shown}` : shown;
  return /[",\r\n\t;]/u.test(inert) || inert !== inert.trim() ? `"${inert.replaceAll('"', '""')}"` : inert;
}
