/** One process's connection to the log's end; at most one process is elected at a time. */
export interface LogStamper {
  /** Tries to become the one that stamps; stays so while the connection lives. */
  elect(): Promise<boolean>;
  /** Gives positions to committed rows, at most `limit`, in one transaction that also tells every reader. */
  stamp(limit: number): Promise<{ stamped: number; head: number }>;
  close(): Promise<void>;
}
