import type { Config } from '#root/config.ts';
import type { Hub } from '#app/hub.ts';
import type { MailAccess } from '#app/ports/mail.ts';
import type { MailWriter } from '#app/ports/mail-delivery.ts';
import type { LogReader } from '#app/log/log-reader.ts';
import { createMailboxWatch } from '#app/mail/mailbox-watch.ts';
import { provenRecipients } from '#app/mail/act-on-outside-reply.ts';
import { receiveMail } from '#app/mail/receive-mail.ts';
import { mayUseSender, submitMail, type SubmitMail } from '#app/mail/submit-mail.ts';
import { roomsOf, type Actor } from '#domain/access/actor.ts';
import { createImapServer } from '#mail/imap/imap-server.ts';
import type { ParsePool } from '#mail/message/parse-pool.ts';
import { indexForSearch } from '#mail/index-text.ts';
import { prepareScanned } from '#mail/official-mail.ts';
import { createMxDoor } from '#mail/smtp/mx-door.ts';
import { createBytesBudget } from '#mail/smtp/octet-collector.ts';
import { createSubmissionDoor } from '#mail/smtp/submission-door.ts';
import type { Database } from '#store/database.ts';
import { createMailAccess } from '#store/mail/mail-access.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { systemDomain } from '#store/organisation/system-domain.ts';
import type { Log } from './log.ts';
import { bytesInFlightMax, messageBytesMax } from './mail-limits.ts';
import type { MailParts } from './mail-parts.ts';
import type { OutsideMail } from './outside-mail.ts';
import type { TlsPair } from './tls-certificate.ts';

export interface MailDoorsOptions {
  readonly config: Config;
  readonly hub: Hub;
  readonly database: Database;
  readonly reader: LogReader;
  readonly pool: ParsePool;
  readonly mail: MailParts;
  readonly outside: OutsideMail;
  readonly tls: TlsPair;
  /** How the mail doors call themselves. */
  readonly hostname: string;
  readonly log: Log;
}

/** A way to open a door: its port once it listens, and how to close it. */
interface Door {
  listen(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

/** MX and the two submission doors, sharing one budget of octets in memory. */
export async function openSmtpDoors(options: MailDoorsOptions, closers: (() => Promise<unknown>)[]) {
  const { config, hub, pool } = options;
  const ports = options.mail.delivery;
  const { delivery } = ports;
  const base = {
    host: config.bind,
    hostname: options.hostname,
    domain: await systemDomain(options.database),
    tls: options.tls,
    parse: (bytes: Uint8Array) => pool.parse(bytes),
    clock: hub.clock,
    log: options.log,
    limits: { messageBytesMax },
    budget: createBytesBudget(bytesInFlightMax),
    scan: options.outside.scan,
    recipient: (address: string, writer: MailWriter) => delivery.recipient(address, writer),
  };
  const submission = {
    ...base,
    signIn: hub.mailSignIn,
    scram: hub.scramSignIn,
    mayUseSender: (actor: Actor, address: string) => mayUseSender(ports, actor, address),
    submit: (input: SubmitMail) => submitMail(ports, input),
  };
  const open = async (door: Door): Promise<number> => {
    const { port } = await door.listen();
    closers.push(() => door.close());
    return port;
  };
  return {
    smtp: await open(
      createMxDoor({
        ...base,
        port: config.ports.smtp,
        checkOrigin: options.outside.checkOrigin,
        answersOf: (addresses, from) => provenRecipients(hub.outside, addresses, from),
        receive: (input) => receiveMail(ports, input),
      }),
    ),
    submission: await open(
      createSubmissionDoor({ ...submission, port: config.ports.submission, implicitTls: false }),
    ),
    submissions: await open(
      createSubmissionDoor({ ...submission, port: config.ports.submissions, implicitTls: true }),
    ),
  };
}

/** The IMAP door on PostgreSQL, told by the log when a mailbox has moved. */
export async function openImapDoor(options: MailDoorsOptions) {
  const { hub } = options;
  const rooms = new Map<string, readonly string[]>();
  const watch = createMailboxWatch((accountId) => rooms.get(accountId) ?? []);
  /** Rooms come from rights, which a sign-in has seen as they were then. */
  const moveRooms = async (accountId: string): Promise<void> => {
    const actor = await hub.access.actor(accountId, hub.clock.now());
    rooms.set(accountId, actor === undefined ? [] : roomsOf(actor));
  };
  options.reader.subscribe((entries) => {
    for (const entry of entries) {
      const { event } = entry;
      if (event.type !== 'membership.changed' || !rooms.has(event.accountId)) watch.deliver(entry);
      else
        void moveRooms(event.accountId)
          .catch((error: unknown) =>
            options.log.error({ error }, 'The rooms of an IMAP session are out of date'),
          )
          .finally(() => watch.deliver(entry));
    }
  });
  const domain = await systemDomain(options.database);
  const index = createMessageIndex(options.database);
  const accessOf = (actor: Actor): MailAccess => {
    rooms.set(actor.accountId, roomsOf(actor));
    return createMailAccess(options.database, hub.clock, actor, {
      messageBytesMax,
      prepare: (bytes) => prepareScanned(options.pool, bytes),
      index: (messageIds, keepGoing) =>
        indexForSearch(
          { index, textOf: (bytes) => options.pool.text(bytes), clock: hub.clock },
          messageIds,
          keepGoing,
        ),
      afterCommit: hub.committed,
      adminContact: `mailto:postmaster@${domain}`,
    });
  };
  const server = createImapServer({
    host: options.config.bind,
    startTlsPort: options.config.ports.imap,
    tlsPort: options.config.ports.imaps,
    tls: options.tls,
    watch,
    log: options.log,
    authenticate: async (input) => accessOf(await hub.mailSignIn(input)),
    beginScram(input) {
      const dialogue = hub.scramSignIn(input);
      if (dialogue === undefined) return undefined;
      return {
        serverFirst: dialogue.serverFirst,
        finish: async (clientFinal) => {
          const { actor, serverFinal } = await dialogue.finish(clientFinal);
          return { access: accessOf(actor), serverFinal };
        },
      };
    },
  });
  return { server, ports: await server.listen() };
}
