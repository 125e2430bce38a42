import type { Authentication } from '#domain/mail/authentication.ts';
import type { MessageStructure } from '#domain/mail/structure.ts';

/** A message as it will be stored, with what was parsed of it before any transaction began. */
export interface PreparedMessage {
  /** The octets to store, with our trace headers. */
  readonly bytes: Buffer;
  /** SHA-256 of the octets as they were received. */
  readonly receivedSha256: Buffer;
  /** Absent when it could not be parsed in time: it is stored all the same. */
  readonly structure: MessageStructure | undefined;
  /** With its angle brackets, as in the header. */
  readonly messageIdHeader: string | undefined;
  readonly inReplyTo: string | undefined;
  readonly references: readonly string[];
  readonly subject: string | undefined;
  readonly fromAddress: string | undefined;
  readonly sentAt: Date | undefined;
  /** The classification stamp that was found (domain.md §1.3); such a message is never stored. */
  readonly secretStamp: string | undefined;
  /** The beginning of the text as a person reads it. */
  readonly firstLines: string;
  /** Sent by a program (RFC 3834): it never acknowledges anything. */
  readonly autoSubmitted: boolean;
  /** Of a mailing list (RFC 2919). */
  readonly listId?: string | undefined;
  /** Of a message from outside. */
  readonly authentication?: Authentication;
}

/** A message that has its row already, found again to be routed later. */
export interface StoredMessage {
  readonly storedId: string;
  /** Octets. */
  readonly size: number;
}
