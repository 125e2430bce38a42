import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { LogReader } from '#app/log/log-reader.ts';
import type { Queues } from '#queue/queues.ts';

export interface MetricSources {
  readonly connections: () => number;
  readonly reader: LogReader;
  readonly queues: Queues;
  readonly isRelay: () => boolean;
  readonly parserRestarts: () => number;
}

/** What a collector may know of this process: figures, never names or content. */
export function createMetrics(): { registry: Registry; observe(sources: MetricSources): void } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    observe(sources) {
      const gauge = (name: string, help: string, value: () => number) =>
        new Gauge({
          name,
          help,
          registers: [registry],
          collect() {
            this.set(value());
          },
        });
      gauge('hub_socket_connections', 'Sockets that hear the log live.', sources.connections);
      gauge('hub_log_position', 'Last log position this process has given to its clients.', () =>
        sources.reader.position(),
      );
      gauge('hub_relay_elected', '1 in the process that stamps the log.', () => Number(sources.isRelay()));
      gauge(
        'hub_parser_restarts',
        'Threads that a mail has brought down or held too long, since the start.',
        sources.parserRestarts,
      );
      const jobs = new Gauge({
        name: 'hub_queue_jobs',
        help: 'Jobs by queue and state.',
        labelNames: ['queue', 'state'],
        registers: [registry],
        async collect() {
          for (const [queue, states] of Object.entries(await sources.queues.counts()))
            for (const [state, count] of Object.entries(states)) jobs.set({ queue, state }, count);
        },
      });
    },
  };
}
