import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import { ArchiveFault } from './read-zip.ts';

/** What this uses of the document: positions of its text. */
interface TextItem {
  readonly str: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly hasEOL: boolean;
}

/** A gap wider than so many heights of a letter parts two text boxes on a line. */
const boxGapHeights = 1.5;

/**
 * The text layer of a PDF, line by line as a reader sees it: what stands on one height is one line, with a tab where
 * boxes are set apart. Throws `ArchiveFault` for a file that is damaged, locked, or has too many pages.
 */
export async function pdfText(bytes: Uint8Array, charactersMax: number): Promise<string> {
  // Loaded where a PDF comes: it is the largest package of the thread.
  const { getDocumentProxy } = await import('unpdf');
  const pages: string[] = [];
  let characters = 0;
  const document = await getDocumentProxy(new Uint8Array(bytes), {
    useSystemFonts: false,
    disableFontFace: true,
    stopAtErrors: false,
  }).catch((error: unknown) => {
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    throw new ArchiveFault(isLocked ? 'encrypted' : 'damaged');
  });
  try {
    if (document.numPages > attachmentLimits.pdfPagesMax) throw new ArchiveFault('limit');
    const { info } = await document.getMetadata().catch(() => ({ info: {} }));
    const properties = info as Readonly<Record<string, unknown>>;
    for (const name of ['Title', 'Subject', 'Keywords']) {
      const value = properties[name];
      if (typeof value === 'string' && value !== '') pages.push(value);
    }
    for (let number = 1; number <= document.numPages && characters <= charactersMax; number += 1) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      const text = linesOf(items.filter((item): item is TextItem & typeof item => 'str' in item));
      pages.push(text);
      characters += text.length;
      page.cleanup();
    }
  } finally {
    await document.loadingTask.destroy();
  }
  return pages.join('\n');
}

interface Placed {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly end: number;
  readonly height: number;
}

function linesOf(items: readonly TextItem[]): string {
  const placed = items
    .filter(({ str }) => str.trim() !== '')
    .map(({ str, transform, width }): Placed => {
      const x = transform[4] ?? 0;
      return {
        text: str,
        x,
        y: transform[5] ?? 0,
        end: x + width,
        height: Math.hypot(transform[2] ?? 0, transform[3] ?? 0) || 10,
      };
    })
    .toSorted((left, right) => right.y - left.y || left.x - right.x);
  const lines: Placed[][] = [];
  for (const item of placed) {
    const line = lines.at(-1);
    const first = line?.[0];
    if (line !== undefined && first !== undefined && Math.abs(first.y - item.y) < first.height * 0.4)
      line.push(item);
    else lines.push([item]);
  }
  return lines.map(lineText).join('\n');
}

function lineText(items: readonly Placed[]): string {
  let text = '';
  let end: number | undefined;
  for (const item of items.toSorted((left, right) => left.x - right.x)) {
    const gap = end === undefined ? 0 : item.x - end;
    if (gap > item.height * boxGapHeights) text += '\t';
    else if (gap > item.height * 0.15) text += ' ';
    text += item.text;
    end = item.end;
  }
  return text;
}
