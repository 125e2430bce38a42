import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { refusalOf } from './error-responses.ts';
import { type ClientGate, createClientGate, type GateTicket } from './client-gate.ts';
import { watchDeadlines } from './connection-deadlines.ts';
import { guardConnections, type OpenTickets } from './connection-guard.ts';
import { connectionOf, HubSmtpServer, type ScramConversation } from './hub-connection.ts';
import { type BytesBudget, createBytesBudget } from './octet-collector.ts';
import type { ParseMessage } from './prepare-message.ts';
import { ConnectionLost, receiveOctets } from './receive-octets.ts';
import { defaultSmtpLimits, type SmtpLimits } from './smtp-limits.ts';
import { SmtpRefusal } from './smtp-refusal.ts';
import { createTarpit, shuttingDown, type Wait, waitOnTimer } from './tarpit.ts';

export interface SmtpLog {
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
  error(fields: Readonly<Record<string, unknown>>, text: string): void;
}

export interface SmtpDoorOptions {
  readonly host: string;
  /** 0: any free port, told by `listen`. */
  readonly port: number;
  /** How the door calls itself: in the greeting, in Received, and as authserv-id of Authentication-Results. */
  readonly hostname: string;
  /** The hub's own mail domain: of `<postmaster>` without a domain, and of the Message-IDs that the door makes. */
  readonly domain: string;
  readonly tls: { readonly key: string; readonly cert: string };
  readonly parse: ParseMessage;
  readonly clock: Clock;
  readonly log: SmtpLog;
  readonly limits?: Partial<SmtpLimits>;
  /** Shared by all doors of a process; a door without it has one of its own. */
  readonly budget?: BytesBudget;
  /** How the door lets time pass for those who must wait. */
  readonly wait?: Wait;
}

export interface SmtpDoor {
  /** Rejects when the port cannot be had. */
  listen(): Promise<{ readonly port: number }>;
  /** Takes nothing new, lets running deliveries commit, then ends every connection. */
  close(): Promise<void>;
}

/** One transaction's end, in the words of the door's rules. */
export interface ReceivedMail {
  readonly bytes: Buffer;
  readonly session: SMTPServerSession;
  /** Our id of the transaction, in Received, in the reply and in the log. */
  readonly id: string;
}

/** Where the two doors differ. What a rule throws is answered by `refusalOf`. */
export interface SmtpDoorRules {
  readonly server: SMTPServerOptions;
  /** Whether a client may say when a message is to go out (RFC 4865). */
  readonly futureRelease?: boolean;
  /** Whether it greets without looking for clients that speak too early. */
  readonly greetsAtOnce?: boolean;
  /** Sign-in by SCRAM-SHA-256, where it is offered. */
  readonly scram?: (
    door: DoorState,
    session: SMTPServerSession,
    clientFirst: string,
  ) => ScramConversation | undefined;
  mailFrom(address: string, session: SMTPServerSession): Promise<void>;
  rcptTo(address: string, session: SMTPServerSession, door: DoorState): Promise<void>;
  /** Resolves after the commit. */
  message(mail: ReceivedMail): Promise<void>;
  auth?(
    door: DoorState,
    ...args: Parameters<NonNullable<SMTPServerOptions['onAuth']>>
  ): ReturnType<NonNullable<SMTPServerOptions['onAuth']>>;
}

/** What the rules of a door may ask of it. */
export interface DoorState {
  readonly gate: ClientGate;
  ticketOf(session: SMTPServerSession): GateTicket | undefined;
  /** Lets the client wait; see `Tarpit.hold`. */
  hold(session: SMTPServerSession, ms: number): Promise<void>;
}

/** Sendmail's jokes, a proxy's right to say who the client is (S21), and what is said elsewhere. */
const disabledCommands = ['WIZ', 'SHELL', 'KILL', 'XCLIENT', 'XFORWARD'];

