import type { Actor } from '#domain/access/actor.ts';
import { bulkListsMax, wholeDraft } from '#domain/directive/draft.ts';
import { HubError, type ErrorCode } from '#domain/hub-error.ts';
import type { StoredPreset } from '#app/ports/drafts.ts';
import { issueDirective, type IssuePorts } from './issue-directive.ts';

export interface IssueInBulk {
  readonly actor: Actor;
  readonly templateId: string;
  readonly listIds: readonly string[];
  readonly key?: string | undefined;
}

/** Of each list: the directive, or why there is none. */
export type BulkOutcome =
  | { readonly listId: string; readonly id: string; readonly code: string }
  | { readonly listId: string; readonly refused: ErrorCode };

const keyCharactersMax = 160;

/**
 * Issues one directive for each quick list, all with the words of one template (giao nhanh). Each is a transaction of
 * its own with a key of its own, so that a repeat goes on where it stopped. Throws `not_found`, `no_recipient`,
 * `too_many_recipients`, `bad_input`, `not_permitted`.
 */
export async function issueInBulk(ports: IssuePorts, input: IssueInBulk): Promise<readonly BulkOutcome[]> {
  const { actor, key } = input;
  const listIds = [...new Set(input.listIds)];
  if (listIds.length === 0) throw new HubError('no_recipient', { field: 'listIds' });
  if (listIds.length > bulkListsMax) throw new HubError('too_many_recipients', { field: 'listIds' });
  if (key !== undefined && key.length > keyCharactersMax)
    throw new HubError('bad_input', { field: 'Idempotency-Key' });
  const template = await ownPreset(ports, actor, input.templateId, 'template');
  const lists = await Promise.all(listIds.map((id) => ownPreset(ports, actor, id, 'quick_list')));
  const outcomes: BulkOutcome[] = [];
  for (const list of lists) {
    const draft = wholeDraft({ ...template.content, recipients: list.content.recipients ?? [] });
    try {
      const { id, code } = await issueDirective(ports, {
        ...draft,
        actor,
        key: key === undefined ? undefined : `${key}.${list.id}`,
      });
      outcomes.push({ listId: list.id, id, code });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      outcomes.push({ listId: list.id, refused: error.code });
    }
  }
  return outcomes;
}

async function ownPreset(
  ports: IssuePorts,
  actor: Actor,
  id: string,
  kind: StoredPreset['kind'],
): Promise<StoredPreset> {
  const preset = await ports.store.drafts.preset(id);
  if (preset === undefined || preset.accountId !== actor.accountId || preset.kind !== kind)
    throw new HubError('not_found');
  return preset;
}
