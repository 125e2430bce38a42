import { fileURLToPath } from 'node:url';
import type { Registry } from 'prom-client';
import type { AllowedOrigins } from '#lib/allowed-origins.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { createRealtime } from '#realtime/realtime.ts';
import { createWebServer } from '#server/server.ts';
import { openImapDoor, openSmtpDoors, type MailDoorsOptions } from './mail-doors.ts';
import type { ListeningPorts } from './urls.ts';

export interface DoorsOptions extends MailDoorsOptions {
  readonly logFault: (error: unknown) => string;
  readonly origins: AllowedOrigins;
  readonly publicUrl: () => string;
  readonly registry: Registry;
  readonly version: string;
  /** Told as soon as a port is known: the page's own address depends on it. */
  readonly onPorts: (ports: ListeningPorts) => void;
}

export interface Doors {
  readonly ports: ListeningPorts;
  connections(): number;
  close(): Promise<void>;
}

const pageFolder = fileURLToPath(new URL('../../client/dist', import.meta.url));

/** Opens the doors of this process's roles. What was opened is closed again when a later one cannot be. */
export async function openDoors(options: DoorsOptions): Promise<Doors> {
  const { config } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  let ports: ListeningPorts = {};
  let connections = () => 0;
  try {
    if (config.roles.has('http') || config.roles.has('realtime')) {
      const web = await openWebDoors(options, closers);
      ports = { ...ports, ...web.ports };
      ({ connections } = web);
      options.onPorts(ports);
    }
    if (config.roles.has('mail')) {
      const imap = await openImapDoor(options);
      closers.push(() => imap.server.close());
      ports = {
        ...ports,
        ...(await openSmtpDoors(options, closers)),
        imap: imap.ports.startTlsPort,
        imaps: imap.ports.tlsPort,
      };
    }
  } catch (error) {
    await close();
    throw refusalOf(error);
  }
  return { ports, connections, close };
}

async function openWebDoors(options: DoorsOptions, closers: (() => Promise<unknown>)[]) {
  const { config, hub, reader } = options;
  const web = await createWebServer({
    hub,
    origins: options.origins,
    readiness: {
      async check() {
        await hub.store.log.head();
      },
    },
    registry: options.registry,
    logger: options.log,
    trustProxy: config.trustProxy,
    publicUrl: options.publicUrl,
    tls: options.tls,
    pageFolder,
    version: options.version,
  });
  closers.push(() => web.close());
  let connections = () => 0;
  if (config.roles.has('realtime')) {
    const realtime = createRealtime({ hub, reader, origins: options.origins, logFault: options.logFault });
    for (const server of web.servers) realtime.attach(server);
    closers.push(() => realtime.close());
    connections = realtime.connections;
  }
  const ports = await web.listen({ host: config.bind, http: config.ports.http, https: config.ports.https });
  return { ports, connections };
}

/** A port that is taken or not allowed is a matter for the person at the keyboard, in one line. */
function refusalOf(error: unknown): unknown {
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE')
    return new StartRefusal(
      `Port ${port ?? '?'} on ${address ?? '?'} is taken. Stop the program that uses it, or set another port (docs/configuration.md).`,
    );
  if (code === 'EACCES')
    return new StartRefusal(
      `Port ${port ?? '?'} on ${address ?? '?'} may not be opened by this user. Set a port above 1023 (docs/configuration.md).`,
    );
  if (code === 'EADDRNOTAVAIL')
    return new StartRefusal(`HUB_BIND: this machine has no address ${address ?? '?'}. Name one of its own.`);
  return error;
}
