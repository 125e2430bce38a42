import type { MailDomain, MailDomains } from '#app/ports/mail-domains.ts';
import type { AdministeredBy } from '#domain/access/administered.ts';
import type { HubEvent } from '#domain/event.ts';
import { type DkimAlgorithm, dkimKeyState, type DomainKey, removableBefore } from '#domain/mail/dkim-key.ts';
import { defaultStsMode, type StsMode, type StsStanding } from '#domain/mail/sts-policy.ts';
import type { Level } from '#domain/organisation/organisation.ts';
import { recordEvents } from '#store/log/record-events.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import { createDkimKeys, keyEvents } from './dkim-keys.ts';

/** A pending pair signs from this moment on, and the keys before it retire at it: until it is activated, never. */
const undecided = new Date('9999-12-31T00:00:00Z');

export function createMailDomains(database: Database): MailDomains {
  const keys = createDkimKeys(database);
  return {
    async list({ limit, cursor }) {
      const rows = await database.rows<DomainRow>(
        'select id, fqdn, level, system, sts_mode, sts_set_at from mail_domain where fqdn > $1 order by fqdn limit $2',
        [cursor ?? '', limit + 1],
      );
      const items = await withKeys(database, rows.slice(0, limit));
      const last = rows.length > limit ? items.at(-1) : undefined;
      return last === undefined ? { items } : { items, nextCursor: last.name };
    },
    async find(name) {
      const rows = await database.rows<DomainRow>(
        'select id, fqdn, level, system, sts_mode, sts_set_at from mail_domain where fqdn = $1',
        [name],
      );
      return (await withKeys(database, rows))[0];
    },
    async isOurs(name) {
      return (await database.rows('select 1 from mail_domain where fqdn = $1', [name])).length > 0;
    },
    async ensureKeys(name, at, by) {
      await keys.keysOf(name, at, by);
    },
    async addPendingKeys(name, at, by) {
      await database.transaction((tx) => forgetRemovable(tx, name, at, by));
      await keys.rotate(name, at, undecided, by);
    },
    activateKeys: (name, at, by) => activateKeys(database, name, at, by),
    setStsMode: (name, mode, at, by) => setStsMode(database, { name, mode, at, by }),
    async stsStanding(name) {
      const [row] = await database.rows<StsRow>(
        'select sts_mode, sts_set_at from mail_domain where fqdn = $1',
        [name],
      );
      return row === undefined ? undefined : stsStandingOf(row);
    },
  };
}

interface StsRow {
  readonly sts_mode: StsMode | null;
  readonly sts_set_at: Date | null;
}

interface DomainRow extends StsRow {
  readonly id: string;
  readonly fqdn: string;
  readonly level: Level;
  readonly system: boolean;
}

interface KeyRow {
  readonly domain_id: string;
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  readonly public_key: string;
  readonly created_at: Date;
  readonly signs_from: Date;
  readonly retired_at: Date | null;
}

async function withKeys(sql: Sql, domains: readonly DomainRow[]): Promise<readonly MailDomain[]> {
  const ids = domains.map(({ id }) => id);
  const counts = await sql.rows<{ domain_id: string; accounts: number }>(
    'select domain_id, count(*) as accounts from account where domain_id = any($1::uuid[]) group by domain_id',
    [ids],
  );
  const accounts = new Map(counts.map((row) => [row.domain_id, row.accounts]));
  const rows = await keyRows(sql, ids);
  const keys = Map.groupBy(rows, (row) => row.domain_id);
  return domains.map(({ id, fqdn, level, system, ...sts }) => ({
    name: fqdn,
    level,
    system,
    accounts: accounts.get(id) ?? 0,
    sts: stsStandingOf(sts),
    keys: (keys.get(id) ?? []).map(keyOf),
  }));
}

function stsStandingOf({ sts_mode: mode, sts_set_at: setAt }: StsRow): StsStanding {
  return { mode: mode ?? defaultStsMode, ...(setAt === null ? {} : { setAt }) };
}

