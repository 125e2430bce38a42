import type { AccountTruth, SentMessage } from './account-truth.ts';
import { chooseMessages } from './flag-commands.ts';
import type { Random } from './random.ts';
import type { SessionView } from './session-view.ts';
import type { StateCommand } from './state-command.ts';
import { numberSet } from './untagged.ts';

let sentMessages = 0;

/** A message that nobody sent before, with its token in header and body. */
export function newMessage(truth: AccountTruth, random: Random): { token: string; message: SentMessage } {
  sentMessages += 1;
  const token = `tok${sentMessages}x`;
  const lines = Array.from(
    { length: 1 + random.below(12) },
    (_, at) => `dong ${at} cua ${token} ${'x'.repeat(random.below(60))}\r\n`,
  );
  const octets = `From: thu@load.example\r\nTo: nhan@load.example\r\nSubject: ${token}\r\nX-Token: ${token}\r\n\r\n${lines.join('')}`;
  const message = { octets, isForbidden: false, isAcknowledged: false, isAstray: false };
  truth.sent.set(token, message);
  return { token, message };
}

/** APPEND with a non-synchronizing literal, so that it can stand in a pipeline (RFC 7888). */
export function appendCommand(truth: AccountTruth, random: Random): StateCommand {
  const mailbox = truth.mailbox(random.pick(truth.names));
  const { token, message } = newMessage(truth, random);
  const above = mailbox.highestUid;
  const flags = random.pick(['', String.raw`(\Seen) `, String.raw`(\Flagged Rieng) `]);
  return {
    text: `APPEND ${mailbox.name} ${flags}${random.chance(30) ? inPieces(message.octets, random) : literal(message.octets)}`,
    mayExpunge: true,
    end({ code }) {
      const [name, validity, uid] = code?.split(' ') ?? [];
      if (name !== 'APPENDUID') throw new Error(`APPEND is answered with ${code}`);
      mailbox.uidValidity ??= Number(validity);
      if (mailbox.uidValidity !== Number(validity)) throw new Error(`APPENDUID with UIDVALIDITY ${validity}`);
      mailbox.created(Number(uid), token, above);
      message.isAcknowledged = true;
    },
  };
}

function literal(octets: string): string {
  return `{${octets.length}+}\r\n${octets}`;
}

/** The same message put together from two pieces (RFC 4469). */
function inPieces(octets: string, random: Random): string {
  const at = 1 + random.below(octets.length - 1);
  return `CATENATE (TEXT ${literal(octets.slice(0, at))} TEXT ${literal(octets.slice(at))})`;
}

/** An APPEND that is never complete: its message must never be anywhere (I12). */
export function cutAppend(truth: AccountTruth, random: Random): string {
  const mailbox = truth.mailbox(random.pick(truth.names));
  const { message } = newMessage(truth, random);
  message.isForbidden = true;
  const { length } = message.octets;
  // From nothing of the message to all of it without the CRLF that ends the command.
  const kept = random.pick([0, 1, Math.floor(length / 2), length - 1, length]);
  return `CUT APPEND ${mailbox.name} {${length}+}\r\n${message.octets.slice(0, kept)}`;
}

/** COPY or MOVE into any mailbox, its own included. */
export function transferCommand(
  truth: AccountTruth,
  view: SessionView,
  random: Random,
  options: { readonly byUid: boolean; readonly moves: boolean },
): StateCommand | undefined {
  const chosen = chooseMessages(view, random, options.byUid);
  if (chosen === undefined) return undefined;
  const target = truth.mailbox(random.pick(truth.names));
  const above = target.highestUid;
  const source = view.truth;
  if (options.moves) for (const uid of chosen.uids) source.message(uid).mayBeGone = true;
  // Of a message without a known token it may be any that is not known to be elsewhere.
  const goesAstray = (): void => {
    const tokens = chosen.uids.map((uid) => source.message(uid).token);
    for (const [token, sent] of truth.sent)
      if (tokens.includes(token) || tokens.includes(undefined)) sent.isAstray = true;
  };
  const verb = options.moves ? 'MOVE' : 'COPY';
  const copied = (value: string): void => {
    const [, validity, sources = '', targets = ''] = value.split(' ');
    if (target.uidValidity !== undefined && target.uidValidity !== Number(validity))
      throw new Error(`COPYUID with UIDVALIDITY ${validity}`);
    const [from, to] = [numberSet(sources), numberSet(targets)];
    if (from.length !== to.length) throw new Error(`COPYUID ${value} has sets of two lengths`);
    for (const [at, uid] of from.entries()) {
      if (!chosen.uids.includes(uid)) throw new Error(`COPYUID names ${uid}, which was not asked for`);
      const made = to[at] ?? 0;
      const origin = source.message(uid);
      if (origin.token === undefined) goesAstray();
      target.created(made, origin.token, above);
      const copy = target.message(made);
      // One whose own making went unanswered may have come with \Deleted.
      const mayBeFlagged = origin.isDeletable || !origin.isKnown;
      copy.isDeletable ||= mayBeFlagged;
      copy.mayBeGone ||= mayBeFlagged;
      if (options.moves) source.gone(uid);
    }
  };
  return {
    text: `${options.byUid ? 'UID ' : ''}${verb} ${chosen.set} ${target.name}`,
    mayExpunge: true,
    hear(told) {
      if (told.kind === 'code' && told.name === 'COPYUID') copied(`COPYUID ${told.value}`);
    },
    end({ code }) {
      if (code?.startsWith('COPYUID ') === true) copied(code);
    },
    lost: goesAstray,
  };
}

/** EXPUNGE, UID EXPUNGE and CLOSE: what was never flagged \Deleted must stay. */
export function expungeCommand(view: SessionView, random: Random): StateCommand {
  const chosen = random.chance(40) ? chooseMessages(view, random, true) : undefined;
  return { text: chosen === undefined ? 'EXPUNGE' : `UID EXPUNGE ${chosen.set}`, mayExpunge: true };
}
