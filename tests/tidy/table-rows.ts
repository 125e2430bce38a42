/** The cells of every Markdown table row, trimmed; a `\|` stays in its cell. Rules under headings are left out. */
export function tableRows(markdown: string): readonly (readonly string[])[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+\|$/u.test(line))
    .map((line) =>
      line
        .replace(/^\|/u, '')
        .replace(/\|\s*$/u, '')
        .split(/(?<!\\)\|/u)
        .map((cell) => cell.trim()),
    );
}
