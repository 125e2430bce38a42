import type { LogStamper } from '#app/ports/log-stamper.ts';

export interface Relay {
  /** Rows have been committed: stamps them now when this process is elected. */
  wake(): void;
  /** Whether this process stamps; otherwise another one must be woken. */
  isElected(): boolean;
  close(): Promise<void>;
}

export interface RelayOptions {
  readonly connect: (onLost: () => void) => Promise<LogStamper>;
  /** This process stamps from now on; what an earlier one left half done is its business. */
  readonly onElected: () => void;
  /** After each batch, with the log's last position. */
  readonly onStamped: (head: number) => void;
  readonly onFault: (error: unknown) => void;
  /** The safety net for rows of which nobody told us. */
  readonly pollMs: number;
  readonly batchRows: number;
  /** How often a process that was not elected tries again. */
  readonly electEveryMs: number;
}

/**
 * Every process runs a relay; the advisory lock lets one at a time stamp, whatever its roles. When its connection is
 * lost, so is the lock, and the next process takes over within `electEveryMs`.
 */
export function startRelay(options: RelayOptions): Relay {
  let stamper: LogStamper | undefined;
  let elected = false;
  let closed = false;
  let wanted = true;
  let running: Promise<void> | undefined;
  let nextElectionMs = 0;

  /** A connection reports its end more than once, also when the next one has taken its place: that one stays. */
  function lost(broken: LogStamper | undefined): void {
    if (broken !== stamper) return;
    stamper = undefined;
    elected = false;
  }

  async function connect(): Promise<LogStamper> {
    let broke = false;
    let connected: LogStamper | undefined;
    connected = await options.connect(() => {
      broke = true;
      if (connected !== undefined) lost(connected);
    });
    if (broke) throw new Error('the relay lost its connection while it connected');
    return connected;
  }

  async function ready(): Promise<LogStamper | undefined> {
    if (elected && stamper !== undefined) return stamper;
    const nowMs = performance.now();
    if (nowMs < nextElectionMs) return undefined;
    nextElectionMs = nowMs + options.electEveryMs;
    const candidate = (stamper ??= await connect());
    const won = await candidate.elect();
    // The lock went with the connection when that broke meanwhile.
    if (!won || stamper !== candidate) return undefined;
    elected = true;
    options.onElected();
    return candidate;
  }

  async function run(): Promise<void> {
    const current = await ready();
    if (current === undefined) return;
    while (wanted && !closed) {
      wanted = false;
      const { stamped, head } = await current.stamp(options.batchRows);
      if (stamped > 0) options.onStamped(head);
      if (stamped === options.batchRows) wanted = true;
    }
  }

  function wake(): void {
    wanted = true;
    if (closed || running !== undefined) return;
    running = run()
      .catch((error: unknown) => {
        const broken = stamper;
        lost(broken);
        broken?.close().catch(() => undefined);
        options.onFault(error);
      })
      .finally(() => {
        running = undefined;
        if (wanted && elected) wake();
      });
  }

  const timer = setInterval(wake, options.pollMs);
  wake();
  return {
    wake,
    isElected: () => elected,
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
      await stamper?.close();
    },
  };
}
