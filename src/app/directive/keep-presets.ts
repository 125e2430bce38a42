import { randomUUID } from 'node:crypto';
import type { Actor } from '#domain/access/actor.ts';
import { mayIssue } from '#domain/access/policy.ts';
import {
  presetNameCharactersMax,
  presetsPerAccountMax,
  type DraftContent,
  type PresetKind,
} from '#domain/directive/draft.ts';
import { HubError } from '#domain/hub-error.ts';
import type { StoredPreset } from '#app/ports/drafts.ts';
import type { HubTransaction } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';
import type { IssuePorts } from './issue-directive.ts';
import { refuseSecretDraft } from './keep-drafts.ts';

interface PresetWords {
  readonly name: string;
  readonly content: DraftContent;
}

/** Quick lists and templates of the actor, by name. */
export function listPresets(
  ports: Pick<IssuePorts, 'store'>,
  input: { readonly actor: Actor; readonly kind: PresetKind },
): Promise<readonly StoredPreset[]> {
  return ports.store.drafts.presets(input.actor.accountId, input.kind);
}

/**
 * Keeps a quick list (danh sách gửi nhanh) or a template (mẫu). Throws `not_permitted`, `bad_input`, `text_too_long`,
 * `secret_content`, `name_taken`, `too_many_kept`.
 */
export async function createPreset(
  ports: IssuePorts,
  input: PresetWords & {
    readonly actor: Actor;
    readonly kind: PresetKind;
    readonly key?: string | undefined;
  },
): Promise<{ id: string }> {
  const { actor, kind, content, key } = input;
  if (!mayIssue(actor)) throw new HubError('not_permitted');
  const name = checked(ports, input);
  return ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key, operation: 'preset.create', request: { kind, name, content } },
      async () => {
        const { presets } = await tx.countDrafts(actor.accountId);
        if (presets >= presetsPerAccountMax) throw new HubError('too_many_kept');
        const id = randomUUID();
        if (!(await tx.insertPreset({ id, accountId: actor.accountId, kind, name, content })))
          throw new HubError('name_taken', { field: 'name' });
        return { id };
      },
    ),
  );
}

/** Throws `not_found`, `edit_conflict`, `name_taken`, and what `createPreset` throws of the words. */
export async function changePreset(
  ports: IssuePorts,
  input: PresetWords & {
    readonly actor: Actor;
    readonly id: string;
    readonly version: number;
    readonly key?: string | undefined;
  },
): Promise<{ id: string; version: number }> {
  const { actor, id, version, content, key } = input;
  const name = checked(ports, input);
  return ports.store.transaction((tx) =>
    runOnce(
      tx,
      {
        accountId: actor.accountId,
        key,
        operation: 'preset.change',
        request: { id, version, name, content },
      },
      async () => {
        const preset = await ownPreset(tx, actor, id);
        if (preset.version !== version) throw new HubError('edit_conflict');
        if (!(await tx.savePreset({ id, name, content })))
          throw new HubError('name_taken', { field: 'name' });
        return { id, version: version + 1 };
      },
    ),
  );
}

/** Throws `not_found`. */
export async function deletePreset(
  ports: Pick<IssuePorts, 'store'>,
  input: { readonly actor: Actor; readonly id: string },
): Promise<void> {
  await ports.store.transaction(async (tx) => {
    await ownPreset(tx, input.actor, input.id);
    await tx.deletePreset(input.id);
  });
}

async function ownPreset(tx: HubTransaction, actor: Actor, id: string): Promise<StoredPreset> {
  const preset = await tx.lockPreset(id);
  if (preset === undefined || preset.accountId !== actor.accountId) throw new HubError('not_found');
  return preset;
}

function checked(ports: IssuePorts, { name, content }: PresetWords): string {
  const words = name.trim().normalize('NFC');
  if (words === '' || /\p{Cc}/u.test(words)) throw new HubError('bad_input', { field: 'name' });
  if (words.length > presetNameCharactersMax) throw new HubError('text_too_long', { field: 'name' });
  refuseSecretDraft(ports, content);
  return words;
}