/** The same again changes nothing: its id stays, and nobody has to publish it again. */
function setStsMode(
  database: Database,
  { name, mode, at, by }: { name: string; mode: StsMode; at: Date; by: AdministeredBy },
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const [before] = await tx.rows<StsRow>(
      'select sts_mode, sts_set_at from mail_domain where fqdn = $1 for no key update',
      [name],
    );
    if (before === undefined) return false;
    if (before.sts_mode === mode) return true;
    await tx.rows('update mail_domain set sts_mode = $2, sts_set_at = $3 where fqdn = $1', [name, mode, at]);
    const event: HubEvent = {
      type: 'administration.changed',
      act: 'sts_mode.set',
      by,
      object: name,
      before: { mode: stsStandingOf(before).mode },
      after: { mode },
    };
    await recordEvents(tx, [event], at);
    return true;
  });
}

function keyOf(row: KeyRow): DomainKey {
  const retires = row.retired_at !== null && row.retired_at < undecided;
  return {
    selector: row.selector,
    algorithm: row.algorithm,
    publicKey: row.public_key,
    createdAt: row.created_at,
    ...(row.signs_from < undecided ? { signsFrom: row.signs_from } : {}),
    ...(retires && row.retired_at !== null ? { retiredAt: row.retired_at } : {}),
  };
}

/** The domain's row is held, as it is while keys are made. */
function activateKeys(database: Database, name: string, at: Date, by: AdministeredBy): Promise<boolean> {
  return database.transaction(async (tx) => {
    const [domain] = await tx.rows<{ id: string }>(
      'select id from mail_domain where fqdn = $1 for no key update',
      [name],
    );
    if (domain === undefined) return false;
    const pending = await tx.rows<{ id: string; newest: boolean }>(
      `select id, created_at = max(created_at) over () as newest from dkim_key
       where domain_id = $1 and signs_from > $2 and (retired_at is null or retired_at >= $3)`,
      [domain.id, at, undecided],
    );
    if (pending.length === 0) return false;
    const before = await domainKeysOf(tx, domain.id);
    const idsOf = (newest: boolean) => pending.filter((key) => key.newest === newest).map(({ id }) => id);
    // Two who asked at once made two pairs: the older one has never signed.
    await tx.rows('delete from dkim_key where id = any($1::uuid[])', [idsOf(false)]);
    await tx.rows(
      `update dkim_key set retired_at = $2
       where domain_id = $1 and signs_from <= $2 and (retired_at is null or retired_at > $2)`,
      [domain.id, at],
    );
    await tx.rows('update dkim_key set signs_from = $2, retired_at = null where id = any($1::uuid[])', [
      idsOf(true),
      at,
    ]);
    const after = await domainKeysOf(tx, domain.id);
    const retired = before.some(
      (key) =>
        dkimKeyState(key, at) === 'active' &&
        after.some((now) => now.selector === key.selector && dkimKeyState(now, at) !== 'active'),
    );
    await forgetRemovable(tx, name, at, by);
    const acts = ['dkim_keys.activated' as const, ...(retired ? ['dkim_keys.retired' as const] : [])];
    await recordEvents(tx, keyEvents({ acts, fqdn: name, by, at, before, after }), at);
    return true;
  });
}

/** A retired key that is no longer published is of use only to whoever steals it. */
async function forgetRemovable(tx: Transaction, name: string, at: Date, by: AdministeredBy): Promise<void> {
  const gone = await tx.rows<{ selector: string }>(
    `delete from dkim_key k using mail_domain d
     where d.id = k.domain_id and d.fqdn = $1 and k.retired_at <= $2 returning k.selector`,
    [name, removableBefore(at)],
  );
  if (gone.length === 0) return;
  const event: HubEvent = {
    type: 'administration.changed',
    act: 'dkim_keys.removed',
    by,
    object: name,
    before: { retired: gone.map(({ selector }) => selector).toSorted() },
    after: {},
  };
  await recordEvents(tx, [event], at);
}

async function domainKeysOf(tx: Transaction, domainId: string): Promise<readonly DomainKey[]> {
  return (await keyRows(tx, [domainId])).map(keyOf);
}

function keyRows(sql: Sql, domainIds: readonly string[]): Promise<readonly KeyRow[]> {
  return sql.rows<KeyRow>(
    `select domain_id, selector, algorithm, public_key, created_at, signs_from, retired_at
     from dkim_key where domain_id = any($1::uuid[]) order by created_at desc, selector`,
    [domainIds],
  );
}
