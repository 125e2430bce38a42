import { parentPort } from 'node:worker_threads';
import type { InspectRequest } from '#files/inspect-pool.ts';
import { inspectFile, type ReadMessage } from '#files/inspect-file.ts';
import { attachedFiles } from '#mail/message/attached-files.ts';
import { decodeText } from '#mail/message/decode-text.ts';
import { messageText } from '#mail/message/message-text.ts';
import { parseStructure } from '#mail/message/parse-structure.ts';
import { scanMessage } from '#mail/message/scan-message.ts';

/*
 * The thread that looks into files for `createInspectPool`. It says `ready` once, then answers each request. A fault
 * ends the thread; the pool replaces it.
 */

const answer = (value: unknown): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(value);
};

function readMessage(bytes: Uint8Array): ReadMessage {
  const structure = parseStructure(bytes);
  const { header, body } = messageText(bytes);
  return {
    stamp: scanMessage(bytes, structure, decodeText)?.stamp,
    text: `${header}\n${body}`,
    files: attachedFiles(bytes, structure),
  };
}

parentPort?.on('message', ({ name, bytes }: InspectRequest) => {
  // A rejection is a fault like any other: it ends the thread.
  void inspectFile({ readMessage }, name, bytes).then(answer);
});
answer('ready');
