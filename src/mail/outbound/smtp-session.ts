import type { OutboundLimits } from './outbound-limits.ts';
import { connectSmtp, type SmtpClient, SmtpFault, type SmtpHost } from './smtp-client.ts';
import { replyText, type SmtpReply, statusOf } from './smtp-reply.ts';

/** A greeted server, and what it offers. */
export interface SmtpSession {
  readonly client: SmtpClient;
  /** EHLO keywords in capitals, with their parameters (RFC 5321, section 4.1.1.1). */
  readonly offers: ReadonlyMap<string, string>;
}

export interface SessionDemands {
  /** `verified`: STARTTLS with a valid certificate, or nothing is said but that we leave. */
  readonly tls: 'never' | 'opportunistic' | 'verified';
  /** A policy under test is not kept, but a breach of it is told (RFC 8461, section 5). */
  readonly tellUnverified: boolean;
  readonly implicitTls: boolean;
  readonly login?: { readonly user: string; readonly password: string } | undefined;
}

export interface SessionOptions {
  /** How we call ourselves. */
  readonly hostname: string;
  readonly ca?: string | undefined;
  /** What an attempt has left is never exceeded. */
  readonly within: (limitMs: number) => number;
  readonly limits: OutboundLimits;
  readonly warn: (text: string) => void;
}

/** A server that is there and does not do what is demanded or asked of it. */
export class HostRefusal extends Error {
  override readonly name = 'HostRefusal';
  readonly status: string;
  /** TLS is not offered, or not with a valid certificate. */
  readonly untrusted: boolean;

  constructor(status: string, text: string, untrusted = false) {
    super(text);
    this.status = status;
    this.untrusted = untrusted;
  }
}

/**
 * Connects, reads the greeting, says EHLO, changes to TLS where it is offered, and signs in where a login is given.
 * Rejects with `SmtpFault` or `HostRefusal`, and only with these; the connection is closed then.
 */
export async function openSession(
  host: SmtpHost,
  demands: SessionDemands,
  options: SessionOptions,
): Promise<SmtpSession> {
  const { limits, within, ca } = options;
  const client = await connectSmtp(host, {
    implicitTls: demands.implicitTls,
    connectMs: within(limits.connectMs),
    ca,
  });
  try {
    await greeting(client, options);
    let offers = await hello(client, options);
    if (!client.secure && demands.tls !== 'never') offers = await upgrade(client, offers, options);
    if (demands.tls === 'verified') demandVerified(client);
    if (demands.tellUnverified && !client.verified) {
      options.warn(
        'The MTA-STS policy under test demands TLS with a valid certificate, which the server has not',
      );
    }
    if (demands.login) await signIn(client, offers, demands.login, options);
    return { client, offers };
  } catch (error) {
    if (error instanceof HostRefusal) client.quit();
    else client.destroy();
    throw error;
  }
}

/** A greeting of refusal says nothing of our message, so that another host or another hour may do better. */
async function greeting(client: SmtpClient, { within, limits }: SessionOptions): Promise<void> {
  const reply = await client.read(within(limits.greetingMs)).catch((error: unknown) => {
    // Until the greeting there is no server, only an open port.
    throw error instanceof SmtpFault ? new SmtpFault(error.kind, '4.4.1', error.message) : error;
  });
  if (reply.code !== 220) throw refusal(reply);
}

async function hello(client: SmtpClient, options: SessionOptions): Promise<ReadonlyMap<string, string>> {
  const withinMs = options.within(options.limits.commandMs);
  const ehlo = await client.command(`EHLO ${options.hostname}`, withinMs);
  if (ehlo.code === 250) return offersOf(ehlo);
  if (ehlo.code < 500) throw refusal(ehlo);
  // An old server: no extension, so no TLS either (RFC 5321, section 3.2).
  const helo = await client.command(`HELO ${options.hostname}`, withinMs);
  if (helo.code !== 250) throw refusal(helo);
  return new Map();
}

function offersOf(reply: SmtpReply): ReadonlyMap<string, string> {
  return new Map(
    reply.lines.slice(1).map((line) => {
      const [keyword = '', ...parameters] = line.trim().split(/[ =]+/);
      return [keyword.toUpperCase(), parameters.join(' ').toUpperCase()] as const;
    }),
  );
}

/** STARTTLS (RFC 3207). What was offered in clear is forgotten: anybody on the way could have written it. */
async function upgrade(
  client: SmtpClient,
  offers: ReadonlyMap<string, string>,
  options: SessionOptions,
): Promise<ReadonlyMap<string, string>> {
  const { within, limits } = options;
  if (!offers.has('STARTTLS')) return offers;
  const reply = await client.command('STARTTLS', within(limits.commandMs));
  if (reply.code !== 220) return offers;
  const { dropped } = await client.startTls(within(limits.commandMs));
  if (dropped) options.warn('Octets that came in clear behind the reply to STARTTLS were dropped');
  return hello(client, options);
}

function demandVerified(client: SmtpClient): void {
  if (!client.secure) throw new HostRefusal('4.7.10', 'The server offers no TLS, which is demanded', true);
  if (!client.verified) {
    throw new HostRefusal('4.7.5', 'The certificate of the server is not valid for it', true);
  }
}

/** AUTH PLAIN (RFC 4616). A refusal is a matter of our configuration, so the mail waits. */
async function signIn(
  client: SmtpClient,
  offers: ReadonlyMap<string, string>,
  login: { readonly user: string; readonly password: string },
  { within, limits }: SessionOptions,
): Promise<void> {
  if (!client.verified) throw new HostRefusal('4.7.5', 'No password without verified TLS', true);
  if (!(offers.get('AUTH') ?? '').split(' ').includes('PLAIN')) {
    throw new HostRefusal('4.7.0', 'The server does not offer AUTH PLAIN');
  }
  const token = Buffer.from(`\0${login.user}\0${login.password}`).toString('base64');
  const reply = await client.command(`AUTH PLAIN ${token}`, within(limits.commandMs));
  if (reply.code !== 235) throw new HostRefusal('4.7.8', `Sign-in refused: ${replyText(reply)}`);
}

function refusal(reply: SmtpReply): HostRefusal {
  return new HostRefusal(statusOf(reply).replace(/^\d/, '4'), replyText(reply));
}
