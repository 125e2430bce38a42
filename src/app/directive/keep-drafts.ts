import { randomUUID } from 'node:crypto';
import type { Actor } from '#domain/access/actor.ts';
import { mayIssue } from '#domain/access/policy.ts';
import { draftsPerAccountMax, type DraftContent } from '#domain/directive/draft.ts';
import { HubError } from '#domain/hub-error.ts';
import type { StoredDraft } from '#app/ports/drafts.ts';
import type { HubTransaction, Page } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';
import { refuseSecret, type IssuePorts } from './issue-directive.ts';

export interface OnDraft {
  readonly actor: Actor;
  readonly id: string;
  readonly key?: string | undefined;
}

/**
 * Keeps a directive that is not ready (lưu dự thảo). Secret words are refused here as at the issue: a draft is kept
 * too. Throws `not_permitted`, `secret_content`, `too_many_kept`.
 */
export async function createDraft(
  ports: IssuePorts,
  input: { readonly actor: Actor; readonly content: DraftContent; readonly key?: string | undefined },
): Promise<{ id: string }> {
  const { actor, content, key } = input;
  if (!mayIssue(actor)) throw new HubError('not_permitted');
  refuseSecretDraft(ports, content);
  return ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key, operation: 'draft.create', request: content },
      async () => {
        const { drafts } = await tx.countDrafts(actor.accountId);
        if (drafts >= draftsPerAccountMax) throw new HubError('too_many_kept');
        const id = randomUUID();
        await tx.insertDraft({ id, accountId: actor.accountId, content, at: ports.clock.now() });
        return { id };
      },
    ),
  );
}

/**
 * Writes a draft anew. `version`: the one that was changed. Throws `not_found`, `edit_conflict`, `draft_wrong_state`,
 * `secret_content`.
 */
export async function changeDraft(
  ports: IssuePorts,
  input: OnDraft & { readonly content: DraftContent; readonly version: number },
): Promise<{ id: string; version: number }> {
  const { actor, id, content, version, key } = input;
  refuseSecretDraft(ports, content);
  return ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key, operation: 'draft.change', request: { id, version, content } },
      async () => {
        const draft = await ownDraft(tx, actor, id);
        if (draft.version !== version) throw new HubError('edit_conflict');
        if (draft.state !== 'draft') throw new HubError('draft_wrong_state');
        await tx.saveDraft({ id, content, state: 'draft' }, ports.clock.now());
        return { id, version: version + 1 };
      },
    ),
  );
}

/** Throws away a draft, also one that waits for its time. Throws `not_found`, `draft_wrong_state`. */
export async function discardDraft(ports: IssuePorts, input: OnDraft): Promise<{ id: string }> {
  const { actor, id, key } = input;
  return ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key, operation: 'draft.discard', request: { id } },
      async () => {
        const draft = await ownDraft(tx, actor, id);
        if (draft.state !== 'draft' && draft.state !== 'scheduled') throw new HubError('draft_wrong_state');
        await tx.saveDraft({ id, content: draft.content, state: 'discarded' }, ports.clock.now());
        return { id };
      },
    ),
  );
}

export async function listDrafts(
  ports: Pick<IssuePorts, 'store'>,
  input: { readonly actor: Actor; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<StoredDraft>> {
  const { actor, limit, cursor } = input;
  return ports.store.drafts.list(actor.accountId, { limit, ...(cursor === undefined ? {} : { cursor }) });
}

/** A draft is its account's alone; nobody else learns that it exists. */
export async function ownDraft(tx: HubTransaction, actor: Actor, id: string): Promise<StoredDraft> {
  const draft = await tx.lockDraft(id);
  if (draft === undefined || draft.accountId !== actor.accountId) throw new HubError('not_found');
  return draft;
}

export function refuseSecretDraft(ports: Pick<IssuePorts, 'mail'>, content: DraftContent): void {
  refuseSecret(ports.mail, { ...content, subject: content.subject ?? '', text: content.text ?? '' });
}
