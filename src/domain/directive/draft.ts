import type { DirectiveDraft } from './directive.ts';

/** What is kept of a directive before it is issued (dự thảo): anything may still be missing. */
export type DraftContent = Partial<DirectiveDraft>;

export const draftStates = ['draft', 'scheduled', 'issued', 'discarded'] as const;
export type DraftState = (typeof draftStates)[number];

export const presetKinds = ['quick_list', 'template'] as const;
/** Danh sách gửi nhanh: recipients. Mẫu: words. Both are of one account. */
export type PresetKind = (typeof presetKinds)[number];

export const draftsPerAccountMax = 500;
export const presetsPerAccountMax = 200;
export const presetNameCharactersMax = 200;
export const bulkListsMax = 50;

/** A whole draft; what is missing is refused when it is issued. */
export function wholeDraft(content: DraftContent): DirectiveDraft {
  return { subject: '', text: '', urgency: 'normal', recipients: [], ...content };
}
