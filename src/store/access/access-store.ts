import type { AccessStore, OpenSession, ScramVerifier } from '#app/ports/access-store.ts';
import type { Database, Transaction } from '#store/database.ts';
import { AccountEntity, AppPasswordEntity, SessionEntity } from '#store/entities.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { actorColumns, actorOf, type ActorRow } from './actor-query.ts';

interface SessionRow extends ActorRow {
  readonly session_id: string;
  readonly expires_at: Date;
}

function openSessionOf(row: SessionRow): OpenSession {
  return { sessionId: row.session_id, expiresAt: row.expires_at, actor: actorOf(row) };
}

/** A session's last use is written at most this often. */
const touchEveryMs = 5 * 60_000;
const idempotencyKeysKeptMs = 7 * 24 * 3_600_000;

export function createAccessStore(database: Database): AccessStore {
  return {
    async credentials(address) {
      const account = await database.em().findOne(AccountEntity, { address });
      if (account === null) return undefined;
      return {
        accountId: account.id,
        active: account.status === 'active',
        ...(account.passwordHash == null ? {} : { passwordHash: account.passwordHash }),
      };
    },

    async actor(accountId, at) {
      const [row] = await database.rows<ActorRow>(
        `select ${actorColumns('$2::timestamptz')} from account a where a.id = $1 and a.status = 'active'`,
        [accountId, at],
      );
      return row === undefined ? undefined : actorOf(row);
    },

    async createSession(session) {
      const em = database.em();
      em.create(SessionEntity, {
        ...session,
        lastSeenAt: session.createdAt,
        userAgent: session.userAgent ?? null,
        remoteAddress: session.remoteAddress ?? null,
      });
      await em.flush();
    },

    async openSession(tokenHash, at, idleMs): Promise<OpenSession | undefined> {
      const [row] = await database.rows<SessionRow>(
        `with s as (
           select id, account_id, last_seen_at, expires_at from session
           where token_hash = $1 and ended_at is null and expires_at > $2 and last_seen_at > $3),
         touched as (update session set last_seen_at = $2 from s where session.id = s.id and s.last_seen_at < $4)
         select s.id as session_id, s.expires_at, ${actorColumns('$2::timestamptz')}
         from s join account a on a.id = s.account_id where a.status = 'active'`,
        [tokenHash, at, new Date(at.getTime() - idleMs), new Date(at.getTime() - touchEveryMs)],
      );
      return row === undefined ? undefined : openSessionOf(row);
    },

    endSession: (sessionId, accountId, at) =>
      database.transaction(async (tx) => {
        const ended = await tx.rows(
          `update session set ended_at = $3 where id = $1 and account_id = $2 and ended_at is null returning id`,
          [sessionId, accountId, at],
        );
        if (ended.length > 0) await recordEvents(tx, [{ type: 'session.ended', accountId, sessionId }], at);
      }),

    async createTicket(tokenHash, sessionId, expiresAt) {
      await database.rows(
        `insert into session_ticket (token_hash, session_id, expires_at) values ($1, $2, $3)`,
        [tokenHash, sessionId, expiresAt],
      );
    },

    async redeemTicket(tokenHash, at): Promise<OpenSession | undefined> {
      const [row] = await database.rows<SessionRow>(
        `with used as (delete from session_ticket where token_hash = $1 returning session_id, expires_at)
         select s.id as session_id, s.expires_at, ${actorColumns('$2::timestamptz')}
         from used join session s on s.id = used.session_id join account a on a.id = s.account_id
         where used.expires_at > $2 and s.ended_at is null and s.expires_at > $2 and a.status = 'active'`,
        [tokenHash, at],
      );
      return row === undefined ? undefined : openSessionOf(row);
    },

    async createAppPassword({ at, ...input }) {
      const em = database.em();
      em.create(AppPasswordEntity, { ...input, createdAt: at, lastUsedAt: null, revokedAt: null });
      await em.flush();
    },

    async scramVerifiers(accountId) {
      return database.rows<{ id: string; verifiers: readonly ScramVerifier[] }>(
        `select id, scram as verifiers from app_password
         where account_id = $1 and revoked_at is null and scram is not null order by created_at desc`,
        [accountId],
      );
    },

    async touchAppPassword(id, at) {
      const used = await database.rows(
        `update app_password set last_used_at = $2 where id = $1 and revoked_at is null returning id`,
        [id, at],
      );
      return used.length > 0;
    },

    async useAppPassword(accountId, secretHash, at) {
      const used = await database.rows(
        `update app_password set last_used_at = $3
         where account_id = $1 and secret_hash = $2 and revoked_at is null returning id`,
        [accountId, secretHash, at],
      );
      return used.length > 0;
    },

    revokeAppPassword: (accountId, id, at) =>
      database.transaction(async (tx) => {
        const revoked = await tx.rows(
          `update app_password set revoked_at = $3
           where account_id = $1 and id::text = $2 and revoked_at is null returning id`,
          [accountId, id, at],
        );
        if (revoked.length > 0) await recordEvents(tx, [{ type: 'session.ended', accountId }], at);
        return revoked.length > 0;
      }),

    endSessions: (accountId, at) => database.transaction((tx) => endSessions(tx, accountId, at)),

    // A new password ends every session: whoever knew the old one is out everywhere (threats H7).
    setPassword: (accountId, passwordHash, at) =>
      database.transaction(async (tx) => {
        await tx.rows(`update account set password_hash = $2 where id = $1`, [accountId, passwordHash]);
        await endSessions(tx, accountId, at);
      }),

    async deleteExpired(at) {
      const [row] = await database.rows<{ gone: number }>(
        `with tickets as (delete from session_ticket where expires_at < $1 returning 1),
              keys as (delete from idempotency_key where created_at < $2 returning 1),
              sessions as (delete from session where expires_at < $2 returning 1)
         select (select count(*) from tickets) + (select count(*) from keys) + (select count(*) from sessions) as gone`,
        [at, new Date(at.getTime() - idempotencyKeysKeptMs)],
      );
      return row?.gone ?? 0;
    },
  };
}

async function endSessions(tx: Transaction, accountId: string, at: Date): Promise<void> {
  await tx.rows(`update session set ended_at = $2 where account_id = $1 and ended_at is null`, [
    accountId,
    at,
  ]);
  await recordEvents(tx, [{ type: 'session.ended', accountId }], at);
}
