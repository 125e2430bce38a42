import type { DraftReads, DraftTransaction, StoredDraft, StoredPreset } from '#app/ports/drafts.ts';
import type { DraftContent, DraftState, PresetKind } from '#domain/directive/draft.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql, Transaction } from '#store/database.ts';

interface DraftRow {
  readonly id: string;
  readonly account_id: string;
  readonly version: number;
  readonly content: StoredContent;
  readonly state: DraftState;
  readonly issue_at: Date | null;
  readonly directive_id: string | null;
  readonly failure: string | null;
  readonly created_at: Date;
}

interface PresetRow {
  readonly id: string;
  readonly account_id: string;
  readonly kind: PresetKind;
  readonly name: string;
  readonly version: number;
  readonly content: StoredContent;
}

type StoredContent = Omit<DraftContent, 'dueAt'> & { readonly dueAt?: string };

function contentOf({ dueAt, ...content }: StoredContent): DraftContent {
  return { ...content, ...(dueAt === undefined ? {} : { dueAt: new Date(dueAt) }) };
}

function draftOf(row: DraftRow): StoredDraft {
  return {
    id: row.id,
    accountId: row.account_id,
    version: row.version,
    content: contentOf(row.content),
    state: row.state,
    ...(row.issue_at === null ? {} : { issueAt: row.issue_at }),
    ...(row.directive_id === null ? {} : { directiveId: row.directive_id }),
    ...(row.failure === null ? {} : { failure: row.failure }),
    createdAt: row.created_at,
  };
}

function presetOf(row: PresetRow): StoredPreset {
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    name: row.name,
    version: row.version,
    content: contentOf(row.content),
  };
}

export function createDraftReads(sql: Sql): DraftReads {
  return {
    async list(accountId, { limit, cursor }) {
      const [, ms, id] = /^([0-9]{1,15})\.([0-9a-f-]{36})$/.exec(cursor ?? '') ?? [];
      if (cursor !== undefined && ms === undefined) throw new HubError('bad_input', { field: 'cursor' });
      const rows = await sql.rows<DraftRow>(
        `select * from directive_draft where account_id = $1 and state in ('draft', 'scheduled')
           and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
         order by created_at desc, id desc limit $4`,
        [accountId, ms === undefined ? null : new Date(Number(ms)), id ?? null, limit + 1],
      );
      const items = rows.slice(0, limit).map(draftOf);
      const last = items.at(-1);
      if (rows.length <= limit || last === undefined) return { items };
      return { items, nextCursor: `${last.createdAt.getTime()}.${last.id}` };
    },
    async find(id) {
      const [row] = await sql.rows<DraftRow>(`select * from directive_draft where id = $1`, [id]);
      return row === undefined ? undefined : draftOf(row);
    },
    async due(now, limit) {
      const rows = await sql.rows<{ id: string }>(
        `select id from directive_draft where state = 'scheduled' and issue_at <= $1 order by issue_at limit $2`,
        [now, limit],
      );
      return rows.map(({ id }) => id);
    },
    async presets(accountId, kind) {
      const rows = await sql.rows<PresetRow>(
        `select * from directive_preset where account_id = $1 and kind = $2 order by name`,
        [accountId, kind],
      );
      return rows.map(presetOf);
    },
    async preset(id) {
      const [row] = await sql.rows<PresetRow>(`select * from directive_preset where id = $1`, [id]);
      return row === undefined ? undefined : presetOf(row);
    },
  };
}

export function draftTransaction(tx: Transaction): DraftTransaction {
  return {
    async countDrafts(accountId) {
      await tx.rows(`select from account where id = $1 for no key update`, [accountId]);
      const [row] = await tx.rows<{ drafts: number; presets: number }>(
        `select (select count(*) from directive_draft where account_id = $1 and state in ('draft', 'scheduled')) as drafts,
           (select count(*) from directive_preset where account_id = $1) as presets`,
        [accountId],
      );
      return row ?? { drafts: 0, presets: 0 };
    },
    async insertDraft({ id, accountId, content, at }) {
      await tx.rows(
        `insert into directive_draft (id, account_id, version, content, state, created_at, updated_at)
         values ($1, $2, 1, $3, 'draft', $4, $4)`,
        [id, accountId, JSON.stringify(content), at],
      );
    },
    async lockDraft(id) {
      const [row] = await tx.rows<DraftRow>(`select * from directive_draft where id = $1 for update`, [id]);
      return row === undefined ? undefined : draftOf(row);
    },
    async saveDraft(draft, at) {
      await tx.rows(
        `update directive_draft set version = version + 1, content = $2, state = $3, issue_at = $4, directive_id = $5,
           failure = $6, updated_at = $7 where id = $1`,
        [
          draft.id,
          JSON.stringify(draft.content),
          draft.state,
          draft.issueAt ?? null,
          draft.directiveId ?? null,
          draft.failure ?? null,
          at,
        ],
      );
    },
    async insertPreset({ id, accountId, kind, name, content }) {
      const rows = await tx.rows(
        `insert into directive_preset (id, account_id, kind, name, version, content) values ($1, $2, $3, $4, 1, $5)
         on conflict (account_id, kind, name) do nothing returning id`,
        [id, accountId, kind, name, JSON.stringify(content)],
      );
      return rows.length > 0;
    },
    async lockPreset(id) {
      const [row] = await tx.rows<PresetRow>(`select * from directive_preset where id = $1 for update`, [id]);
      return row === undefined ? undefined : presetOf(row);
    },
    async savePreset({ id, name, content }) {
      const rows = await tx.rows(
        `update directive_preset p set version = version + 1, name = $2, content = $3 where id = $1
           and not exists (select from directive_preset o where o.account_id = p.account_id and o.kind = p.kind
             and o.name = $2 and o.id <> p.id) returning id`,
        [id, name, JSON.stringify(content)],
      );
      return rows.length > 0;
    },
    async deletePreset(id) {
      await tx.rows(`delete from directive_preset where id = $1`, [id]);
    },
  };
}
