import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 9051, section 6.3.1: what is not known is passed over in silence. */
export const enable = defineCommand({
  name: 'ENABLE',
  states: signedIn,
  tells: 'all',
  parse: (scanner) => {
    const names: string[] = [];
    do {
      scanner.space();
      names.push(scanner.keyword());
    } while (scanner.peekIs(' '));
    return names;
  },
  run: async (session, names) => {
    const enabled = names.includes('CONDSTORE') && !session.knowsCondstore ? ' CONDSTORE' : '';
    if (enabled !== '') session.knowsCondstore = true;
    session.output.line(`* ENABLED${enabled}`);
    return completed('ENABLE completed');
  },
});
