import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { type PartialRange, scanPartialRange } from './partial-range.ts';

export interface FetchModifiers {
  /** RFC 7162, section 3.1.4.1. */
  readonly changedSince: number | undefined;
  /** Of UID FETCH, with CHANGEDSINCE, once QRESYNC is enabled (RFC 7162, section 3.2.6). */
  readonly vanished: boolean;
  /** Of UID FETCH (RFC 9394, section 3.3). */
  readonly partial: PartialRange | undefined;
}

/** ` (CHANGEDSINCE 12345 VANISHED)` in any order, from the space, or nothing. */
export function scanFetchModifiers(scanner: Scanner, byUid: boolean): FetchModifiers {
  let changedSince: number | undefined;
  let vanished = false;
  let partial: PartialRange | undefined;
  if (!scanner.skip(' ')) return { changedSince, vanished, partial };
  scanner.list(
    () => {
      const name = scanner.keyword();
      if (name === 'CHANGEDSINCE' && changedSince === undefined) {
        scanner.space();
        changedSince = scanner.number63();
      } else if (name === 'VANISHED' && byUid && !vanished) vanished = true;
      else if (name === 'PARTIAL' && byUid && partial === undefined) {
        scanner.space();
        partial = scanPartialRange(scanner);
      } else throw new ImapSyntaxError('Unknown FETCH modifier, or one given twice');
    },
    { itemsMax: 3 },
  );
  if (vanished && changedSince === undefined) throw new ImapSyntaxError('VANISHED needs CHANGEDSINCE');
  return { changedSince, vanished, partial };
}
