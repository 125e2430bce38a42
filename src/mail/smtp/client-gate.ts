import { isIPv6 } from 'node:net';
import { addressPrefix } from '#app/access/sign-in-limiter.ts';
import type { SmtpLimits } from './smtp-limits.ts';

/** One open connection as the gate counts it. */
export interface GateTicket {
  readonly client: string;
  readonly acceptedAtMs: number;
  /** The account that signed in; undefined while the connection counts for its address. */
  accountId: string | undefined;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly ticket: GateTicket }
  | { readonly kind: 'refused'; readonly reason: string };

export interface ClientGate {
  admit(remoteAddress: string): Admission;
  /** From now on the connection counts for its account and not for its address. False: the account has too many. */
  signedIn(ticket: GateTicket, accountId: string): boolean;
  leave(ticket: GateTicket): void;
  /** Counts a recipient who is nobody, and says what becomes of the client that named it (S16). */
  unknownRecipient(ticket: GateTicket): GuessVerdict;
  readonly open: number;
}

/** A guess is answered after a while; with one too many its address is shut out. */
export type GuessVerdict = { readonly kind: 'delayed'; readonly ms: number } | { readonly kind: 'shut_out' };

interface Guesses {
  count: number;
  readonly sinceMs: number;
}

const guessersMax = 50_000;

/** IPv4 as it is, because neighbours are strangers; of IPv6 the /64, because one machine has all of it. */
function clientOf(remoteAddress: string): string {
  const plain = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return isIPv6(plain) ? addressPrefix(plain) : plain;
}

/** Doubles with each guess of an address, so that one slip of the pen costs nothing that a person would notice. */
function guessDelayMs(
  count: number,
  {
    unknownRecipientDelayMs,
    unknownRecipientDelayMaxMs,
  }: Pick<SmtpLimits, 'unknownRecipientDelayMs' | 'unknownRecipientDelayMaxMs'>,
): number {
  return Math.min(unknownRecipientDelayMs * 2 ** (count - 1), unknownRecipientDelayMaxMs);
}

/** Who may connect: caps for the door, for each address, for each account, and no more guessing at addresses. */
export function createClientGate(limits: SmtpLimits, nowMs: () => number): ClientGate {
  const perClient = new Map<string, number>();
  const perAccount = new Map<string, number>();
  const guesses = new Map<string, Guesses>();
  let open = 0;

  function guessesOf(client: string): Guesses | undefined {
    const known = guesses.get(client);
    if (known !== undefined && nowMs() - known.sinceMs > limits.unknownRecipientsForgetMs) {
      guesses.delete(client);
      return undefined;
    }
    return known;
  }

  function refusalFor(client: string): string | undefined {
    if (open >= limits.connectionsMax) return 'Too many connections; try again later';
    if ((perClient.get(client) ?? 0) >= limits.unauthenticatedPerAddressMax)
      return 'Too many connections from your address; try again later';
    if ((guessesOf(client)?.count ?? 0) >= limits.unknownRecipientsMax)
      return 'Too many unknown recipients; try again later';
    return undefined;
  }

  return {
    admit(remoteAddress) {
      const client = clientOf(remoteAddress);
      const reason = refusalFor(client);
      if (reason !== undefined) return { kind: 'refused', reason };
      open += 1;
      add(perClient, client, 1);
      return { kind: 'admitted', ticket: { client, acceptedAtMs: nowMs(), accountId: undefined } };
    },
    signedIn(ticket, accountId) {
      if ((perAccount.get(accountId) ?? 0) >= limits.connectionsPerAccountMax) return false;
      add(perClient, ticket.client, -1);
      add(perAccount, accountId, 1);
      ticket.accountId = accountId;
      return true;
    },
    leave(ticket) {
      open -= 1;
      if (ticket.accountId === undefined) add(perClient, ticket.client, -1);
      else add(perAccount, ticket.accountId, -1);
    },
    unknownRecipient(ticket) {
      const known = guessesOf(ticket.client) ?? { count: 0, sinceMs: nowMs() };
      known.count += 1;
      guesses.set(ticket.client, known);
      if (guesses.size > guessersMax) guesses.delete(guesses.keys().next().value ?? '');
      if (known.count >= limits.unknownRecipientsMax) return { kind: 'shut_out' };
      return { kind: 'delayed', ms: guessDelayMs(known.count, limits) };
    },
    get open() {
      return open;
    },
  };
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count <= 0) counts.delete(key);
  else counts.set(key, count);
}
