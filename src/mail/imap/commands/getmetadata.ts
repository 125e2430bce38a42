import type { Annotation } from '#app/ports/mail-annotations.ts';
import {
  type GetOptions,
  isWithin,
  scanAnnotated,
  scanEntry,
  scanGetOptions,
} from '#mail/imap/grammar/annotations.ts';
import { encodeMailboxName } from '#mail/imap/grammar/mailbox-name.ts';
import { completed } from '#mail/imap/responses.ts';
import { encodeOctets } from '#mail/imap/wire/encode.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 5464, section 4.2. An entry that is not there is NIL. */
export const getmetadata = defineCommand({
  name: 'GETMETADATA',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    let options: GetOptions = { bytesMax: undefined, depth: 0 };
    if (scanner.peekIs('(')) {
      options = scanGetOptions(scanner);
      scanner.space();
    }
    const path = scanAnnotated(scanner, limits.mailboxPathBytesMax);
    scanner.space();
    const entries = scanner.peekIs('(')
      ? scanner.list(() => scanEntry(scanner), { itemsMax: limits.annotationsPerCommandMax })
      : [scanEntry(scanner)];
    return { path, entries: [...new Set(entries)], ...options };
  },
  run: async (session, { path, entries, depth, bytesMax }) => {
    const all = await session.access.annotations.read(path);
    const found = all.filter(({ entry }) => entries.some((named) => isWithin(entry, named, depth)));
    const isShort = ({ value }: Annotation): boolean => bytesMax === undefined || value.length <= bytesMax;
    const items = [
      ...found.filter(isShort).map(({ entry, value }) => `${entry} ${encodeOctets(value)}`),
      ...entries
        .filter((named) => !found.some(({ entry }) => entry === named))
        .map((named) => `${named} NIL`),
    ];
    const name = path === undefined ? '""' : encodeMailboxName(path, session);
    if (items.length > 0) session.output.line(`* METADATA ${name} (${items.join(' ')})`);
    const longest = Math.max(0, ...found.filter((one) => !isShort(one)).map(({ value }) => value.length));
    return completed('GETMETADATA completed', longest === 0 ? undefined : `METADATA LONGENTRIES ${longest}`);
  },
});
