import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose request it is that is being worked on, and from where: for the record, never for a decision. */
export interface ActOrigin {
  readonly accountId?: string;
  readonly ip?: string;
}

const storage = new AsyncLocalStorage<ActOrigin>();

/**
 * All that `work` does, also after it has waited, has this origin. A door sets it once, so that no use case can forget to
 * hand it on.
 */
export function withOrigin<Result>(origin: ActOrigin, work: () => Result): Result {
  return storage.run(origin, work);
}

/** Of what is done for many at once, or by the hub of its own accord. */
export function withoutOrigin<Result>(work: () => Result): Result {
  return storage.exit(work);
}

export function currentOrigin(): ActOrigin | undefined {
  return storage.getStore();
}
