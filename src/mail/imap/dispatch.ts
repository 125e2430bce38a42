import { HubError } from '#domain/hub-error.ts';

import type { ImapCommand, Run } from './commands/command.ts';
import { refusalOf } from './error-responses.ts';
import { BrokenLiteral, CommandRefused, SessionEnded, statusLine } from './responses.ts';
import type { Session } from './session.ts';
import { ConnectionClosed } from './wire/output.ts';
import { ImapSyntaxError } from './wire/syntax-error.ts';

/** The answer to a command, without its tag. */
export interface Outcome {
  readonly line: string;
  /** It counts towards the bad commands after which a connection ends. */
  readonly isBad: boolean;
}

export function refuse(refusal: CommandRefused): Outcome {
  return {
    line: statusLine(refusal.status, refusal.message, refusal.code),
    isBad: refusal.status === 'BAD' || refusal.code === 'AUTHENTICATIONFAILED',
  };
}

/** Runs one command and collects its untagged updates. Throws only what ends the connection. */
export async function dispatch(
  session: Session,
  parsed: { readonly tag: string; readonly command: ImapCommand; readonly run: Run },
): Promise<Outcome> {
  try {
    const { text, code, codeAfterUpdates } = await parsed.run(session, parsed.tag);
    await tellUpdates(session, parsed.command);
    return { line: statusLine('OK', text, code ?? codeAfterUpdates?.()), isBad: false };
  } catch (error) {
    if (
      error instanceof ConnectionClosed ||
      error instanceof SessionEnded ||
      error instanceof BrokenLiteral
    ) {
      throw error;
    }
    return refuse(refusalFor(session, parsed.command, error));
  }
}

function refusalFor(session: Session, command: ImapCommand, error: unknown): CommandRefused {
  if (error instanceof CommandRefused) return error;
  if (error instanceof ImapSyntaxError) return new CommandRefused(error.message, undefined, 'BAD');
  if (error instanceof HubError) return refusalOf(error);
  session.log.error({ error, command: command.name }, 'An IMAP command failed');
  return new CommandRefused('An internal error was recorded', 'SERVERBUG');
}

/** What is done stays done: storage that cannot be read just now must not turn an OK into a NO. */
async function tellUpdates(session: Session, command: ImapCommand): Promise<void> {
  if (command.tells === 'nothing' || session.state !== 'selected') return;
  if (session.hasMoved) {
    try {
      await session.refresh();
    } catch (error) {
      if (error instanceof SessionEnded) throw error;
      session.log.warn({ error, command: command.name }, 'An IMAP session could not be brought up to date');
    }
  }
  session.tell({ expunges: command.tells === 'all' });
}
