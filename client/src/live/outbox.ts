/** Acts that wait without harm for the line: the hub records the first time of each, however often it is told. */
export type QueuedCommand = 'assignment.acknowledge' | 'assignment.open';

export interface OutboxEntry {
  /** The idempotency key: one per act, kept over reloads, so that a repeat is answered and never done twice. */
  readonly key: string;
  readonly command: QueuedCommand;
  readonly assignmentId: string;
  readonly directiveId: string;
  /** `answered`: the hub has said yes and its event is on the way. */
  readonly state: 'waiting' | 'answered';
}

export interface OutboxStorage {
  readonly getItem: (name: string) => string | null;
  readonly setItem: (name: string, value: string) => void;
  readonly removeItem: (name: string) => void;
}

export interface Outbox {
  readonly entries: () => readonly OutboxEntry[];
  /** Writes the act down before it is sent; the same act asked again is the same entry with the same key. */
  readonly add: (act: Pick<OutboxEntry, 'command' | 'assignmentId' | 'directiveId'>) => OutboxEntry;
  readonly answered: (key: string) => void;
  readonly remove: (key: string) => void;
  /** At sign-out: nothing of a person stays on the device. */
  readonly clear: () => void;
}

/** The acts of one account that the hub has not yet confirmed, in the order in which they were done. */
export function createOutbox(tools: {
  storage: OutboxStorage;
  accountId: string;
  newKey: () => string;
  changed: () => void;
}): Outbox {
  const name = `chidao.outbox.${tools.accountId}`;
  let entries = readEntries(tools.storage.getItem(name));

  const keep = (next: readonly OutboxEntry[]) => {
    entries = next;
    const waiting = next.filter((entry) => entry.state === 'waiting');
    if (waiting.length === 0) tools.storage.removeItem(name);
    else tools.storage.setItem(name, JSON.stringify(waiting));
    tools.changed();
  };

  return {
    entries: () => entries,
    add(act) {
      const same = entries.find(
        (entry) => entry.command === act.command && entry.assignmentId === act.assignmentId,
      );
      if (same !== undefined) return same;
      const entry: OutboxEntry = { ...act, key: tools.newKey(), state: 'waiting' };
      keep([...entries, entry]);
      return entry;
    },
    answered: (key) =>
      keep(entries.map((entry) => (entry.key === key ? { ...entry, state: 'answered' } : entry))),
    remove(key) {
      if (entries.some((entry) => entry.key === key)) keep(entries.filter((entry) => entry.key !== key));
    },
    clear: () => keep([]),
  };
}

/** What another version or a hand has left in the storage must not stop the page. */
function readEntries(stored: string | null): readonly OutboxEntry[] {
  if (stored === null) return [];
  try {
    const read: unknown = JSON.parse(stored);
    return Array.isArray(read) ? read.filter((entry) => isEntry(entry)) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is OutboxEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Partial<Record<keyof OutboxEntry, unknown>>;
  return (
    typeof entry.key === 'string' &&
    (entry.command === 'assignment.acknowledge' || entry.command === 'assignment.open') &&
    typeof entry.assignmentId === 'string' &&
    typeof entry.directiveId === 'string' &&
    entry.state === 'waiting'
  );
}
