import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** One connection of the load, signed in. */
export interface ImapLine {
  /** Sends one command and resolves with its whole answer; rejects when that is not OK. */
  command(text: string): Promise<string>;
  /** Resolves when the server waits for DONE. */
  idle(): Promise<void>;
  close(): void;
}

/**
 * As little as a client can do, so that its own work is small beside the server's: the answer is not parsed, only its
 * last line is looked at. The tag stands in no message.
 */
const tag = 'zq17';
const okEnd = Buffer.from(`${tag} OK`);

export async function openImapLine(port: number, user: string, password: string): Promise<ImapLine> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  socket.setNoDelay(true);
  const answers = watchAnswers(socket);
  await once(socket, 'secureConnect');
  await answers.until((last) => last.subarray(0, 4).equals(Buffer.from('* OK')));
  const line: ImapLine = {
    async command(text) {
      socket.write(`${tag} ${text}\r\n`);
      const answer = await answers.until((last) =>
        last.subarray(0, tag.length + 1).equals(Buffer.from(`${tag} `)),
      );
      if (!answer.last.subarray(0, okEnd.length).equals(okEnd))
        throw new Error(`${text.slice(0, 60)}: ${answer.last.toString().trim()}`);
      return answer.whole.toString();
    },
    async idle() {
      socket.write(`${tag} IDLE\r\n`);
      await answers.until((last) => last[0] === plus);
    },
    close: () => socket.destroy(),
  };
  await line.command(`LOGIN "${user}" "${password}"`);
  return line;
}

const plus = '+'.charCodeAt(0);

interface Answer {
  readonly whole: Buffer;
  readonly last: Buffer;
}

function watchAnswers(socket: TLSSocket) {
  let chunks: Buffer[] = [];
  let fault: Error | undefined;
  let isEnd: ((last: Buffer) => boolean) | undefined;
  let settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  const look = (): void => {
    if (settle === undefined) return;
    const tail = lastLine(chunks);
    if (tail !== undefined && isEnd?.(tail) === true) {
      const { resolve } = settle;
      settle = undefined;
      const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      chunks = [];
      resolve({ whole, last: tail });
    } else if (fault !== undefined) {
      settle.reject(fault);
      settle = undefined;
    }
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    look();
  });
  const end = (error: Error): void => {
    fault ??= error;
    look();
  };
  socket.on('error', end);
  socket.on('close', () => end(new Error(`the server has closed: ${Buffer.concat(chunks).toString()}`)));
  return {
    until: (isLast: (last: Buffer) => boolean): Promise<Answer> =>
      new Promise((resolve, reject) => {
        isEnd = isLast;
        settle = { resolve, reject };
        look();
      }),
  };
}

/** The last line, when it is whole. It is short, so it lies in the last chunk or the one before. */
function lastLine(chunks: readonly Buffer[]): Buffer | undefined {
  const last = chunks.at(-1);
  if (last === undefined || last.at(-1) !== 10) return undefined;
  // A negative position would count from the end.
  const at = last.length < 3 ? -1 : last.lastIndexOf('\r\n', last.length - 3);
  if (at >= 0) return last.subarray(at + 2);
  const both = Buffer.concat(chunks.slice(-3));
  const before = both.lastIndexOf('\r\n', both.length - 3);
  return before < 0 ? both : both.subarray(before + 2);
}
