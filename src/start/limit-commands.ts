import { StartRefusal } from '#lib/start-refusal.ts';
import { administeredBy, operator } from '#domain/access/administered.ts';
import { HubError } from '#domain/hub-error.ts';
import { checkSendingLimit } from '#domain/mail/sending-limit.ts';
import type { Database } from '#store/database.ts';
import { createSendingLimits } from '#store/mail/sending-use.ts';
import type { Commands } from './command.ts';

/** What an account may send in an hour, for an administrator at the machine. */
export const limitCommands: Commands = {
  'limit show': {
    usage: 'limit show ADDRESS',
    about: 'What an account may send in an hour, and what it has sent in this one.',
    words: 1,
    async run({ database, write, now }, [address = '']) {
      const accountId = await accountAt(database, address);
      const standing = await createSendingLimits(database).standing(accountId, now());
      if (standing === undefined) throw new StartRefusal(`There is no account ${address}.`);
      const { limit, use, changed } = standing;
      write(`messages\t${use.messages} of ${limit.messagesPerHour}\n`);
      write(`recipients\t${use.recipients} of ${limit.recipientsPerHour}\n`);
      write(changed ? 'Set by an administrator.\n' : "The hub's own limit.\n");
    },
  },
  'limit set': {
    usage: 'limit set ADDRESS MESSAGES RECIPIENTS',
    about: "Sets them; `-` for the hub's own figure.",
    words: 3,
    async run({ database, write, now }, [address = '', messages = '', recipients = '']) {
      const accountId = await accountAt(database, address);
      const limit = limitOf(messages, recipients);
      await createSendingLimits(database).set(accountId, limit, now(), administeredBy(operator));
      write('The limit is set.\n');
    },
  },
};

function limitOf(messages: string, recipients: string): ReturnType<typeof checkSendingLimit> {
  const figures = {
    ...(messages === '-' ? {} : { messagesPerHour: figureOf(messages) }),
    ...(recipients === '-' ? {} : { recipientsPerHour: figureOf(recipients) }),
  };
  try {
    return checkSendingLimit(figures);
  } catch (error) {
    if (error instanceof HubError)
      throw new StartRefusal('A limit is a whole number that is not absurdly large, or `-`.');
    throw error;
  }
}

/** Only digits: `1e9` and an empty word are slips of the hand. */
function figureOf(word: string): number {
  return /^\d{1,9}$/.test(word) ? Number(word) : Number.NaN;
}

async function accountAt(database: Database, address: string): Promise<string> {
  const [row] = await database.rows<{ id: string }>('select id from account where address = $1', [
    address.trim().normalize('NFC').toLowerCase(),
  ]);
  if (row === undefined) throw new StartRefusal(`There is no account ${address}.`);
  return row.id;
}
