import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { type PartialRange, scanPartialRange } from './partial-range.ts';

const known = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'] as const;

export type ReturnOption = (typeof known)[number];

/** What SEARCH and SORT are to answer (RFC 4731, RFC 5267, RFC 9394). */
export interface ReturnOptions {
  readonly names: readonly ReturnOption[];
  readonly partial: PartialRange | undefined;
}

export const returnAll: ReturnOptions = { names: ['ALL'], partial: undefined };

/**
 * `RETURN (MIN COUNT PARTIAL 1:10) `; undefined where there is none, which asks for the old answer. An empty list is
 * ALL.
 */
export function scanReturnOptions(scanner: Scanner): ReturnOptions | undefined {
  if (!scanner.skipKeyword('RETURN')) return undefined;
  scanner.space();
  let partial: PartialRange | undefined;
  const options = scanner.list(
    () => {
      const name = scanner.keyword();
      if (name !== 'PARTIAL') return option(name);
      if (partial !== undefined) throw new ImapSyntaxError('PARTIAL is given twice');
      scanner.space();
      partial = scanPartialRange(scanner);
      return undefined;
    },
    { itemsMax: 10, emptyAllowed: true },
  );
  scanner.space();
  if (options.length === 0) return returnAll;
  const names = options.filter((name) => name !== undefined);
  if (partial !== undefined && names.includes('ALL'))
    throw new ImapSyntaxError('PARTIAL and ALL exclude each other');
  return { names, partial };
}

function option(name: string): ReturnOption {
  const found = known.find((each) => each === name);
  if (found === undefined) throw new ImapSyntaxError('Unknown result option');
  return found;
}
