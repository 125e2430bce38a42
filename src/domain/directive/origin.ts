import { HubError } from '#domain/hub-error.ts';

/** What a directive comes from: văn bản đến, kết luận cuộc họp, nhiệm vụ cấp trên, kiến nghị, chỉ đạo trực tiếp. */
export const originKinds = ['document', 'meeting', 'parent', 'petition', 'live'] as const;
export type OriginKind = (typeof originKinds)[number];

export interface Origin {
  readonly kind: OriginKind;
  /** Its symbol, date or name; of a live directive none. */
  readonly reference?: string | undefined;
}

export const originReferenceCharactersMax = 500;

// eslint-disable-next-line no-control-regex -- it is shown on one line
const lineBreaking = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** Throws `bad_input`, `line_break_in_field`, `text_too_long`. */
export function checkOrigin({ kind, reference }: Origin): void {
  const words = reference?.trim() ?? '';
  if ((words === '') !== (kind === 'live')) throw new HubError('bad_input', { field: 'origin' });
  if (words.length > originReferenceCharactersMax) throw new HubError('text_too_long', { field: 'origin' });
  if (lineBreaking.test(words)) throw new HubError('line_break_in_field', { field: 'origin' });
}
