import { createConnection } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { ScanResult } from '#app/ports/mail-checks.ts';

export type ClamdAddress = { readonly host: string; readonly port: number } | { readonly path: string };

const chunkBytes = 64 * 1024;
const replyBytesMax = 4096;

/** Has clamd look at a message or a file (INSTREAM: chunks behind their length, an empty one at the end). Never rejects. */
export function scanWithClamd(
  address: ClamdAddress,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  deadlineMs: number,
): Promise<ScanResult> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    const timer = setTimeout(
      () => end({ kind: 'unavailable', reason: 'no answer in time', scanner: 'clamd' }),
      deadlineMs,
    );
    let reply = '';
    function end(result: ScanResult): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    }
    const failed = (reason: string) => end({ kind: 'unavailable', reason, scanner: 'clamd' });
    socket.on('connect', () => {
      pipeline(instream(content), socket, { end: false }).catch((error: NodeJS.ErrnoException) =>
        failed(error.code ?? error.message),
      );
    });
    socket.on('data', (chunk: Buffer) => {
      reply += chunk.toString('latin1');
      if (reply.length > replyBytesMax) failed('an answer that is too long');
      else if (reply.includes('\0') || reply.includes('\n')) end(resultOf(reply));
    });
    socket.on('end', () => end(resultOf(reply)));
    socket.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message));
  });
}

/** No more of a file is in memory than the socket takes. */
async function* instream(content: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from('zINSTREAM\0');
  for await (const piece of content instanceof Uint8Array ? [content] : content) {
    for (let at = 0; at < piece.length; at += chunkBytes) {
      const chunk = piece.subarray(at, at + chunkBytes);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(chunk.length);
      yield length;
      yield chunk;
    }
  }
  yield Buffer.alloc(4);
}

/** `stream: OK`, `stream: NAME FOUND`, or words of a fault. */
function resultOf(reply: string): ScanResult {
  const words = reply.replaceAll(/[\0\r\n]/g, ' ').trim();
  if (/^stream: OK$/.test(words)) return { kind: 'clean' };
  const name = /^stream: (.{1,200}) FOUND$/.exec(words)?.[1];
  if (name !== undefined) return { kind: 'infected', name, scanner: 'clamd' };
  return { kind: 'unavailable', reason: words.slice(0, 200) || 'no answer', scanner: 'clamd' };
}
