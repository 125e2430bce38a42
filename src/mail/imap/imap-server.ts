import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

import type { MailboxWatch } from '#app/ports/mail.ts';

import { Admission } from './admission.ts';
import type { Authenticate, BeginScram, ConnectionContext } from './connection-context.ts';
import { ImapConnection } from './connection.ts';
import { EncodedCache } from './fetch/encoded-cache.ts';
import { defaultImapLimits, type ImapLimits } from './imap-limits.ts';
import { IndexCache } from './mailbox/index-cache.ts';
import type { ImapLog } from './session.ts';

export interface ImapServerOptions {
  readonly host: string;
  /** In clear until STARTTLS, 143 by custom; 0 takes a free one. */
  readonly startTlsPort: number;
  /** TLS from the first octet, 993 by custom; 0 takes a free one. */
  readonly tlsPort: number;
  /** Key and certificate; TLS 1.2 is the least unless it says otherwise. */
  readonly tls: SecureContextOptions;
  /**
   * Throws `wrong_credentials`, `too_many_attempts`, `unavailable`. The password is only ever one that came inside
   * TLS.
   */
  readonly authenticate: Authenticate;
  readonly beginScram?: BeginScram;
  readonly watch: MailboxWatch;
  readonly limits?: Partial<ImapLimits>;
  readonly log: ImapLog;
}

export interface ImapServer {
  /** Opens both doors and says which ports they have. */
  listen(): Promise<{ readonly startTlsPort: number; readonly tlsPort: number }>;
  /** Takes no more clients, tells those there are BYE, and waits until they are gone. */
  close(): Promise<void>;
}

/** The IMAP door of the hub: IMAP4rev1 (RFC 3501, in the words of RFC 9051 where they agree) with its extensions. */
export function createImapServer(options: ImapServerOptions): ImapServer {
  const limits = { ...defaultImapLimits, ...options.limits };
  const context: ConnectionContext = {
    limits,
    log: options.log,
    secureContext: createSecureContext({ minVersion: 'TLSv1.2', ...options.tls }),
    authenticate: options.authenticate,
    beginScram: options.beginScram,
    watch: options.watch,
    indexes: new IndexCache(limits.idleIndexMessagesMax),
    encoded: new EncodedCache(limits.encodedBytesMax),
    admission: new Admission(limits),
  };
  const running = new Map<ImapConnection, Promise<void>>();
  const doors = [doorOf(false), doorOf(true)] as const;

  function doorOf(implicitTls: boolean): Server {
    // A client may close its side after its last command and still wait for the answers.
    return createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket: Socket) => {
      const connection = new ImapConnection(socket, context);
      running.set(
        connection,
        connection
          .run(implicitTls)
          .catch((error: unknown) => options.log.error({ error }, 'An IMAP connection could not be closed'))
          .finally(() => running.delete(connection)),
      );
    });
  }

  return {
    listen: async () => {
      const [startTls, implicit] = doors;
      const startTlsPort = await listenOn(startTls, options.startTlsPort, options.host);
      const tlsPort = await listenOn(implicit, options.tlsPort, options.host);
      return { startTlsPort, tlsPort };
    },
    close: async () => {
      const closed = doors.map(closeDoor);
      for (const connection of running.keys()) connection.end('The server is shutting down');
      await Promise.all(running.values());
      await Promise.all(closed);
    },
  };
}

async function listenOn(door: Server, port: number, host: string): Promise<number> {
  door.listen(port, host);
  await once(door, 'listening');
  return (door.address() as AddressInfo).port;
}

function closeDoor(door: Server): Promise<void> {
  return new Promise((resolve) => {
    door.close(() => resolve());
  });
}
