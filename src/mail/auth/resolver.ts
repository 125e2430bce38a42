import { Resolver } from 'node:dns/promises';

/** The DNS as official mail asks it. "None" is an empty list; a failure that may pass is an Error. Names are A-labels. */
export interface MailResolver {
  mx(name: string): Promise<readonly { readonly exchange: string; readonly preference: number }[]>;
  /** IPv4 before IPv6. */
  addresses(name: string): Promise<readonly string[]>;
  /** Each record with its strings joined. */
  txt(name: string): Promise<readonly string[]>;
  /** As mailauth asks: what it gives depends on the type, and what is missing is an Error with Node's code. */
  ask(name: string, type: string): Promise<string[][] | string[]>;
}

const queryWithinMs = 5_000;
const tries = 2;
/** A new answer is never older than this, whatever its own time to live. */
const keptMs = 60_000;
const keptMax = 5_000;

/** What says that there is no such name or no such record; anything else may pass. */
const missing: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks the servers, `address` or `address:port`, or those of the system. Answers are kept for a minute, failures are not. */
export function createResolver(servers: readonly string[] | undefined): MailResolver {
  const resolver = new Resolver({ timeout: queryWithinMs, tries });
  if (servers !== undefined) resolver.setServers([...servers]);
  const kept = new Map<string, { readonly untilMs: number; readonly answer: Promise<unknown> }>();

  function once<Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = kept.get(key);
    if (known !== undefined && known.untilMs > performance.now()) return known.answer as Promise<Answer>;
    if (kept.size >= keptMax) kept.clear();
    const answer = ask();
    const entry = { untilMs: performance.now() + keptMs, answer };
    kept.set(key, entry);
    answer.catch((error: unknown) => {
      if (!isMissing(error) && kept.get(key) === entry) kept.delete(key);
    });
    return answer;
  }

  const mx = (name: string) => once(`MX ${name}`, () => resolver.resolveMx(name));
  const txt = (name: string) => once(`TXT ${name}`, () => resolver.resolveTxt(name));
  const addressesOf = (name: string, type: 'A' | 'AAAA') =>
    once(`${type} ${name}`, () => (type === 'A' ? resolver.resolve4(name) : resolver.resolve6(name)));

  return {
    mx: async (name) =>
      (await orNone(mx(name))).map(({ exchange, priority }) => ({ exchange, preference: priority })),
    async addresses(name) {
      const [four, six] = await Promise.allSettled([
        orNone(addressesOf(name, 'A')),
        orNone(addressesOf(name, 'AAAA')),
      ]);
      const found = [...valueOf(four), ...valueOf(six)];
      const failed = [four, six].find((one) => one.status === 'rejected');
      // One family that answers is enough; none of them with a failure among them is not "none".
      if (found.length === 0 && failed !== undefined) throw failed.reason;
      return found;
    },
    txt: async (name) => (await orNone(txt(name))).map((strings) => strings.join('')),
    async ask(name, type) {
      switch (type) {
        case 'TXT':
          return txt(name);
        case 'A':
        case 'AAAA':
          return addressesOf(name, type);
        default:
          // SPF asks for MX and PTR too; mailauth knows Node's shapes of them.
          return (await once(`${type} ${name}`, () => resolver.resolve(name, type))) as string[];
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return missing.has((error as NodeJS.ErrnoException).code);
}

async function orNone<Item>(asked: Promise<Item[]>): Promise<Item[]> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function valueOf<Item>(settled: PromiseSettledResult<Item[]>): Item[] {
  return settled.status === 'fulfilled' ? settled.value : [];
}
