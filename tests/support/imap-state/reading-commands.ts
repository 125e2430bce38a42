import type { AccountTruth } from './account-truth.ts';
import { chooseMessages } from './flag-commands.ts';
import type { MailboxTruth } from './mailbox-truth.ts';
import type { Random } from './random.ts';
import type { SessionView, ViewedMessage } from './session-view.ts';
import type { StateCommand } from './state-command.ts';

/** Flags of everything: afterwards the session knows every UID. */
export function listCommand(): StateCommand {
  return { text: 'UID FETCH 1:* (FLAGS)', mayExpunge: true };
}

export function fetchFlagsCommand(
  view: SessionView,
  random: Random,
  byUid: boolean,
): StateCommand | undefined {
  const chosen = chooseMessages(view, random, byUid);
  if (chosen === undefined) return undefined;
  const answered = new Set<number>();
  return {
    text: `${byUid ? 'UID ' : ''}FETCH ${chosen.set} (UID FLAGS RFC822.SIZE)`,
    mayExpunge: byUid,
    hear(told) {
      if (told.kind === 'fetch' && told.message.uid !== undefined && told.message.size !== undefined)
        answered.add(told.message.uid);
    },
    end({ status, code }) {
      if (status === 'NO' || code === 'EXPUNGEISSUED') return;
      const missing = chosen.uids.filter((uid) => !answered.has(uid));
      // UIDs that are gone are ignored without a word (RFC 9051, section 6.4.9).
      if (missing.some((uid) => !byUid || !view.truth.message(uid).mayBeGone))
        throw new Error(`${view.truth.name}: FETCH leaves out ${missing.join()}`);
    },
  };
}

/** A whole message of those that the session knows; BODY[] also sets \Seen. */
export function fetchBodyCommand(
  truth: AccountTruth,
  view: SessionView,
  random: Random,
): StateCommand | undefined {
  const [uid] = chooseMessages(view, random, true)?.uids ?? [];
  if (uid === undefined) return undefined;
  if (random.chance(80)) return bodyCommand(truth, view.truth, uid, 'BODY.PEEK[]');
  view.truth.message(uid).operations.push({ change: 'add', flags: [String.raw`\Seen`], modseq: undefined });
  return bodyCommand(truth, view.truth, uid, 'BODY[]');
}

/** Octet by octet as it was sent. */
export function bodyCommand(
  truth: AccountTruth,
  mailbox: MailboxTruth,
  uid: number,
  item: 'BODY[]' | 'BODY.PEEK[]',
): StateCommand {
  return {
    text: `UID FETCH ${uid} (${item} RFC822.SIZE)`,
    mayExpunge: true,
    hear(told) {
      if (told.kind !== 'fetch' || told.message.body === undefined) return;
      if (told.message.size !== told.message.body.length)
        throw new Error(`RFC822.SIZE ${told.message.size} of ${told.message.body.length} octets`);
      truth.checkBody(mailbox, told.message.uid ?? 0, told.message.body);
    },
  };
}

const searches = [
  { key: 'ALL', holds: () => true },
  { key: 'SEEN', holds: (flags: string) => has(flags, String.raw`\seen`) },
  { key: 'UNSEEN', holds: (flags: string) => !has(flags, String.raw`\seen`) },
  { key: 'FLAGGED', holds: (flags: string) => has(flags, String.raw`\flagged`) },
  { key: 'KEYWORD rieng', holds: (flags: string) => has(flags, 'rieng') },
  {
    key: 'NOT DELETED OR ANSWERED SEEN',
    holds: (flags: string) =>
      !has(flags, String.raw`\deleted`) &&
      (has(flags, String.raw`\answered`) || has(flags, String.raw`\seen`)),
  },
] as const;

function has(flags: string, flag: string): boolean {
  return flags.split(' ').includes(flag);
}

/**
 * SEARCH by flags. Others change them meanwhile, so a message may be found when the key held before the command or
 * holds after the updates that came with it.
 */
