/** Octets that connections may hold in memory together (architecture.md §4). */
export interface BytesBudget {
  /** Takes octets out of the budget; false: there are not so many left, and nothing was taken. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  readonly left: number;
}

export function createBytesBudget(bytesMax: number): BytesBudget {
  let left = bytesMax;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
    get left() {
      return left;
    },
  };
}

export type CollectorFault = 'too_large' | 'over_budget';

export interface OctetCollector {
  push(chunk: Buffer): void;
  /** Octets that were pushed, kept or not. */
  readonly received: number;
  /** Why nothing is kept any more. */
  readonly fault: CollectorFault | undefined;
  bytes(): Buffer;
  /** Gives back what was taken from the budget; the octets are forgotten. */
  release(): void;
}

const blockBytes = 64 * 1024;

/**
 * Collects a message of unknown size. It copies into blocks, because a client that sends one octet at a time would
 * otherwise cost a hundred octets of bookkeeping for each. What is too large or over the budget is counted and dropped.
 */
export function createOctetCollector(budget: BytesBudget, bytesMax: number): OctetCollector {
  let blocks: Buffer[] = [];
  let filled = blockBytes;
  let received = 0;
  let fault: CollectorFault | undefined;

  function drop(): void {
    budget.give(blocks.length * blockBytes);
    blocks = [];
    filled = blockBytes;
  }

  function addBlock(): boolean {
    if (!budget.take(blockBytes)) return false;
    blocks.push(Buffer.allocUnsafeSlow(blockBytes));
    filled = 0;
    return true;
  }

  function keep(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (filled === blockBytes && !addBlock()) {
        fault = 'over_budget';
        drop();
        return;
      }
      const copied = chunk.copy(blocks[blocks.length - 1] ?? chunk, filled, at);
      filled += copied;
      at += copied;
    }
  }

  return {
    push(chunk) {
      received += chunk.length;
      if (fault === undefined && received > bytesMax) {
        fault = 'too_large';
        drop();
      }
      if (fault === undefined) keep(chunk);
    },
    get received() {
      return received;
    },
    get fault() {
      return fault;
    },
    bytes: () => Buffer.concat(blocks, received),
    release: drop,
  };
}
