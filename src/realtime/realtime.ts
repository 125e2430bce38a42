import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { openSocketSession } from '#app/access/sign-in.ts';
import { recordArrivals } from '#app/directive/record-arrivals.ts';
import type { Hub } from '#app/hub.ts';
import type { LogReader } from '#app/log/log-reader.ts';
import { roomsOf } from '#domain/access/actor.ts';
import type { LogEntry } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import type { AllowedOrigins } from '#lib/allowed-origins.ts';
import { errorMessage } from '#protocol/error-message.ts';
import type { Viewer } from '#protocol/present.ts';
import { arrivedReport } from '#protocol/request.ts';
import { createParser } from '#protocol/validate.ts';
import { createArrivals } from './arrivals.ts';
import { registerCommands } from './commands.ts';
import { createEventBudget } from './event-budget.ts';
import { fanOut } from './fan-out.ts';
import type { HubServer, HubSocket } from './hub-server.ts';
import { realtimeLimits as limits } from './realtime-limits.ts';
import { replay } from './replay.ts';

export interface Realtime {
  attach(server: HttpServer): void;
  connections(): number;
  /** Tells every client to come back after a random pause, then closes. */
  close(): Promise<void>;
}

export interface RealtimeOptions {
  readonly hub: Hub;
  readonly reader: LogReader;
  readonly origins: AllowedOrigins;
  /** Logs a fault whole and gives the id it is shown by. */
  readonly logFault: (error: unknown) => string;
}

/** Every socket that hears everything live is in it; no event names it. */
const liveRoom = 'live';
const parseArrived = createParser(arrivedReport);

