import type { MailboxesMoved, MailboxListener, MailboxWatch } from '#app/ports/mail.ts';
import { isWork } from '#domain/directive/work-event.ts';
import { isDocumentEvent } from '#domain/document/document-event.ts';
import type { HubEvent, LogEntry } from '#domain/event.ts';
import { rooms } from '#domain/room.ts';

export interface FedMailboxWatch extends MailboxWatch {
  /** Takes the next entry of the log. */
  deliver(entry: LogEntry): void;
}

interface Listener {
  readonly accountId: string;
  readonly call: MailboxListener;
  rooms: readonly string[];
}

/**
 * Tells IMAP sessions of this process when to look at their mailboxes, from the log, so that it does not matter which
 * process wrote. Listeners are kept by room: an entry costs as many steps as it has rooms and hearers, not as there
 * are sessions. A listener is told that something may have moved, never what, so to be called too often is harmless.
 * It must not throw: it would stop the reader of the log.
 */
export function createMailboxWatch(roomsOf: (accountId: string) => readonly string[]): FedMailboxWatch {
  const byRoom = new Map<string, Set<Listener>>();
  const byAccount = new Map<string, Set<Listener>>();
  const revocations = new Map<string, Set<() => void>>();

  function enter(listener: Listener): void {
    for (const room of listener.rooms) addTo(byRoom, room, listener);
  }
  function leave(listener: Listener): void {
    for (const room of listener.rooms) removeFrom(byRoom, room, listener);
  }
  function notify(names: readonly string[], moved: MailboxesMoved | undefined): void {
    // A person is in several rooms of one entry and is told once.
    const hearers = new Set(names.flatMap((room) => [...(byRoom.get(room) ?? [])]));
    for (const listener of hearers) listener.call(moved);
  }
  function moveRooms(accountId: string): void {
    for (const listener of byAccount.get(accountId) ?? []) {
      leave(listener);
      listener.rooms = roomsOf(accountId);
      enter(listener);
    }
  }

  return {
    onChange(accountId, call) {
      const listener: Listener = { accountId, call, rooms: roomsOf(accountId) };
      enter(listener);
      addTo(byAccount, accountId, listener);
      return () => {
        leave(listener);
        removeFrom(byAccount, accountId, listener);
      };
    },
    onChangeOf({ accountId, ownerUnitId }, call) {
      const of = [rooms.everyone, rooms.account(accountId)];
      if (ownerUnitId !== undefined) of.push(rooms.unit(ownerUnitId));
      const listener: Listener = { accountId, call, rooms: of };
      enter(listener);
      return () => leave(listener);
    },
    onRevoked(accountId, call) {
      // An object of its own for each call, so that one function may listen twice.
      const listener = () => call();
      addTo(revocations, accountId, listener);
      return () => removeFrom(revocations, accountId, listener);
    },
    deliver(entry) {
      const { event } = entry;
      if (event.type === 'membership.changed') {
        moveRooms(event.accountId);
        // Rights in the mailboxes of others may have gone with a post (threats H2): each session asks for its own.
        for (const listener of byAccount.get(event.accountId) ?? []) listener.call();
      }
      if (touchesMailboxes(event)) notify(entry.rooms, event.type === 'mailbox.changed' ? event : undefined);
      // The end of one web session is not the end of a mail client, which signed in for itself.
      if (event.type === 'session.ended' && event.sessionId === undefined)
        for (const call of Array.from(revocations.get(event.accountId) ?? [])) call();
    },
  };
}

/** Whether an event may have moved a mailbox of those who hear it. */
function touchesMailboxes(event: HubEvent): boolean {
  // New assignees are told of their mail by a `mail.delivered` of its own.
  if (isWork(event)) return false;
  if (isDocumentEvent(event)) return false;
  switch (event.type) {
    case 'directive.issued':
    case 'directive.recalled':
    case 'directive.superseded':
    case 'mail.delivered':
    case 'mailbox.changed':
    // Opened in the page sets \Seen, and acknowledged implies opened.
    case 'assignment.opened':
    case 'assignment.acknowledged':
      return true;
    case 'assignment.arrived':
    case 'comment.added':
    case 'comment.edited':
    case 'comment.deleted':
    case 'discussion.read':
    case 'mail.queued':
    case 'mail.held':
    case 'mail.decided':
    case 'outbound.settled':
    case 'absence.due':
    case 'reply.received':
    case 'outside.replied':
    case 'outside.acknowledged':
    case 'sending.limited':
    case 'membership.changed':
    case 'session.ended':
    case 'organisation.imported':
    case 'content.read':
    case 'administration.changed':
      return false;
  }
}

function addTo<Value>(sets: Map<string, Set<Value>>, key: string, value: Value): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function removeFrom<Value>(sets: Map<string, Set<Value>>, key: string, value: Value): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
