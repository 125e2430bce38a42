import type { Config } from '#root/config.ts';

export interface ListeningPorts {
  readonly http?: number;
  readonly https?: number;
  readonly smtp?: number;
  readonly submission?: number;
  readonly submissions?: number;
  readonly imap?: number;
  readonly imaps?: number;
}

function hostText(bind: string): string {
  if (bind === '0.0.0.0' || bind === '::') return '127.0.0.1';
  return bind.includes(':') ? `[${bind}]` : bind;
}

/** Where a person opens the page. */
export function pageUrl(config: Config, ports: ListeningPorts): string {
  if (config.publicUrl !== undefined) return config.publicUrl;
  const host = hostText(config.bind);
  const loopback = host === '[::1]' || host.startsWith('127.');
  if (loopback) return `http://${host}:${ports.http ?? config.ports.http}`;
  return `https://${host}:${ports.https ?? config.ports.https}`;
}

/** The origins of our own pages: exact, never compared with what a request claims as its Host. */
export function ownOrigins(config: Config, ports: ListeningPorts): string[] {
  const hosts = [...new Set([hostText(config.bind), '127.0.0.1', 'localhost', '[::1]'])];
  return [
    ...(config.publicUrl === undefined ? [] : [new URL(config.publicUrl).origin]),
    ...hosts.flatMap((host) => [`http://${host}:${ports.http ?? 0}`, `https://${host}:${ports.https ?? 0}`]),
  ].map((origin) => new URL(origin).origin);
}
