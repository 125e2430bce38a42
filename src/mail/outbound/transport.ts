import { domainToASCII } from 'node:url';
import type { OutboundMessage, OutboundTransport } from '#app/ports/outbound.ts';
import type { Clock } from '#domain/clock.ts';
import type { AttemptOutcome } from '#domain/mail/outbound.ts';
import { type FoundHosts, findHosts, hostsNamed } from './find-hosts.ts';
import { createStsLookup, type FetchPolicy, listsHost, type StsPolicies, type StsPolicy } from './mta-sts.ts';
import { defaultOutboundLimits, type OutboundLimits } from './outbound-limits.ts';
import type { OutboundResolver } from './outbound-resolver.ts';
import { headerOf, outgoingOctets } from './outgoing-octets.ts';
import type { LeavingMessage } from './smtp-commands.ts';
import { SmtpFault, type SmtpHost } from './smtp-client.ts';
import { HostRefusal, openSession, type SessionDemands, type SessionOptions } from './smtp-session.ts';
import { runTransaction } from './smtp-transaction.ts';

export interface OutboundLog {
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
  error(fields: Readonly<Record<string, unknown>>, text: string): void;
}

/** A server that takes all our mail and sends it on. With a user, only over TLS with a valid certificate. */
export interface Smarthost {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet. */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
}

export interface OutboundTransportOptions {
  readonly resolver: OutboundResolver;
  /** Our name for EHLO. */
  readonly hostname: string;
  readonly smarthost?: Smarthost;
  /** Of other domains' servers; 25 everywhere but in tests. */
  readonly port: number;
  readonly sign: (bytes: Buffer, sender: string) => Promise<Buffer>;
  readonly stsPolicies: StsPolicies;
  readonly fetchPolicy: FetchPolicy;
  readonly tls?: { /** In PEM, instead of the public ones. */ readonly ca?: string };
  readonly isOwnAddress?: (address: string, port: number) => boolean;
  readonly clock: Clock;
  readonly log: OutboundLog;
  readonly limits?: Partial<OutboundLimits>;
  readonly random?: () => number;
}

type Refusal = Pick<Extract<AttemptOutcome, { kind: 'failed' | 'deferred' }>, 'kind' | 'status' | 'reply'>;

/** What one host came to: outcomes, or why the next one is to be tried. */
type HostResult =
  | { readonly kind: 'settled'; readonly outcomes: readonly AttemptOutcome[] }
  | { readonly kind: 'next'; readonly refusal: Refusal };

/**
 * Sends to the servers of other domains, or through a smarthost. What a server, the network or the DNS do is an outcome;
 * `send` rejects only when the store of policies does.
 */
