import { crc32, deflateRawSync } from 'node:zlib';

/** A ZIP archive with its directory (APPNOTE, sections 4.3.7 and 4.3.12). */
export function zipOf(
  files: readonly (readonly [name: string, content: Buffer | string])[],
  options: { readonly locked?: boolean } = {},
): Buffer {
  const flags = 0x0800 | (options.locked === true ? 1 : 0);
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, given] of files) {
    const content = Buffer.from(given);
    const packed = deflateRawSync(content);
    const nameBytes = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(flags, 2);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, nameBytes, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), facts, place, nameBytes]));
    locals.push(local);
    at += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, entries, Buffer.from('PK\x05\x06'), end]);
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const declaration = '<?xml version="1.0" encoding="UTF-8"?>';

/** A Word document of these paragraphs. */
export function docxOf(...paragraphs: string[]): Buffer {
  const body = paragraphs.map((text) => `<w:p><w:r><w:t>${escape(text)}</w:t></w:r></w:p>`).join('');
  return zipOf([
    ['[Content_Types].xml', `${declaration}<Types/>`],
    ['word/document.xml', `${declaration}<w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`],
  ]);
}

/** A workbook of these cells. */
export function xlsxOf(...cells: string[]): Buffer {
  const strings = cells.map((text) => `<si><t>${escape(text)}</t></si>`).join('');
  return zipOf([
    ['[Content_Types].xml', `${declaration}<Types/>`],
    ['xl/workbook.xml', `${declaration}<workbook/>`],
    ['xl/sharedStrings.xml', `${declaration}<sst>${strings}</sst>`],
  ]);
}

/** An OpenDocument text of these paragraphs. */
export function odtOf(...paragraphs: string[]): Buffer {
  const body = paragraphs.map((text) => `<text:p>${escape(text)}</text:p>`).join('');
  return zipOf([
    ['mimetype', 'application/vnd.oasis.opendocument.text'],
    [
      'content.xml',
      `${declaration}<office:document-content xmlns:office="o" xmlns:text="t">${body}</office:document-content>`,
    ],
  ]);
}

/** A PDF of one page whose lines have a text layer: glyphs are UTF-16 units, and a map says so. */
export function pdfOf(...lines: string[]): Buffer {
  const hex = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex');
  const text = lines.map((line, row) => `1 0 0 1 72 ${760 - row * 20} Tm <${hex(line)}> Tj`).join('\n');
  const page = `BT /F1 12 Tf\n${text}\nET`;
  const map =
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n' +
    '1 begincodespacerange <0000> <FFFF> endcodespacerange\n1 beginbfrange <0000> <FFFF> <0000> endbfrange\n' +
    'endcmap end end';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
    '<< /Type /Font /Subtype /Type0 /BaseFont /Demo /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>',
    '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Demo /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 >>',
    `<< /Length ${map.length} >>\nstream\n${map}\nendstream`,
  ];
  let file = '%PDF-1.7\n';
  const places = objects.map((object, index) => {
    const at = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const table = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`;
  file += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

/** A message with one attached file. */
export function mailWith(
  text: string,
  file?: { readonly name: string; readonly type: string; readonly bytes: Buffer },
): Buffer {
  const head = ['From: a@ngoai.example', 'Subject: Bao cao', 'MIME-Version: 1.0'];
  if (file === undefined)
    return Buffer.from([...head, 'Content-Type: text/plain; charset=utf-8', '', text, ''].join('\r\n'));
  const lines = file.bytes.toString('base64').replaceAll(/.{76}/gu, '$&\r\n');
  return Buffer.from(
    [
      ...head,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
      '--b',
      `Content-Type: ${file.type}`,
      `Content-Disposition: attachment; filename="${file.name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      lines,
      '--b--',
      '',
    ].join('\r\n'),
  );
}

/** The beginning of a program for Windows. */
export const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(510)]);
export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
