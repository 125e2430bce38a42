import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { Client } from 'pg';
import { startDnsServer } from '#support/dns-server.ts';
import { startChildProgram } from '#bench/child-program.ts';
import type { CleanUp } from '#bench/clean-up.ts';
import { prepareDatabase, startHubProcess } from '#bench/hub-process.ts';
import type { BenchOptions } from '#bench/options.ts';
import { letterOf } from './letters.ts';
import { canRunBaseline, startBaseline } from './postfix-dovecot.ts';
import type { LoadAnswer, LoadMessage, LoadRequest } from './smtp-load.ts';

/** One turn of one target. Times in milliseconds. */
export interface SingleRound {
  /** Messages a second until the last 250. */
  readonly acceptedPerSecond: number;
  /** Messages a second until the last is in its mailbox. */
  readonly deliveredPerSecond: number;
  /** From the last octet to the 250. */
  readonly answerP50Ms: number;
  readonly answerP99Ms: number;
}

export interface IncomingMail {
  readonly messages: number;
  readonly accounts: number;
  readonly hub: readonly SingleRound[];
  readonly bare: readonly SingleRound[];
  readonly baseline: readonly SingleRound[];
  /** One message to every account by the outside door, until the last mailbox has it. */
  readonly hubEveryoneMs: readonly number[];
  /** The same by one submission to the group. */
  readonly hubGroupMs: readonly number[];
  readonly baselineEveryoneMs: readonly number[];
}

const singleBytes = 10_000;
const everyoneBytes = 20_000;
const connections = 10;
const recipientsMax = 1000;
const sender = 'lien.he@load.example';

type Say = (line: string) => void;

/** A target of the load: where it listens, who is there, and when they have it. */
interface Target {
  readonly port: number;
  readonly addresses: readonly string[];
  delivered(recipients: number): Promise<void>;
  /** What it answered is in the mailboxes already; `delivered` proves it and takes no time of the measurement. */
  readonly commitsFirst: boolean;
  /** Resolves when it has nothing more to do, so that the next turn has the machine for itself. */
  settled?(): Promise<void>;
}

/** The second chapter: mail from outside, against Postfix with Dovecot and a server that keeps nothing. */
export async function incomingMail(options: BenchOptions, cleanUp: CleanUp, say: Say): Promise<IncomingMail> {
  const load = startChildProgram<LoadRequest, LoadAnswer>(new URL('load-program.ts', import.meta.url));
  cleanUp.add(load.stop);
  const hub = await startHub(options, cleanUp);
  const sink = startChildProgram<object, { port: number }>(new URL('bare-sink-program.ts', import.meta.url));
  cleanUp.add(sink.stop);
  const bare: Target = {
    port: (await sink.ask({})).port,
    addresses: hub.addresses,
    delivered: () => Promise.resolve(),
    commitsFirst: true,
  };
  const baseline = canRunBaseline
    ? { ...(await startBaseline(hub.addresses.length, cleanUp)), commitsFirst: false }
    : undefined;
  if (baseline === undefined) say('Without root, postfix and dovecot there is no baseline.');

  const result = {
    messages: options.messages,
    accounts: hub.addresses.length,
    hub: [] as SingleRound[],
    bare: [] as SingleRound[],
    baseline: [] as SingleRound[],
    hubEveryoneMs: [] as number[],
    hubGroupMs: [] as number[],
    baselineEveryoneMs: [] as number[],
  };
  const ask = (request: LoadRequest) => load.ask(request);
  // What is compiled and cached at the first messages is not what is measured.
  for (const target of [hub, bare, ...(baseline === undefined ? [] : [baseline])])
    await singles(ask, target, options.messages);
  for (let round = 0; round < options.rounds; round += 1) {
    result.bare.push(await singles(ask, bare, options.messages));
    result.hub.push(await singles(ask, hub, options.messages));
    result.hubEveryoneMs.push(await everyone(ask, hub));
    result.hubGroupMs.push(await hub.toGroup());
    if (baseline !== undefined) {
      result.baseline.push(await singles(ask, baseline, options.messages));
      result.baselineEveryoneMs.push(await everyone(ask, baseline));
    }
    say(`round ${round + 1} of ${options.rounds}`);
  }
  return result;
}

