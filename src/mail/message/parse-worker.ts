import { parentPort } from 'node:worker_threads';
import { parseMessage } from './parse-message.ts';

/*
 * The thread that parses messages for `createParsePool`. It says `ready` once, then answers each message's octets
 * with what was parsed. A fault ends the thread; the pool replaces it.
 */

const answer = (value: unknown): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(value);
};

parentPort?.on('message', (bytes: Uint8Array) => {
  answer(parseMessage(bytes));
});
answer('ready');