export function createOutboundTransport(options: OutboundTransportOptions): OutboundTransport {
  const { resolver, smarthost, log, tls, hostname } = options;
  const limits = { ...defaultOutboundLimits, ...options.limits };
  const stsPolicyOf = createStsLookup({
    resolver,
    policies: options.stsPolicies,
    fetchPolicy: options.fetchPolicy,
    clock: options.clock,
  });
  const finding = {
    resolver,
    port: smarthost?.port ?? options.port,
    hostsMax: limits.hostsMax,
    addressesMax: limits.addressesMax,
    isOwnAddress: options.isOwnAddress ?? (() => false),
    random: options.random ?? Math.random,
  };

  function demandsFor(message: OutboundMessage, policy: StsPolicy | undefined): SessionDemands {
    const user = smarthost?.user;
    const login = user === undefined ? undefined : { user, password: smarthost?.password ?? '' };
    const verified = message.requireTls || policy?.mode === 'enforce' || login !== undefined;
    return {
      tls: verified ? 'verified' : 'opportunistic',
      tellUnverified: policy?.mode === 'testing',
      implicitTls: smarthost?.secure ?? false,
      login,
    };
  }

  /** One address of one host. */
  async function attempt(
    host: SmtpHost,
    message: LeavingMessage,
    demands: SessionDemands,
    session: SessionOptions,
  ): Promise<HostResult> {
    try {
      const opened = await openSession(host, demands, session);
      try {
        if (message.requireTls && !opened.offers.has('REQUIRETLS')) {
          return next('failed', '5.7.30', 'The server does not promise to demand TLS (REQUIRETLS)');
        }
        const outcomes = await runTransaction(opened, message, { host: host.name, ...session });
        return { kind: 'settled', outcomes };
      } finally {
        opened.client.quit();
      }
    } catch (error) {
      if (error instanceof SmtpFault && error.kind === 'tls' && demands.tls === 'opportunistic') {
        if (demands.implicitTls) return next('deferred', error.status, error.message);
        // Encryption that anybody could strip is worth less than the delivery (RFC 7435, section 3).
        log.info(
          { host: host.name, address: host.address, error: error.message },
          'TLS failed; once more in clear',
        );
        return attempt(host, message, { ...demands, tls: 'never' }, session);
      }
      if (!(error instanceof SmtpFault) && !(error instanceof HostRefusal)) throw error;
      const untrusted = error instanceof SmtpFault ? error.kind === 'tls' : error.untrusted;
      if (message.requireTls && untrusted) return next('failed', '5.7.30', error.message);
      return next('deferred', error.status, error.message);
    }
  }

  /** One address of one host, where the domain's policy lets us (RFC 8461, section 5). */
  async function attemptUnder(
    policy: StsPolicy | undefined,
    host: SmtpHost,
    message: LeavingMessage,
    session: SessionOptions,
  ): Promise<HostResult> {
    const isListed = policy === undefined || policy.mode === 'none' || listsHost(policy, host.name);
    if (isListed) return attempt(host, message, demandsFor(message, policy), session);
    const text = `The MTA-STS policy of ${message.domain} does not list this server`;
    if (policy.mode === 'enforce') return next('deferred', '4.7.5', text);
    session.warn(text);
    return attempt(host, message, demandsFor(message, policy), session);
  }

  async function tryHosts(
    hosts: readonly SmtpHost[],
    message: LeavingMessage,
    policy: StsPolicy | undefined,
  ): Promise<readonly AttemptOutcome[]> {
    const endsAtMs = performance.now() + limits.attemptMs;
    const refusals: (Refusal & { readonly host: string })[] = [];
    for (const host of hosts) {
      if (performance.now() >= endsAtMs) break;
      const result = await attemptUnder(policy, host, message, {
        hostname,
        ca: tls?.ca,
        limits,
        within: (limitMs) => Math.min(limitMs, endsAtMs - performance.now()),
        warn: (text) => log.warn({ host: host.name, address: host.address, domain: message.domain }, text),
      });
      if (result.kind === 'settled') return result.outcomes;
      refusals.push({ ...result.refusal, host: host.name });
    }
    // A reason that may pass leaves hope for the others.
    const refusal = refusals.findLast(({ kind }) => kind === 'deferred') ?? refusals.at(-1);
    const unreached = { kind: 'deferred', status: '4.4.1', reply: 'No server was reached in time' } as const;
    return forAll(message, { ...(refusal ?? unreached), tls: false });
  }

  function hostsFor(domain: string): Promise<FoundHosts> {
    return smarthost ? hostsNamed(smarthost.host, finding) : findHosts(domain, finding);
  }

  return {
    async send(message) {
      const bytes = outgoingOctets(message.bytes);
      let signed: Buffer;
      try {
        signed = await options.sign(bytes, message.sender);
      } catch (error) {
        // Unsigned it would be refused for good by whoever reads our DMARC record.
        log.error({ err: error, domain: message.domain }, 'A message could not be signed; it waits');
        return forAll(message, {
          kind: 'deferred',
          status: '4.3.0',
          reply: 'The message could not be signed',
          tls: false,
        });
      }
      const found = await hostsFor(message.domain);
      if (found.kind !== 'hosts') return forAll(message, { ...found, tls: false });
      const policy = smarthost ? undefined : await stsPolicyOf(domainToASCII(message.domain));
      const headerUtf8 = message.smtpUtf8 && hasEightBitHeader(bytes);
      return tryHosts(found.hosts, { ...message, bytes: signed, headerUtf8 }, policy);
    },
  };
}

function next(kind: Refusal['kind'], status: string, reply: string): HostResult {
  return { kind: 'next', refusal: { kind, status, reply } };
}

function forAll(message: OutboundMessage, outcome: AttemptOutcome): readonly AttemptOutcome[] {
  return message.recipients.map(() => outcome);
}

function hasEightBitHeader(bytes: Buffer): boolean {
  const { start, end } = headerOf(bytes);
  return bytes.subarray(start, end).some((octet) => octet > 127);
}
