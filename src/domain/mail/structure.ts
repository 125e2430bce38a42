/** What is parsed of a message once, when it is accepted, and served by IMAP for ever after. */

/** A half-open range of octets in the stored message. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * One address of an envelope (RFC 9051, section 7.5.2). A group start has `mailbox` as its name and no `host`;
 * a group end has neither. Strings are header text as received, unfolded and not decoded (RFC 2047 words stay).
 */
export interface EnvelopeAddress {
  readonly name?: string;
  /** At-domain-list (source route), nearly always absent. */
  readonly route?: string;
  readonly mailbox?: string;
  readonly host?: string;
}

/** RFC 9051, section 7.5.2. Absent fields are absent headers. `sender` and `replyTo` are already defaulted to `from`. */
export interface Envelope {
  readonly date?: string;
  readonly subject?: string;
  readonly from?: readonly EnvelopeAddress[];
  readonly sender?: readonly EnvelopeAddress[];
  readonly replyTo?: readonly EnvelopeAddress[];
  readonly to?: readonly EnvelopeAddress[];
  readonly cc?: readonly EnvelopeAddress[];
  readonly bcc?: readonly EnvelopeAddress[];
  readonly inReplyTo?: string;
  readonly messageId?: string;
}

/** One MIME entity, with where it lies in the stored octets, so that a part is served without parsing again. */
export interface MimePart {
  /** Lower case, e.g. `text`, `multipart`, `message`. */
  readonly type: string;
  /** Lower case, e.g. `plain`. */
  readonly subtype: string;
  readonly params: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly description?: string;
  /** Upper case, e.g. `7BIT`, `BASE64`. */
  readonly encoding: string;
  readonly md5?: string;
  readonly disposition?: { readonly type: string; readonly params: Readonly<Record<string, string>> };
  readonly language?: readonly string[];
  readonly location?: string;
  /** The entity's own header, with the empty line that ends it. For the root: the message header. */
  readonly header: ByteRange;
  readonly body: ByteRange;
  /** Lines of the body, for text and message/rfc822 parts. */
  readonly lines?: number;
  /** The children of a multipart. */
  readonly parts?: readonly MimePart[];
  /** The message inside a message/rfc822 or message/global part. */
  readonly message?: MessageStructure;
}

export interface MessageStructure {
  readonly envelope: Envelope;
  readonly root: MimePart;
}

/** System flags as bits of one number (RFC 9051, section 2.3.2). */
export const flagBit = {
  seen: 1,
  answered: 2,
  flagged: 4,
  deleted: 8,
  draft: 16,
} as const;

/** The special uses of RFC 6154 that an account's mailboxes have. */
export const specialUses = ['\\Sent', '\\Drafts', '\\Archive', '\\Junk', '\\Trash'] as const;
export type SpecialUse = (typeof specialUses)[number];
