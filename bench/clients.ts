import { startChildProgram } from './child-program.ts';
import type { ClientAnswer, ClientRequest } from './client-requests.ts';

/** When a directive had reached the sockets, in milliseconds since 1970. */
export interface Receipts {
  readonly firstMs: number;
  readonly middleMs: number;
  readonly lastMs: number;
  /** The packet that the first socket got, byte for byte. */
  readonly packet: string;
}

/** Every connected official, spread over processes that are not the server's. */
export interface Clients {
  connect(url: string, tokens: readonly string[]): Promise<void>;
  /** Resolves when every process waits for the directive. */
  expect(): Promise<void>;
  /** Throws when a socket has not received it within the time. */
  receipts(withinMs: number): Promise<Receipts>;
  disconnect(): Promise<void>;
  stop(): Promise<void>;
}

/** As many processes as the machine has cores: one that is shared by all sockets would be what is measured. */
const processes = 2;

export function startClients(options: { arrived: boolean }): Clients {
  const programs = Array.from({ length: processes }, () =>
    startChildProgram<ClientRequest, ClientAnswer>(new URL('./client-program.ts', import.meta.url)),
  );
  let expected = 0;

  function askAll(request: (index: number) => ClientRequest): Promise<ClientAnswer[]> {
    return Promise.all(programs.map((program, index) => program.ask(request(index))));
  }

  return {
    async connect(url, tokens) {
      const { arrived } = options;
      const share = Math.ceil(tokens.length / processes);
      await askAll((index) => ({
        kind: 'connect',
        url,
        arrived,
        tokens: tokens.slice(index * share, (index + 1) * share),
      }));
      expected = tokens.length;
    },
    async expect() {
      await askAll(() => ({ kind: 'expect' }));
    },
    async receipts(withinMs) {
      const answers = await askAll(() => ({ kind: 'report', withinMs }));
      const received = answers.reduce((sum, answer) => sum + answer.sockets, 0);
      if (received !== expected) throw new Error(`${received} receipts on ${expected} sockets`);
      const times = (pick: (answer: ClientAnswer) => number | undefined) =>
        answers.map((answer) => pick(answer) ?? Number.NaN);
      const middles = times((answer) => answer.middleMs);
      return {
        firstMs: Math.min(...times((answer) => answer.firstMs)),
        middleMs: middles.reduce((sum, middle) => sum + middle, 0) / middles.length,
        lastMs: Math.max(...times((answer) => answer.lastMs)),
        packet: answers[0]?.packet ?? '',
      };
    },
    async disconnect() {
      await askAll(() => ({ kind: 'disconnect' }));
    },
    async stop() {
      await Promise.all(programs.map((program) => program.stop()));
    },
  };
}
