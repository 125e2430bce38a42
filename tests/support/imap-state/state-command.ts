import type { SessionView } from './session-view.ts';
import type { Untagged } from './untagged.ts';

/** The end of a command: OK, or NO with its code. */
export interface Ending {
  readonly status: 'OK' | 'NO';
  /** Name and value of the response code, when there is one. */
  readonly code: string | undefined;
}

/** One command of a session and what its answer must be. */
export interface StateCommand {
  readonly text: string;
  /** EXPUNGE is forbidden during FETCH, STORE and SEARCH by sequence number (RFC 9051, section 7.5.1). */
  readonly mayExpunge: boolean;
  /** NO is right only with EXPUNGEISSUED, unless this is set. */
  readonly mayRefuse?: boolean;
  /** Runs when the answers before this command's are complete. */
  begin?(view: SessionView | undefined): void;
  /** Each untagged line of the answer, after the view has taken it. */
  hear?(told: Untagged, view: SessionView | undefined): void;
  /** The tagged answer. */
  end?(ending: Ending, view: SessionView | undefined): void;
  /** It was sent, and the connection ended before the answer. */
  lost?(): void;
}

export function endingOf(line: string): Ending {
  const found = /^(OK|NO)(?: \[([^\]]*)\])?/.exec(line);
  if (found === null) throw new Error(`the server answers ${line}`);
  return { status: found[1] === 'OK' ? 'OK' : 'NO', code: found[2] };
}
