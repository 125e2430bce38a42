import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from '#protocol/change.ts';
import { changeTypes } from '#protocol/change-types.ts';
import type { Change } from '#protocol/change.ts';
import { Refusal, type AskHub } from './http.ts';

export type LiveSocket = Socket<ServerEvents, ClientEvents>;

/** The event line as it is told to the person. `since` is when the state before was lost, or this one began. */
export interface Line {
  readonly state: 'live' | 'reconnecting' | 'offline';
  readonly since: Date;
}

export interface Connection {
  readonly socket: LiveSocket;
  readonly open: () => void;
  readonly tryNow: () => void;
  readonly close: () => void;
}

export interface ConnectionTools {
  readonly askHub: AskHub;
  /** The last position folded: where the hub goes on from. */
  readonly position: () => number;
  readonly changed: (change: Change) => void;
  readonly synced: (position: number) => void;
  readonly resync: () => void;
  readonly sessionEnded: () => void;
  readonly lineChanged: (line: Line) => void;
}

/** A break shorter than this is not worth alarming anyone. */
const offlineAfterMs = 8000;
const retryAfterRefusalMs = 3000;

/** The event line. It is `live` only once the hub has said that nothing is missing (`synced`), not when a socket opens. */
export function createConnection(tools: ConnectionTools): Connection {
  const socket: LiveSocket = io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    auth: (give) => {
      tools.askHub<{ ticket: string }>({ method: 'POST', path: '/sessions/ticket' }).then(
        ({ ticket }) => give({ token: ticket, position: tools.position() }),
        (reason: unknown) => {
          // An ended session waits for a new sign-in; anything else is tried again with the manager's own back-off.
          if (reason instanceof Refusal && reason.status === 401) socket.disconnect();
          else socket.io.engine.close();
        },
      );
    },
  });
  const line = createLineState(tools.lineChanged);
  let retry: ReturnType<typeof setTimeout> | undefined;

  for (const type of changeTypes) socket.on(type, (change: Change) => tools.changed(change));
  socket.on('synced', ({ position }) => {
    tools.synced(position);
    line.live();
  });
  socket.on('resync', () => tools.resync());
  socket.on('session.ended', () => tools.sessionEnded());
  socket.on('disconnect', (reason) => {
    line.lost();
    // The hub closes sockets when it restarts or a session ends; the ticket request tells which.
    if (reason === 'io server disconnect') connectLater();
  });
  socket.on('connect_error', () => {
    line.lost();
    if (!socket.active) connectLater();
  });

  function connectLater() {
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), retryAfterRefusalMs * (0.5 + Math.random()));
  }
  const tryNow = () => {
    clearTimeout(retry);
    socket.disconnect().connect();
  };
  const cameOnline = () => tryNow();
  const wentOffline = () => line.offline();

  return {
    socket,
    open() {
      addEventListener('online', cameOnline);
      addEventListener('offline', wentOffline);
      line.lost();
      socket.connect();
    },
    tryNow,
    close() {
      removeEventListener('online', cameOnline);
      removeEventListener('offline', wentOffline);
      clearTimeout(retry);
      line.stop();
      socket.disconnect();
    },
  };
}

function createLineState(changed: (line: Line) => void) {
  let state: Line['state'] = 'reconnecting';
  let since = new Date();
  let alarm: ReturnType<typeof setTimeout> | undefined;

  const become = (next: Line['state'], from: Date) => {
    if (state === next && since === from) return;
    state = next;
    since = from;
    changed({ state, since });
  };
  const lost = () => {
    if (state === 'live') become('reconnecting', new Date());
    if (state === 'reconnecting') alarm ??= setTimeout(() => become('offline', since), offlineAfterMs);
  };
  return {
    live() {
      clearTimeout(alarm);
      alarm = undefined;
      if (state !== 'live') become('live', new Date());
    },
    lost,
    offline() {
      lost();
      become('offline', since);
    },
    stop() {
      clearTimeout(alarm);
      alarm = undefined;
    },
  };
}
