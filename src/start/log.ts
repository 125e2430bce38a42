import { pino, type Logger } from 'pino';
import type { Config } from '#root/config.ts';

export type Log = Logger;

/**
 * Lines of JSON on standard error; standard output is the banner's. Secrets are cut out by name, and requests are
 * never logged with their bodies.
 */
export function createLog(config: Pick<Config, 'logLevel'>): Log {
  return pino(
    {
      level: config.logLevel,
      redact: [
        'password',
        'token',
        'ticket',
        'authorization',
        '*.password',
        '*.token',
        'req.headers.authorization',
        'req.headers.cookie',
      ],
    },
    process.stderr as never,
  );
}
