import { vi } from 'vitest';
import { apply, type ClientState } from '#protocol/apply.ts';
import type { HubClient, LiveSocket } from './hub-client.ts';
import type { HubRows } from './hub-rows.ts';

/** What a page keeps: the snapshot it loaded, and the socket whose changes move it forward. */
export interface LiveState {
  readonly client: HubClient;
  readonly live: LiveSocket;
  /** Old snapshot + every change heard so far. */
  folded(): ClientState;
  /** Begins again from a newer snapshot, as a page does after `resync`. */
  rebase(snapshot: ClientState): void;
  /** Resolves once the page has heard everything that is in the log now. */
  settled(rows: HubRows): Promise<void>;
  close(): void;
}

/** The act of nobody: its answer comes after everything that was sent on the same connection before it. */
const noAssignment = '00000000-0000-4000-8000-000000000000';

export async function openLiveState(client: HubClient): Promise<LiveState> {
  let base: ClientState = await client.snapshot();
  const live = await client.connect(base.position);
  return {
    client,
    live,
    folded: () => live.changes.reduce(apply, base),
    rebase(snapshot) {
      base = snapshot;
      const later = live.changes.filter((change) => change.position > snapshot.position);
      live.changes.splice(0, live.changes.length, ...later);
    },
    async settled(rows) {
      const head = await stampedHead(rows);
      // The hub gives an entry to all its sockets in one tick: who connects at the head is told so after them.
      const probe = await client.connect(head);
      probe.close();
      await live.command('assignment.open', { id: noAssignment });
    },
    close: live.close,
  };
}

/** The head of the log once nothing waits for its position. */
export function stampedHead(rows: HubRows): Promise<number> {
  return vi.waitFor(
    async () => {
      const [row] = await rows.query<{ head: string; waiting: string }>(
        `select (select position from log_head) as head, (select count(*) from outbox where position is null) as waiting`,
      );
      if (row === undefined || row.waiting !== '0') throw new Error('the log is not stamped yet');
      return Number(row.head);
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** Who sees what: the part of two states that must be equal, whenever each was taken. */
export function contentOf(state: ClientState): ClientState['directives'] {
  return state.directives;
}
