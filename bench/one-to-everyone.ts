import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startBareServer, type BareServer } from './bare-server.ts';
import { openBenchDatabase, type BenchDatabase } from './bench-database.ts';
import type { CleanUp } from './clean-up.ts';
import { startClients, type Clients, type Receipts } from './clients.ts';
import { createEpochClock } from './epoch-clock.ts';
import { prepareDatabase, startHubProcess, type HubProcess } from './hub-process.ts';
import type { BenchOptions } from './options.ts';

/** Milliseconds, each from the moment its name begins with. */
export interface HubRound {
  readonly requestToAnswer: number;
  readonly commitToLast: number;
  readonly requestToLast: number;
  readonly commitToFirst: number;
  readonly commitToMiddle: number;
  readonly requestToCommit: number;
  /** Until the board counts every arrival, to 0.1 s; absent when the clients report none. */
  readonly requestToArrivals?: number;
  /** Of the directive's mail, written by the very transaction that was answered with 201. */
  readonly mailboxRows: number;
  readonly packetBytes: number;
}

export interface BareRound {
  readonly emitToLast: number;
  readonly emitToFirst: number;
  readonly emitToMiddle: number;
  readonly packetBytes: number;
}

export interface OneToEveryone {
  readonly sockets: number;
  /** From an empty data folder with its cluster to a hub that is ready, seed included. */
  readonly seedSeconds: number;
  readonly secondStartSeconds: number;
  /** Until all are authenticated and live; the clients need as much of it as the server. */
  readonly hubConnectSeconds: number;
  readonly bareConnectSeconds: number;
  readonly memoryKibPerOfficial: number;
  readonly memoryKib: { readonly without: number; readonly connected: number };
  readonly hub: readonly HubRound[];
  readonly bare: readonly BareRound[];
}

interface Stage {
  readonly options: BenchOptions;
  readonly hub: HubProcess;
  readonly bare: BareServer;
  readonly clients: Clients;
  readonly database: BenchDatabase;
  readonly tokens: readonly string[];
  readonly say: (line: string) => void;
}

const issuer = 'chutich@vpubnd.binhthuan.example';
const receiveWithinMs = 60_000;
/** What connecting leaves behind is done with before anything is timed. */
const settleMs = 3000;

/**
 * One hỏa tốc directive to everyone, with everyone connected. Bare and hub take turns on the same clients, which
 * connect anew for each round: so only one server ever holds sockets, and neither pays for the other's heartbeats.
 */
export async function oneToEveryone(
  options: BenchOptions,
  cleanUp: CleanUp,
  say: (line: string) => void,
): Promise<OneToEveryone> {
  const dataDir = await mkdtemp(join(tmpdir(), 'chidao-bench-'));
  cleanUp.add(() => rm(dataDir, { recursive: true, force: true }));
  // For root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(dataDir, 0o711);
  await prepareDatabase(dataDir, cleanUp);
  const execArgv = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];

  const first = await startHubProcess({ dataDir, seed: options.accounts, execArgv: [] }, cleanUp);
  say(`first start with the seed ${options.accounts}: ${(first.readyMs / 1000).toFixed(1)} s`);
  await first.stop();
  const hub = await startHubProcess({ dataDir, seed: options.accounts, execArgv }, cleanUp);
  say(`second start: ${(hub.readyMs / 1000).toFixed(2)} s`);
  const database = await openBenchDatabase(hub.databaseUrl);
  cleanUp.add(database.close);
  const tokens = await database.openSessions(issuer);
  const bare = await startBareServer(execArgv);
  cleanUp.add(bare.stop);
  const clients = startClients(options);
  cleanUp.add(clients.stop);
  const stage: Stage = { options, hub, bare, clients, database, tokens, say };

  const { memoryKib, hubConnectSeconds } = await measureMemory(stage);
  const rounds = await measureRounds(stage);
  return {
    sockets: tokens.length,
    seedSeconds: first.readyMs / 1000,
    secondStartSeconds: hub.readyMs / 1000,
    hubConnectSeconds,
    memoryKib,
    memoryKibPerOfficial: (memoryKib.connected - memoryKib.without) / tokens.length,
    ...rounds,
  };
}

/** Leaves everyone connected to the hub. */
async function measureMemory({ options, hub, clients, database, tokens, say }: Stage) {
  await database.tidy();
  await delay(settleMs);
  const without = await hub.rssKib();
  const hubConnectSeconds = await connectAll(clients, hub.url, tokens);
  say(`${tokens.length} sockets connected to the hub in ${hubConnectSeconds.toFixed(1)} s`);
  await delay(options.idleSeconds * 1000);
  const connected = await hub.rssKib();
  say(`memory of the hub: ${without} KiB alone, ${connected} KiB with all connected and idle`);
  return { memoryKib: { without, connected }, hubConnectSeconds };
}

