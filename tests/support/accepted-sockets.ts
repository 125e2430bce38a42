import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** The server's ends of connections to ports of this process: what it has read, and whether it has let go of them. */
export interface AcceptedSockets {
  of(port: number): readonly Socket[];
  stop(): void;
}

const channel = 'net.server.socket';

/** Watches from now on. A port is kept as it was at the beginning, because a closed socket no longer knows it. */
export function watchAccepted(): AcceptedSockets {
  const accepted: { readonly port: number | undefined; readonly socket: Socket }[] = [];
  const note = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    accepted.push({ port: socket.localPort, socket });
  };
  subscribe(channel, note);
  return {
    of: (port) => accepted.filter((one) => one.port === port).map(({ socket }) => socket),
    stop: () => void unsubscribe(channel, note),
  };
}
