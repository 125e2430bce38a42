import { io, type Socket } from 'socket.io-client';
import { answerParent } from './child-program.ts';
import type { ClientAnswer, ClientRequest } from './client-requests.ts';
import { createEpochClock } from './epoch-clock.ts';
import { median } from './median.ts';

/** Many officials in one process: each socket does what the page does with a hỏa tốc directive on the screen. */

/** More at once would only queue up in the server, and the last would run into its authentication deadline. */
const connectingMax = 32;
const connectWithinMs = 60_000;

const clock = createEpochClock();
let sockets: Socket[] = [];
let receivedMs: number[] = [];
let packet: string | undefined;
let allReceived: (() => void) | undefined;
let lost = 0;

function connectOne(url: string, token: string, arrived: boolean): Promise<Socket> {
  // As the page does: the token by a function, one connection a socket, WebSocket at once.
  const socket = io(url, {
    auth: (give) => give({ token }),
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    timeout: connectWithinMs,
  });
  socket.on('directive.issued', ({ position }: { position: number }) => {
    receivedMs.push(clock.nowMs());
    if (arrived) socket.emit('arrived', { position });
    if (receivedMs.length === sockets.length) allReceived?.();
  });
  return new Promise((resolve, reject) => {
    socket.once('connect_error', reject);
    socket.once('disconnect', (reason) => reject(new Error(`disconnected: ${reason}`)));
    socket.once('synced', () => resolve(socket));
  });
}

async function connect(request: ClientRequest & { kind: 'connect' }): Promise<ClientAnswer> {
  const waiting = request.tokens.entries();
  const connected: Socket[] = [];
  const line = async (): Promise<void> => {
    for (const [index, token] of waiting) {
      const socket = await connectOne(request.url, token, request.arrived);
      socket.once('disconnect', () => (lost += 1));
      connected.push(socket);
      if (index === 0) keepPackets(socket);
    }
  };
  lost = 0;
  await Promise.all(Array.from({ length: connectingMax }, line));
  sockets = connected;
  return { sockets: sockets.length };
}

function keepPackets(socket: Socket): void {
  socket.io.engine.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
    if (type === 'message' && typeof data === 'string' && data.includes('directive.issued')) packet = data;
  });
}

function expect(): ClientAnswer {
  if (lost > 0) throw new Error(`${lost} of ${sockets.length} sockets were lost while idle`);
  receivedMs = [];
  packet = undefined;
  clock.set();
  return { sockets: sockets.length };
}

async function report(withinMs: number): Promise<ClientAnswer> {
  if (receivedMs.length < sockets.length) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      allReceived = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    allReceived = undefined;
  }
  if (receivedMs.length === 0) return { sockets: 0 };
  return {
    sockets: receivedMs.length,
    firstMs: Math.min(...receivedMs),
    middleMs: median(receivedMs),
    lastMs: Math.max(...receivedMs),
    ...(packet === undefined ? {} : { packet }),
  };
}

async function disconnect(): Promise<ClientAnswer> {
  const leaving = sockets;
  sockets = [];
  for (const socket of leaving) socket.close();
  return { sockets: leaving.length };
}

async function answer(request: ClientRequest): Promise<ClientAnswer> {
  switch (request.kind) {
    case 'connect':
      return connect(request);
    case 'expect':
      return expect();
    case 'report':
      return report(request.withinMs);
    case 'disconnect':
      return disconnect();
  }
}

answerParent((request) => answer(request as ClientRequest));
