import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Province } from '#domain/organisation/province.ts';
import { foldText } from '#lib/fold-text.ts';
import type { Transaction } from '#store/database.ts';
import { rowsOf } from '#store/transaction.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { ensureMailboxes } from '#store/mail/ensure-mailboxes.ts';

const quotaBytesDefault = 2 * 1024 ** 3;

type Cell = string | number | boolean | Date | null | undefined;

/**
 * Writes a whole organisation by COPY into an empty hub, in one transaction, with its log event. Every account gets
 * `passwordHash`: for demo data only.
 */
export async function importProvince(
  url: string,
  province: Province,
  options: { passwordHash: string; at: Date },
): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'hub import' });
  await client.connect();
  try {
    await client.query('begin');
    for (const [table, columns, rows] of tables(province, options)) await copy(client, table, columns, rows);
    const transaction = transactionOn(client);
    await ensureMailboxes(
      transaction,
      province.accounts.map((account) => account.id),
    );
    await recordEvents(
      transaction,
      [{ type: 'organisation.imported', accounts: province.accounts.length }],
      options.at,
    );
    await transaction.sent();
    await client.query('commit');
    // Fresh tables have no statistics: the first fan-out would be planned for a handful of rows.
    await client.query('analyze');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    await client.end();
  }
}

/** The statements of the mail store and the log, run on the import's own connection, whose statements wait in a queue. */
function transactionOn(client: Client): Transaction & { sent(): Promise<unknown> } {
  const sent: Promise<unknown>[] = [];
  return {
    isTransaction: true,
    rows: (text, parameters = []) => rowsOf(client, text, parameters),
    send(text, parameters = []) {
      const answer = rowsOf(client, text, parameters);
      // `sent` looks at it.
      answer.catch(() => undefined);
      sent.push(answer);
    },
    sent: () => Promise.all(sent),
  };
}

async function copy(
  client: Client,
  table: string,
  columns: string,
  rows: Iterable<readonly Cell[]>,
): Promise<void> {
  await pipeline(Readable.from(lines(rows)), client.query(copyFrom(`copy ${table} (${columns}) from stdin`)));
}

function* lines(rows: Iterable<readonly Cell[]>): Generator<string> {
  for (const row of rows) yield `${row.map(cell).join('\t')}\n`;
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return String.raw`\N`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', String.raw`\t`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`);
}

type Table = readonly [table: string, columns: string, rows: Iterable<readonly Cell[]>];

function tables(province: Province, options: { passwordHash: string; at: Date }): Table[] {
  return [
    [
      'mail_domain',
      'id, fqdn, level, unit_id, system',
      province.domains.map((d) => [d.id, d.fqdn, d.level, d.unitId, d.system]),
    ],
    [
      'org_unit',
      'id, organ_id, code, name, name_folded, kind, level, admin_code, parent_id, domain_id, is_organ, valid_from, valid_to, successor_id',
      province.units.map((u) => [
        u.id,
        u.organId,
        u.code,
        u.name,
        foldText(u.name),
        u.kind,
        u.level,
        u.adminCode,
        u.parentId,
        u.domainId,
        u.isOrgan,
        u.validFrom,
        u.validTo,
        u.successorId,
      ]),
    ],
    [
      'person',
      'id, display_name, name_folded, staff_code',
      province.persons.map((p) => [p.id, p.displayName, foldText(p.displayName), p.staffCode]),
    ],
    [
      'account',
      'id, local_part, domain_id, address, display_name, kind, person_id, unit_id, password_hash, status, locale, quota_bytes, created_at',
      province.accounts.map((a) => [
        a.id,
        a.localPart,
        a.domainId,
        a.address,
        a.displayName,
        a.kind,
        a.personId,
        a.unitId,
        options.passwordHash,
        a.status,
        a.locale,
        quotaBytesDefault,
        options.at,
      ]),
    ],
    [
      'position',
      'id, person_id, unit_id, title, rank, authority, signing_authority, is_primary, valid_from, valid_to',
      province.positions.map((p) => [
        p.id,
        p.personId,
        p.unitId,
        p.title,
        p.rank,
        p.authority,
        p.signingAuthority,
        p.isPrimary,
        p.validFrom,
        p.validTo,
      ]),
    ],
    [
      'delegation',
      'id, from_position_id, to_position_id, scope, document_ref, valid_from, valid_to, revoked_at',
      province.delegations.map((d) => [
        d.id,
        d.fromPositionId,
        d.toPositionId,
        d.scope,
        d.documentRef,
        d.validFrom,
        d.validTo,
        d.revokedAt,
      ]),
    ],
    [
      'recipient_group',
      'id, slug, name, name_folded',
      province.groups.map((g) => [g.id, g.slug, g.name, foldText(g.name)]),
    ],
    [
      'recipient_group_member',
      'group_id, unit_id, person_id',
      province.groups.flatMap((g) => [
        ...g.unitIds.map((id) => [g.id, id, undefined]),
        ...g.personIds.map((id) => [g.id, undefined, id]),
      ]),
    ],
    [
      'mail_group',
      'id, address, name, source, source_value, writers, moderation, created_at',
      province.mailGroups.map((g) => [
        g.id,
        g.address,
        g.name,
        g.source,
        g.sourceValue,
        g.writers,
        g.moderation,
        options.at,
      ]),
    ],
    [
      'mail_group_officer',
      'group_id, account_id, role',
      province.mailGroups.flatMap((g) => [
        ...g.writerIds.map((id) => [g.id, id, 'writer']),
        ...g.moderatorIds.map((id) => [g.id, id, 'moderator']),
      ]),
    ],
  ];
}
