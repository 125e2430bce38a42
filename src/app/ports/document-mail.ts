import type { Urgency } from '#domain/directive/directive.ts';
import type { PreparedMessage } from './mail-store.ts';

/** What the registries of recipients are told of a document; its content they read on the page. */
export interface DocumentNotice {
  /** Of this notice: one document may cause several. */
  readonly key: string;
  readonly at: Date;
  readonly heading: string;
  readonly senderName: string;
  readonly senderAddress: string;
  readonly symbol: string;
  readonly typeName: string;
  readonly subject: string;
  readonly issuerName: string;
  readonly issuedOn: string;
  readonly urgency: Urgency;
  readonly dueOn?: string | undefined;
  readonly note?: string | undefined;
  readonly contentHash?: string | undefined;
}

export interface DocumentMail {
  /** The same bytes for everyone on the hub. */
  compose(notice: DocumentNotice): Promise<PreparedMessage>;
}
