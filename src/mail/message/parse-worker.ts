import { parentPort } from 'node:worker_threads';
import { messageText } from './message-text.ts';
import { parseMessage } from './parse-message.ts';
import type { PoolRequest } from './parse-pool.ts';

/*
 * The thread that parses messages for `createParsePool`. It says `ready` once, then answers each request
 * with what was read of the message's octets. A fault ends the thread; the pool replaces it.
 */

const answer = (value: unknown): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(value);
};

parentPort?.on('message', ({ want, bytes }: PoolRequest) => {
  answer(want === 'parsed' ? parseMessage(bytes) : messageText(bytes));
});
answer('ready');
