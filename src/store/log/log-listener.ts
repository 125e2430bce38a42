import { Client } from 'pg';
import { logChannel, outboxChannel } from './log-stamper.ts';

export interface LogListener {
  close(): Promise<void>;
}

const reconnectFirstMs = 100;
const reconnectMaxMs = 5000;

/**
 * Listens on one connection of its own for "the log has moved" and "the outbox has rows". A notice lost while the
 * connection was down is made up for by `onConnected`: the readers read from their own position.
 */
export function listenToLog(
  url: string,
  on: {
    /** With the log's last position. */
    log: (head: number) => void;
    outbox: () => void;
    connected: () => void;
    lost: (error: Error | undefined) => void;
  },
): LogListener {
  let closed = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let delayMs = reconnectFirstMs;

  function again(error: Error | undefined): void {
    client?.removeAllListeners();
    // A broken client may still report; without a listener that would end the process.
    client?.on('error', () => undefined);
    client = undefined;
    if (closed || timer !== undefined) return;
    on.lost(error);
    timer = setTimeout(() => {
      timer = undefined;
      connect();
    }, delayMs);
    delayMs = Math.min(delayMs * 2, reconnectMaxMs);
  }

  function connect(): void {
    const next = new Client({ connectionString: url, application_name: 'hub listener', keepAlive: true });
    client = next;
    next.on('error', again);
    next.on('end', () => again(undefined));
    next.on('notification', (notice) =>
      notice.channel === logChannel ? on.log(Number(notice.payload)) : on.outbox(),
    );
    void next
      .connect()
      .then(() => next.query(`listen ${logChannel}; listen ${outboxChannel}`))
      .then(() => {
        delayMs = reconnectFirstMs;
        on.connected();
      })
      .catch(again);
  }

  connect();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      client?.removeAllListeners('end');
      await client?.end();
    },
  };
}
