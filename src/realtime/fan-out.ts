import type { LogEntry } from '#domain/event.ts';
import { present, viewKey, type Viewer } from '#protocol/present.ts';
import type { HubServer } from './hub-server.ts';

/**
 * Emits one log entry to this process's sockets. Sockets that may know the same of it get the same frame, encoded once:
 * the largest group by room, the others by socket id and taken out of the rooms.
 */
export function fanOut(io: HubServer, viewers: ReadonlyMap<string, Viewer>, entry: LogEntry): void {
  const groups = groupsOf(io, viewers, entry);
  const [largest, ...others] = [...groups.values()].toSorted((left, right) => right.length - left.length);
  if (largest === undefined) return;
  const othersIds = others.flat();
  emit(
    othersIds.length === 0 ? io.to([...entry.rooms]) : io.to([...entry.rooms]).except(othersIds),
    viewers,
    entry,
    largest,
  );
  for (const ids of others) emit(io.to(ids), viewers, entry, ids);
}

function groupsOf(
  io: HubServer,
  viewers: ReadonlyMap<string, Viewer>,
  entry: LogEntry,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const seen = new Set<string>();
  const several = entry.rooms.length > 1;
  for (const room of entry.rooms) {
    for (const id of io.of('/').adapter.rooms.get(room) ?? []) {
      if (several) {
        if (seen.has(id)) continue;
        seen.add(id);
      }
      const viewer = viewers.get(id);
      if (viewer === undefined) continue;
      const key = viewKey(entry, viewer);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [id]);
      else group.push(id);
    }
  }
  return groups;
}

function emit(
  target: ReturnType<HubServer['to']>,
  viewers: ReadonlyMap<string, Viewer>,
  entry: LogEntry,
  ids: readonly string[],
): void {
  const viewer = viewers.get(ids[0] ?? '');
  const change = viewer === undefined ? undefined : present(entry, viewer);
  if (change === undefined) return;
  // The event name and its change come from one union; the overloads of emit cannot see that.
  (target as unknown as { emit(name: string, change: unknown): void }).emit(change.type, change);
}
