import { isIP } from 'node:net';

/** Mail of other domains: how the hub finds them, checks what they send, and reaches them. */
export interface MailConfig {
  /** Name of this mail server in the DNS. */
  readonly host: string;
  /** `rehearsal`: nothing leaves this machine. */
  readonly outbound: 'direct' | 'rehearsal' | 'smarthost';
  readonly smarthost?: Smarthost;
  readonly outboundPort: number;
  /** `address:port` of name servers; the system's when empty. */
  readonly dns: readonly string[];
  readonly clamd?: ClamdAddress;
  readonly rspamdUrl?: string;
}

export interface Smarthost {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet. */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
}

export type ClamdAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** What reading needs of the environment: a value by name, and a list where faults are reported. */
interface MailSource {
  readonly faults: string[];
  text(name: MailVariable): string | undefined;
}

type MailVariable =
  | 'HUB_MAIL_HOST'
  | 'HUB_OUTBOUND'
  | 'HUB_SMARTHOST'
  | 'HUB_OUTBOUND_PORT'
  | 'HUB_DNS'
  | 'HUB_CLAMD'
  | 'HUB_RSPAMD';

export function readMailConfig(
  source: MailSource,
  hub: { readonly publicUrl: string | undefined; readonly local: boolean },
): MailConfig {
  const smarthost = readSmarthost(source);
  const clamd = readClamd(source);
  const rspamdUrl = readRspamd(source);
  return {
    host: readHost(source, hub.publicUrl),
    outbound: smarthost === undefined ? readOutbound(source, hub.local) : 'smarthost',
    outboundPort: readPort(source),
    dns: Object.freeze(readDns(source)),
    ...(smarthost === undefined ? {} : { smarthost: Object.freeze(smarthost) }),
    ...(clamd === undefined ? {} : { clamd: Object.freeze(clamd) }),
    ...(rspamdUrl === undefined ? {} : { rspamdUrl }),
  };
}

function readHost(source: MailSource, publicUrl: string | undefined): string {
  const host =
    source.text('HUB_MAIL_HOST') ?? (publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname);
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/iu.test(host))
    source.faults.push(`HUB_MAIL_HOST must be a host name, not "${host}"`);
  return host.toLowerCase();
}

function readOutbound(source: MailSource, local: boolean): 'direct' | 'rehearsal' {
  const value = source.text('HUB_OUTBOUND') ?? (local ? 'rehearsal' : 'direct');
  if (value === 'direct' || value === 'rehearsal') return value;
  source.faults.push(`HUB_OUTBOUND must be one of direct, rehearsal, not "${value}"`);
  return 'rehearsal';
}

function readPort(source: MailSource): number {
  const text = source.text('HUB_OUTBOUND_PORT') ?? '25';
  const port = Number(text);
  if (!/^\d+$/u.test(text) || port < 1 || port > 65_535)
    source.faults.push(`HUB_OUTBOUND_PORT must be a whole number from 1 to 65535, not "${text}"`);
  return port;
}

/** The value may hold a password, so it is never repeated. */
function readSmarthost(source: MailSource): Smarthost | undefined {
  const text = source.text('HUB_SMARTHOST');
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^smtps?:$/u.test(url.protocol) || url.hostname === '') {
    source.faults.push('HUB_SMARTHOST must be an address such as smtp://user:password@relay.example:587');
    return undefined;
  }
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  };
}

function readDns(source: MailSource): string[] {
  const servers = (source.text('HUB_DNS') ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  for (const server of servers) {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/u.exec(server) ?? [];
    const known = isIP(bracketed ?? plain ?? server) !== 0 && Number(port ?? 53) <= 65_535;
    if (!known) source.faults.push(`HUB_DNS must list IP addresses, with a port or without, not "${server}"`);
  }
  return servers;
}

function readClamd(source: MailSource): ClamdAddress | undefined {
  const text = source.text('HUB_CLAMD');
  if (text === undefined) return undefined;
  if (text.startsWith('/')) return { path: text };
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/u.exec(text) ?? [];
  if (host === '' || Number(port) > 65_535) {
    source.faults.push('HUB_CLAMD must be host:port or the absolute path of a socket');
    return undefined;
  }
  return { host, port: Number(port) };
}

function readRspamd(source: MailSource): string | undefined {
  const text = source.text('HUB_RSPAMD');
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/u.test(url.protocol)) return url.origin;
  source.faults.push('HUB_RSPAMD must be an address such as http://127.0.0.1:11333');
  return undefined;
}
