import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MailAccess } from '#app/ports/mail.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { IndexCache } from '#mail/imap/mailbox/index-cache.ts';
import { pruneExpunged } from '#store/mail/expunged-log.ts';
import { renewUidValidity } from '#store/mail/renew-uid-validity.ts';
import { accessOf, appendAll, makeAccounts, preparedMessage } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

async function newAccess(): Promise<MailAccess> {
  const [account] = await makeAccounts(test.database, 1);
  if (account === undefined) throw new Error('no account');
  return accessOf(test.database, account, (bytes) => {
    const text = bytes.toString();
    const [id, answers] = text.split('|');
    return Promise.resolve(
      preparedMessage(text, { messageIdHeader: id, inReplyTo: answers === '' ? undefined : answers }),
    );
  }).access;
}

async function expungeAll(access: MailAccess, mailboxId: string, uids: readonly number[]): Promise<void> {
  await access.storeFlags({ mailboxId, uids, change: 'add', flags: flagBit.deleted, keywords: [] });
  await access.expunge(mailboxId, uids);
}

describe('what clients synchronise by', () => {
  it('gives a copy the EMAILID and THREADID of its message, and a SAVEDATE of its own', async () => {
    const access = await newAccess();
    const [first = 0, answer = 0] = await appendAll(access, 'INBOX', ['<a@x>|', '<b@x>|<a@x>']);
    const { id } = await access.open('INBOX');
    await access.copy(id, [answer], 'Archive');
    const archive = await access.open('Archive');
    const [facts, copied] = [await access.facts(id, [first, answer]), await access.facts(archive.id, [1])];
    expect(copied.get(1)?.emailId).toBe(facts.get(answer)?.emailId);
    expect(facts.get(first)?.emailId).not.toBe(facts.get(answer)?.emailId);
    expect(
      new Set([facts.get(first)?.threadId, facts.get(answer)?.threadId, copied.get(1)?.threadId]).size,
    ).toBe(1);
    const [{ emailId = '', threadId = '', saveDate = new Date(0) } = {}] = [facts.get(answer)];
    expect(copied.get(1)?.saveDate.getTime()).toBeGreaterThanOrEqual(saveDate.getTime());
    expect(await access.findByFact(id, { kind: 'email_id', id: emailId })).toEqual([answer]);
    expect(await access.findByFact(id, { kind: 'thread_id', id: threadId })).toEqual([first, answer]);
    expect(await access.findByFact(id, { kind: 'thread_id', id: 'T0' })).toEqual([]);
    expect(await access.findByFact(id, { kind: 'email_id', id: `${emailId}x` })).toEqual([]);
    const day = { from: new Date(saveDate.getTime() - 60_000), before: undefined };
    expect(await access.findByFact(id, { kind: 'saved', ...day })).toEqual([first, answer]);
    expect(await access.findByFact(id, { kind: 'saved', from: undefined, before: day.from })).toEqual([]);
    const ranges = await access.ranges(id, [
      { uid: first, start: 1, end: 4 },
      { uid: answer, start: 4, end: 900 },
      { uid: 99, start: 0, end: 1 },
    ]);
    expect([...ranges].map(([uid, bytes]) => [uid, bytes.toString()])).toEqual([
      [first, 'a@x'],
      [answer, '>|<a@x>'],
    ]);
  });

  it('I10 answers none of it to another account', async () => {
    const [owner, other] = [await newAccess(), await newAccess()];
    const [uid = 0] = await appendAll(owner, 'INBOX', ['<c@x>|']);
    const { id } = await owner.open('INBOX');
    const { emailId = '', threadId = '' } = (await owner.facts(id, [uid])).get(uid) ?? {};
    const unknown = expect.objectContaining({ code: 'mailbox_unknown' });
    await expect(other.facts(id, [uid])).rejects.toEqual(unknown);
    await expect(other.findByFact(id, { kind: 'email_id', id: emailId })).rejects.toEqual(unknown);
    await expect(other.findByFact(id, { kind: 'thread_id', id: threadId })).rejects.toEqual(unknown);
    await expect(other.ranges(id, [{ uid, start: 0, end: 9 }])).rejects.toEqual(unknown);
    await expect(other.expungedSince(id, 1)).rejects.toEqual(unknown);
    const own = (await other.open('INBOX')).id;
    expect(await other.findByFact(own, { kind: 'thread_id', id: threadId })).toEqual([]);
  });

  it('forgets the oldest expunged messages, and says so to who was away longer', async () => {
    const access = await newAccess();
    const uids = await appendAll(access, 'INBOX', ['a|', 'b|', 'c|', 'd|', 'e|']);
    const { id, highestModseq } = await access.open('INBOX');
    const cache = new IndexCache(100);
    const index = cache.acquire(await access.open('INBOX'));
    await index.refresh(access);
    for (const uid of uids.slice(0, 4)) await expungeAll(access, id, [uid]);
    expect(await access.expungedSince(id, highestModseq)).toEqual(uids.slice(0, 4));
    expect(await pruneExpunged(test.database, { kept: 2, mailboxesMax: 10 })).toBe(1);
    expect(await pruneExpunged(test.database, { kept: 2, mailboxesMax: 10 })).toBe(0);
    expect(await access.expungedSince(id, highestModseq)).toBeUndefined();
    expect((await access.changesSince(id, highestModseq)).expunged).toBeUndefined();
    expect((await access.changesSince(id, 0)).expunged).toEqual([]);
    expect(await access.expungedSince(id, highestModseq + 4)).toEqual(uids.slice(2, 4));
    // An index of a process that was behind the log finds the way all the same.
    await index.refresh(access);
    expect([index.count, index.expungeCount, index.row(uids[4] ?? 0)?.uid]).toEqual([1, 4, uids[4]]);
  });
});

