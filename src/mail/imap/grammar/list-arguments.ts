import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { scanListPattern, scanMailboxPath } from './mailbox-name.ts';
import { scanStatusItems, type StatusItem } from './status-items.ts';

/** What LIST and LSUB are asked (RFC 5258, RFC 5819, RFC 6154). */
export interface ListArguments {
  /** The reference with each pattern behind it. */
  readonly patterns: readonly string[];
  /** `LIST "" ""`, which asks for the delimiter. */
  readonly asksDelimiter: boolean;
  readonly select: {
    readonly subscribed: boolean;
    readonly specialUse: boolean;
    readonly recursiveMatch: boolean;
  };
  readonly returns: {
    readonly subscribed: boolean;
    readonly status: readonly StatusItem[] | undefined;
  };
}

export interface ListLimits {
  readonly mailboxPathBytesMax: number;
  readonly listPatternsMax: number;
}

const selectionOptions = ['SUBSCRIBED', 'REMOTE', 'SPECIAL-USE', 'RECURSIVEMATCH'];
const returnOptions = ['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE', 'STATUS'];

/** `LIST (SUBSCRIBED) "" ("INBOX" "Sent/%") RETURN (STATUS (UNSEEN))`, from the space after the name. */
export function scanListArguments(scanner: Scanner, limits: ListLimits): ListArguments {
  scanner.space();
  const selected = scanSelection(scanner);
  const reference = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
  scanner.space();
  const isExtended = scanner.peekIs('(');
  const patterns = scanPatterns(scanner, limits);
  const { names, status } = scanReturn(scanner);
  return {
    // RFC 5258, section 3: among several an empty name matches nothing.
    patterns: patterns.filter((pattern) => pattern !== '').map((pattern) => reference + pattern),
    asksDelimiter: !isExtended && patterns.length === 1 && patterns[0] === '',
    select: {
      subscribed: selected.includes('SUBSCRIBED'),
      specialUse: selected.includes('SPECIAL-USE'),
      recursiveMatch: selected.includes('RECURSIVEMATCH'),
    },
    returns: { subscribed: names.includes('SUBSCRIBED') || selected.includes('SUBSCRIBED'), status },
  };
}

function scanSelection(scanner: Scanner): readonly string[] {
  if (!scanner.peekIs('(')) return [];
  const names = scanner.list(() => oneOf(scanner.keyword(), selectionOptions), {
    itemsMax: 10,
    emptyAllowed: true,
  });
  scanner.space();
  // RFC 5258, section 3: RECURSIVEMATCH says nothing of its own.
  if (
    names.includes('RECURSIVEMATCH') &&
    !names.some((name) => name === 'SUBSCRIBED' || name === 'SPECIAL-USE')
  ) {
    throw new ImapSyntaxError('RECURSIVEMATCH needs another selection option');
  }
  return names;
}

function scanPatterns(scanner: Scanner, limits: ListLimits): readonly string[] {
  const scanPattern = (): string => scanListPattern(scanner, limits.mailboxPathBytesMax);
  if (!scanner.peekIs('(')) return [scanPattern()];
  return scanner.list(scanPattern, { itemsMax: limits.listPatternsMax });
}

function scanReturn(scanner: Scanner): {
  names: readonly string[];
  status: readonly StatusItem[] | undefined;
} {
  if (!scanner.skip(' ')) return { names: [], status: undefined };
  if (scanner.keyword() !== 'RETURN') throw new ImapSyntaxError('Expected RETURN');
  scanner.space();
  let status: readonly StatusItem[] | undefined;
  const names = scanner.list(
    () => {
      const name = oneOf(scanner.keyword(), returnOptions);
      if (name === 'STATUS') {
        scanner.space();
        status = scanStatusItems(scanner);
      }
      return name;
    },
    { itemsMax: 10, emptyAllowed: true },
  );
  return { names, status };
}

function oneOf(name: string, known: readonly string[]): string {
  if (!known.includes(name)) throw new ImapSyntaxError('Unknown LIST option');
  return name;
}
