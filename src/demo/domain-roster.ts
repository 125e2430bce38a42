import { drawName, displayNameOf, localPartStem } from './names.ts';
import { seededRandom } from './prng.ts';

export interface DrawnAccount {
  readonly displayName: string;
  /** `given.initials` and two digits, unique within the domain. */
  readonly localPart: string;
}

/** Draws the accounts of one domain in their order; the draw of each depends only on the domain and its number. */
export interface DomainRoster {
  readonly fqdn: string;
  next(): DrawnAccount;
}

const seedPrefix = 'binhthuan-2016/';

export function createDomainRoster(fqdn: string): DomainRoster {
  let drawn = 0;
  const lastIndex = new Map<string, number>();
  return {
    fqdn,
    next() {
      const name = drawName(seededRandom(`${seedPrefix}${fqdn}/${drawn}`));
      drawn += 1;
      const stem = localPartStem(name);
      const index = (lastIndex.get(stem) ?? 0) + 1;
      lastIndex.set(stem, index);
      return {
        displayName: displayNameOf(name),
        localPart: `${stem}${String(index).padStart(2, '0')}`,
      };
    },
  };
}