export function searchCommand(random: Random, byUid: boolean): StateCommand {
  const { key, holds } = random.pick(searches);
  let before: readonly ViewedMessage[] = [];
  let found: readonly number[] | undefined;
  const operationsBefore = new Map<number, number>();
  return {
    text: `${byUid ? 'UID ' : ''}SEARCH ${key}`,
    mayExpunge: byUid,
    begin(view) {
      before = view?.messages.map((message) => ({ ...message })) ?? [];
      for (const { uid } of before)
        if (view !== undefined && uid !== undefined)
          operationsBefore.set(uid, view.truth.message(uid).operations.length);
    },
    hear(told) {
      if (told.kind === 'search') found = told.numbers;
    },
    end({ status }, view) {
      if (view === undefined) return;
      if (status !== 'OK' || found === undefined) throw new Error('SEARCH gave no answer');
      const hits = new Set(found);
      const after = new Map(
        view.messages.flatMap((message) => (message.uid === undefined ? [] : [[message.uid, message]])),
      );
      for (const [at, message] of before.entries()) {
        const { uid, flags } = message;
        const later = uid === undefined ? undefined : after.get(uid);
        // Unknown before, or gone or unknown after: either answer may be right.
        if (uid === undefined || flags === undefined || later?.flags === undefined) continue;
        // Changed and changed back while the command ran: what lay between was never told.
        if (view.truth.message(uid).operations.length !== operationsBefore.get(uid)) continue;
        const isFound = hits.has(byUid ? uid : at + 1);
        // It has gone, and the session may not be told yet.
        if (!isFound && view.truth.message(uid).mayBeGone) continue;
        if (isFound !== holds(flags) && isFound !== holds(later.flags))
          throw new Error(
            `${view.truth.name}: SEARCH ${key} ${isFound ? 'finds' : 'misses'} UID ${uid} with (${flags}), then (${later.flags})`,
          );
      }
      for (const hit of hits)
        if (!byUid && hit > before.length) throw new Error(`${view.truth.name}: SEARCH names ${hit}`);
    },
  };
}

/** A message is found from the moment that it is there, and no other is named. */
export function searchTokenCommand(view: SessionView, random: Random): StateCommand | undefined {
  const chosen = chooseMessages(view, random, true);
  const [uid] = chosen?.uids ?? [];
  const token = uid === undefined ? undefined : view.truth.message(uid).token;
  if (uid === undefined || token === undefined) return undefined;
  const key = random.pick(['SUBJECT', 'TEXT']);
  return {
    text: `UID SEARCH ${key} ${token}`,
    mayExpunge: true,
    hear(told) {
      if (told.kind !== 'search') return;
      if (!told.numbers.includes(uid) && !view.truth.message(uid).mayBeGone)
        throw new Error(`${view.truth.name}: UID ${uid} is not found by ${token}`);
      for (const hit of told.numbers) {
        const other = view.truth.message(hit).token;
        if (other !== undefined && other !== token)
          throw new Error(`${view.truth.name}: UID ${hit} is ${other} and is found by ${token}`);
      }
    },
  };
}

export function statusCommand(truth: AccountTruth, random: Random): StateCommand {
  const mailbox = truth.mailbox(random.pick(truth.names));
  const { highestUid } = mailbox;
  const certain = mailbox.certain();
  return {
    text: `STATUS ${mailbox.name} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)`,
    mayExpunge: true,
    hear(told) {
      if (told.kind !== 'status') return;
      const { MESSAGES: messages = 0, UIDNEXT: uidNext = 0, UNSEEN: unseen = 0 } = told.items;
      // Others may have been moved out meanwhile.
      const least = certain.filter((uid) => mailbox.isCertain(uid)).length;
      if (messages < least)
        throw new Error(`${mailbox.name}: STATUS counts ${messages} of at least ${least}`);
      if (uidNext <= highestUid)
        throw new Error(`${mailbox.name}: UIDNEXT ${uidNext} after UID ${highestUid}`);
      if (unseen > messages) throw new Error(`${mailbox.name}: ${unseen} of ${messages} are unseen`);
    },
  };
}
