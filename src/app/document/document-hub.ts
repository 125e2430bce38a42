import type { RecordRead } from '#app/audit/record-read.ts';
import type { IssuePorts } from '#app/directive/issue-directive.ts';
import type { DocumentMail } from '#app/ports/document-mail.ts';
import type { RegisterBooks } from '#app/ports/register-books.ts';
import type { DocumentPorts } from './act-on-document.ts';

/** What the doors are given for documents. */
export interface DocumentHub extends DocumentPorts {
  readonly documentMail: DocumentMail;
  readonly books: RegisterBooks;
  /** Who was shown what is in the audit before the answer is given. */
  readonly recordRead: RecordRead;
  /** A leader's opinion on a document is a directive. */
  readonly issue: IssuePorts;
}
