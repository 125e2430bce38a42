import { SaxesParser } from 'saxes';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import { ArchiveFault, type ZipEntry } from './read-zip.ts';

const office = 'application/vnd.openxmlformats-officedocument';

/** Main parts that tell what an Office Open XML file is (ECMA-376, part 1), and their kinds with macros. */
const openXml: readonly (readonly [part: string, type: string, withMacros: string])[] = [
  [
    'word/document.xml',
    `${office}.wordprocessingml.document`,
    'application/vnd.ms-word.document.macroenabled.12',
  ],
  ['xl/workbook.xml', `${office}.spreadsheetml.sheet`, 'application/vnd.ms-excel.sheet.macroenabled.12'],
  [
    'ppt/presentation.xml',
    `${office}.presentationml.presentation`,
    'application/vnd.ms-powerpoint.presentation.macroenabled.12',
  ],
];

export interface ZipKind {
  readonly mediaType: string;
  readonly macro: boolean;
}

/** What a ZIP archive is by the names of its files. Throws `ArchiveFault`. */
export function zipKind(entries: readonly ZipEntry[]): ZipKind {
  const names = new Set(entries.map(({ name }) => name));
  const macro = entries.some(({ name }) => /(?:^|\/)vbaProject\.bin$/u.test(name));
  for (const [part, mediaType, withMacros] of openXml)
    if (names.has(part)) return { mediaType: macro ? withMacros : mediaType, macro };
  // OpenDocument 1.2, part 3, section 3.3: the first file is `mimetype`.
  if (entries[0]?.name === 'mimetype') {
    const declared = entries[0].read().subarray(0, 200).toString('latin1').trim();
    if (/^application\/vnd\.oasis\.opendocument\.[a-z-]{1,40}$/u.test(declared))
      return { mediaType: declared, macro: entries.some(({ name }) => name.startsWith('Basic/')) };
  }
  if (names.has('META-INF/MANIFEST.MF')) {
    const mediaType = names.has('AndroidManifest.xml')
      ? 'application/vnd.android.package-archive'
      : 'application/java-archive';
    return { mediaType, macro: false };
  }
  return { mediaType: 'application/zip', macro: false };
}

/** The parts that hold what a reader of the document sees, and its properties. */
const textParts =
  /^(?:word\/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml|xl\/(?:sharedStrings|comments\d*)\.xml|xl\/(?:worksheets\/sheet|drawings\/drawing)\d+\.xml|ppt\/(?:slides\/slide|notesSlides\/notesSlide|slideMasters\/slideMaster|slideLayouts\/slideLayout)\d+\.xml|docProps\/(?:core|custom)\.xml|content\.xml|styles\.xml|meta\.xml)$/u;

export function isOfficeText(name: string): boolean {
  return textParts.test(name);
}

/** Elements that are a line or a text box of their own: paragraphs, headings, cells, shared strings, properties. */
const boxes = new Set(
  'p h si is c v cr br line-break tc table-cell txbxContent text-box title subject description keywords category lpwstr meta user-defined'.split(
    ' ',
  ),
);
const hidden = new Set(['instrText', 'f', 'binary-data', 'script']);

/**
 * The text of one XML part, one line for each paragraph, cell or box. Strict: what is not well formed ends the reading
 * there; entities beyond the five of XML are none, so nothing expands. Throws `ArchiveFault` for nesting.
 */
export function xmlText(bytes: Uint8Array, charactersMax: number): string {
  const parser = new SaxesParser({ xmlns: false });
  const pieces: string[] = [];
  let characters = 0;
  let depth = 0;
  let hiddenAt = 0;
  const add = (text: string): void => {
    if (characters > charactersMax) return;
    pieces.push(text);
    characters += text.length;
  };
  parser.on('opentag', ({ name }) => {
    depth += 1;
    if (depth > attachmentLimits.xmlDepthMax) throw new ArchiveFault('limit');
    const local = localName(name);
    if (boxes.has(local)) add('\n');
    else if (local === 'tab') add('\t');
    if (hiddenAt === 0 && hidden.has(local)) hiddenAt = depth;
  });
  parser.on('closetag', ({ name }) => {
    if (hiddenAt === depth) hiddenAt = 0;
    depth -= 1;
    if (boxes.has(localName(name))) add('\n');
  });
  parser.on('text', (text) => {
    if (hiddenAt === 0) add(text);
  });
  parser.on('cdata', (text) => {
    if (hiddenAt === 0) add(text);
  });
  parser.on('error', (error) => {
    throw error;
  });
  try {
    parser.write(decodeXml(bytes)).close();
  } catch (error) {
    if (error instanceof ArchiveFault) throw error;
    if (pieces.length === 0) throw new ArchiveFault('damaged');
  }
  return pieces
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function decodeXml(bytes: Uint8Array): string {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = utf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
