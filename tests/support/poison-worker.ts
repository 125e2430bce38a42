import { parentPort } from 'node:worker_threads';
import { messageText } from '#mail/message/message-text.ts';
import { parseMessage } from '#mail/message/parse-message.ts';
import type { PoolRequest } from '#mail/message/parse-pool.ts';

/* A parser thread that does what the message's first letter says: hang, crash, fill the memory, end, or parse. */

const answer = (value: unknown): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(value);
};

function fillMemory(): never {
  const held: number[][] = [];
  for (;;) held.push(Array<number>(100_000).fill(held.length));
}

parentPort?.on('message', ({ want, bytes }: PoolRequest) => {
  const act = String.fromCharCode(bytes[0] ?? 0);
  if (act === 'H') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (act === 'M') fillMemory();
  if (act === 'C') throw new Error('crash');
  if (act === 'E') process.exit(1);
  answer(want === 'parsed' ? parseMessage(bytes) : messageText(bytes));
});
answer('ready');
