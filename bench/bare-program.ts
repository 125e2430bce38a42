import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { realtimeLimits as limits } from '#realtime/realtime-limits.ts';
import { rooms } from '#domain/room.ts';
import { answerParent } from './child-program.ts';
import { createEpochClock } from './epoch-clock.ts';
import type { BareAnswer, BareRequest } from './bare-server.ts';

/**
 * Nothing but Socket.IO, with the options of `src/realtime/realtime.ts`: what the machine can do at best when 9,850
 * sockets get one frame. It asks nobody who they are and keeps nothing.
 */
const http = createServer();
const io = new Server(http, {
  serveClient: false,
  transports: ['websocket', 'polling'],
  maxHttpBufferSize: limits.packetBytesMax,
  connectTimeout: limits.authenticateWithinMs,
  perMessageDeflate: false,
  httpCompression: false,
});
const clock = createEpochClock();

io.on('connection', (socket) => {
  void socket.join(rooms.everyone);
  socket.emit('synced', { position: 0 });
});

async function answer(request: BareRequest): Promise<BareAnswer> {
  switch (request.kind) {
    case 'listen':
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
    case 'expect':
      clock.set();
      return { sockets: io.of('/').sockets.size };
    case 'emit': {
      const emittedMs = clock.nowMs();
      io.to(rooms.everyone).emit(request.name, request.change);
      return { emittedMs };
    }
  }
}

answerParent((request) => answer(request as BareRequest));
