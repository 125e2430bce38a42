import { HubError } from '#domain/hub-error.ts';
import { attachmentLimits } from './attachment-limits.ts';

/** What an attachment may belong to. Who may read the subject may read what is attached to it. */
export const subjectKinds = ['directive', 'assignment', 'document', 'report', 'discussion'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** What an attachment is to its subject: văn bản chính, phụ lục, dự thảo, minh chứng, báo cáo, kết quả, trao đổi. */
export const attachmentRoles = [
  'main',
  'annex',
  'draft',
  'evidence',
  'report',
  'result',
  'discussion',
] as const;
export type AttachmentRole = (typeof attachmentRoles)[number];

/**
 * What a reader should know before a file is opened. `macro`: it carries programs; `encrypted`: nobody could look
 * inside; `unread`: it is damaged or beyond a limit, so that its text is not known.
 */
export const fileFlags = ['macro', 'encrypted', 'unread'] as const;
export type FileFlag = (typeof fileFlags)[number];

export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

/** A file as its readers see it. The octets are named by their SHA-256. */
export interface FileFacts {
  readonly id: string;
  readonly name: string;
  /** As found in the content, never as it was declared. */
  readonly mediaType: string;
  /** Octets. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly flags: readonly FileFlag[];
}

export interface Attachment extends FileFacts {
  readonly uploadedAt: Date;
}

/** An attachment at its place in a subject. */
export interface LinkedAttachment extends FileFacts {
  readonly role: AttachmentRole;
  /** From 0, in the order in which they were given. */
  readonly ordinal: number;
}

/** What a command names that attaches. */
export interface AttachmentReference {
  readonly id: string;
  readonly role: AttachmentRole;
}

/** Throws `bad_input` for one that is named twice, `too_many_attachments`. */
export function checkReferences(references: readonly AttachmentReference[]): void {
  if (references.length > attachmentLimits.attachmentsPerSubjectMax)
    throw new HubError('too_many_attachments', { field: 'attachments' });
  if (new Set(references.map(({ id }) => id)).size !== references.length)
    throw new HubError('bad_input', { field: 'attachments' });
}

/** Control characters, and those that turn or hide what is read (M6). */
const unshown = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/iu;

/**
 * The name under which a file is offered: the last part of a path, without what turns or hides letters, of at most
 * 150 octets with its extension kept (threats M6). It names nothing on a disk of ours. Throws `bad_input` where
 * nothing is left.
 */
export function attachmentName(given: string): string {
  const last = given.toWellFormed().normalize('NFC').split(/[/\\]/u).at(-1) ?? '';
  const words = last
    .replaceAll(unshown, '')
    .replaceAll(/[<>:"|?*]/gu, '_')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  const clean = withoutEdges(words).replace(reserved, '_$&');
  if (clean === '') throw new HubError('bad_input', { field: 'name' });
  const extension = /\.[^.\s]{1,10}$/u.exec(clean)?.[0] ?? '';
  const stem = clean.slice(0, clean.length - extension.length);
  return cutToBytes(stem, attachmentLimits.fileNameBytesMax - octets(extension)) + extension;
}

/** Points, dashes and spaces at the beginning hide a file or make it an option; points at its end fall off. */
function withoutEdges(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && ' .-'.includes(name.charAt(start))) start += 1;
  while (end > start && ' .'.includes(name.charAt(end - 1))) end -= 1;
  return name.slice(start, end);
}

/** Lower case, without the point; '' where there is none. */
export function extensionOf(name: string): string {
  return /\.([^.\s]{1,10})$/u.exec(name)?.[1]?.toLowerCase() ?? '';
}

function octets(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** At a whole character. */
function cutToBytes(text: string, bytesMax: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(Math.max(bytesMax, 1)));
  return text.slice(0, read).trimEnd();
}
