import { capabilities } from '#mail/imap/capabilities.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';

import { beforeLogin, defineCommand } from './command.ts';

export const login = defineCommand({
  name: 'LOGIN',
  states: beforeLogin,
  tells: 'nothing',
  parse: (scanner) => {
    scanner.space();
    const address = scanner.astring().toString('utf8');
    scanner.space();
    return { address, password: scanner.astring().toString('utf8') };
  },
  run: async (session, { address, password }) => {
    if (!session.isSecure) throw new CommandRefused('Use STARTTLS first', 'PRIVACYREQUIRED');
    await session.signIn(address, password);
    return completed('Signed in', `CAPABILITY ${capabilities(session)}`);
  },
});
