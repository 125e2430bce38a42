import { capabilities } from '#mail/imap/capabilities.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { beforeLogin, defineCommand } from './command.ts';

/** AUTHENTICATE PLAIN, with or without an initial response (RFC 4616, RFC 4959). */
export const authenticate = defineCommand({
  name: 'AUTHENTICATE',
  states: beforeLogin,
  tells: 'nothing',
  parse: (scanner) => {
    scanner.space();
    const mechanism = scanner.keyword();
    const initial = scanner.skip(' ') ? scanner.run((byte) => byte > 0x20 && byte < 0x7f) : undefined;
    return { mechanism, initial };
  },
  run: async (session, { mechanism, initial }) => {
    if (!session.isSecure) throw new CommandRefused('Use STARTTLS first', 'PRIVACYREQUIRED');
    if (mechanism !== 'PLAIN') throw new CommandRefused('No such mechanism', 'CANNOT');
    const { address, password } = plainCredentials(await response(session, initial));
    await session.signIn(address, password);
    return completed('Signed in', `CAPABILITY ${capabilities(session)}`);
  },
});

async function response(session: Session, initial: string | undefined): Promise<string> {
  if (initial !== undefined) return initial === '=' ? '' : initial;
  session.output.line('+ ');
  await session.output.flush();
  const line = (await session.door.readLine()).toString('latin1');
  if (line === '*') throw new ImapSyntaxError('Authentication given up');
  return line;
}

/** `authzid NUL authcid NUL password`. Nobody signs in as somebody else here (S7). */
function plainCredentials(encoded: string): { address: string; password: string } {
  if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded))
    throw new ImapSyntaxError('Bad base64');
  const [authorisation, address, password, ...more] = Buffer.from(encoded, 'base64')
    .toString('utf8')
    .split('\0');
  if (address === undefined || password === undefined || more.length > 0) {
    throw new ImapSyntaxError('Bad PLAIN response');
  }
  if (authorisation !== '' && authorisation !== address) {
    throw new CommandRefused('Signing in for another account is not possible', 'AUTHORIZATIONFAILED');
  }
  return { address, password };
}
