import { randomUUID } from 'node:crypto';

import { createSignInLimiter } from '#app/access/sign-in-limiter.ts';
import { appPasswordVerifiers } from '#app/access/scram.ts';
import { createMailSignIn, createScramSignIn } from '#app/access/sign-in.ts';
import { hashAppPassword } from '#app/access/tokens.ts';
import { type DeliveryPorts, receiveMail } from '#app/mail/receive-mail.ts';
import type { MailWriter } from '#app/ports/mail-delivery.ts';
import { mayUseSender, submitMail } from '#app/mail/submit-mail.ts';
import { systemClock } from '#domain/clock.ts';
import { parseMessage } from '#mail/message/parse-message.ts';
import { createMxDoor, type MxDoorOptions } from '#mail/smtp/mx-door.ts';
import type { SmtpDoor } from '#mail/smtp/smtp-door.ts';
import { createSubmissionDoor, type SubmissionDoorOptions } from '#mail/smtp/submission-door.ts';
import { createAccessStore } from '#store/access/access-store.ts';
import { createPasswordHasher } from '#store/access/password-hasher.ts';
import type { Database } from '#store/database.ts';
import { ensureMailboxes } from '#store/mail/ensure-mailboxes.ts';
import { createMailDelivery } from '#store/mail/mail-delivery.ts';
import { createTestCertificate } from './test-certificate.ts';

export interface SmtpAccount {
  readonly accountId: string;
  readonly address: string;
  readonly password: string;
}

export interface StoredMail {
  /** As stored, our trace included. */
  readonly bytes: Buffer;
  /** What is left when our Return-Path and Received are taken off. */
  readonly received: Buffer;
  readonly receivedSha256: string;
  readonly flags: number;
}

export interface OpenDoor {
  readonly port: number;
  close(): Promise<void>;
}

export interface SmtpFixture {
  readonly fqdn: string;
  readonly ports: DeliveryPorts;
  account(
    localPart: string,
    options?: { kind?: string; unitId?: string; personId?: string },
  ): Promise<SmtpAccount>;
  unit(code: string): Promise<string>;
  /** A person with a post in the unit, and the person's account. */
  official(localPart: string, unitId: string, authority: string): Promise<SmtpAccount>;
  mxDoor(options?: Partial<MxDoorOptions>): Promise<OpenDoor>;
  submissionDoor(options?: Partial<SubmissionDoorOptions>): Promise<OpenDoor>;
  /** What is in a mailbox, in UID order. */
  mailbox(account: SmtpAccount, path: string): Promise<readonly StoredMail[]>;
  messageCount(): Promise<number>;
  /** Payloads of the log rows of a type, oldest first. */
  events(type: string): Promise<readonly Record<string, unknown>[]>;
  /** What the doors logged as a fault. */
  readonly faults: readonly unknown[];
  closeDoors(): Promise<void>;
}

const secret = Buffer.from('a secret of the tests');

