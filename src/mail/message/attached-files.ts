import type { MessageStructure, MimePart } from '#domain/mail/structure.ts';
import { decodeWords } from './header-fields.ts';
import { transferDecoder } from './transfer-decoder.ts';

export interface AttachedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Whether a message holds files that `scanMessage` does not look into. Pictures and sounds have no text layer. */
export function holdsFiles({ root }: MessageStructure): boolean {
  return (
    isFile(root) ||
    (root.parts ?? []).some((part) => holdsFiles({ envelope: {}, root: part })) ||
    (root.message !== undefined && holdsFiles(root.message))
  );
}

/** Those files, decoded, of messages inside the message too. */
export function attachedFiles(bytes: Uint8Array, { root }: MessageStructure): readonly AttachedFile[] {
  if (root.message !== undefined) return attachedFiles(bytes, root.message);
  if (root.parts !== undefined)
    return root.parts.flatMap((part) => attachedFiles(bytes, { envelope: {}, root: part }));
  if (!isFile(root)) return [];
  const decoder = transferDecoder(root.encoding);
  const body = bytes.subarray(root.body.start, root.body.end);
  const decoded = decoder === undefined ? body : Buffer.concat([decoder.push(body), decoder.end()]);
  return [{ name: nameOf(root), bytes: decoded }];
}

function isFile(part: MimePart): boolean {
  if (part.parts !== undefined || part.message !== undefined) return false;
  if (part.type === 'text') return part.disposition?.type === 'attachment';
  return part.type !== 'image' && part.type !== 'audio' && part.type !== 'video';
}

/** A message without a name is read as one. */
function nameOf(part: MimePart): string {
  const given = part.disposition?.params['filename'] ?? part.params['name'];
  if (given !== undefined) return decodeWords(given);
  return part.type === 'message' ? 'message.eml' : '';
}