export function createRealtime(options: RealtimeOptions): Realtime {
  const { hub, reader } = options;
  const viewers = new Map<string, Viewer>();
  const io: HubServer = new Server({
    serveClient: false,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: limits.packetBytesMax,
    connectTimeout: limits.authenticateWithinMs,
    // Frames are small and many: compressing each for 9,850 sockets costs more than it saves.
    perMessageDeflate: false,
    httpCompression: false,
    // A page elsewhere must not ride on anything of ours (threats H3); the token in the handshake does the rest.
    allowRequest: (request, decide) => decide(null, options.origins.allows(request.headers.origin)),
  });
  const arrivals = createArrivals({
    everyMs: limits.arrivalsEveryMs,
    write: (batch) => recordArrivals(hub, batch),
    onFault: options.logFault,
  });

  io.use((socket, next) => {
    authenticate(socket).then(
      () => next(),
      (error: unknown) => next(connectionRefusal(error)),
    );
  });

  async function authenticate(socket: HubSocket): Promise<void> {
    const { token, position } = socket.handshake.auth as { token?: unknown; position?: unknown };
    if (typeof token !== 'string' || token.length > 200) throw new HubError('not_signed_in');
    const { actor, sessionId, expiresAt } = await openSocketSession(hub, token);
    socket.data = {
      accountId: actor.accountId,
      sessionId,
      expiresAtMs: expiresAt.getTime(),
      locale: actor.locale,
      position:
        typeof position === 'number' && Number.isSafeInteger(position) && position >= 0
          ? position
          : undefined,
      rooms: roomsOf(actor),
    };
  }

  function connectionRefusal(error: unknown): Error {
    const code = error instanceof HubError ? error.code : 'internal';
    const refusal = new Error(errorMessage(code, 'vi')) as Error & { data: unknown };
    refusal.data = { code, ...(code === 'internal' ? { id: options.logFault(error) } : {}) };
    return refusal;
  }

  function goLive(socket: HubSocket): void {
    viewers.set(socket.id, { accountId: socket.data.accountId, rooms: new Set(socket.data.rooms) });
    void socket.join([liveRoom, ...socket.data.rooms]);
  }

  io.on('connection', (socket) => {
    socket.on('error', () => socket.disconnect(true));
    socket.on('disconnect', () => viewers.delete(socket.id));
    socket.on('arrived', (input) => {
      try {
        const { position } = parseArrived(input);
        arrivals.report(socket.data.accountId, Math.min(position, reader.position()));
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        socket.disconnect(true);
      }
    });
    registerCommands(socket, hub, options.logFault);
    replay(socket, { log: hub.store.log, reader, goLive: () => goLive(socket) }).catch((error: unknown) => {
      options.logFault(error);
      socket.disconnect(true);
    });
  });

  function hear(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      fanOut(io, viewers, entry);
      follow(entry);
    }
  }

  /** What an entry changes for the sockets themselves. */
  function follow({ event, position }: LogEntry): void {
    if (event.type === 'session.ended') {
      for (const socket of io.of('/').sockets.values()) {
        if (socket.data.accountId !== event.accountId) continue;
        if (event.sessionId !== undefined && event.sessionId !== socket.data.sessionId) continue;
        socket.emit('session.ended');
        socket.disconnect(true);
      }
    }
    if (event.type === 'membership.changed')
      for (const socket of io.of('/').sockets.values())
        if (socket.data.accountId === event.accountId) void rejoin(socket, position);
  }

  /** Rooms by the rights of now; a client whose rights changed loads a snapshot again. */
  async function rejoin(socket: HubSocket, position: number): Promise<void> {
    // Nothing more reaches the socket by the old rights while the new ones are read.
    for (const room of socket.data.rooms) void socket.leave(room);
    viewers.delete(socket.id);
    try {
      const actor = await hub.access.actor(socket.data.accountId, hub.clock.now());
      if (actor === undefined) {
        socket.emit('session.ended');
        socket.disconnect(true);
        return;
      }
      socket.data.rooms = roomsOf(actor);
      if (!socket.connected) return;
      goLive(socket);
      socket.emit('resync', { position: Math.max(position, reader.position()) });
    } catch (error) {
      options.logFault(error);
      socket.disconnect(true);
    }
  }

  const stopHearing = reader.subscribe(hear);
  const syncedTimer = setInterval(
    () => io.to(liveRoom).emit('synced', { position: reader.position() }),
    limits.syncedEveryMs,
  );
  const sweepTimer = setInterval(() => sweep(io, hub.clock.now().getTime()), limits.sweepEveryMs);

  return {
    attach(server) {
      io.attach(server);
      // Socket.IO makes an engine for each server that it is attached to.
      io.engine.on('connection', limitMessages);
    },
    connections: () => viewers.size,
    async close() {
      stopHearing();
      clearInterval(syncedTimer);
      clearInterval(sweepTimer);
      io.disconnectSockets(true);
      await arrivals.close();
      io.engine?.close();
    },
  };
}

interface Connection {
  on(event: 'packet', listener: (packet: { type: string }) => void): void;
  close(discard: boolean): void;
}

/**
 * Counts every message of a connection, whatever it holds and whether or not its client has signed in: a flood of
 * sign-ins or of answers that nobody asked for costs as much as one of commands (threats H4).
 */
function limitMessages(connection: Connection): void {
  const budget = createEventBudget(limits.eventsPerSecondMax);
  connection.on('packet', ({ type }) => {
    if (type === 'message' && !budget.take()) connection.close(true);
  });
}

/**
 * A client that does not read is cut by its unsent bytes and resumes by position (threats H5); one whose session has
 * come to its end is told so and cut (H2).
 */
function sweep(io: HubServer, nowMs: number): void {
  for (const socket of io.of('/').sockets.values()) {
    if (socket.data.expiresAtMs <= nowMs) {
      socket.emit('session.ended');
      socket.disconnect(true);
      continue;
    }
    const transport = socket.conn.transport as unknown as { socket?: { bufferedAmount?: number } };
    if ((transport.socket?.bufferedAmount ?? 0) > limits.unsentBytesMax) socket.disconnect(true);
  }
}