export function createSmtpDoor(options: SmtpDoorOptions, rules: SmtpDoorRules): SmtpDoor {
  const limits = { ...defaultSmtpLimits, ...options.limits };
  const budget = options.budget ?? createBytesBudget(limits.bytesInFlightMax);
  const gate = createClientGate(limits, () => performance.now());
  const tickets: OpenTickets = new Map();
  const tarpit = createTarpit(options.wait ?? waitOnTimer);
  const leave = (peer: string): void => {
    const held = tickets.get(peer);
    if (held !== undefined) gate.leave(held.ticket);
    tickets.delete(peer);
    tarpit.leave(peer);
  };
  const underWay = new Set<Promise<void>>();
  const state: DoorState = {
    gate,
    ticketOf: (session) => tickets.get(connectionOf(session).peer)?.ticket,
    hold: (session, ms) => tarpit.hold(connectionOf(session).peer, ms),
  };
  const server = new HubSmtpServer(
    { ...serverOptions(options, limits, rules), ...hooks(options, limits, budget, rules, state, underWay) },
    limits,
    leave,
    {
      greetsAtOnce: rules.greetsAtOnce === true,
      ...(rules.futureRelease === true
        ? { futureRelease: { secondsMax: limits.holdSecondsMax, now: () => options.clock.now() } }
        : {}),
      ...(rules.scram === undefined
        ? {}
        : { scram: (session, clientFirst) => rules.scram?.(state, session, clientFirst) }),
    },
  );
  server.on('error', (error) =>
    options.log.info({ reason: error.message }, 'an SMTP connection ended with an error'),
  );
  guardConnections(server, rules.server.secure === true, gate, tickets, leave);
  const stopDeadlines = watchDeadlines(server, limits, () => gate.open, tickets);

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.server.once('error', reject);
        server.listen(options.port, options.host, () => {
          server.server.off('error', reject);
          resolve({ port: (server.server.address() as AddressInfo).port });
        });
      }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const connection of server.speaking) {
        if (connection.waiting.for === 'command')
          connection.send(shuttingDown.code, `${shuttingDown.status} ${shuttingDown.text}`);
      }
      tarpit.close();
      await closed;
      await Promise.allSettled(underWay);
      stopDeadlines();
      for (const { socket } of tickets.values()) socket.destroy();
    },
  };
}

function serverOptions(
  options: SmtpDoorOptions,
  limits: SmtpLimits,
  rules: SmtpDoorRules,
): SMTPServerOptions {
  return {
    name: options.hostname,
    heloResponse: '%s',
    ...options.tls,
    minVersion: 'TLSv1.2',
    hideENHANCEDSTATUSCODES: false,
    hideDSN: false,
    hideREQUIRETLS: false,
    disableReverseLookup: true,
    size: limits.messageBytesMax,
    maxRecipients: limits.recipientsMax,
    maxCommandLength: limits.commandBytesMax,
    socketTimeout: limits.commandDeadlineMs,
    closeTimeout: limits.closeGraceMs,
    logger: false,
    ...rules.server,
    disabledCommands: [...disabledCommands, ...(rules.server.disabledCommands ?? [])],
  };
}

/** smtp-server's callbacks on one side, promises that throw refusals on the other. */
function hooks(
  options: SmtpDoorOptions,
  limits: SmtpLimits,
  budget: BytesBudget,
  rules: SmtpDoorRules,
  state: DoorState,
  underWay: Set<Promise<void>>,
): SMTPServerOptions {
  const { log } = options;
  /** A fault is logged whole and answered without a word of it. */
  function refused(error: unknown, session: SMTPServerSession): SmtpRefusal {
    const refusal = refusalOf(error);
    const fields = { session: session.id, client: session.remoteAddress, reply: refusal.message };
    if (error instanceof HubError || error instanceof SmtpRefusal) log.info(fields, 'SMTP refused');
    else log.error({ ...fields, error }, 'SMTP could not do what was asked');
    return refusal;
  }

  /** A callback that throws would be nobody's to catch. Who has gone away is not answered. */
  function settle(
    attempt: Promise<void>,
    session: SMTPServerSession,
    callback: (refusal?: SmtpRefusal) => void,
  ): void {
    attempt
      .then(
        () => callback(),
        (error: unknown) => {
          if (!(error instanceof ConnectionLost)) callback(refused(error, session));
        },
      )
      .catch((error: unknown) => log.error({ session: session.id, error }, 'SMTP could not answer'));
  }

  async function commit(bytes: Buffer, session: SMTPServerSession, id: string): Promise<void> {
    const work = rules.message({ bytes, session, id });
    underWay.add(work);
    try {
      await work;
    } finally {
      underWay.delete(work);
    }
    log.info({ id, bytes: bytes.length, client: session.remoteAddress }, 'SMTP message committed');
  }

  async function take(stream: Readable, session: SMTPServerSession, id: string): Promise<void> {
    const received = await receiveOctets(stream, limits, budget);
    try {
      await commit(received.bytes, session, id);
    } finally {
      received.release();
    }
  }

  return {
    onMailFrom(address, session, callback) {
      const size = Number((address.args && address.args['SIZE']) || 0);
      const busy = size > budget.left;
      settle(
        busy ? Promise.reject(new SmtpRefusal(busyReply)) : rules.mailFrom(address.address, session),
        session,
        callback,
      );
    },
    onRcptTo(address, session, callback) {
      settle(rules.rcptTo(address.address, session, state), session, callback);
    },
    onData(stream, session, callback) {
      const id = `${session.id}.${session.transaction}`;
      settle(take(stream, session, id), session, (refusal) => {
        if (refusal === undefined) callback(null, `Accepted as ${id}`);
        else if (refusal.after === 'stay') callback(refusal);
        else connectionOf(session).refuse(refusal);
      });
    },
    ...(rules.auth === undefined ? {} : { onAuth: (...args) => rules.auth?.(state, ...args) }),
  };
}

const busyReply = { code: 452, status: '4.3.1', text: 'Too many messages at once; try again later' } as const;