/** Seconds until every socket is authenticated and has been told that it is live. */
async function connectAll(clients: Clients, url: string, tokens: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  await clients.connect(url, tokens);
  return (performance.now() - startedMs) / 1000;
}

async function measureRounds(stage: Stage) {
  const { options, clients, bare, tokens, say } = stage;
  const hubRounds: HubRound[] = [];
  const bareRounds: BareRound[] = [];
  let bareConnectSeconds = 0;
  for (let round = 1; round <= options.rounds; round += 1) {
    if (round > 1) await clients.connect(stage.hub.url, tokens);
    await delay(settleMs);
    const { figures, packet } = await hubRound(stage);
    hubRounds.push(figures);
    say(`hub  ${round}: ${lineOf(figures)}`);
    await clients.disconnect();
    await stage.database.tidy();
    bareConnectSeconds = await connectAll(clients, bare.url, tokens);
    await delay(settleMs);
    const bareFigures = await bareRound(stage, packet);
    bareRounds.push(bareFigures);
    say(`bare ${round}: ${lineOf(bareFigures)}`);
    await clients.disconnect();
    await bare.emptied();
  }
  return { hub: hubRounds, bare: bareRounds, bareConnectSeconds };
}

function lineOf(figures: object): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Math.round(value) : ''}`)
    .join(', ');
}

async function hubRound(stage: Stage): Promise<{ figures: HubRound; packet: string }> {
  const { hub, clients, database, tokens, options } = stage;
  const clock = createEpochClock();
  const key = randomUUID();
  const headers = {
    authorization: `Bearer ${tokens.at(-1)}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  // A leader's page has its connection open already.
  await (await fetch(`${hub.url}/api/v1/me`, { headers })).text();
  await clients.expect();
  const receiving = receiptsOf(clients);
  clock.set();
  const sentMs = clock.nowMs();
  const answer = await fetch(`${hub.url}/api/v1/directives`, {
    method: 'POST',
    headers,
    body: directiveBody,
  });
  const answered = (await answer.json()) as { id: string };
  const answeredMs = clock.nowMs();
  if (answer.status !== 201) throw new Error(`${answer.status}: ${JSON.stringify(answered)}`);
  const receipts = await receiving;
  if (options.arrived) await database.arrivals(answered.id, receiveWithinMs);
  const arrivedMs = clock.nowMs();
  const commit = await database.commitOf(key);
  return {
    packet: receipts.packet,
    figures: {
      requestToAnswer: answeredMs - sentMs,
      commitToLast: receipts.lastMs - commit.atMs,
      requestToLast: receipts.lastMs - sentMs,
      commitToFirst: receipts.firstMs - commit.atMs,
      commitToMiddle: receipts.middleMs - commit.atMs,
      requestToCommit: commit.atMs - sentMs,
      ...(options.arrived ? { requestToArrivals: arrivedMs - sentMs } : {}),
      mailboxRows: commit.mailboxRows,
      packetBytes: Buffer.byteLength(receipts.packet),
    },
  };
}

/** Asked before the directive is sent, so that the clients answer by themselves when all have it. */
function receiptsOf(clients: Clients): Promise<Receipts> {
  const receiving = clients.receipts(receiveWithinMs);
  // Awaited later; should it fail before, that must not end the process without its clean-up.
  receiving.catch(() => undefined);
  return receiving;
}

async function bareRound({ bare, clients }: Stage, packet: string): Promise<BareRound> {
  await bare.expect();
  await clients.expect();
  const receiving = receiptsOf(clients);
  const emittedMs = await bare.emit(packet);
  const receipts = await receiving;
  if (receipts.packet !== packet) throw new Error('the bare server sent other bytes than the hub');
  return {
    emitToLast: receipts.lastMs - emittedMs,
    emitToFirst: receipts.firstMs - emittedMs,
    emitToMiddle: receipts.middleMs - emittedMs,
    packetBytes: Buffer.byteLength(receipts.packet),
  };
}

/** As long as such a directive is: a page of text. */
const directiveBody = JSON.stringify({
  subject: 'Tập trung ứng phó mưa lũ khẩn cấp trên địa bàn tỉnh',
  text: Array.from(
    { length: 8 },
    (_, index) =>
      `${index + 1}. Thủ trưởng các sở, ban, ngành và Chủ tịch Ủy ban nhân dân các xã, phường, đặc khu tổ chức trực ban 24/24 giờ, kiểm tra ngay các khu vực xung yếu và báo cáo về Văn phòng Ủy ban nhân dân tỉnh.`,
  ).join('\n'),
  urgency: 'hoa_toc',
  acknowledgeWithinMinutes: 30,
  recipients: [{ role: 'info', kind: 'everyone' }],
});
