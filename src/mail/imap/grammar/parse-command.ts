import type { ImapCommand, Run } from '#mail/imap/commands/command.ts';
import { commands } from '#mail/imap/commands/table.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import { CommandRefused } from '#mail/imap/responses.ts';
import type { SessionState } from '#mail/imap/session.ts';
import type { CommandOctets } from '#mail/imap/wire/command-decoder.ts';
import { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

export type Parsed =
  | { readonly type: 'command'; readonly tag: string; readonly command: ImapCommand; readonly run: Run }
  | {
      readonly type: 'refused';
      /** Undefined when there is none to answer to: the answer is then untagged. */
      readonly tag: string | undefined;
      readonly refusal: CommandRefused;
    };

/**
 * From octets to a command that is ready to run, or to the answer why not. It never throws, whatever the octets are
 * (I4). The state is checked before the arguments are read, so that a stranger reaches the readers of LOGIN and
 * AUTHENTICATE only (CVE-2026-42006).
 */
export function parseCommand(
  octets: CommandOctets,
  { state, speaksUtf8 }: { readonly state: SessionState; readonly speaksUtf8: boolean },
  limits: ImapLimits,
): Parsed {
  const nestingMax = state === 'not_authenticated' ? limits.nestingMaxBeforeLogin : limits.nestingMax;
  const scanner = new Scanner(octets, { nestingMax, utf8: speaksUtf8 });
  let tag: string | undefined;
  try {
    tag = scanner.tag();
    scanner.space();
    const command = scanCommand(scanner);
    if (!command.states.includes(state)) throw new ImapSyntaxError(wrongState(command, state));
    return { type: 'command', tag, command, run: command.bind(scanner, limits) };
  } catch (error) {
    if (error instanceof CommandRefused) return { type: 'refused', tag, refusal: error };
    if (error instanceof ImapSyntaxError) {
      return { type: 'refused', tag, refusal: new CommandRefused(error.message, undefined, 'BAD') };
    }
    throw error;
  }
}

/** The tag and the name at the head of a command that is not complete, for the answer to a refused literal. */
export function readHead(head: Buffer): { readonly tag: string | undefined; readonly name: string } {
  const scanner = new Scanner({ texts: [head], literals: [] }, { nestingMax: 0, utf8: false });
  let tag: string | undefined;
  try {
    tag = scanner.tag();
    scanner.space();
    return { tag, name: scanName(scanner) };
  } catch (error) {
    if (error instanceof ImapSyntaxError) return { tag, name: '' };
    throw error;
  }
}

function scanCommand(scanner: Scanner): ImapCommand {
  const command = commands.get(scanName(scanner));
  if (command === undefined) throw new ImapSyntaxError('Unknown command');
  return command;
}

function scanName(scanner: Scanner): string {
  const name = scanner.keyword();
  if (name !== 'UID') return name;
  scanner.space();
  return `UID ${scanner.keyword()}`;
}

function wrongState(command: ImapCommand, state: SessionState): string {
  if (state === 'not_authenticated') return 'Sign in first';
  return command.states.includes('selected') ? 'Select a mailbox first' : 'Already signed in';
}
