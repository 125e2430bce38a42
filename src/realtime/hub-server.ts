import type { Server, Socket } from 'socket.io';
import type { ClientEvents, ServerEvents } from '#protocol/change.ts';

/** What a socket carries besides the connection. */
export interface SocketState {
  accountId: string;
  sessionId: string;
  /** The session's absolute end, in milliseconds. */
  expiresAtMs: number;
  locale: 'vi' | 'en';
  /** Where the client says it is in the log; undefined: from now. */
  position: number | undefined;
  rooms: readonly string[];
}

export type HubServer = Server<ClientEvents, ServerEvents, Record<string, never>, SocketState>;
export type HubSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, SocketState>;
