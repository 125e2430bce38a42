import { completed } from '#mail/imap/responses.ts';

import { anyState, defineCommand } from './command.ts';

/** RFC 2971. What the client says of itself is read and not kept; the answer names no version to aim at. */
export const id = defineCommand({
  name: 'ID',
  states: anyState,
  tells: 'all',
  parse: (scanner) => {
    scanner.space();
    if (scanner.skipKeyword('NIL')) return;
    let named = false;
    scanner.list(
      () => {
        named = !named;
        if (named) scanner.string();
        else scanner.nstring();
      },
      { itemsMax: 60, emptyAllowed: true },
    );
  },
  run: async (session) => {
    session.output.line('* ID ("name" "chidao")');
    return completed('ID completed');
  },
});
