import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { entities } from '#store/entities.ts';
import { Foundation0001 } from './0001-foundation.ts';
import { OfficialMail0002 } from './0002-official-mail.ts';
import { ImapSync0004 } from './0004-imap-sync.ts';
import { SharedMailboxes0005 } from './0005-shared-mailboxes.ts';
import { ImapSearch0006 } from './0006-imap-search.ts';
import { StsMode0007 } from './0007-sts-mode.ts';
import { MailImport0008 } from './0008-mail-import.ts';
import { StampLog0009 } from './0009-stamp-log.ts';
import { SearchPartHeaders0011 } from './0011-search-part-headers.ts';
import { DirectiveWork0012 } from './0012-directive-work.ts';
import { Calendar0013 } from './0013-calendar.ts';
import { Documents0014 } from './0014-documents.ts';
import { ReplyAct0016 } from './0016-reply-act.ts';
import { Discussion0017 } from './0017-discussion.ts';
import { Audit0023 } from './0023-audit.ts';
import { DelegationLife0032 } from './0032-delegation-life.ts';
import { OutsideRecipient0036 } from './0036-outside-recipient.ts';
import { ActOrigin0043 } from './0043-act-origin.ts';
import { DirectiveDrafts0052 } from './0052-directive-drafts.ts';
import { Search0027 } from './0027-search.ts';
import { Attachments0015 } from './0015-attachments.ts';
import { migrationNames, type MigrationName } from './migration-names.ts';

const classes: Readonly<Record<MigrationName, typeof Foundation0001>> = {
  '0001-foundation': Foundation0001,
  '0002-official-mail': OfficialMail0002,
  '0004-imap-sync': ImapSync0004,
  '0005-shared-mailboxes': SharedMailboxes0005,
  '0006-imap-search': ImapSearch0006,
  '0007-sts-mode': StsMode0007,
  '0008-mail-import': MailImport0008,
  '0009-stamp-log': StampLog0009,
  '0011-search-part-headers': SearchPartHeaders0011,
  '0012-directive-work': DirectiveWork0012,
  '0013-calendar': Calendar0013,
  '0014-documents': Documents0014,
  '0016-reply-act': ReplyAct0016,
  '0017-discussion': Discussion0017,
  '0023-audit': Audit0023,
  '0032-delegation-life': DelegationLife0032,
  '0036-outside-recipient': OutsideRecipient0036,
  '0043-act-origin': ActOrigin0043,
  '0052-directive-drafts': DirectiveDrafts0052,
  '0027-search': Search0027,
  '0015-attachments': Attachments0015,
};

/** Runs what has not run yet, all of it in one transaction. Not safe beside another: the caller holds a lock. */
export async function migrateDatabase(url: string): Promise<void> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [...entities],
    extensions: [Migrator],
    migrations: {
      migrationsList: migrationNames.map((name) => ({ name, class: classes[name] })),
      snapshot: false,
      tableName: 'hub_migration',
    },
    pool: { min: 0, max: 2 },
    logger: () => undefined,
  });
  try {
    await orm.migrator.up();
  } finally {
    await orm.close(true);
  }
}
