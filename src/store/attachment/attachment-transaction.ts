import type { AttachmentTransaction } from '#app/ports/attachments.ts';
import type { Transaction } from '#store/database.ts';
import { linkAttachments } from './link-attachments.ts';
import { fileOctets } from './read-attachments.ts';
import { saveAttachment } from './save-attachment.ts';

/** What the transaction of every use case can do with files. */
export function attachmentTransaction(tx: Transaction): AttachmentTransaction {
  return {
    saveAttachment: (input) => saveAttachment(tx, input),
    linkAttachments: (input) => linkAttachments(tx, input),
    async attachmentOctets(id) {
      const [row] = await tx.rows<{ sha256: string; size: number }>(
        `select encode(sha256, 'hex') as sha256, size from attachment where id = $1`,
        [id],
      );
      if (row === undefined) throw new Error(`there is no attachment ${id}`);
      const pieces: Buffer[] = [];
      for await (const piece of fileOctets(tx, row.sha256, 0, row.size)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
  };
}
