import { createReadRecorder } from '#app/audit/record-read.ts';
import type { DocumentHub } from '#app/document/document-hub.ts';
import type { Calendars } from '#app/ports/calendars.ts';
import type { HubStore } from '#app/ports/hub-store.ts';
import type { Clock } from '#domain/clock.ts';
import { createDocumentMail } from '#mail/document-mail.ts';
import type { ParsePool } from '#mail/message/parse-pool.ts';
import { createOfficialMail } from '#mail/official-mail.ts';
import type { Database } from '#store/database.ts';
import { createDocuments } from '#store/document/document-transaction.ts';
import { createRegisterBooks } from '#store/document/register-books.ts';
import { systemDomain } from '#store/organisation/system-domain.ts';

/** What the doors are given for documents and registers. */
export function createDocumentHub(parts: {
  readonly database: Database;
  readonly store: HubStore;
  readonly calendars: Calendars;
  readonly clock: Clock;
  readonly committed: () => void;
  readonly pool: ParsePool;
  readonly publicUrl: () => string;
}): DocumentHub {
  const { database, store, calendars, clock, committed, pool, publicUrl } = parts;
  const composing = { pool, publicUrl, domain: () => systemDomain(database) };
  const mail = createOfficialMail(composing);
  return {
    documents: createDocuments(database),
    documentMail: createDocumentMail(composing),
    books: createRegisterBooks(database),
    issue: { store, mail, clock, committed, calendar: { calendars } },
    recordRead: createReadRecorder({ store, clock, committed }),
    mail,
    clock,
    committed,
  };
}
