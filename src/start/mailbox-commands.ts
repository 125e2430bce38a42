import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import { formatRights, parseRights } from '#domain/mail/mailbox-rights.ts';
import { canonicalMailboxPath } from '#domain/mail/mailbox-path.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { errorMessage } from '#protocol/error-message.ts';
import type { Transaction } from '#store/database.ts';
import { recordEvents } from '#store/log/record-events.ts';
import {
  changeRights,
  lockOwnMailbox,
  makeCommon,
  makePersonal,
  rightsEntries,
} from '#store/mail/mail-sharing.ts';
import { renewUidValidity } from '#store/mail/renew-uid-validity.ts';
import type { CommandContext, Commands } from './command.ts';

type Locked = NonNullable<Awaited<ReturnType<typeof lockOwnMailbox>>>;

/** Mailboxes for an administrator at the machine: who may do what in them, and new UIDVALIDITY after a restore. */
export const mailboxCommands: Commands = {
  'mailbox rights': {
    usage: 'mailbox rights ADDRESS MAILBOX',
    about:
      "Who may do what in a mailbox of an account, by the organisation too (letters of IMAP's RFC 4314).",
    words: 2,
    run: (context, words) =>
      withMailbox(context, words, async (tx, mailbox) => {
        for (const { identifier, rights } of await rightsEntries(tx, mailbox))
          context.write(`${identifier}\t${formatRights(rights)}\n`);
        context.write(`\\Seen\t${mailbox.personal_seen ? 'personal' : 'common'}\n`);
        return false;
      }),
  },
  'mailbox share': {
    usage: 'mailbox share ADDRESS MAILBOX WHO RIGHTS',
    about:
      'Gives rights in place of those WHO had; `-` for none. WHO: ADDRESS, anyone, group:ADDRESS, ' +
      'officers:ADDRESS, heads:ADDRESS; behind a `-` they are taken away whoever else gives them.',
    words: 4,
    run: (context, [address = '', path = '', who = '', rights = '']) =>
      withMailbox(context, [address, path], async (tx, mailbox) => {
        await changeRights(tx, mailbox, who, 'replace', rights === '-' ? 0 : parseRights(rights));
        context.write('The rights are set.\n');
        return true;
      }),
  },
  'mailbox seen': {
    usage: 'mailbox seen ADDRESS MAILBOX common|personal',
    about: 'Whether the mark "read" is one for all readers of the mailbox, or each has his own.',
    words: 3,
    run: (context, [address = '', path = '', how = '']) =>
      withMailbox(context, [address, path], async (tx, mailbox) => {
        if (how !== 'common' && how !== 'personal') throw new StartRefusal('Say common or personal.');
        const personal = how === 'personal';
        if (personal !== mailbox.personal_seen)
          await (personal ? makePersonal(tx, mailbox.id) : makeCommon(tx, mailbox.id));
        context.write(`Read marks are ${how}.\n`);
        return personal !== mailbox.personal_seen;
      }),
  },
  'mailbox renew': {
    usage: 'mailbox renew',
    about: 'Once a backup was brought back: mail clients forget what they knew and load every mailbox anew.',
    words: 0,
    async run({ database, write }) {
      write(`${await renewUidValidity(database)} mailboxes have a new UIDVALIDITY.\n`);
    },
  },
};

/** `work` says whether the mailbox has changed; its open sessions hear of that through the log. */
async function withMailbox(
  { database, now }: CommandContext,
  [address = '', path = '']: readonly string[],
  work: (tx: Transaction, mailbox: Locked) => Promise<boolean>,
): Promise<void> {
  try {
    await database.transaction(async (tx) => {
      const mailbox = await lockOwnMailbox(tx, canonicalAddress(address), canonicalMailboxPath(path));
      if (mailbox === undefined) throw new StartRefusal(`${address} has no mailbox ${path}.`);
      if (!(await work(tx, mailbox))) return;
      await recordEvents(
        tx,
        [
          {
            type: 'mailbox.changed',
            accountId: mailbox.account_id,
            mailboxIds: [String(mailbox.id)],
          },
        ],
        now(),
      );
    });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new StartRefusal(refusals.get(error.code) ?? errorMessage(error.code, 'en'));
  }
}

const refusals: ReadonlyMap<string, string> = new Map([
  ['bad_input', 'WHO is nobody here, or RIGHTS has a letter that is none of lrswipkxtea.'],
  ['not_permitted', 'The owner keeps every right in a mailbox of his own.'],
  ['mailbox_name_bad', 'There is no such mailbox.'],
]);
