import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { randomUUID } from 'node:crypto';

import { createMailboxWatch } from '#app/mail/mailbox-watch.ts';
import { rooms } from '#domain/room.ts';
import type { HubEvent } from '#domain/event.ts';
import { systemClock } from '#domain/clock.ts';
import type { Database } from '#store/database.ts';
import { createMailAccess, type MailAccessOptions } from '#store/mail/mail-access.ts';
import { ensureMailboxes } from '#store/mail/ensure-mailboxes.ts';

import { startImapServer, type ImapClient, type ImapTestServer } from './imap-client.ts';
import { indexWith, preparedMessage } from './mail-fixture.ts';
import { parseMessage } from '#mail/message/parse-message.ts';

export interface OfficeAccount {
  readonly accountId: string;
  readonly address: string;
}

export interface Office {
  readonly unitId: string;
  readonly domain: string;
  /** The mailbox of its registry (văn thư). */
  readonly registry: OfficeAccount;
  readonly head: OfficeAccount;
  readonly clerk: OfficeAccount;
  readonly specialist: OfficeAccount;
}

/** An organ with the mailbox of its registry, its head, a clerk, and a specialist who answers for nothing. */
export async function makeOffice(database: Database): Promise<Office> {
  const [unitId, domainId] = [randomUUID(), randomUUID()];
  const domain = `o${domainId.slice(0, 8)}.binhthuan.example`;
  await database.rows(
    `insert into org_unit (id, organ_id, code, name, name_folded, kind, level, is_organ, valid_from)
     values ($1::uuid, left($1::text, 13), 'S', 'Sở', 'so', 'dept', 'province', true, '2016-01-01')`,
    [unitId],
  );
  await database.rows(
    `insert into mail_domain (id, fqdn, level, unit_id, system) values ($1, $2, 'province', $3, false)`,
    [domainId, domain, unitId],
  );
  const account = async (local: string, authority?: string): Promise<OfficeAccount> => {
    const [accountId, personId] = [randomUUID(), authority === undefined ? undefined : randomUUID()];
    if (personId !== undefined) {
      await database.rows(
        `insert into person (id, display_name, name_folded, staff_code) values ($1::uuid, $2, $2, $1::text)`,
        [personId, local],
      );
      await database.rows(
        `insert into position (id, person_id, unit_id, title, rank, authority, is_primary, valid_from)
         values (gen_random_uuid(), $1, $2, $3, 1, $3, true, '2016-01-01')`,
        [personId, unitId, authority],
      );
    }
    await database.rows(
      `insert into account (id, local_part, domain_id, address, display_name, kind, person_id, unit_id, status, locale,
         quota_bytes, created_at)
       values ($1, $2, $3, $4, $2, $5, $6, $7, 'active', 'vi', 10240000, now())`,
      [
        accountId,
        local,
        domainId,
        `${local}@${domain}`,
        authority === undefined ? 'unit' : 'personal',
        personId ?? null,
        unitId,
      ],
    );
    await database.transaction((tx) => ensureMailboxes(tx, [accountId]));
    return { accountId, address: `${local}@${domain}` };
  };
  return {
    unitId,
    domain,
    registry: await account('vanthu'),
    head: await account('giam.doc', 'head'),
    clerk: await account('can.bo', 'clerk'),
    specialist: await account('chuyen.vien', 'specialist'),
  };
}

export interface OfficeServer {
  readonly server: ImapTestServer;
  /** Signs in; any password is right. */
  signIn(account: OfficeAccount): Promise<ImapClient>;
  /** Tells the sessions what has been logged. */
  relay(): Promise<void>;
}

async function prepareParsed(bytes: Buffer): Promise<PreparedMessage> {
  const { structure, references, messageId, inReplyTo, subject } = parseMessage(bytes);
  return preparedMessage(bytes.toString(), {
    structure,
    references,
    subject,
    inReplyTo,
    ...(messageId === undefined ? {} : { messageIdHeader: messageId }),
  });
}

/** A real IMAP server over a real store, whose log goes straight to its sessions. */
export async function startOfficeServer(
  database: Database,
  options: Parameters<typeof startImapServer>[0] = {},
  prepare: MailAccessOptions['prepare'] = prepareParsed,
): Promise<OfficeServer> {
  const watch = createMailboxWatch((accountId) => [rooms.everyone, rooms.account(accountId)]);
  let told = 0;
  const relay = async (): Promise<void> => {
    const rows = await database.rows<{ id: number; rooms: string[]; payload: HubEvent; at: Date }>(
      'select id, rooms, payload, at from outbox where id > $1 order by id',
      [told],
    );
    for (const row of rows) {
      if (row.id <= told) continue;
      told = row.id;
      watch.deliver({ position: row.id, at: row.at, event: row.payload, rooms: row.rooms });
    }
  };
  await relay();
  let relaying: Promise<void> = Promise.resolve();
  const server = await startImapServer({
    watch,
    authenticate: async ({ address }) => {
      const [row] = await database.rows<{ id: string }>('select id from account where address = $1', [
        address,
      ]);
      if (row === undefined) throw new Error(`no account ${address}`);
      return createMailAccess(
        database,
        systemClock,
        { accountId: row.id, address },
        {
          messageBytesMax: 100_000,
          prepare,
          index: indexWith(database),
          afterCommit: () => {
            relaying = relaying.then(relay);
          },
        },
      );
    },
    ...options,
  });
  return {
    server,
    relay: async () => {
      await relaying;
      await relay();
    },
    async signIn({ address }) {
      const client = await server.connect();
      const [answer = ''] = (await client.command(`LOGIN ${address} x`)).slice(-1);
      if (!answer.startsWith('OK')) throw new Error(answer);
      return client;
    },
  };
}
