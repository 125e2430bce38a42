import type { LogReads } from '#app/ports/hub-store.ts';
import type { LogReader } from '#app/log/log-reader.ts';
import { present, type Viewer } from '#protocol/present.ts';
import type { HubSocket } from './hub-server.ts';
import { realtimeLimits as limits } from './realtime-limits.ts';

/**
 * Brings a socket from where its client is to the live end. It goes live in the very tick in which it has been sent
 * everything the reader has: the reader gives entries to all sockets in one tick too, so there is neither a gap nor
 * an entry twice, and no queue between.
 */
export async function replay(
  socket: HubSocket,
  ports: { log: LogReads; reader: LogReader; goLive: () => void },
): Promise<void> {
  const { log, reader } = ports;
  const viewer: Viewer = { accountId: socket.data.accountId, rooms: new Set(socket.data.rooms) };
  let at = socket.data.position ?? reader.position();
  let replayed = 0;
  // A position from the future is of another log, e.g. before a restore.
  let lost = at > reader.position() && at > (await log.head());
  if (!lost && at > reader.position()) await reader.caughtUp(at);
  while (!lost && at < reader.position()) {
    const upTo = reader.position();
    const entries = await log.readFor(socket.data.rooms, at, upTo, limits.replayPageEntries);
    if (!socket.connected) return;
    for (const entry of entries) {
      const change = present(entry, viewer);
      if (change !== undefined)
        (socket as unknown as { emit(name: string, change: unknown): void }).emit(change.type, change);
    }
    replayed += entries.length;
    // Other rights than the client's state was made by: what they open or close is in no change, only in a snapshot.
    lost ||= entries.some(({ event }) => event.type === 'membership.changed');
    at = entries.length === limits.replayPageEntries ? (entries.at(-1)?.position ?? upTo) : upTo;
    lost ||= replayed > limits.replayEntriesMax;
  }
  ports.goLive();
  if (lost) socket.emit('resync', { position: reader.position() });
  else socket.emit('synced', { position: reader.position() });
}
