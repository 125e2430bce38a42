import { CommandRefused, completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** COMPRESS DEFLATE (RFC 4978): everything behind this answer is compressed, both ways. */
export const compress = defineCommand({
  name: 'COMPRESS',
  states: signedIn,
  tells: 'nothing',
  parse: (scanner) => {
    scanner.space();
    return scanner.keyword();
  },
  run: async (session, mechanism) => {
    if (mechanism !== 'DEFLATE') throw new CommandRefused('No such compression', 'CANNOT');
    if (session.door.isCompressed()) throw new CommandRefused('Compression is on', 'COMPRESSIONACTIVE');
    session.door.requestCompression();
    return completed('DEFLATE active');
  },
});
