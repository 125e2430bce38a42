import type { HubStore } from '#app/ports/hub-store.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { ContentRead, ReadKind } from '#domain/audit/read-event.ts';
import type { Clock } from '#domain/clock.ts';
import { coalesce } from '#lib/coalesce.ts';

/** Resolves once the read is in the log: a door answers after that. */
export type RecordRead = (read: {
  readonly actor: Actor;
  readonly kind: ReadKind;
  readonly id: string;
  readonly ip?: string | undefined;
}) => Promise<void>;

const readsPerCommit = 500;

/**
 * Who was shown what. Reads of the same moment share one commit, so that a busy hub pays for few; none is answered
 * before its own is on the disk, so none is lost with the process.
 */
export function createReadRecorder(ports: {
  readonly store: Pick<HubStore, 'transaction'>;
  readonly clock: Clock;
  readonly committed: () => void;
}): RecordRead {
  const record = coalesce<ContentRead, undefined>(
    async (reads) => {
      await ports.store.transaction((tx) => tx.record(reads, ports.clock.now()));
      ports.committed();
      return reads.map(() => ({ status: 'fulfilled', value: undefined }));
    },
    { weightMax: readsPerCommit },
  );
  return ({ actor, kind, id, ip }) =>
    record({
      type: 'content.read',
      accountId: actor.accountId,
      object: { kind, id },
      ...(ip === undefined ? {} : { ip }),
    });
}
