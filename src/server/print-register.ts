import { escapeXml } from '#lib/escape-xml.ts';
import type { Register } from '#app/ports/register-books.ts';
import { bookColumns, bookTitles, type BookForm } from '#domain/document/register-book.ts';

/**
 * Pages that a browser prints: A4 landscape, the head of the table again on each sheet, no script, nothing from
 * elsewhere. Signed and bound they are the register of Decree 30/2020, Article 16.2b and 22.3b.
 */
const style = `@page { size: A4 landscape; margin: 15mm 10mm; }
body { font-family: 'Times New Roman', 'Liberation Serif', serif; font-size: 12pt; color: #000; }
h1 { font-size: 14pt; text-align: center; margin: 12pt 0 2pt; } p { text-align: center; margin: 0 0 8pt; }
table { width: 100%; border-collapse: collapse; } thead { display: table-header-group; }
th, td { border: 1px solid #000; padding: 3pt 4pt; vertical-align: top; text-align: left; overflow-wrap: anywhere; }
tr { break-inside: avoid; } th { text-align: center; font-weight: bold; }
.organ { text-align: left; text-transform: uppercase; font-weight: bold; }`;

export function bookHead(register: Register, form: BookForm): string {
  const columns = bookColumns[form];
  const cells = (texts: readonly string[]) => texts.map((text) => `<th>${escapeXml(text)}</th>`).join('');
  return `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>${escapeXml(bookTitles[form])} ${register.year}</title>
<style>${style}</style></head><body><p class="organ">${escapeXml(register.organName)}</p>
<h1>${escapeXml(bookTitles[form])}</h1><p>Năm ${register.year}${register.series === '' ? '' : `, ${escapeXml(register.series)}`}</p>
<table><thead><tr>${cells(columns)}</tr><tr>${cells(columns.map((_, place) => `(${place + 1})`))}</tr></thead><tbody>
`;
}

export function bookRow(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join('')}</tr>\n`;
}

export const bookFoot = '</tbody></table></body></html>\n';