/** Doors on free ports over a database, with the store and the use cases behind them. */
export async function createSmtpFixture(database: Database): Promise<SmtpFixture> {
  const domainId = randomUUID();
  const fqdn = 'vpubnd.binhthuan.example';
  await database.rows(
    `insert into mail_domain (id, fqdn, level, system) values ($1, $2, 'province', false)`,
    [domainId, fqdn],
  );
  const tls = createTestCertificate();
  const ports: DeliveryPorts = {
    delivery: createMailDelivery(database),
    clock: systemClock,
    committed: () => undefined,
  };
  const faults: unknown[] = [];
  const doors: SmtpDoor[] = [];
  const shared = {
    host: '127.0.0.1',
    port: 0,
    hostname: 'mail.binhthuan.example',
    domain: fqdn,
    tls,
    parse: (bytes: Uint8Array) => Promise.resolve(parseMessage(bytes)),
    clock: systemClock,
    // Who must wait does not wait here; a test that looks at the waiting brings its own.
    wait: () => Promise.resolve(),
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (fields: Readonly<Record<string, unknown>>) => faults.push(fields['error']),
    },
    recipient: (address: string, writer: MailWriter) => ports.delivery.recipient(address, writer),
  } as const;

  async function open(door: SmtpDoor): Promise<OpenDoor> {
    doors.push(door);
    const { port } = await door.listen();
    return { port, close: () => door.close() };
  }

  async function account(
    localPart: string,
    options: { kind?: string; unitId?: string; personId?: string } = {},
  ): Promise<SmtpAccount> {
    const accountId = randomUUID();
    const address = `${localPart}@${fqdn}`;
    const password = `password of ${localPart}`;
    await database.rows(
      `insert into account (id, local_part, domain_id, address, display_name, kind, person_id, unit_id, status, locale,
         quota_bytes, created_at)
       values ($1, $2, $3, $4, $2, $5, $6, $7, 'active', 'vi', 1000000000, now())`,
      [accountId, localPart, domainId, address, options.kind ?? 'personal', options.personId, options.unitId],
    );
    await database.transaction((tx) => ensureMailboxes(tx, [accountId]));
    await database.rows(
      `insert into app_password (id, account_id, label, secret_hash, scram, created_at)
       values ($1, $2, 'mail', $3, $4, now())`,
      [
        randomUUID(),
        accountId,
        hashAppPassword(password),
        JSON.stringify(await appPasswordVerifiers(secret, address, password)),
      ],
    );
    return { accountId, address, password };
  }

  const signInPorts = {
    access: createAccessStore(database),
    hasher: createPasswordHasher(),
    limiter: createSignInLimiter(systemClock),
    clock: systemClock,
    secret,
  };
  const signIn = createMailSignIn(signInPorts);

  return {
    fqdn,
    ports,
    account,
    async unit(code) {
      const id = randomUUID();
      await database.rows(
        `insert into org_unit (id, organ_id, code, name, name_folded, kind, level, is_organ, valid_from)
         values ($1, 'H01', $2, $2, $2, 'dept', 'province', true, '2016-01-01')`,
        [id, code],
      );
      return id;
    },
    async official(localPart, unitId, authority) {
      const personId = randomUUID();
      await database.rows(
        `insert into person (id, display_name, name_folded, staff_code) values ($1, $2, $2, $2)`,
        [personId, localPart],
      );
      await database.rows(
        `insert into position (id, person_id, unit_id, title, rank, authority, is_primary, valid_from)
         values ($1, $2, $3, 'Chuyên viên', 100, $4, true, '2016-01-01')`,
        [randomUUID(), personId, unitId, authority],
      );
      return account(localPart, { personId });
    },
    mxDoor: (options = {}) =>
      open(createMxDoor({ ...shared, receive: (input) => receiveMail(ports, input), ...options })),
    submissionDoor: (options = {}) =>
      open(
        createSubmissionDoor({
          ...shared,
          implicitTls: false,
          signIn,
          scram: createScramSignIn(signInPorts),
          mayUseSender: (actor, address) => mayUseSender(ports, actor, address),
          submit: (input) => submitMail(ports, input),
          ...options,
        }),
      ),
    async mailbox({ accountId }, path) {
      const rows = await database.rows<{ bytes: Buffer; received: Buffer; flags: number }>(
        `select o.bytes, o.received_sha256 as received, e.flags
         from mailbox b join mailbox_message e on e.mailbox_id = b.id join message m on m.id = e.message_id
         join blob o on o.sha256 = m.blob_sha256
         where b.account_id = $1 and b.path = $2 order by e.uid`,
        [accountId, path],
      );
      return rows.map(({ bytes, received, flags }) => ({
        bytes,
        received: withoutTrace(bytes),
        receivedSha256: received.toString('hex'),
        flags,
      }));
    },
    async messageCount() {
      const [row] = await database.rows<{ n: number }>('select count(*) as n from message');
      return row?.n ?? 0;
    },
    async events(type) {
      const rows = await database.rows<{ payload: Record<string, unknown> }>(
        'select payload from outbox where type = $1 order by id',
        [type],
      );
      return rows.map((row) => row.payload);
    },
    faults,
    async closeDoors() {
      await Promise.all(doors.splice(0).map((door) => door.close()));
    },
  };
}

/** Return-Path is one line of ours, Received one field with its folded lines. */
function withoutTrace(bytes: Buffer): Buffer {
  const trace = /^Return-Path: [^\r\n]*\r\nReceived: [^\r\n]*\r\n(?:\t[^\r\n]*\r\n)*/.exec(
    bytes.toString('latin1'),
  );
  return bytes.subarray(trace?.[0].length ?? 0);
}
