import type { Actor } from '#domain/access/actor.ts';
import { mayIssue } from '#domain/access/policy.ts';
import { nextWorkingInstant } from '#domain/calendar/working-time.ts';
import { wholeDraft } from '#domain/directive/draft.ts';
import { checkDraft } from '#domain/directive/directive.ts';
import type { DirectiveIssued } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import type { AccessStore } from '#app/ports/access-store.ts';
import type { StoredDraft } from '#app/ports/drafts.ts';
import type { HubTransaction } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';
import { issueIn, refuseSecret, type IssuePorts } from './issue-directive.ts';
import { ownDraft, type OnDraft } from './keep-drafts.ts';

/**
 * Issues a draft as it stands. Throws `not_found`, `draft_wrong_state`, and what `issueDirective` throws for what is
 * missing in it.
 */
export async function issueDraft(
  ports: IssuePorts,
  input: OnDraft,
): Promise<{ id: string; event: DirectiveIssued }> {
  const { actor, id, key } = input;
  const answer = await ports.store.transaction((tx) =>
    runOnce(tx, { accountId: actor.accountId, key, operation: 'draft.issue', request: { id } }, async () =>
      issueStored(tx, ports, actor, await ownDraft(tx, actor, id)),
    ),
  );
  ports.committed();
  return answer;
}

/**
 * Lets a draft wait for its time (hẹn giờ ban hành); with `workingTime` it waits for the next working hour after it.
 * Throws `not_found`, `draft_wrong_state`, `deadline_in_past`, and what `checkDraft` throws.
 */
export async function scheduleDraft(
  ports: IssuePorts,
  input: OnDraft & { readonly issueAt: Date; readonly workingTime: boolean },
): Promise<{ id: string; issueAt: Date }> {
  const { actor, id, key, workingTime } = input;
  const now = ports.clock.now();
  if (Number.isNaN(input.issueAt.getTime())) throw new HubError('bad_input', { field: 'issueAt' });
  const issueAt = workingTime
    ? nextWorkingInstant(await ports.calendar.calendars.ofProvince(), input.issueAt)
    : input.issueAt;
  const answer = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      {
        accountId: actor.accountId,
        key,
        operation: 'draft.schedule',
        request: { id, issueAt: input.issueAt, workingTime },
      },
      async () => {
        const draft = await ownDraft(tx, actor, id);
        if (draft.state !== 'draft') throw new HubError('draft_wrong_state');
        if (issueAt <= now) throw new HubError('deadline_in_past', { field: 'issueAt' });
        checkDraft(wholeDraft(draft.content), issueAt);
        await tx.saveDraft({ id, content: draft.content, state: 'scheduled', issueAt }, now);
        return { id, issueAt: issueAt.toISOString() };
      },
    ),
  );
  return { id: answer.id, issueAt: new Date(answer.issueAt) };
}

/** Takes a draft back from the schedule. Throws `not_found`, `draft_wrong_state`. */
export async function unscheduleDraft(ports: IssuePorts, input: OnDraft): Promise<{ id: string }> {
  const { actor, id, key } = input;
  return ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key, operation: 'draft.unschedule', request: { id } },
      async () => {
        const draft = await ownDraft(tx, actor, id);
        if (draft.state !== 'scheduled') throw new HubError('draft_wrong_state');
        await tx.saveDraft({ id, content: draft.content, state: 'draft' }, ports.clock.now());
        return { id };
      },
    ),
  );
}

/**
 * Issues a draft whose time has come, with the rights that its account has now. What was issued or taken back meanwhile
 * is left alone, so it may run twice. A refusal makes it a draft again that says why.
 */
export async function issueScheduledDraft(
  ports: IssuePorts & { readonly access: AccessStore },
  id: string,
): Promise<void> {
  try {
    await ports.store.transaction(async (tx) => {
      const draft = await dueDraft(tx, ports, id);
      if (draft === undefined) return;
      const actor = await ports.access.actor(draft.accountId, ports.clock.now());
      if (actor === undefined) throw new HubError('not_permitted');
      await issueStored(tx, ports, actor, draft);
    });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    await ports.store.transaction(async (tx) => {
      const draft = await dueDraft(tx, ports, id);
      if (draft === undefined) return;
      await tx.saveDraft(
        { id, content: draft.content, state: 'draft', failure: error.code },
        ports.clock.now(),
      );
    });
    return;
  }
  ports.committed();
}

async function dueDraft(tx: HubTransaction, ports: IssuePorts, id: string): Promise<StoredDraft | undefined> {
  const draft = await tx.lockDraft(id);
  const due =
    draft?.state === 'scheduled' && draft.issueAt !== undefined && draft.issueAt <= ports.clock.now();
  return due ? draft : undefined;
}

async function issueStored(
  tx: HubTransaction,
  ports: IssuePorts,
  actor: Actor,
  draft: StoredDraft,
): Promise<{ id: string; event: DirectiveIssued }> {
  if (draft.state !== 'draft' && draft.state !== 'scheduled') throw new HubError('draft_wrong_state');
  if (!mayIssue(actor)) throw new HubError('not_permitted');
  const at = ports.clock.now();
  const whole = wholeDraft(draft.content);
  refuseSecret(ports.mail, whole);
  checkDraft(whole, at);
  const issued = await issueIn(tx, ports, { ...whole, actor }, at);
  await tx.saveDraft({ id: draft.id, content: draft.content, state: 'issued', directiveId: issued.id }, at);
  await tx.record([issued.event], at);
  return { id: issued.id, event: issued.event };
}
