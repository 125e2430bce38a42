/** Somebody was shown content (domain.md §5.8: who read what, when). Written before the answer is given. */
export interface ContentRead {
  readonly type: 'content.read';
  readonly accountId: string;
  readonly object: { readonly kind: ReadKind; readonly id: string };
  /** The post on whose behalf it was read, where a delegation opened it. */
  readonly onBehalfOfPositionId?: string;
  readonly ip?: string;
}

export const readKinds = [
  'directive',
  'board',
  'document',
  'attachment',
  'mail',
  'register',
  'audit',
] as const;
export type ReadKind = (typeof readKinds)[number];
