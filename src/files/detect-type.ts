import { fileTypeFromBuffer } from 'file-type';
import type { FoundType } from '#domain/attachment/file-type.ts';

/** What `file-type` looks at; a ZIP archive is told apart by its directory, elsewhere. */
const sampleBytes = 64 * 1024;

/** By magic numbers, and whether the whole of it is text. Never throws. */
export async function detectType(bytes: Uint8Array): Promise<FoundType> {
  const isText = looksLikeText(bytes);
  const found = await fileTypeFromBuffer(bytes.subarray(0, sampleBytes)).catch(() => undefined);
  return found === undefined ? { isText } : { mediaType: found.mime.toLowerCase(), isText };
}

/** UTF-16 with its mark, or octets without those control characters that no text has. */
function looksLikeText(bytes: Uint8Array): boolean {
  if (isUtf16(bytes)) return true;
  for (const octet of bytes)
    if (octet < 0x20 && octet !== 9 && octet !== 10 && octet !== 12 && octet !== 13 && octet !== 0x1b)
      return false;
  return true;
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** UTF-8 where it is that, UTF-16 by its mark, else the code page that older Vietnamese programs wrote. */
export function decodeFileText(bytes: Uint8Array): string {
  if (isUtf16(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1258').decode(bytes);
  }
}
