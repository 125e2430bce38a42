import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import type { Completion } from '#mail/imap/responses.ts';
import type { Session, SessionState } from '#mail/imap/session.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';

/** What may be told before the answer: EXPUNGE is held back where numbers must stay (RFC 9051, section 7.5.1). */
export type Tells = 'nothing' | 'all_but_expunges' | 'all';

export type Run = (session: Session, tag: string) => Promise<Completion>;

export interface ImapCommand {
  /** In capitals; `UID FETCH` and its like are commands of their own. */
  readonly name: string;
  readonly states: readonly SessionState[];
  readonly tells: Tells;
  /** Reads the arguments to the end of the command and gives back what is to be done. Throws `ImapSyntaxError`. */
  bind(scanner: Scanner, limits: ImapLimits): Run;
}

interface Definition<Arguments> {
  readonly name: string;
  readonly states: readonly SessionState[];
  readonly tells: Tells;
  /** From the space after the name, if there is one. */
  parse(scanner: Scanner, limits: ImapLimits): Arguments;
  run(session: Session, input: Arguments, tag: string): Promise<Completion>;
}

export const anyState: readonly SessionState[] = ['not_authenticated', 'authenticated', 'selected'];
export const beforeLogin: readonly SessionState[] = ['not_authenticated'];
export const signedIn: readonly SessionState[] = ['authenticated', 'selected'];
export const withMailbox: readonly SessionState[] = ['selected'];

export function defineCommand<Arguments>(definition: Definition<Arguments>): ImapCommand {
  return {
    name: definition.name,
    states: definition.states,
    tells: definition.tells,
    bind: (scanner, limits) => {
      const input = definition.parse(scanner, limits);
      scanner.end();
      return (session, tag) => definition.run(session, input, tag);
    },
  };
}

/** For commands that take nothing. */
export function noArguments(): void {
  // What follows is refused by `scanner.end()`.
}
