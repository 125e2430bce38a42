import type { Annotation, AnnotationChange, MailAnnotations } from '#app/ports/mail-annotations.ts';
import { HubError } from '#domain/hub-error.ts';
import { hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import type { Sql, Transaction } from '#store/database.ts';
import type { Asker } from './asker.ts';
import { askerOf, type ChangedMailbox, changeMail, type MailSession } from './mail-change.ts';
import { lockMailbox, mailboxAt, type MailboxRow } from './mailbox-rows.ts';
import { makeCommon, makePersonal } from './mail-sharing.ts';

/** Private and shared ones of a mailbox, or of the server, counted apart. */
const annotationsMax = 100;

/** Whether each reader of a mailbox has his own `\Seen`: `personal` or `common`. */
const seenEntry = '/shared/vendor/chidao/seen';
const adminEntry = '/shared/admin';
/** RFC 6154, section 4, would make these set a special use, which CREATE does. */
const specialUseEntries = ['/private/specialuse', '/shared/specialuse'];

export interface AnnotationOptions {
  /** The URI of who runs the server (RFC 5464, section 6.2.1.2). */
  readonly adminContact?: string;
}

export function createMailAnnotations(session: MailSession, options: AnnotationOptions): MailAnnotations {
  const { database } = session;
  return {
    async read(path) {
      const asker = askerOf(session);
      const mailbox = path === undefined ? undefined : await mailboxAt(database, asker, path, rightBit.r);
      return [...(await stored(database, asker, mailbox?.id)), ...computed(mailbox, options)];
    },
    write: (path, changes) =>
      changeMail(session, async (tx, asker) => {
        if (path === undefined) {
          if (changes.some(({ entry }) => !entry.startsWith('/private/')))
            throw new HubError('not_permitted');
          await put(tx, asker, undefined, changes);
          return { result: undefined, changed: [] };
        }
        const { id } = await mailboxAt(tx, asker, path, rightBit.r);
        const mailbox = await lockMailbox(tx, asker, id, neededFor(changes));
        return { result: undefined, changed: await writeToMailbox(tx, asker, mailbox, changes) };
      }),
  };
}

/** What the server says of its own accord. */
function computed(mailbox: MailboxRow | undefined, options: AnnotationOptions): readonly Annotation[] {
  if (mailbox !== undefined)
    return [{ entry: seenEntry, value: Buffer.from(mailbox.personal_seen ? 'personal' : 'common') }];
  const { adminContact } = options;
  return adminContact === undefined ? [] : [{ entry: adminEntry, value: Buffer.from(adminContact) }];
}

async function stored(sql: Sql, asker: Asker, mailboxId: number | undefined): Promise<readonly Annotation[]> {
  const rows = await sql.rows<{ shared: boolean; entry: string; value: Buffer }>(
    `select account_id is null as shared, entry, value from annotation
     where mailbox_id is not distinct from $1::bigint and (account_id is null or account_id = $2)
     order by shared, entry`,
    [mailboxId ?? null, asker.accountId],
  );
  return rows.map(({ shared, entry, value }) => ({
    entry: `${shared ? '/shared' : '/private'}${entry}`,
    value,
  }));
}

/** A private one needs to read the mailbox, a shared one to change it, and how it works who administers it. */
function neededFor(changes: readonly AnnotationChange[]): number {
  return changes.reduce((needed, { entry }) => {
    if (entry === seenEntry) return needed | rightBit.a;
    return entry.startsWith('/private/') ? needed : needed | rightBit.w;
  }, rightBit.r as number);
}

async function writeToMailbox(
  tx: Transaction,
  asker: Asker,
  mailbox: MailboxRow,
  changes: readonly AnnotationChange[],
): Promise<readonly ChangedMailbox[]> {
  await put(
    tx,
    asker,
    mailbox.id,
    changes.filter(({ entry }) => entry !== seenEntry),
  );
  const asked = changes.filter(({ entry }) => entry === seenEntry).at(-1);
  if (asked === undefined || !hasRights(mailbox.rights, rightBit.a)) return [];
  const word = asked.value?.toString('latin1') ?? 'common';
  if (word !== 'personal' && word !== 'common') throw new HubError('bad_input', { field: 'seen' });
  if (mailbox.personal_seen === (word === 'personal')) return [];
  await (word === 'personal' ? makePersonal(tx, mailbox.id) : makeCommon(tx, mailbox.id));
  return [mailbox];
}

async function put(
  tx: Transaction,
  asker: Asker,
  mailboxId: number | undefined,
  changes: readonly AnnotationChange[],
): Promise<void> {
  for (const { entry, value } of changes) {
    if (specialUseEntries.includes(entry)) throw new HubError('not_permitted');
    const shared = entry.startsWith('/shared/');
    const key = [
      mailboxId ?? null,
      shared ? null : asker.accountId,
      entry.slice(shared ? '/shared'.length : '/private'.length),
    ];
    if (value === undefined)
      await tx.rows(
        `delete from annotation where mailbox_id is not distinct from $1::bigint
           and account_id is not distinct from $2::uuid and entry = $3`,
        key,
      );
    else
      await tx.rows(
        `insert into annotation (mailbox_id, account_id, entry, value) values ($1, $2, $3, $4)
         on conflict (mailbox_id, account_id, entry) do update set value = excluded.value`,
        [...key, value],
      );
  }
  const [count] = await tx.rows<{ most: number }>(
    `select coalesce(max(n), 0) as most from (
       select count(*) as n from annotation
       where mailbox_id is not distinct from $1::bigint and (account_id is null or account_id = $2)
       group by account_id) of_one`,
    [mailboxId ?? null, asker.accountId],
  );
  if ((count?.most ?? 0) > annotationsMax) throw new HubError('over_quota');
}
