import type { DocumentMail, DocumentNotice } from '#app/ports/document-mail.ts';
import { composeOfficial, pageUrl, urgencyStamps, type Block } from './message/compose-official.ts';
import type { ParsePool } from './message/parse-pool.ts';
import { prepareMessage } from './official-mail.ts';

/** The notice of a document as a mail, parsed by the same parser as everyone's mail. */
export function createDocumentMail(options: {
  pool: ParsePool;
  publicUrl: () => string;
  domain: () => Promise<string>;
}): DocumentMail {
  return {
    async compose(notice) {
      const stamp = urgencyStamps[notice.urgency];
      const bytes = composeOfficial({
        messageId: `<${notice.key}@${await options.domain()}>`,
        date: notice.at,
        from: { name: notice.senderName, address: notice.senderAddress },
        replyTo: notice.senderAddress,
        to: 'Nơi nhận',
        subject: `${stamp === undefined ? '' : `[${stamp}] `}${notice.symbol} – ${notice.subject}`,
        urgency: notice.urgency,
        extra: [],
        blocks: blocksOf(notice, stamp, options.publicUrl()),
      });
      return prepareMessage(options.pool, bytes);
    },
  };
}

function blocksOf(notice: DocumentNotice, stamp: string | undefined, publicUrl: string): Block[] {
  const values: readonly (readonly [string, string | undefined])[] = [
    ['Số, ký hiệu', notice.symbol],
    ['Loại', notice.typeName],
    ['Ngày', notice.issuedOn.split('-').toReversed().join('/')],
    ['Cơ quan ban hành', notice.issuerName],
    ['Độ khẩn', stamp ?? 'Thường'],
    ['Hạn', notice.dueOn?.split('-').toReversed().join('/')],
    ['Trích yếu', notice.subject],
    ['SHA-256', notice.contentHash],
  ];
  return [
    { kind: 'heading', text: notice.heading },
    ...values.flatMap(([label, text]): Block[] =>
      text === undefined ? [] : [{ kind: 'value', label, text }],
    ),
    ...(notice.note === undefined ? [] : [{ kind: 'paragraph' as const, text: notice.note }]),
    { kind: 'link', label: 'Mở trên hệ thống', url: pageUrl('publicUrl', `${publicUrl}/`) },
  ];
}
