import { HubError } from '#domain/hub-error.ts';

/**
 * How a document is signed (Decree 30/2020, Article 13; Appendix I, 7b): by the head in their own right, for the
 * collective, for the head, by order, by written authority, or acting.
 */
export const signingAuthorities = ['own', 'TM', 'KT', 'TL', 'TUQ', 'Q'] as const;
export type SigningAuthority = (typeof signingAuthorities)[number];

export interface Signer {
  readonly authority: SigningAuthority;
  /** The collective, or the post, in whose name it is signed: `ỦY BAN NHÂN DÂN`, `GIÁM ĐỐC`. Absent for `own`. */
  readonly onBehalfOf?: string | undefined;
  readonly position: string;
  readonly fullName: string;
}

/** Appendix VI, SignerInfo. */
export const signerPositionCharactersMax = 100;
export const signerNameCharactersMax = 50;

const marks: Readonly<Record<Exclude<SigningAuthority, 'own'>, string>> = {
  TM: 'TM.',
  KT: 'KT.',
  TL: 'TL.',
  TUQ: 'TUQ.',
  Q: 'Q.',
};

/**
 * The lines above the signature: `KT. GIÁM ĐỐC` and below it `PHÓ GIÁM ĐỐC`; acting stands before the post itself.
 */
export function signatureLines(signer: Signer): readonly string[] {
  const { authority, onBehalfOf } = signer;
  const position = signer.position.toLocaleUpperCase('vi');
  switch (authority) {
    case 'own':
      return [position];
    case 'Q':
      return [`${marks.Q} ${position}`];
    case 'TM':
    case 'KT':
    case 'TL':
    case 'TUQ':
      return [`${marks[authority]} ${(onBehalfOf ?? '').toLocaleUpperCase('vi')}`, position];
  }
}

export interface SigningPost {
  /** The authority that the post signs with when it is not the head's own. */
  readonly signingAuthority?: Exclude<SigningAuthority, 'own'> | undefined;
  readonly isHead: boolean;
  /** Held by a written delegation to sign (TUQ.) that runs now. */
  readonly bySignDelegation: boolean;
}

/**
 * Whether a post may sign with an authority. The head signs in their own right or for the collective; a deputy KT.; a
 * chief of office or unit TL.; TUQ. only under a written delegation, which cannot be passed on: who signs by delegation
 * signs TUQ. and nothing else (Article 13.4).
 */
export function maySignAs(post: SigningPost, authority: SigningAuthority): boolean {
  if (post.bySignDelegation) return authority === 'TUQ';
  if (post.isHead) return authority === 'own' || authority === 'TM' || authority === 'Q';
  return authority !== 'own' && post.signingAuthority === authority;
}

/** Throws `bad_input` when the form of a signature lacks what its authority needs, `text_too_long`. */
export function checkSigner(signer: Signer): void {
  const needsBehalf = signer.authority !== 'own' && signer.authority !== 'Q';
  if (needsBehalf !== (signer.onBehalfOf !== undefined && signer.onBehalfOf.trim() !== ''))
    throw new HubError('bad_input', { field: 'signer.onBehalfOf' });
  if (signer.position.length > signerPositionCharactersMax)
    throw new HubError('text_too_long', { field: 'signer.position' });
  if (signer.fullName.length > signerNameCharactersMax)
    throw new HubError('text_too_long', { field: 'signer.fullName' });
}
