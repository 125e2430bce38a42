import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { answerParent } from '#bench/child-program.ts';

/** The ceiling: smtp-server as it comes, which reads a message, keeps nothing of it and says 250. */
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onData(stream, _session, callback) {
    stream.on('data', () => undefined);
    stream.on('end', () => callback());
  },
});

answerParent(
  () =>
    new Promise((resolve) => {
      const listening = server.listen(0, '127.0.0.1', () =>
        resolve({ port: (listening.address() as AddressInfo).port }),
      );
    }),
);
