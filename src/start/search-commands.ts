import { createSearchIndex } from '#store/search/search-index.ts';
import type { Commands } from './command.ts';

/** The index of search, for an administrator at the machine. */
export const searchCommands: Commands = {
  'search rebuild': {
    usage: 'search rebuild',
    about: 'Makes the index of search anew; may run beside the hub.',
    words: 0,
    async run({ database, write }) {
      const faults: unknown[] = [];
      const index = createSearchIndex(database, (error) => faults.push(error));
      const count = await index.rebuild((objects) => write(`${objects}\r`));
      for (const fault of faults) write(`${fault instanceof Error ? fault.message : String(fault)}\n`);
      write(`${count} objects are in the index, ${faults.length} are not.\n`);
    },
  },
};
