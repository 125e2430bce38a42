/** Results in the words of RFC 8601. */
export type CheckResult =
  | 'pass'
  | 'fail'
  | 'softfail'
  | 'neutral'
  | 'none'
  | 'policy'
  | 'temperror'
  | 'permerror';

export interface SpfResult {
  readonly result: CheckResult;
  /** The domain that was asked: of MAIL FROM, or of HELO for the null sender. */
  readonly domain: string;
}

export interface DkimResult {
  readonly result: CheckResult;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm?: string;
  /** Why it is not a pass, in a few words: `body length limited (l=)`, `weak key` … */
  readonly reason?: string;
}

export interface DmarcResult {
  readonly result: CheckResult;
  /** The domain of the one From address. */
  readonly domain: string;
  /** What the domain asks to do with mail that fails. */
  readonly policy: 'none' | 'quarantine' | 'reject';
}

/** What was found of a message's origin at the door; kept with the message and shown to its reader. */
export interface Authentication {
  readonly spf: SpfResult;
  readonly dkim: readonly DkimResult[];
  readonly dmarc: DmarcResult;
  readonly arc: CheckResult;
  /** From fields and addresses in them: anything but one is a reason for care (threats S20). */
  readonly authors: number;
}

export type MailVerdict = 'accept' | 'quarantine' | 'reject';

/**
 * What to do with a message from outside: what the domain of its author asks (RFC 7489, section 6.6.2), and Junk for a
 * message that does not name exactly one author, because readers differ in whom they show then.
 */
export function verdictOf(found: Authentication): MailVerdict {
  if (found.dmarc.result === 'fail' && found.dmarc.policy === 'reject') return 'reject';
  if (found.dmarc.result === 'fail' && found.dmarc.policy === 'quarantine') return 'quarantine';
  return found.authors === 1 ? 'accept' : 'quarantine';
}

/**
 * Whether the domain of the envelope sender is proven, so that a report to it is no backscatter (threats S17): by SPF, or
 * by a signature of the same domain or of one above it. DMARC alone proves the From field, which is another's perhaps.
 */
export function isSenderVerified({ spf, dkim }: Authentication): boolean {
  if (spf.result === 'pass') return true;
  return dkim.some(
    ({ result, domain }) =>
      result === 'pass' &&
      domain.includes('.') &&
      (spf.domain === domain || spf.domain.endsWith(`.${domain}`)),
  );
}
