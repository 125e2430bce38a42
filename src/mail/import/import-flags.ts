import { flagBit } from '#domain/mail/structure.ts';

export interface ImportFlags {
  /** Bits of `flagBit`. */
  readonly flags: number;
  readonly keywords: readonly string[];
}

/** `flagBit` of the letters of a Maildir's file name. */
const maildirFlags: Readonly<Record<string, number>> = {
  D: flagBit.draft,
  F: flagBit.flagged,
  R: flagBit.answered,
  S: flagBit.seen,
  T: flagBit.deleted,
};

/**
 * The flags of a Maildir file name: letters behind `:2,` (or `;2,` and `!2,`, where a file system allows no colon). `P`,
 * passed on, is the keyword `$Forwarded`; Dovecot numbers keywords a to z.
 */
export function flagsOfMaildirName(name: string, keywordNames: readonly (string | undefined)[]): ImportFlags {
  const letters = /[:;!]2,([A-Za-z]*)$/.exec(name)?.[1] ?? '';
  const keywords: string[] = [];
  let flags = 0;
  for (const letter of letters) {
    flags |= maildirFlags[letter] ?? 0;
    if (letter === 'P') keywords.push('$Forwarded');
    const keyword = letter >= 'a' ? keywordNames[letter.charCodeAt(0) - 'a'.charCodeAt(0)] : undefined;
    if (keyword !== undefined) keywords.push(keyword);
  }
  return { flags, keywords };
}

const statusFlags: Readonly<Record<string, number>> = {
  R: flagBit.seen,
  A: flagBit.answered,
  F: flagBit.flagged,
  T: flagBit.draft,
  D: flagBit.deleted,
};

/** The letters of Status and X-Status, as mutt, Alpine and Dovecot write them. */
function flagsOfStatus(letters: string): number {
  let flags = 0;
  for (const letter of letters) flags |= statusFlags[letter] ?? 0;
  return flags;
}

const mozillaFlags: readonly (readonly [number, number])[] = [
  [0x1, flagBit.seen],
  [0x2, flagBit.answered],
  [0x4, flagBit.flagged],
  [0x8, flagBit.deleted],
];
const mozillaForwarded = 0x1000;

/** What mail programs write into the header of a message in an mbox. `field` gives the value of a field, or `''`. */
export function flagsOfMboxHeader(field: (name: string) => string): ImportFlags {
  let flags = flagsOfStatus(field('status')) | flagsOfStatus(field('x-status'));
  const mozilla = Number.parseInt(field('x-mozilla-status'), 16) || 0;
  for (const [theirs, ours] of mozillaFlags) if ((mozilla & theirs) !== 0) flags |= ours;
  const keywords = `${field('x-keywords')} ${field('x-mozilla-keys')}`.split(/[\s,]+/).filter(Boolean);
  if ((mozilla & mozillaForwarded) !== 0) keywords.push('$Forwarded');
  return { flags, keywords: [...new Set(keywords)] };
}

const imapFlags = new Map([
  ['\\seen', flagBit.seen],
  ['\\answered', flagBit.answered],
  ['\\flagged', flagBit.flagged],
  ['\\deleted', flagBit.deleted],
  ['\\draft', flagBit.draft],
]);

/** `\Recent` belongs to a session, not to a message (RFC 3501). */
export function flagsOfImap(names: Iterable<string>): ImportFlags {
  let flags = 0;
  const keywords: string[] = [];
  for (const name of names) {
    const bit = imapFlags.get(name.toLowerCase());
    if (bit !== undefined) flags |= bit;
    else if (!name.startsWith('\\')) keywords.push(name);
  }
  return { flags, keywords };
}
