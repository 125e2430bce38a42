import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

/** RFC 5256, section 3, and RFC 5957. */
const known = ['ARRIVAL', 'CC', 'DATE', 'DISPLAYFROM', 'DISPLAYTO', 'FROM', 'SIZE', 'SUBJECT', 'TO'] as const;

export type SortKey = (typeof known)[number];

export interface SortCriterion {
  readonly key: SortKey;
  readonly reverse: boolean;
}

const criteriaMax = 20;

/** `(REVERSE DATE SUBJECT)`. A key that comes again decides nothing and is left out. */
export function scanSortCriteria(scanner: Scanner): readonly SortCriterion[] {
  const criteria = scanner.list(() => scanCriterion(scanner), { itemsMax: criteriaMax });
  return criteria.filter(({ key }, at) => criteria.findIndex((other) => other.key === key) === at);
}

function scanCriterion(scanner: Scanner): SortCriterion {
  const reverse = scanner.skipKeyword('REVERSE');
  if (reverse) scanner.space();
  const name = scanner.keyword();
  const key = known.find((each) => each === name);
  if (key === undefined) throw new ImapSyntaxError('Unknown sort key');
  return { key, reverse };
}
