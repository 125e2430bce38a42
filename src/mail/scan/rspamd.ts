import type { MailOrigin, ScanResult } from '#app/ports/mail-checks.ts';

const answerBytesMax = 1024 * 1024;

/** Has rspamd judge a message over its HTTP worker (`/checkv2`). Never rejects. */
export async function judgeWithRspamd(
  url: string,
  bytes: Uint8Array,
  origin: MailOrigin,
  deadlineMs: number,
): Promise<ScanResult> {
  const unavailable = (reason: string): ScanResult => ({ kind: 'unavailable', reason, scanner: 'rspamd' });
  try {
    const response = await fetch(`${url}/checkv2`, {
      method: 'POST',
      headers: headersOf(origin),
      body: Buffer.from(bytes),
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return unavailable(`HTTP ${response.status}`);
    }
    const text = await boundedText(response);
    return text === undefined
      ? unavailable('an answer that is too long')
      : resultOf(JSON.parse(text), unavailable);
  } catch (error) {
    return unavailable(error instanceof Error ? error.message.slice(0, 200) : 'no answer');
  }
}

/** Undefined when it is more than an answer can be; the rest is not read then. */
async function boundedText({ body }: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What a stranger said goes into a header of ours only when it is printable ASCII. */
function headersOf({ clientAddress, helo, sender }: MailOrigin): Record<string, string> {
  const named = { IP: clientAddress, Helo: helo, From: sender };
  return Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== '' && /^[\x21-\x7e]{1,1000}$/.test(value)),
  );
}

function resultOf(answer: unknown, unavailable: (reason: string) => ScanResult): ScanResult {
  const { action, score } = (answer ?? {}) as { action?: unknown; score?: unknown };
  const points = typeof score === 'number' ? score : 0;
  switch (action) {
    case 'no action':
    case 'greylist':
      return { kind: 'clean' };
    case 'add header':
    case 'rewrite subject':
      return { kind: 'spam', score: points, reject: false, scanner: 'rspamd' };
    case 'reject':
      return { kind: 'spam', score: points, reject: true, scanner: 'rspamd' };
    case 'soft reject':
      return unavailable('it asks to try again');
    default:
      return unavailable('an answer that is not understood');
  }
}
