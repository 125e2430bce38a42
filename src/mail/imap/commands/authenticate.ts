import { capabilities } from '#mail/imap/capabilities.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { beforeLogin, defineCommand } from './command.ts';

/** AUTHENTICATE PLAIN and SCRAM-SHA-256, with or without an initial response (RFC 4616, RFC 7677, RFC 4959). */
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
    if (mechanism === 'SCRAM-SHA-256' && session.offersScram) await scram(session, initial);
    else if (mechanism === 'PLAIN') {
      const { address, password } = plainCredentials(await response(session, initial));
      await session.signIn(address, password);
    } else throw new CommandRefused('No such mechanism', 'CANNOT');
    return completed('Signed in', `CAPABILITY ${capabilities(session)}`);
  },
});

/** The server proves itself in a challenge of its own, which the client answers with nothing (RFC 5802, section 5). */
async function scram(session: Session, initial: string | undefined): Promise<void> {
  const exchange = session.door.beginScram?.(decoded(await response(session, initial)).toString('utf8'));
  if (exchange === undefined) throw new ImapSyntaxError('Bad SCRAM message');
  const proven = await exchange.finish((await challenge(session, exchange.serverFirst)).toString('utf8'));
  const last = await challenge(session, proven.serverFinal);
  if (last.length > 0) throw new ImapSyntaxError('Expected an empty response');
  session.enter(proven.enter());
}

async function challenge(session: Session, text: string): Promise<Buffer> {
  return decoded(await ask(session, Buffer.from(text).toString('base64')));
}

async function response(session: Session, initial: string | undefined): Promise<string> {
  if (initial !== undefined) return initial === '=' ? '' : initial;
  return ask(session, '');
}

async function ask(session: Session, text: string): Promise<string> {
  session.output.line(`+ ${text}`);
  await session.output.flush();
  const line = (await session.door.readLine()).toString('latin1');
  if (line === '*') throw new ImapSyntaxError('Authentication given up');
  return line;
}

function decoded(encoded: string): Buffer {
  if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded))
    throw new ImapSyntaxError('Bad base64');
  return Buffer.from(encoded, 'base64');
}

/** `authzid NUL authcid NUL password`. Nobody signs in as somebody else here (S7). */
function plainCredentials(encoded: string): { address: string; password: string } {
  const [authorisation, address, password, ...more] = decoded(encoded).toString('utf8').split('\0');
  if (address === undefined || password === undefined || more.length > 0) {
    throw new ImapSyntaxError('Bad PLAIN response');
  }
  if (authorisation !== '' && authorisation !== address) {
    throw new CommandRefused('Signing in for another account is not possible', 'AUTHORIZATIONFAILED');
  }
  return { address, password };
}
