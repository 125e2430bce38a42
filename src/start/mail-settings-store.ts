import type { MailSettingsStore } from '#app/ports/mail-settings.ts';
import type { Database } from '#store/database.ts';
import { createMailRules } from '#store/mail/mail-rules.ts';
import { createQuotas, createSentCopies } from '#store/mail/quota.ts';
import { createSendingLimits } from '#store/mail/sending-use.ts';

/** What accounts have chosen and may, over the store. */
export function createMailSettingsStore(
  database: Database,
  absences: MailSettingsStore['absences'],
): MailSettingsStore {
  return {
    rules: createMailRules(database),
    absences,
    quotas: createQuotas(database),
    sending: createSendingLimits(database),
    sentCopies: createSentCopies(database),
  };
}
