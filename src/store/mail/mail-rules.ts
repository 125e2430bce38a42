import { randomUUID } from 'node:crypto';
import type { MailRules, OwnedRule } from '#app/ports/mail-settings.ts';
import { HubError } from '#domain/hub-error.ts';
import {
  applyRules,
  mailRuleLimits,
  type Action,
  type ActionDraft,
  type Condition,
  type MailFacts,
  type MailRule,
  type MailRuleDraft,
  type Placement,
} from '#domain/mail/mail-rule.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';
import { namedAccountsMax } from './named-accounts.ts';
import { accountsByAddresses } from './accounts-by-addresses.ts';
import { personalKeywords } from './keywords.ts';
import { lockAccount } from './mailbox-rows.ts';

/** The columns hold what belongs together: `match` beside the conditions, `stop` beside the actions. */
interface RuleRow {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly conditions: { readonly match: 'all' | 'any'; readonly list: readonly Condition[] };
  readonly actions: { readonly stop: boolean; readonly list: readonly Action[] };
}

const columns = 'r.id, r.account_id, r.name, r.enabled, r.conditions, r.actions';

/** The accounts that a rule forwards to, by id; a rule without a forward costs no look at `account`. */
const forwards = `
  (select array_agg(to_jsonb(t)) from (
     select a.id, a.address from account a
     where a.id = any(array(
       select (x ->> 'accountId')::uuid from jsonb_array_elements(r.actions -> 'list') x where x ->> 'kind' = 'forward'))
       and a.status = 'active') t) as forwards`;

interface ForwardingRow extends RuleRow {
  readonly forwards: readonly { readonly id: string; readonly address: string }[] | null;
}

export interface Placing {
  readonly accountIds: readonly string[];
  readonly facts: MailFacts;
}

/** What the rules of these accounts make of a message. */
export async function placementsOf(
  tx: Sql,
  accountIds: readonly string[],
  facts: MailFacts,
): Promise<readonly Placement[]> {
  const [placements = []] = await placementsTogether(tx, [{ accountIds, facts }]);
  return placements;
}

/**
 * The same for several messages: one statement whatever their number and that of their accounts, and almost nobody has a
 * rule. An account that a rule forwards to and that is not active any more gets nothing.
 */
export async function placementsTogether(
  tx: Sql,
  messages: readonly Placing[],
): Promise<readonly (readonly Placement[])[]> {
  const accountIds = [...new Set(messages.flatMap((message) => message.accountIds))];
  if (accountIds.length === 0) return messages.map(() => []);
  const rows =
    accountIds.length <= namedAccountsMax
      ? await tx.rows<ForwardingRow>(enabledRulesSql, [accountIds])
      : await tx.rows<ForwardingRow>(everyonesRulesSql, []);
  const rules = new Map<string, MailRule[]>();
  for (const row of rows) {
    const own = rules.get(row.account_id);
    if (own === undefined) rules.set(row.account_id, [activeRuleOf(row)]);
    else own.push(activeRuleOf(row));
  }
  return messages.map((message) => {
    const recipients = new Set(message.accountIds);
    return [...rules].flatMap(([accountId, own]) =>
      recipients.has(accountId) ? (applyRules(own, message.facts, accountId) ?? []) : [],
    );
  });
}

const enabledRulesSql = prepared(`
  select ${columns}, ${forwards} from mail_rule r
  where r.enabled and r.account_id = any($1::uuid[]) order by r.account_id, r.ordinal`);

const everyonesRulesSql = prepared(`
  select ${columns}, ${forwards} from mail_rule r where r.enabled order by r.account_id, r.ordinal`);

function activeRuleOf(row: ForwardingRow): MailRule {
  const active = new Set((row.forwards ?? []).map(({ id }) => id));
  return {
    ...ruleOf(row),
    actions: row.actions.list.filter((action) => action.kind !== 'forward' || active.has(action.accountId)),
  };
}

function ruleOf(row: RuleRow): Omit<MailRule, 'actions'> {
  const { id, name, enabled, conditions, actions } = row;
  return { id, name, enabled, match: conditions.match, conditions: conditions.list, stop: actions.stop };
}