type Step =
  | { readonly kind: 'append' | 'restore' | 'crash' | 'prune' }
  | { readonly kind: 'flag' | 'expunge'; readonly pick: number };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>({ kind: 'append' }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('flag', 'expunge'), pick: fc.nat(9) }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Step>({ kind: 'crash' }, { kind: 'prune' }, { kind: 'restore' }),
    },
  ) as fc.Arbitrary<Step>,
  { minLength: 1, maxLength: 25 },
);

describe('UID, UIDVALIDITY and MODSEQ', () => {
  it('I9 never go back, whatever is appended, deleted, broken off and restored', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const access = await newAccess();
        const { id } = await access.open('INBOX');
        const given = new Set<string>();
        const mirror = new Map<number, number>();
        let synced = 0;
        let saved: { rows: unknown; uids: Set<number> } | undefined;
        let before = await access.open('INBOX');
        for (const step of taken) {
          const uids = [...mirror.keys()];
          switch (step.kind) {
            case 'append': {
              const [uid = 0] = await appendAll(access, 'INBOX', [`<${given.size}@i9>|`]);
              const { uidValidity } = await access.open('INBOX');
              expect(given.has(`${uidValidity} ${uid}`)).toBe(false);
              given.add(`${uidValidity} ${uid}`);
              break;
            }
            case 'flag': {
              const uid = uids[step.pick];
              if (uid === undefined) break;
              await access.storeFlags({
                mailboxId: id,
                uids: [uid],
                change: 'replace',
                flags: step.pick,
                keywords: [],
              });
              break;
            }
            case 'expunge': {
              const uid = uids[step.pick];
              if (uid !== undefined) await expungeAll(access, id, [uid]);
              break;
            }
            case 'crash':
              // A transaction that dies with its connection: nothing of it may be seen or counted.
              await expect(
                test.database.transaction(async (tx) => {
                  await tx.rows(
                    'update mailbox set uid_next = uid_next + 5, highest_modseq = highest_modseq + 5 where id = $1',
                    [id],
                  );
                  await tx.rows('delete from mailbox_message where mailbox_id = $1', [id]);
                  await tx.rows('select pg_terminate_backend(pg_backend_pid())');
                }),
              ).rejects.toThrow();
              break;
            case 'prune':
              await pruneExpunged(test.database, { kept: 1, mailboxesMax: 1000 });
              break;
            case 'restore':
              if (saved === undefined) {
                const rows = await snapshotOf(id);
                saved = { rows, uids: new Set(uids) };
              } else {
                await bringBack(id, saved.rows);
                await renewUidValidity(test.database);
                saved = undefined;
                mirror.clear();
                synced = 0;
              }
          }
          const now = await access.open('INBOX');
          if (now.uidValidity === before.uidValidity) {
            expect(now.uidNext).toBeGreaterThanOrEqual(before.uidNext);
            expect(now.highestModseq).toBeGreaterThanOrEqual(before.highestModseq);
          } else expect(now.uidValidity).toBeGreaterThan(before.uidValidity);
          before = now;
          const changes = await access.changesSince(id, synced);
          const whole = (await access.changesSince(id, 0)).entries;
          for (const { uid, modseq } of changes.entries) {
            expect(modseq).toBeGreaterThan(synced);
            expect(modseq).toBeLessThanOrEqual(now.highestModseq);
            mirror.set(uid, modseq);
          }
          const gone =
            changes.expunged ?? [...mirror.keys()].filter((uid) => whole.every((one) => one.uid !== uid));
          for (const uid of gone) mirror.delete(uid);
          synced = changes.mailbox.highestModseq;
          expect([...mirror].sort(([one], [other]) => one - other)).toEqual(
            whole.map(({ uid, modseq }) => [uid, modseq]),
          );
          expect(now.uidNext).toBeGreaterThan(Math.max(0, ...mirror.keys()));
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

/** What a backup holds of a mailbox. */
async function snapshotOf(id: string): Promise<unknown> {
  const [row] = await test.database.rows<{ rows: unknown }>(
    `select jsonb_build_object(
       'box', (select to_jsonb(b) from mailbox b where id = $1),
       'entries', coalesce((select jsonb_agg(to_jsonb(e)) from mailbox_message e where mailbox_id = $1), '[]'),
       'expunged', coalesce((select jsonb_agg(to_jsonb(x)) from expunged x where mailbox_id = $1), '[]')) as rows`,
    [id],
  );
  return row?.rows;
}

async function bringBack(id: string, rows: unknown): Promise<void> {
  const saved = JSON.stringify(rows);
  await test.database.transaction(async (tx) => {
    await tx.rows('delete from mailbox_message where mailbox_id = $1', [id]);
    await tx.rows('delete from expunged where mailbox_id = $1', [id]);
    await tx.rows(
      `update mailbox b set uid_validity = o.uid_validity, uid_next = o.uid_next, highest_modseq = o.highest_modseq,
         message_count = o.message_count, unseen_count = o.unseen_count, deleted_count = o.deleted_count,
         total_size = o.total_size, expunged_floor = o.expunged_floor
       from jsonb_populate_record(null::mailbox, $2::jsonb -> 'box') o where b.id = $1`,
      [id, saved],
    );
    await tx.rows(
      `insert into mailbox_message select * from jsonb_populate_recordset(null::mailbox_message, $1::jsonb -> 'entries')`,
      [saved],
    );
    await tx.rows(
      `insert into expunged select * from jsonb_populate_recordset(null::expunged, $1::jsonb -> 'expunged')`,
      [saved],
    );
  });
}
