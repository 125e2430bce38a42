import { extensionOf, type FileFlag } from '#domain/attachment/attachment.ts';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import type { FoundType } from '#domain/attachment/file-type.ts';
import { findSecretStamp } from '#domain/secrecy/secret-stamp.ts';
import { htmlToLines } from '#lib/html-lines.ts';
import type { Inspection } from '#app/ports/file-inspector.ts';
import { decodeFileText, detectType } from './detect-type.ts';
import { isOfficeText, xmlText, zipKind } from './office-text.ts';
import { pdfText } from './pdf-text.ts';
import {
  type ArchiveBudget,
  archiveBudget,
  ArchiveFault,
  isZip,
  zipEntries,
  type ZipEntry,
} from './read-zip.ts';

/** A mail inside a file, as the mail door reads it. */
export interface ReadMessage {
  /** The stamp of its header, subject and texts. */
  readonly stamp?: string | undefined;
  readonly text: string;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export interface InspectParts {
  readonly readMessage: (bytes: Uint8Array) => ReadMessage;
}

/** What has been learned so far of a file and of everything inside it. */
interface Findings {
  stamp: string | undefined;
  readonly text: string[];
  characters: number;
  readonly flags: Set<FileFlag>;
  beyondLimits: boolean;
}

/**
 * Looks into a file: what it is, its text, and the stamp that forbids it (architecture.md §6), also in documents,
 * messages and archives inside archives, within limits (threats M4). Runs in a thread of its own.
 */
export async function inspectFile(parts: InspectParts, name: string, bytes: Uint8Array): Promise<Inspection> {
  const findings: Findings = {
    stamp: undefined,
    text: [],
    characters: 0,
    flags: new Set(),
    beyondLimits: false,
  };
  const found = await look(parts, findings, {
    name,
    bytes,
    depth: 0,
    budget: archiveBudget(bytes.length),
  });
  return {
    found,
    stamp: findings.stamp,
    text: findings.text.join('\n').slice(0, attachmentLimits.extractedCharactersMax).normalize('NFC'),
    flags: [...findings.flags],
    beyondLimits: findings.beyondLimits,
  };
}

interface Looked {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly depth: number;
  readonly budget: ArchiveBudget;
}

async function look(parts: InspectParts, findings: Findings, file: Looked): Promise<FoundType> {
  const found = await detectType(file.bytes);
  try {
    if (isZip(file.bytes)) return await lookIntoZip(parts, findings, file);
    if (found.mediaType === 'application/pdf')
      note(findings, await pdfText(file.bytes, attachmentLimits.extractedCharactersMax));
    else if (found.isText) await lookIntoText(parts, findings, file);
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error;
    noteFault(findings, error);
  }
  return isZip(file.bytes) ? { mediaType: 'application/zip', isText: false } : found;
}

async function lookIntoZip(parts: InspectParts, findings: Findings, file: Looked): Promise<FoundType> {
  const entries = zipEntries(file.bytes, file.budget);
  const { mediaType, macro } = zipKind(entries);
  if (macro) findings.flags.add('macro');
  const isDocument = mediaType !== 'application/zip';
  for (const entry of entries) {
    const isText = isDocument && isOfficeText(entry.name);
    if (!isText && isDocument && !isEmbedded(entry)) continue;
    try {
      const bytes = entry.read();
      if (isText) note(findings, xmlText(bytes, attachmentLimits.extractedCharactersMax));
      else if (file.depth >= attachmentLimits.archiveDepthMax) throw new ArchiveFault('limit');
      else await look(parts, findings, { ...file, name: entry.name, bytes, depth: file.depth + 1 });
    } catch (error) {
      if (!(error instanceof ArchiveFault)) throw error;
      noteFault(findings, error);
      // One locked or damaged file hides nothing of its neighbours; a limit ends the reading.
      if (error.kind === 'limit') break;
    }
  }
  return { mediaType, isText: false };
}

/** Documents inside a document. */
function isEmbedded({ name }: ZipEntry): boolean {
  return /(?:^|\/)embeddings\//u.test(name);
}

async function lookIntoText(parts: InspectParts, findings: Findings, file: Looked): Promise<void> {
  const extension = extensionOf(file.name);
  if (extension === 'eml' || extension === 'mht' || extension === 'mhtml') {
    const message = parts.readMessage(file.bytes);
    findings.stamp ??= message.stamp;
    note(findings, message.text);
    for (const { name, bytes } of message.files) {
      if (file.depth >= attachmentLimits.archiveDepthMax) throw new ArchiveFault('limit');
      await look(parts, findings, { ...file, name, bytes, depth: file.depth + 1 });
    }
    return;
  }
  const text = decodeFileText(file.bytes);
  if (/^\s*<(?:!doctype|html|\?xml|svg)/iu.test(text) || /^x?html?$/u.test(extension))
    note(findings, htmlToLines(text));
  else note(findings, text);
}

function note(findings: Findings, text: string): void {
  findings.stamp ??= findSecretStamp(text)?.stamp;
  if (findings.characters > attachmentLimits.extractedCharactersMax || text.trim() === '') return;
  findings.text.push(text);
  findings.characters += text.length;
}

function noteFault(findings: Findings, { kind }: ArchiveFault): void {
  findings.flags.add(kind === 'encrypted' ? 'encrypted' : 'unread');
  if (kind === 'limit') findings.beyondLimits = true;
}
