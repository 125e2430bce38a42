import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { randomUUID } from 'node:crypto';
import type { AdministeredBy, AdministrativeAct } from '#domain/access/administered.ts';
import type { HubEvent } from '#domain/event.ts';
import { type DkimKeyState, dkimKeyState, type DomainKey } from '#domain/mail/dkim-key.ts';
import { recordEvents } from '#store/log/record-events.ts';
import type { Database, Sql } from '#store/database.ts';

export type DkimAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

/** A signing key of a mail domain. */
export interface StoredDkimKey {
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  /** What `p=` in the DNS says (RFC 6376, section 3.6.1; RFC 8463, section 4). */
  readonly publicKey: string;
  readonly createdAt: Date;
  /** Published before it signs, so that every resolver has it. */
  readonly signsFrom: Date;
  readonly retiredAt?: Date;
}

export interface DkimKeys {
  /** All keys of a domain that are published, newest first; empty when it has none or is not ours. */
  list(fqdn: string): Promise<readonly StoredDkimKey[]>;
  /** Those of the domain; made at once when it is ours and has none. */
  keysOf(fqdn: string, at: Date, by?: AdministeredBy): Promise<readonly StoredDkimKey[]>;
  /**
   * New keys that sign from `signsFrom` on, when the others are retired. False when the domain is not ours. The old ones
   * must stay in the DNS for a week after that, for what is on its way.
   */
  rotate(fqdn: string, at: Date, signsFrom: Date, by: AdministeredBy): Promise<boolean>;
}

const generate = promisify(generateKeyPair);

export function createDkimKeys(database: Database): DkimKeys {
  return {
    list: (fqdn) => keysOf(database, fqdn),
    async keysOf(fqdn, at, by = { kind: 'hub' }) {
      const keys = await keysOf(database, fqdn);
      if (keys.length > 0) return keys;
      return (await addKeys(database, { fqdn, at, signsFrom: at, by, onlyFirst: true }))
        ? keysOf(database, fqdn)
        : [];
    },
    rotate: (fqdn, at, signsFrom, by) => addKeys(database, { fqdn, at, signsFrom, by, onlyFirst: false }),
  };
}

/** RSA for everybody, Ed25519 beside it for whoever knows it. */
async function makeKeys(): Promise<readonly Pick<StoredDkimKey, 'algorithm' | 'privateKey' | 'publicKey'>[]> {
  const [rsa, ed25519] = await Promise.all([
    generate('rsa', { modulusLength: 2048 }),
    generate('ed25519', {}),
  ]);
  const pem = (key: typeof rsa.privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return [
    {
      algorithm: 'rsa-sha256',
      privateKey: pem(rsa.privateKey),
      publicKey: rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    },
    {
      algorithm: 'ed25519-sha256',
      privateKey: pem(ed25519.privateKey),
      // The 32 octets alone, which are the end of the DER.
      publicKey: ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64'),
    },
  ];
}

/** Made before the transaction, which holds the domain's row, so that two processes give a domain one pair. */
async function addKeys(
  database: Database,
  input: {
    readonly fqdn: string;
    readonly at: Date;
    readonly signsFrom: Date;
    readonly by: AdministeredBy;
    readonly onlyFirst: boolean;
  },
): Promise<boolean> {
  const { fqdn, at, signsFrom, by, onlyFirst } = input;
  if ((await database.rows('select 1 from mail_domain where fqdn = $1', [fqdn])).length === 0) return false;
  const made = await makeKeys();
  return database.transaction(async (tx) => {
    const [domain] = await tx.rows<{ id: string }>(
      'select id from mail_domain where fqdn = $1 for no key update',
      [fqdn],
    );
    if (domain === undefined) return false;
    const before = await keysOf(tx, fqdn);
    if (onlyFirst && before.length > 0) return true;
    await tx.rows('update dkim_key set retired_at = $2 where domain_id = $1 and retired_at is null', [
      domain.id,
      signsFrom,
    ]);
    for (const key of made)
      await tx.rows(
        `insert into dkim_key (id, domain_id, selector, algorithm, private_key, public_key, created_at, signs_from)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          randomUUID(),
          domain.id,
          selectorFor(key.algorithm, at, before),
          key.algorithm,
          key.privateKey,
          key.publicKey,
          at,
          signsFrom,
        ],
      );
    const act = before.length === 0 ? 'dkim_keys.made' : 'dkim_keys.rotated';
    const after = await keysOf(tx, fqdn);
    await recordEvents(tx, keyEvents({ acts: [act], fqdn, by, at, before, after }), at);
    return true;
  });
}

/** One event an act, with the selectors of the domain by what they do. */
export function keyEvents(change: {
  readonly acts: readonly AdministrativeAct[];
  readonly fqdn: string;
  readonly by: AdministeredBy;
  readonly at: Date;
  readonly before: readonly DomainKey[];
  readonly after: readonly DomainKey[];
}): readonly HubEvent[] {
  const facts = (keys: readonly DomainKey[]) => {
    const selectors = (state: DkimKeyState) =>
      keys
        .filter((key) => dkimKeyState(key, change.at) === state)
        .map(({ selector }) => selector)
        .toSorted();
    return {
      pending: selectors('pending'),
      signing: selectors('active'),
      retired: [...selectors('retired'), ...selectors('removable')],
    };
  };
  return change.acts.map((act) => ({
    type: 'administration.changed',
    act,
    by: change.by,
    object: change.fqdn,
    before: facts(change.before),
    after: facts(change.after),
  }));
}

/** `h20261124r`, `h20261124e`; a second pair of a day gets a number. */
function selectorFor(algorithm: DkimAlgorithm, at: Date, taken: readonly StoredDkimKey[]): string {
  const day = at.toISOString().slice(0, 10).replaceAll('-', '');
  const base = `h${day}${algorithm === 'rsa-sha256' ? 'r' : 'e'}`;
  const names = new Set(taken.map(({ selector }) => selector));
  let name = base;
  for (let n = 2; names.has(name); n += 1) name = `${base}${n}`;
  return name;
}

async function keysOf(sql: Sql, fqdn: string): Promise<readonly StoredDkimKey[]> {
  const rows = await sql.rows<{
    selector: string;
    algorithm: DkimAlgorithm;
    private_key: string;
    public_key: string;
    created_at: Date;
    signs_from: Date;
    retired_at: Date | null;
  }>(
    `select k.selector, k.algorithm, k.private_key, k.public_key, k.created_at, k.signs_from, k.retired_at
     from dkim_key k join mail_domain d on d.id = k.domain_id where d.fqdn = $1
     order by k.created_at desc, k.selector`,
    [fqdn],
  );
  return rows.map((row) => ({
    selector: row.selector,
    algorithm: row.algorithm,
    privateKey: row.private_key,
    publicKey: row.public_key,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    ...(row.retired_at === null ? {} : { retiredAt: row.retired_at }),
  }));
}
