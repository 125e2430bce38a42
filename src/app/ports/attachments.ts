import type {
  Attachment,
  AttachmentReference,
  FileFlag,
  LinkedAttachment,
  Subject,
  SubjectKind,
} from '#domain/attachment/attachment.ts';
import type { SpooledFile } from './file-inspector.ts';

/** A file whose octets may be taken. */
export interface NewAttachment {
  readonly id: string;
  readonly uploaderId: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: Buffer;
  readonly flags: readonly FileFlag[];
  readonly text: string;
  readonly uploadedAt: Date;
  /** SHA-256 of each 1 MiB of it, in order. */
  readonly chunks: readonly Buffer[];
  /** Reads it from the spool: `start` is a multiple of 1 MiB. */
  readonly readAt: (start: number, length: number) => Promise<Buffer>;
}

/** An attachment with who may read it: its uploader, or who may read what it belongs to. */
export interface StoredAttachment extends Attachment {
  readonly uploaderId: string;
  readonly subject?: Subject;
}

/** Inside the transaction of a use case. */
export interface AttachmentTransaction {
  /** Octets, content and attachment. Throws `over_quota` for too many octets that are linked to nothing. */
  saveAttachment(input: NewAttachment): Promise<void>;
  /**
   * Gives the subject these files, in this order, after those that it has. Throws `attachment_unknown` for one that is
   * not there, not the account's own, or belongs to something already.
   */
  linkAttachments(input: {
    readonly accountId: string;
    readonly subject: Subject;
    readonly attachments: readonly AttachmentReference[];
    readonly at: Date;
  }): Promise<readonly LinkedAttachment[]>;
  /** Octets of an attachment that has been linked in this transaction, whole: for the mail that carries it. */
  attachmentOctets(id: string): Promise<Buffer>;
}

export interface AttachmentReads {
  find(id: string): Promise<StoredAttachment | undefined>;
  /** Those of several subjects of one kind, by subject, in order. */
  ofSubjects(
    kind: SubjectKind,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly LinkedAttachment[]>>;
  /** Octets [start, end) of a file, piece by piece. */
  octets(sha256: string, start: number, end: number): AsyncIterable<Buffer>;
  /** The text layer, for search; '' where there is none. */
  text(sha256: string): Promise<string>;
}

export interface AttachmentCleaning {
  /** Removes one of the account's own that belongs to nothing; false: there is none. */
  removeOwn(id: string, accountId: string): Promise<boolean>;
  /** Removes those that belong to nothing since before, and octets that nothing needs any more. Returns how many. */
  removeUnlinked(uploadedBefore: Date, max: number): Promise<number>;
}

/** Octets that wait outside the database until they have been looked into. */
export interface UploadSpool {
  create(): Promise<
    SpooledFile & {
      write(chunk: Buffer): Promise<void>;
      readAt(start: number, length: number): Promise<Buffer>;
      remove(): Promise<void>;
    }
  >;
}

export type ScanVerdict =
  | { readonly kind: 'clean' | 'unavailable' }
  | { readonly kind: 'infected'; readonly name: string };
/** Has the configured scanner look at a file; without one everything is clean. */
export type ScanFile = (file: SpooledFile) => Promise<ScanVerdict>;