async function singles(
  ask: (request: LoadRequest) => Promise<LoadAnswer>,
  target: Target,
  count: number,
): Promise<SingleRound> {
  const messages = Array.from({ length: count }, (_, index): LoadMessage => ({
    from: sender,
    to: [target.addresses[(index * 7) % target.addresses.length] ?? ''],
    octets: letterOf(singleBytes),
  }));
  const { acceptedMs, answerMs } = await ask({ port: target.port, connections, messages });
  // The clock of the load runs from its first connection: the way of the letters to its process is not in it.
  const answeredMs = performance.now();
  await target.delivered(count);
  const deliveredMs = acceptedMs + (target.commitsFirst ? 0 : performance.now() - answeredMs);
  await target.settled?.();
  const sorted = answerMs.toSorted((left, right) => left - right);
  return {
    acceptedPerSecond: (count / acceptedMs) * 1000,
    deliveredPerSecond: (count / deliveredMs) * 1000,
    answerP50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    answerP99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  };
}

/** One message to all, in as few transactions as a server must take (RFC 5321 says 100; all three take 1,000). */
async function everyone(ask: (request: LoadRequest) => Promise<LoadAnswer>, target: Target): Promise<number> {
  const octets = letterOf(everyoneBytes);
  const messages: LoadMessage[] = [];
  for (let at = 0; at < target.addresses.length; at += recipientsMax)
    messages.push({ from: sender, to: target.addresses.slice(at, at + recipientsMax), octets });
  const { acceptedMs } = await ask({ port: target.port, connections, messages });
  const answeredMs = performance.now();
  await target.delivered(target.addresses.length);
  const afterMs = target.commitsFirst ? 0 : performance.now() - answeredMs;
  await target.settled?.();
  return acceptedMs + afterMs;
}

async function startHub(
  options: BenchOptions,
  cleanUp: CleanUp,
): Promise<Target & { toGroup(): Promise<number> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-mail-'));
  cleanUp.add(() => rm(dataDir, { recursive: true, force: true }));
  // PostgreSQL runs as another user, who must be able to enter.
  await chmod(dataDir, 0o711);
  // It knows no domain: what is asked costs a question and an answer, as with a name server beside the hub.
  const dns = await startDnsServer();
  cleanUp.add(dns.close);
  await prepareDatabase(dataDir, cleanUp);
  const execArgv = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  const hub = await startHubProcess(
    {
      dataDir,
      seed: options.accounts,
      execArgv,
      env: { HUB_DNS: dns.server, HUB_OUTBOUND: 'rehearsal' },
    },
    cleanUp,
  );
  const client = new Client({ connectionString: hub.databaseUrl, application_name: 'bench' });
  client.on('error', () => undefined);
  await client.connect();
  cleanUp.add(() => client.end());
  const addresses = (
    await client.query<{ address: string }>(
      `select address from account where status = 'active' and kind <> 'system' order by address`,
    )
  ).rows.map(({ address }) => address);
  await client.query('vacuum (analyze)');

  const count = async (): Promise<number> => {
    const { rows } = await client.query<{ count: number }>(
      `select coalesce(sum(message_count), 0)::int as count from mailbox where path in ('INBOX', 'Junk')`,
    );
    return rows[0]?.count ?? 0;
  };
  let wanted = await count();
  // The commit is before the 250, so that one look is enough; a look that finds too little is a fault.
  const delivered = async (recipients: number): Promise<void> => {
    wanted += recipients;
    const found = await count();
    if (found !== wanted) throw new Error(`${found} messages are in mailboxes, not ${wanted}`);
  };

  /** Text is indexed behind the delivery; its time is a figure of its own. */
  const settled = async (): Promise<void> => {
    const untilMs = performance.now() + 120_000;
    for (;;) {
      const { rows } = await client.query('select from message where indexed_at is null limit 1');
      if (rows.length === 0) return;
      if (performance.now() > untilMs) throw new Error('messages are not indexed');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  return {
    port: hub.ports.smtp,
    addresses,
    delivered,
    commitsFirst: true,
    settled,
    async toGroup() {
      const transport = createTransport({
        host: '127.0.0.1',
        port: hub.ports.submissions,
        secure: true,
        tls: { rejectUnauthorized: false },
        auth: { user: 'chutich@vpubnd.binhthuan.example', pass: hub.password },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const startedMs = performance.now();
      await transport.sendMail({
        from: 'chutich@vpubnd.binhthuan.example',
        to: 'toan-tinh@binhthuan.example',
        subject: 'Thông báo toàn tỉnh',
        text: letterOf(everyoneBytes),
      });
      const ms = performance.now() - startedMs;
      // Counted after the clock has stopped, because counting takes a core; the commit was before the answer.
      await delivered(addresses.length);
      await settled();
      transport.close();
      return ms;
    },
  };
}
