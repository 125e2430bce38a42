import { startChildProgram } from './child-program.ts';

export type BareRequest =
  | { readonly kind: 'listen' }
  | { readonly kind: 'expect' }
  | { readonly kind: 'emit'; readonly name: string; readonly change: unknown };

export interface BareAnswer {
  readonly url?: string;
  readonly sockets?: number;
  readonly emittedMs?: number;
}

export interface BareServer {
  readonly url: string;
  expect(): Promise<void>;
  /** Sends a packet that was heard from the hub; answers the moment just before, in milliseconds since 1970. */
  emit(packet: string): Promise<number>;
  /** Resolves when it has no socket any more. */
  emptied(): Promise<void>;
  stop(): Promise<void>;
}

export async function startBareServer(execArgv: readonly string[]): Promise<BareServer> {
  const program = startChildProgram<BareRequest, BareAnswer>(
    new URL('./bare-program.ts', import.meta.url),
    execArgv,
  );
  const { url = '' } = await program.ask({ kind: 'listen' });
  return {
    url,
    async expect() {
      await program.ask({ kind: 'expect' });
    },
    async emit(packet) {
      const [name, change] = eventOf(packet);
      const { emittedMs = Number.NaN } = await program.ask({ kind: 'emit', name, change });
      return emittedMs;
    },
    async emptied() {
      while ((await program.ask({ kind: 'expect' })).sockets !== 0)
        await new Promise((resolve) => setTimeout(resolve, 100));
    },
    stop: program.stop,
  };
}

/** `2["directive.issued",{…}]`: Socket.IO's packet type, then name and arguments. */
function eventOf(packet: string): [string, unknown] {
  return JSON.parse(packet.slice(packet.indexOf('['))) as [string, unknown];
}
