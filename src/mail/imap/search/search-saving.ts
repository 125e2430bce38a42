import type { ReturnOptions } from '#mail/imap/grammar/return-options.ts';
import type { SearchKey } from '#mail/imap/grammar/search-key.ts';
import type { Session } from '#mail/imap/session.ts';

import { type Found, searchMessages } from './search-messages.ts';

/** A search that was to be saved and fails leaves nothing saved (RFC 5182, section 2.1). */
export async function searchSaving(
  session: Session,
  key: SearchKey,
  returns: ReturnOptions | undefined,
): Promise<readonly Found[]> {
  try {
    return await searchMessages(session, key);
  } catch (error) {
    if (returns?.names.includes('SAVE') === true) session.view.save([]);
    throw error;
  }
}
