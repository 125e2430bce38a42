import { SessionView, type ViewedMessage } from './session-view.ts';
import type { StateCommand } from './state-command.ts';
import type { StateSession } from './state-session.ts';

/** What a session knew of a mailbox when it left it. */
export interface Remembered {
  readonly uidValidity: number;
  readonly modseq: number;
  readonly messages: readonly ViewedMessage[];
}

/** SELECT or EXAMINE; with `remembered` the session comes back by QRESYNC and must know everything afterwards. */
export function selectCommand(
  session: StateSession,
  name: string,
  options: { readonly readOnly: boolean; readonly remembered?: Remembered | undefined },
): StateCommand {
  const truth = session.truth.mailbox(name);
  const view = new SessionView(truth);
  const certain = truth.certain();
  const { highestUid, highestModseq } = truth;
  const { readOnly, remembered } = options;
  const vanished = new Set<number>();
  const resync =
    remembered === undefined ? '' : ` (QRESYNC (${remembered.uidValidity} ${remembered.modseq}))`;
  let uidNext = 0;
  return {
    text: `${readOnly ? 'EXAMINE' : 'SELECT'} ${name}${resync}`,
    mayExpunge: false,
    begin() {
      session.view = view;
      session.readOnly = readOnly;
    },
    hear(told) {
      if (told.kind === 'vanished') for (const uid of told.uids) vanished.add(uid);
      if (told.kind === 'code' && told.name === 'UIDNEXT') uidNext = Number(told.value);
    },
    end({ status }) {
      if (status !== 'OK' || !view.isOpen) throw new Error(`${name} cannot be selected`);
      const least = certain.filter((uid) => truth.isCertain(uid)).length;
      if (view.messages.length < least)
        throw new Error(`${name}: SELECT counts ${view.messages.length} of at least ${least}`);
      if (uidNext <= highestUid) throw new Error(`${name}: UIDNEXT ${uidNext} after UID ${highestUid}`);
      if (view.highestModseq < highestModseq)
        throw new Error(`${name}: HIGHESTMODSEQ ${view.highestModseq} after MODSEQ ${highestModseq}`);
      if (remembered !== undefined) resynchronize(view, remembered, vanished);
    },
  };
}

/** RFC 7162, section 3.2.5.1: what was remembered, less VANISHED, with what FETCH told, is the mailbox. */
function resynchronize(view: SessionView, remembered: Remembered, vanished: ReadonlySet<number>): void {
  const now = new Map<number, ViewedMessage>();
  for (const message of remembered.messages)
    if (message.uid !== undefined && !vanished.has(message.uid)) now.set(message.uid, { ...message });
  for (const message of view.messages) if (message.uid !== undefined) now.set(message.uid, message);
  if (now.size !== view.messages.length)
    throw new Error(
      `${view.truth.name}: by QRESYNC the client knows ${now.size} messages and EXISTS says ${view.messages.length}`,
    );
  const messages = [...now].sort(([left], [right]) => left - right).map(([, message]) => message);
  for (const [at, told] of view.messages.entries())
    if (told.uid !== undefined && told.uid !== messages[at]?.uid)
      throw new Error(
        `${view.truth.name}: by QRESYNC ${at + 1} is UID ${messages[at]?.uid} and is told as ${told.uid}`,
      );
  view.messages = messages;
}

/** CLOSE takes out what is flagged \Deleted, UNSELECT does not; neither says a word. */
export function leaveCommand(session: StateSession, closes: boolean): StateCommand {
  return {
    text: closes ? 'CLOSE' : 'UNSELECT',
    mayExpunge: false,
    hear(told) {
      if (told.kind === 'expunge' || told.kind === 'vanished') throw new Error('CLOSE tells of its EXPUNGE');
    },
    end() {
      session.view = undefined;
    },
  };
}
