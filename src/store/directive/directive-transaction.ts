import type { HubTransaction, StoredDirective } from '#app/ports/hub-store.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { attachmentTransaction } from '#store/attachment/attachment-transaction.ts';
import type { Transaction } from '#store/database.ts';
import { discussionTransaction } from '#store/discussion/discussion-transaction.ts';
import { delegationTransaction } from '#store/delegation/delegations.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { markRecalled } from '#store/mail/mark-recalled.ts';
import { markSeen } from '#store/mail/official-receipts.ts';
import { storedDirectiveOf, type DirectiveRow } from './read-directives.ts';
import { acknowledgeOne } from './acknowledge-one.ts';
import { recordReceipts } from './record-receipts.ts';
import { resolveAssignees } from './resolve-assignees.ts';
import { draftTransaction } from './drafts.ts';
import { saveDirective } from './save-directive.ts';
import { workTransaction } from './work-transaction.ts';

/** The use cases' view of one transaction. */
export function hubTransaction(tx: Transaction): HubTransaction {
  return {
    ...workTransaction(tx),
    ...delegationTransaction(tx),
    ...draftTransaction(tx),
    ...attachmentTransaction(tx),
    claimKey: (accountId, key, operation, requestHash) =>
      claimKey(tx, accountId, key, operation, requestHash),
    async rememberAnswer(accountId, key, answer) {
      await tx.rows(`update idempotency_key set response = $3 where account_id = $1 and key = $2`, [
        accountId,
        key,
        JSON.stringify(answer),
      ]);
    },
    nextNumber: (series, year) => nextNumber(tx, series, year),
    resolveAssignees: (requested, at) => resolveAssignees(tx, requested, at),
    saveDirective: (input) => saveDirective(tx, input),
    recallDirective: (directive, at, reason) => recallDirective(tx, directive, at, reason),
    findAssignment: (assignmentId, accountId) => findAssignment(tx, assignmentId, accountId),
    arrivedDirectives: (arrivals) => arrivedDirectives(tx, arrivals),
    acknowledgeOne: (assignmentId, accountId, at) => acknowledgeOne(tx, assignmentId, accountId, at),
    recordReceipts: (input) => recordReceipts(tx, input),
    markMailSeen: (directive, accountId) => markMailSeen(tx, directive, accountId),
    discussion: discussionTransaction(tx),
    record: (events, at) => recordEvents(tx, events, at),
  };
}

async function claimKey(
  tx: Transaction,
  accountId: string,
  key: string,
  operation: string,
  requestHash: Buffer,
): Promise<{ answer: unknown } | undefined> {
  // A concurrent holder of the key makes this INSERT wait until that transaction has ended one way or the other.
  const claimed = await tx.rows(
    `insert into idempotency_key (account_id, key, operation, request_hash, created_at) values ($1, $2, $3, $4, now())
     on conflict do nothing returning key`,
    [accountId, key, operation, requestHash],
  );
  if (claimed.length > 0) return undefined;
  const [earlier] = await tx.rows<{ operation: string; request_hash: Buffer; response: unknown }>(
    `select operation, request_hash, response from idempotency_key where account_id = $1 and key = $2`,
    [accountId, key],
  );
  if (earlier === undefined || earlier.operation !== operation || !earlier.request_hash.equals(requestHash))
    throw new HubError('idempotency_key_reused');
  return { answer: earlier.response };
}

async function nextNumber(tx: Transaction, series: string, year: number): Promise<number> {
  const [row] = await tx.rows<{ value: number }>(
    `insert into counter (name, year, value) values ($1, $2, 1)
     on conflict (name, year) do update set value = counter.value + 1 returning value`,
    [series, year],
  );
  if (row === undefined) throw new Error(`no number for ${series} ${year}`);
  return row.value;
}

async function recallDirective(
  tx: Transaction,
  directive: StoredDirective,
  at: Date,
  reason: string,
): Promise<void> {
  // Mailboxes before the directive: the order of every transaction that takes both.
  await markRecalled(tx, directive.messageId);
  const closed = await tx.rows(
    `update directive set state = 'recalled', recalled_at = $2, recall_reason = $3
     where id = $1 and state = 'issued' returning id`,
    [directive.id, at, reason],
  );
  if (closed.length === 0) throw new HubError('directive_already_closed');
}

async function findAssignment(
  tx: Transaction,
  assignmentId: string,
  accountId: string,
): ReturnType<HubTransaction['findAssignment']> {
  const [row] = await tx.rows<
    DirectiveRow & {
      unit_id: string | null;
      own_account_id: string | null;
      own_acknowledged_at: Date | null;
    }
  >(
    `select d.*, case when a.assignee_kind = 'unit' then a.assignee_id end as unit_id,
       r.account_id as own_account_id, r.acknowledged_at as own_acknowledged_at
     from assignment a join directive d on d.id = a.directive_id
     left join recipient r on r.directive_id = d.id and r.account_id = $2 and a.ordinal = any(r.ordinals)
     where a.id = $1`,
    [assignmentId, accountId],
  );
  if (row === undefined) return undefined;
  return {
    directive: storedDirectiveOf(row),
    isRecipient: row.own_account_id !== null,
    ...(row.unit_id === null ? {} : { unitId: row.unit_id }),
    ...(row.own_acknowledged_at === null ? {} : { acknowledgedAt: row.own_acknowledged_at }),
  };
}

/** `offset 0`: one index look-up for each account, as in `recordReceipts`. */
function arrivedDirectives(
  tx: Transaction,
  arrivals: readonly { accountId: string; upTo: number }[],
): Promise<{ directiveId: string; accountId: string }[]> {
  return tx.rows(
    `select r.directive_id as "directiveId", r.account_id as "accountId"
     from unnest($1::uuid[], $2::bigint[]) as a(account_id, up_to)
     cross join lateral (select directive_id, account_id, delivered_at from recipient
                         where account_id = a.account_id and arrived_at is null offset 0) r
     join outbox o on o.type = 'directive.issued' and (o.payload -> 'directive' ->> 'id')::uuid = r.directive_id
       -- Who was made a recipient later heard of it by that act.
       and case when r.delivered_at = o.at then o.position <= a.up_to
           else exists (select from outbox n where n.type in ('assignment.delegated', 'assignment.reassigned')
             and (n.payload ->> 'directiveId')::uuid = r.directive_id and n.at = r.delivered_at
             and n.position <= a.up_to) end`,
    [arrivals.map((arrival) => arrival.accountId), arrivals.map((arrival) => arrival.upTo)],
  );
}

async function markMailSeen(
  tx: Transaction,
  directive: StoredDirective,
  accountId: string,
): Promise<HubEvent[]> {
  const mailboxIds = await markSeen(tx, { accountId, messageId: directive.messageId });
  return mailboxIds.length === 0 ? [] : [{ type: 'mailbox.changed', accountId, mailboxIds }];
}