export function createMailRules(database: Database): MailRules {
  return {
    list: (accountId) => listRules(database, accountId),

    add: (accountId, draft, at) =>
      changeRules(database, accountId, async (tx, existing) => {
        if (existing.length >= mailRuleLimits.rulesPerAccountMax) throw new HubError('bad_input');
        const { conditions, actions } = await checkedColumns(tx, accountId, draft, existing);
        const id = randomUUID();
        await tx.rows(
          `insert into mail_rule (id, account_id, ordinal, name, enabled, conditions, actions, created_at)
           select $1, $2, coalesce(max(ordinal) + 1, 0), $3, $4, $5::jsonb, $6::jsonb, $7
           from mail_rule where account_id = $2`,
          [id, accountId, draft.name, draft.enabled, conditions, actions, at],
        );
        return ownRule(tx, accountId, id);
      }),

    replace: (accountId, id, draft) =>
      changeRules(database, accountId, async (tx, existing) => {
        if (!existing.some((rule) => rule.id === id)) throw new HubError('not_found');
        const others = existing.filter((rule) => rule.id !== id);
        const { conditions, actions } = await checkedColumns(tx, accountId, draft, others);
        await tx.rows(
          `update mail_rule set name = $3, enabled = $4, conditions = $5::jsonb, actions = $6::jsonb
           where id = $1 and account_id = $2`,
          [id, accountId, draft.name, draft.enabled, conditions, actions],
        );
        return ownRule(tx, accountId, id);
      }),

    async remove(accountId, id) {
      const rows = await database.rows(
        'delete from mail_rule where id = $1 and account_id = $2 returning 1',
        [id, accountId],
      );
      if (rows.length === 0) throw new HubError('not_found');
    },

    order: (accountId, ids) =>
      changeRules(database, accountId, async (tx, existing) => {
        const known = new Set(existing.map((rule) => rule.id));
        const each = new Set(ids);
        // Whoever orders a list that has changed meanwhile is told, instead of a rule going to a place of its own.
        if (each.size !== ids.length || each.size !== known.size || ids.some((id) => !known.has(id)))
          throw new HubError('bad_input', { field: 'ids' });
        await tx.rows(
          `update mail_rule r set ordinal = o.place
           from unnest($2::uuid[]) with ordinality as o (id, place) where r.id = o.id and r.account_id = $1`,
          [accountId, ids],
        );
      }),
  };
}

/** Changes of an account's rules come one at a time, so that its limits hold and no two rules share a place. */
function changeRules<Result>(
  database: Database,
  accountId: string,
  work: (tx: Transaction, existing: readonly RuleRow[]) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    const existing = await tx.rows<RuleRow>(`select ${columns} from mail_rule r where r.account_id = $1`, [
      accountId,
    ]);
    return work(tx, existing);
  });
}

async function listRules(sql: Sql, accountId: string, id?: string): Promise<readonly OwnedRule[]> {
  const rows = await sql.rows<ForwardingRow>(
    `select ${columns}, ${forwards} from mail_rule r
     where r.account_id = $1 and ($2::uuid is null or r.id = $2::uuid) order by r.ordinal`,
    [accountId, id ?? null],
  );
  return rows.map((row) => ({ ...ruleOf(row), actions: shownActions(row) }));
}

async function ownRule(sql: Sql, accountId: string, id: string): Promise<OwnedRule> {
  const [rule] = await listRules(sql, accountId, id);
  if (rule === undefined) throw new HubError('not_found');
  return rule;
}

/** A forward to an account that is not active any more is not shown, as it does nothing. */
function shownActions(row: ForwardingRow): readonly ActionDraft[] {
  const addresses = new Map((row.forwards ?? []).map(({ id, address }) => [id, address]));
  return row.actions.list.flatMap((action): readonly ActionDraft[] => {
    if (action.kind !== 'forward') return [action];
    const address = addresses.get(action.accountId);
    return address === undefined ? [] : [{ kind: 'forward', address }];
  });
}

/** The jsonb columns of a rule whose mailboxes, keywords and addresses are real. */
async function checkedColumns(
  tx: Transaction,
  accountId: string,
  { match, conditions, actions, stop }: MailRuleDraft,
  others: readonly RuleRow[],
): Promise<{ conditions: string; actions: string }> {
  await requireMailboxes(tx, accountId, actions);
  requirePersonalKeywords(actions);
  const list = await resolveForwards(tx, accountId, actions);
  const forwardTo = new Set(
    [list, ...others.map((rule) => rule.actions.list)]
      .flat()
      .flatMap((action) => (action.kind === 'forward' ? [action.accountId] : [])),
  );
  if (forwardTo.size > mailRuleLimits.forwardsPerAccountMax)
    throw new HubError('too_many_recipients', { field: 'actions' });
  return {
    conditions: JSON.stringify({ match, list: conditions }),
    actions: JSON.stringify({ stop, list }),
  };
}

async function requireMailboxes(
  tx: Transaction,
  accountId: string,
  actions: readonly ActionDraft[],
): Promise<void> {
  const paths = [...new Set(actions.flatMap((action) => (action.kind === 'file' ? [action.path] : [])))];
  if (paths.length === 0) return;
  const rows = await tx.rows('select 1 from mailbox where account_id = $1 and path = any($2::text[])', [
    accountId,
    paths,
  ]);
  if (rows.length !== paths.length) throw new HubError('mailbox_unknown', { field: 'actions' });
}

/** A rule could otherwise make any message look official. */
function requirePersonalKeywords(actions: readonly ActionDraft[]): void {
  for (const action of actions) {
    if (action.kind === 'keyword' && personalKeywords([action.keyword]).length === 0)
      throw new HubError('bad_input', { field: 'actions' });
  }
}

/** Addresses become accounts once, when the rule is saved: nobody can take over an address to get the mail. */
async function resolveForwards(
  tx: Transaction,
  accountId: string,
  actions: readonly ActionDraft[],
): Promise<readonly Action[]> {
  const addresses = actions.flatMap((action) => (action.kind === 'forward' ? [action.address] : []));
  const found = addresses.length === 0 ? undefined : await accountsByAddresses(tx, addresses);
  return actions.map((action): Action => {
    if (action.kind !== 'forward') return action;
    const target = found?.get(action.address);
    if (target === undefined || target === accountId)
      throw new HubError('recipient_unknown', { field: 'actions' });
    return { kind: 'forward', accountId: target };
  });
}
