import { HubError } from '#domain/hub-error.ts';
import { flagBit } from './structure.ts';

/** The rights of RFC 4314, section 2.1, as bits. */
export const rightBit = {
  /** The mailbox is seen in LIST and may be subscribed. */
  l: 1,
  /** SELECT, FETCH, SEARCH, STATUS, and COPY from it. */
  r: 2,
  /** `\Seen`. */
  s: 4,
  /** Flags and keywords other than `\Seen` and `\Deleted`. */
  w: 8,
  /** APPEND, and COPY into it. */
  i: 16,
  /** On the INBOX of an office: to send as the office. */
  p: 32,
  /** To make mailboxes below it. */
  k: 64,
  /** To delete or rename the mailbox. */
  x: 128,
  /** `\Deleted`. */
  t: 256,
  /** EXPUNGE. */
  e: 512,
  /** To change the rights of others. */
  a: 1024,
} as const;

export type RightLetter = keyof typeof rightBit;

const letters = Object.keys(rightBit) as RightLetter[];

export const everyRight = letters.reduce((all, letter) => all | rightBit[letter], 0);

/** Letters of RFC 2086 and what they stand for (RFC 4314, section 2.1.1). */
const obsolete = { c: rightBit.k, d: rightBit.e | rightBit.t | rightBit.x } as const;

/** `lrs` as bits. Throws `bad_input` at a letter that is no right. */
export function parseRights(text: string): number {
  let rights = 0;
  for (const letter of text) {
    if (Object.hasOwn(rightBit, letter)) rights |= rightBit[letter as RightLetter];
    else if (Object.hasOwn(obsolete, letter)) rights |= obsolete[letter as keyof typeof obsolete];
    else throw new HubError('bad_input', { field: 'rights' });
  }
  return rights;
}

/** Bits as letters in the order of the RFC, with the obsolete ones that old clients look for. */
export function formatRights(rights: number): string {
  const held = letters.filter((letter) => (rights & rightBit[letter]) !== 0);
  const old = (Object.keys(obsolete) as (keyof typeof obsolete)[]).filter(
    (letter) => (rights & obsolete[letter]) !== 0,
  );
  return [...held, ...old].join('');
}

export function hasRights(rights: number, needed: number): boolean {
  return (rights & needed) === needed;
}

const everyFlag = Object.values(flagBit).reduce((all, bit) => all | bit, 0);

/** The flags that these rights let one set and clear (RFC 4314, section 4); with `w` keywords too. */
export function flagsAllowed(rights: number): number {
  const others = everyFlag & ~flagBit.seen & ~flagBit.deleted;
  return (
    (hasRights(rights, rightBit.s) ? flagBit.seen : 0) |
    (hasRights(rights, rightBit.t) ? flagBit.deleted : 0) |
    (hasRights(rights, rightBit.w) ? others : 0)
  );
}

/** Whether anything in the mailbox may be changed: else it is selected for reading only (RFC 4314, section 5.2). */
export function mayChange(rights: number): boolean {
  return (rights & (rightBit.i | rightBit.e | rightBit.s | rightBit.w | rightBit.t)) !== 0;
}

/**
 * What those who answer for a unit may do in its mailboxes when nobody has said otherwise (domain.md §5.3): all that
 * the work of an office needs. Its heads have every right: they also decide about the rights of others.
 */
export const officerRights = everyRight & ~rightBit.a;

/** To whom rights are given. */
export type RightsHolder =
  | { readonly kind: 'account'; readonly id: string }
  /** Who answers for a unit: its heads, office chief and clerks, and its own mailboxes. */
  | { readonly kind: 'officers'; readonly id: string }
  /** Its head and office chief. */
  | { readonly kind: 'heads'; readonly id: string }
  /** The members of a mail group, by all its ways. */
  | { readonly kind: 'group'; readonly id: string }
  /** Everyone with an account in the province. */
  | { readonly kind: 'anyone' };

export type RightsHolderKind = RightsHolder['kind'];
