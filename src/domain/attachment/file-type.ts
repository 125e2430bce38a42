import { HubError } from '#domain/hub-error.ts';
import { extensionOf } from './attachment.ts';

/** Files of these names start something on the machine of who opens them, whatever is in them (threats M7, M8). */
const refusedExtensions = new Set(
  (
    'app appx appref-ms bat chm cmd com cpl deb desktop dll dmg exe gadget hta htc inf ins iso img jar jnlp js jse ' +
    'lnk msc msh msi msix msp mst pif pkg ps1 ps2 psc1 psm1 reg rpm scf scr sct settingcontent-ms sh shb shs sys ' +
    'url vb vbe vbs vhd vhdx wasm wsc wsf wsh xbap xll apk elf so bin run command'
  ).split(' '),
);

/** Content that is a program, whatever its name says. */
const refusedTypes = new Set([
  'application/x-msdownload',
  'application/x-elf',
  'application/x-mach-binary',
  'application/vnd.android.package-archive',
  'application/java-archive',
  'application/java-vm',
  'application/wasm',
  'application/x-msi',
  'application/x-ms-shortcut',
  'application/x.ms.shortcut',
  'application/x-rpm',
  'application/x-deb',
  'application/x-apple-diskimage',
  'application/x-iso9660-image',
  'application/vnd.microsoft.portable-executable',
  'application/x-chrome-extension',
  'application/x-google-chrome-extension',
  'application/x-shockwave-flash',
]);

const zipped = 'application/zip';
const compound = 'application/x-cfb';
const office = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

/** What the content behind an extension must be. An extension that is not here promises nothing. */
const promised: Readonly<Record<string, readonly string[]>> = {
  pdf: ['application/pdf'],
  png: ['image/png', 'image/apng'],
  jpg: ['image/jpeg'],
  jpeg: ['image/jpeg'],
  gif: ['image/gif'],
  webp: ['image/webp'],
  bmp: ['image/bmp'],
  tif: ['image/tiff'],
  tiff: ['image/tiff'],
  heic: ['image/heic', 'image/heif'],
  zip: [zipped],
  rar: ['application/x-rar-compressed', 'application/vnd.rar'],
  '7z': ['application/x-7z-compressed'],
  gz: ['application/gzip'],
  docx: [`${office}.wordprocessingml.document`, compound],
  xlsx: [`${office}.spreadsheetml.sheet`, compound],
  pptx: [`${office}.presentationml.presentation`, compound],
  docm: ['application/vnd.ms-word.document.macroenabled.12', `${office}.wordprocessingml.document`],
  xlsm: ['application/vnd.ms-excel.sheet.macroenabled.12', `${office}.spreadsheetml.sheet`],
  pptm: [
    'application/vnd.ms-powerpoint.presentation.macroenabled.12',
    `${office}.presentationml.presentation`,
  ],
  odt: [`${openDocument}.text`],
  ods: [`${openDocument}.spreadsheet`],
  odp: [`${openDocument}.presentation`],
  doc: [compound, 'application/rtf'],
  xls: [compound],
  ppt: [compound],
  msg: [compound],
  rtf: ['application/rtf'],
  mp3: ['audio/mpeg'],
  mp4: ['video/mp4', 'video/quicktime'],
};

/** Text by its extension; anything else that is text is served as octets. */
const textTypes: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  csv: 'text/csv',
  md: 'text/markdown',
  log: 'text/plain',
  json: 'application/json',
  xml: 'application/xml',
  edxml: 'application/xml',
  eml: 'message/rfc822',
  htm: 'text/html',
  html: 'text/html',
  xhtml: 'application/xhtml+xml',
  svg: 'image/svg+xml',
  ics: 'text/calendar',
};

export const octetType = 'application/octet-stream';

/** What was found in the first octets and the directory of a file. */
export interface FoundType {
  /** By magic numbers and archive directory; undefined where nothing known begins so. */
  readonly mediaType?: string | undefined;
  /** Whole UTF-8, UTF-16 with its mark, or a legacy text, without NUL. */
  readonly isText: boolean;
}

/**
 * The media type of a file by content and name. Throws `file_type_refused` for what starts programs (threats M7, M8)
 * and `file_type_mismatch` where the content is not what its name says.
 */
export function mediaTypeOf(name: string, found: FoundType): string {
  const extension = extensionOf(name);
  const { mediaType, isText } = found;
  if (refusedExtensions.has(extension) || (mediaType !== undefined && refusedTypes.has(mediaType)))
    throw new HubError('file_type_refused', { field: 'file' });
  const wanted = promised[extension];
  if (wanted !== undefined) {
    if (mediaType === undefined || !wanted.includes(mediaType))
      throw new HubError('file_type_mismatch', { field: 'file' });
    return mediaType;
  }
  const asText = textTypes[extension];
  if (asText === undefined) return mediaType ?? (isText ? 'text/plain' : octetType);
  // XML is recognised by its first line; what its extension says of it is more.
  if (!isText && mediaType === undefined) throw new HubError('file_type_mismatch', { field: 'file' });
  if (mediaType !== undefined && !isText) throw new HubError('file_type_mismatch', { field: 'file' });
  return asText;
}

/** Types that are shown in the browser without being saved first; each has no scripts of ours beside it (M7). */
const shownInline = new Set(['application/pdf', 'image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export function mayShowInline(mediaType: string): boolean {
  return shownInline.has(mediaType);
}
