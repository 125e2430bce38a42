export type DkimAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

/** The public side of a signing key; the record is at `selector._domainkey.domain`. */
export interface DkimPublicKey {
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  /** What `p=` says (RFC 6376, section 3.6.1; RFC 8463, section 4). */
  readonly publicKey: string;
}

/** A key with its times, as an administrator sees it; the private side never leaves the store. */
export interface DomainKey extends DkimPublicKey {
  readonly createdAt: Date;
  /** Absent while nobody has decided it: the record has to be in the DNS first. */
  readonly signsFrom?: Date;
  readonly retiredAt?: Date;
}

export const dkimKeyStates = ['pending', 'active', 'retired', 'removable'] as const;
/** `retired`: signs no more, but what it signed is on its way. `removable`: its record may go. */
export type DkimKeyState = (typeof dkimKeyStates)[number];

/** The queue's life of five days, and the weekend on which nobody fetches their mail. */
const keptAfterRetirementMs = 7 * 24 * 3_600_000;

export function dkimKeyState({ signsFrom, retiredAt }: DomainKey, at: Date): DkimKeyState {
  if (retiredAt !== undefined && retiredAt <= at)
    return retiredAt <= removableBefore(at) ? 'removable' : 'retired';
  return signsFrom === undefined || signsFrom > at ? 'pending' : 'active';
}

/** A key that was retired then or earlier need not be published any more. */
export function removableBefore(at: Date): Date {
  return new Date(at.getTime() - keptAfterRetirementMs);
}

/** The keys whose records belong into the DNS now: also those that sign later, and those that have signed. */
export function publishedKeys(keys: readonly DomainKey[], at: Date): readonly DomainKey[] {
  return keys.filter((key) => dkimKeyState(key, at) !== 'removable');
}
