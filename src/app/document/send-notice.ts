import type { DocumentMail } from '#app/ports/document-mail.ts';
import type { DocumentTransaction, StoredDocument } from '#app/ports/documents.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { HubEvent } from '#domain/event.ts';
import type { DocumentPorts } from './act-on-document.ts';

export interface NoticePorts extends DocumentPorts {
  readonly documentMail: DocumentMail;
}

/** A mail about a document in the mailboxes of registries, units and people, and its event. */
export async function sendNotice(
  ports: NoticePorts,
  tx: DocumentTransaction,
  input: {
    readonly document: StoredDocument;
    readonly actor: Actor;
    readonly at: Date;
    readonly heading: string;
    readonly note?: string;
    readonly organIds: readonly string[];
    readonly rooms: readonly string[];
  },
): Promise<readonly HubEvent[]> {
  const { document, actor, at } = input;
  if (input.organIds.length === 0 && input.rooms.length === 0) return [];
  const message = await ports.documentMail.compose({
    key: `${document.id}.${document.version}`,
    at,
    heading: input.heading,
    senderName: document.issuerName,
    senderAddress: actor.address,
    symbol: document.symbol ?? document.typeName,
    typeName: document.typeName,
    subject: document.subject,
    issuerName: document.issuerName,
    issuedOn: document.issuedOn ?? '',
    urgency: document.urgency,
    dueOn: document.dueOn,
    note: input.note,
    contentHash: document.contentHash,
  });
  const delivered = await tx.deliverNotice(message, input, at, document.urgency === 'hoa_toc');
  return delivered.accountIds.length === 0 ? [] : [{ type: 'mail.delivered', ...delivered }];
}
