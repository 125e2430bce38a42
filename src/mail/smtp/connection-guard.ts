import type { Socket } from 'node:net';
import type { ClientGate, GateTicket } from './client-gate.ts';
import { type HubSmtpServer, peerOf } from './hub-connection.ts';

/** The connections of a door by their peers, from the first octet to the last. */
export type OpenTickets = Map<string, { readonly ticket: GateTicket; readonly socket: Socket }>;

/**
 * Stands before smtp-server's own listener: who may not connect costs neither a session nor a TLS handshake. A client
 * of the TLS port cannot be told why.
 */
export function guardConnections(
  server: HubSmtpServer,
  implicitTls: boolean,
  gate: ClientGate,
  tickets: OpenTickets,
  leave: (peer: string) => void,
): void {
  const accept = server.server.listeners('connection');
  server.server.removeAllListeners('connection');
  server.server.on('connection', (socket: Socket) => {
    const admission = gate.admit(socket.remoteAddress ?? '');
    if (admission.kind === 'refused') {
      socket.on('error', () => undefined);
      if (implicitTls) socket.destroy();
      else socket.end(`421 4.7.0 ${admission.reason}\r\n`, () => socket.destroy());
      return;
    }
    const { ticket } = admission;
    const peer = peerOf(socket);
    tickets.set(peer, { ticket, socket });
    socket.once('close', () => leave(peer));
    for (const listener of accept) listener.call(server.server, socket);
  });
}
