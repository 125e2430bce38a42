import { HubError } from '#domain/hub-error.ts';
import { scanAnnotated, scanEntry } from '#mail/imap/grammar/annotations.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 5464, section 4.3: all of the entries or none. */
export const setmetadata = defineCommand({
  name: 'SETMETADATA',
  states: signedIn,
  // It may end the session's own view of the mailbox: the answer comes before that.
  tells: 'nothing',
  parse: (scanner, limits) => {
    scanner.space();
    const path = scanAnnotated(scanner, limits.mailboxPathBytesMax);
    scanner.space();
    const changes = scanner.list(
      () => {
        const entry = scanEntry(scanner);
        scanner.space();
        return { entry, value: scanner.nstring() };
      },
      { itemsMax: limits.annotationsPerCommandMax },
    );
    return { path, changes };
  },
  run: async (session, { path, changes }) => {
    const bytesMax = session.limits.annotationBytesMax;
    if (changes.some(({ value }) => (value?.length ?? 0) > bytesMax))
      throw new CommandRefused('The value is too large', `METADATA MAXSIZE ${bytesMax}`);
    try {
      await session.access.annotations.write(path, changes);
    } catch (error) {
      if (error instanceof HubError && error.code === 'over_quota')
        throw new CommandRefused('There are too many annotations', 'METADATA TOOMANY');
      throw error;
    }
    session.noteChange();
    return completed('SETMETADATA completed');
  },
});
