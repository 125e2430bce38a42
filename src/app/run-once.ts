import { createHash } from 'node:crypto';
import { HubError } from '#domain/hub-error.ts';
import type { HubTransaction } from './ports/hub-store.ts';

/** Who repeats a command with the same key gets the first answer, and nothing happens twice. */
export interface CommandKey {
  readonly accountId: string;
  /** Undefined: the caller asked for no such protection. */
  readonly key: string | undefined;
  readonly operation: string;
  readonly request: unknown;
}

const keyPattern = /^[\x21-\x7e]{1,200}$/;

/**
 * Runs a command's work at most once for its key, inside the command's own transaction. Throws
 * `idempotency_key_reused` when the key came with another request before, `bad_input` when the key is no key.
 */
export async function runOnce<Result>(
  tx: HubTransaction,
  command: CommandKey,
  work: () => Promise<Result>,
): Promise<Result> {
  const { key } = command;
  if (key === undefined) return work();
  if (!keyPattern.test(key)) throw new HubError('bad_input', { field: 'Idempotency-Key' });
  const requestHash = createHash('sha256').update(JSON.stringify(command.request)).digest();
  const earlier = await tx.claimKey(command.accountId, key, command.operation, requestHash);
  if (earlier !== undefined) return earlier.answer as Result;
  const result = await work();
  await tx.rememberAnswer(command.accountId, key, result);
  return result;
}
