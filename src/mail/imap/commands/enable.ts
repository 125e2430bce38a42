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
    const enabled: string[] = [];
    if (names.includes('CONDSTORE') && !session.knowsCondstore) enabled.push(' CONDSTORE');
    if (names.includes('QRESYNC') && !session.knowsQresync) enabled.push(' QRESYNC');
    session.output.line(`* ENABLED${enabled.join('')}`);
    // QRESYNC brings CONDSTORE with it (RFC 7162, section 3.2.3).
    if (enabled.length > 0) session.useCondstore();
    session.knowsQresync ||= names.includes('QRESYNC');
    return completed('ENABLE completed');
  },
});
