import { arc, dkimVerify, dmarc, spf, type DKIMResult, type DKIMVerifyResult } from 'mailauth';
import type { CheckedOrigin, CheckOrigin, MailOrigin } from '#app/ports/mail-checks.ts';
import type {
  Authentication,
  CheckResult,
  DkimResult,
  DmarcResult,
  SpfResult,
} from '#domain/mail/authentication.ts';
import { domainOf } from '#domain/mail/envelope.ts';
import { headerEnd, headerFields } from '#mail/message/header-fields.ts';
import { countAuthors } from './count-authors.ts';
import { resultFields } from './result-fields.ts';
import type { MailResolver } from './resolver.ts';

export interface CheckOriginOptions {
  readonly resolver: Pick<MailResolver, 'ask'>;
  /** Our name: the authserv-id. */
  readonly hostname: string;
  readonly deadlineMs: number;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, text: string): void };
}

const keyBitsMin = 1024;
const signaturesMax = 10;

/**
 * SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489) and ARC (RFC 8617) of a message from outside, asked of our resolver
 * alone. What fails here or is late is `temperror`: a message is not refused because the DNS was slow (threats F21).
 */
export function createCheckOrigin(options: CheckOriginOptions): CheckOrigin {
  const { resolver, hostname, deadlineMs, log } = options;
  const asked = {
    resolver: (name: string, type: string) => resolver.ask(name, type),
    minBitLength: keyBitsMin,
  };

  async function authenticate(bytes: Uint8Array, origin: MailOrigin): Promise<Authentication> {
    const [signatures, spfFound] = await Promise.all([
      dkimVerify(signedPart(bytes), asked),
      checkSpf(origin),
    ]);
    const dkim = signatures.results.slice(0, signaturesMax).flatMap(dkimResultOf);
    const arcFound = await checkArc(signatures);
    return {
      spf: spfFound,
      dkim,
      dmarc: await checkDmarc(signatures, dkim, spfFound),
      arc: arcFound,
      authors: countAuthors(bytes),
    };
  }

  async function checkSpf({ clientAddress, helo, sender }: MailOrigin): Promise<SpfResult> {
    const domain = sender === '' ? helo.toLowerCase() : domainOf(sender);
    const found = await spf({ ...asked, ip: clientAddress, helo, sender, mta: hostname });
    return { result: resultOf(found.status.result), domain };
  }

  async function checkArc(signatures: DKIMVerifyResult): Promise<CheckResult> {
    if (signatures.arc === undefined) return 'none';
    return resultOf((await arc(signatures.arc as Parameters<typeof arc>[0], asked)).status.result);
  }

  /** Only signatures that are a pass to us count: one that covers a part of the body proves nothing of the rest (S19). */
  async function checkDmarc(
    signatures: DKIMVerifyResult,
    dkim: readonly DkimResult[],
    spfFound: SpfResult,
  ): Promise<DmarcResult> {
    const [author = ''] = signatures.headerFrom;
    const none = { result: 'none', domain: domainOf(author), policy: 'none' } as const;
    if (signatures.fromFields !== 1 || signatures.headerFrom.length !== 1)
      return { ...none, result: 'permerror' };
    const found = await dmarc({
      headerFrom: [author],
      fromFields: signatures.fromFields,
      spfDomains: spfFound.result === 'pass' ? [spfFound.domain] : [],
      dkimDomains: dkim.filter(({ result }) => result === 'pass').map(({ domain }) => ({ domain })),
      resolver: asked.resolver,
    });
    if (found === false) return none;
    return { ...none, result: resultOf(found.status.result), policy: policyOf(found.policy) };
  }

  return async (bytes, origin): Promise<CheckedOrigin> => {
    const late = lateAfter(deadlineMs);
    try {
      const authentication = await Promise.race([authenticate(bytes, origin), late.promise]);
      return { authentication, fields: resultFields(authentication, origin, hostname) };
    } catch (error) {
      log.warn({ err: error, client: origin.clientAddress }, 'the origin of a message could not be checked');
      const authentication = unknownOrigin(bytes, origin);
      return { authentication, fields: resultFields(authentication, origin, hostname) };
    } finally {
      late.stop();
    }
  };
}

/** The whole message where a signature or seal covers its body; otherwise the header, which is all that is asked. */
function signedPart(bytes: Uint8Array): Buffer {
  const end = headerEnd(bytes);
  for (const { name } of headerFields(bytes, { start: 0, end })) {
    if (name === 'dkim-signature' || name.startsWith('arc-')) return Buffer.from(bytes);
  }
  return Buffer.concat([bytes.subarray(0, end), Buffer.from('\r\n')]);
}

function dkimResultOf(found: DKIMResult): DkimResult[] {
  const { signingDomain: domain = '', selector = '', algo, status } = found;
  if (domain === '') return [];
  const limited = found.canonBodyLengthLimited === true && status.result === 'pass';
  const reason = limited ? 'body length limited (l=)' : status.policy?.['dkim-rules'];
  return [
    {
      result: limited ? 'policy' : resultOf(status.result),
      domain: domain.toLowerCase(),
      selector,
      ...(algo === undefined ? {} : { algorithm: algo }),
      ...(reason === undefined ? {} : { reason }),
    },
  ];
}

const results: ReadonlySet<string> = new Set<CheckResult>([
  'pass',
  'fail',
  'softfail',
  'neutral',
  'none',
  'policy',
  'temperror',
  'permerror',
]);

function resultOf(word: string): CheckResult {
  if (word === 'temperr') return 'temperror';
  return results.has(word) ? (word as CheckResult) : 'none';
}

function policyOf(word: string): DmarcResult['policy'] {
  return word === 'quarantine' || word === 'reject' ? word : 'none';
}

function unknownOrigin(bytes: Uint8Array, { sender, helo }: MailOrigin): Authentication {
  return {
    spf: { result: 'temperror', domain: sender === '' ? helo : domainOf(sender) },
    dkim: [],
    dmarc: { result: 'temperror', domain: '', policy: 'none' },
    arc: 'none',
    authors: countAuthors(bytes),
  };
}

function lateAfter(ms: number): { readonly promise: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no result within ${ms} ms`)), ms);
  });
  // Once the race is over nobody waits for it.
  promise.catch(() => undefined);
  return { promise, stop: () => clearTimeout(timer) };
}
