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

/** The rows of such a text, whatever its line ends; undefined where a quote is not closed. */
export function rowsOfCsv(text: string): readonly (readonly string[])[] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const from = text.startsWith('\u{feff}') ? 1 : 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (char === '"' && cell === '') isQuoted = true;
    else if (char === ',') {
      row.push(cell);
      cell = '';
    } else if (char === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')]);
      row = [];
      cell = '';
    } else cell += char;
  }
  if (isQuoted) return undefined;
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows;
}
