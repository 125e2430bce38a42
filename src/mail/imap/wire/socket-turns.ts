import type { TLSSocket } from 'node:tls';

import type { Channel } from './channel.ts';
import { ConnectionClosed } from './output.ts';

/** Waits for the client's part of the TLS handshake. Throws `ConnectionClosed` when it fails or comes too late. */
export function handshake(secure: TLSSocket, deadlineMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => secure.destroy(), Math.max(0, deadlineMs));
    const settle = (): void => {
      clearTimeout(late);
      if (secure.destroyed) reject(new ConnectionClosed());
      else resolve();
    };
    secure.once('secure', settle);
    secure.once('close', settle);
  });
}

/**
 * Ends the server's side. What the client still sends is read and thrown away for a moment: closing on unread octets
 * would reset the connection, and the farewell with it.
 */
export function endSoftly(socket: Channel, graceMs: number): void {
  if (socket.destroyed) return;
  if (socket.readableEnded) {
    socket.destroySoon();
    return;
  }
  const grace = setTimeout(() => socket.destroy(), graceMs);
  socket.once('close', () => clearTimeout(grace));
  socket.once('end', () => socket.destroySoon());
  socket.resume();
  socket.end();
}
