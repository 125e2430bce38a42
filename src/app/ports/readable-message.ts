/** A message as a person reads it: fields and text, never HTML to be shown as such. */
export interface ReadableMessage {
  /** Decoded, in their order. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string;
  /** `html`: the words alone; `source`: the octets, of a message that could not be parsed. */
  readonly textFrom: 'plain' | 'html' | 'source' | 'none';
  /** There is more than is shown. */
  readonly cut: boolean;
  readonly attachments: readonly ReadableAttachment[];
}

export interface ReadableAttachment {
  readonly name?: string;
  /** `application/pdf` */
  readonly type: string;
  /** As it is encoded in the message. */
  readonly bytes: number;
}

/** Never rejects, whatever the octets are. */
export type ReadMessage = (bytes: Buffer) => Promise<ReadableMessage>;
