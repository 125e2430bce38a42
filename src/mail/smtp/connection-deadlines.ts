import type { OpenTickets } from './connection-guard.ts';
import type { HubSmtpServer, Waiting } from './hub-connection.ts';
import type { SmtpLimits } from './smtp-limits.ts';

/**
 * Ends connections that are too slow, by absolute times that no octet moves (slowloris, threats S13): an idle timeout
 * alone is reset by one octet a minute. Returns the way to stop.
 */
export function watchDeadlines(
  server: HubSmtpServer,
  limits: SmtpLimits,
  open: () => number,
  tickets: OpenTickets,
): () => void {
  function sweep(): void {
    const nowMs = performance.now();
    const stressed = open() > limits.stressConnections;
    for (const connection of server.speaking) {
      if (isLate(connection.waiting, limits, stressed, nowMs)) {
        connection.send(421, '4.4.2 Too slow; closing the connection');
      }
    }
    for (const { ticket, socket } of tickets.values()) {
      // Only the TLS socket may be destroyed: below a handshake it would take the process with it.
      if (nowMs - ticket.acceptedAtMs > limits.handshakeDeadlineMs)
        server._pendingSockets.get(socket)?.destroy();
    }
  }

  const timer = setInterval(sweep, limits.sweepMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Pure: whether what the connection waits for should have come by now. Waiting for us is never its fault. */
export function isLate(waiting: Waiting, limits: SmtpLimits, stressed: boolean, nowMs: number): boolean {
  switch (waiting.for) {
    case 'us':
      return false;
    case 'command':
      return (
        nowMs - waiting.sinceMs > (stressed ? limits.commandDeadlineUnderStressMs : limits.commandDeadlineMs)
      );
    case 'message': {
      const earnedMs = (waiting.received / limits.dataBytesPerSecondMin) * 1_000;
      return nowMs - waiting.sinceMs > Math.min(limits.dataGraceMs + earnedMs, limits.dataDeadlineMs);
    }
  }
}
