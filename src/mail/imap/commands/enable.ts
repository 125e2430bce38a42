import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** What can be turned on beside CONDSTORE and QRESYNC, as it is answered. */
const names = ['IMAP4rev2', 'UTF8=ACCEPT'];

/** RFC 9051, section 6.3.1: what is not known is passed over in silence. */
export const enable = defineCommand({
  name: 'ENABLE',
  states: signedIn,
  tells: 'all',
  parse: (scanner) => {
    const asked: string[] = [];
    do {
      scanner.space();
      asked.push(scanner.keyword());
    } while (scanner.peekIs(' '));
    return asked;
  },
  run: async (session, asked) => {
    const enabled: string[] = [];
    if (asked.includes('CONDSTORE') && !session.knowsCondstore) enabled.push('CONDSTORE');
    if (asked.includes('QRESYNC') && !session.knowsQresync) enabled.push('QRESYNC');
    // QRESYNC brings CONDSTORE with it (RFC 7162, section 3.2.3).
    const isAboutModseq = enabled.length > 0;
    session.knowsQresync ||= asked.includes('QRESYNC');
    for (const name of names) {
      const key = name.toUpperCase();
      if (!asked.includes(key) || session.enabled.has(key)) continue;
      session.enabled.add(key);
      enabled.push(name);
    }
    session.output.line(['* ENABLED', ...enabled].join(' '));
    if (isAboutModseq) session.useCondstore();
    return completed('ENABLE completed');
  },
});
