import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { MailAccess } from '#app/ports/mail.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { MailboxIndex } from '#mail/imap/mailbox/mailbox-index.ts';
import { MemoryMail } from '#support/memory-mail-access.ts';

type Kind = 'deliver' | 'refresh' | 'take_out' | 'store' | 'store_unheard';

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Kind>('deliver', 'refresh', 'take_out', 'store', 'store_unheard'),
    pick: fc.nat({ max: 20 }),
    flags: fc.constantFrom(flagBit.flagged, flagBit.seen),
  }),
  { maxLength: 40 },
);

async function open(mail: MemoryMail): Promise<{ access: MailAccess; index: MailboxIndex; id: string }> {
  const access = mail.access();
  const { id, uidValidity } = await access.open('INBOX');
  const index = new MailboxIndex(id, uidValidity);
  await index.refresh(access);
  return { access, index, id };
}

/** What the index says of each message that the store has, and the store itself. */
async function compared(access: MailAccess, index: MailboxIndex, id: string) {
  const { entries, mailbox } = await access.changesSince(id, 0);
  const stored = entries.map(({ uid, flags, modseq }) => ({ uid, flags, modseq }));
  const known = Array.from(index.list().uids.subarray(0, index.count)).map((uid) => {
    const row = index.row(uid);
    return { uid, flags: row?.flags, modseq: row?.modseq };
  });
  return { stored, known, highest: mailbox.highestModseq };
}

describe('MailboxIndex.learn', () => {
  it('leads to what is stored, or says that it does not', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const mail = new MemoryMail();
        const { access, index, id } = await open(mail);
        const uids: number[] = [];
        for (const step of taken) {
          if (step.kind === 'deliver') uids.push(mail.deliver('INBOX', 'x'));
          else if (step.kind === 'refresh') await index.refresh(access);
          else if (step.kind === 'take_out') mail.takeOut('INBOX', uids.splice(step.pick, 1));
          else {
            const change = { change: step.pick % 2 === 0 ? 'add' : 'remove', keywords: [] } as const;
            const stored = await access.storeFlags({
              mailboxId: id,
              uids: uids.slice(step.pick),
              flags: step.flags,
              ...change,
            });
            if (step.kind === 'store' && index.learn(stored)) {
              const { stored: truth, known, highest } = await compared(access, index, id);
              expect(known).toEqual(truth);
              expect(index.highestModseq).toBe(highest);
            }
          }
        }
        await index.refresh(access);
        const { stored, known } = await compared(access, index, id);
        expect(known).toEqual(stored);
      }),
      { numRuns: 500 },
    );
  });

  it('knows nothing before the mailbox was read, and nothing of marks that each reader has for himself', async () => {
    const mail = new MemoryMail();
    const uid = mail.deliver('INBOX', 'x');
    const { access, id } = await open(mail);
    const { uidValidity } = await access.open('INBOX');
    const stored = await access.storeFlags({
      mailboxId: id,
      uids: [uid],
      change: 'add',
      flags: flagBit.seen,
      keywords: [],
    });
    expect(new MailboxIndex(id, uidValidity).learn(stored)).toBe(false);
    const personal = new MailboxIndex(id, uidValidity, 'reader');
    expect(personal.learn({ ...stored, highestModseq: 1 })).toBe(false);
  });
});

describe('MailboxIndex.withoutArrival', () => {
  it('names a message until its arrival was looked after, and a later one with its place in the columns', async () => {
    const mail = new MemoryMail();
    const [first, second] = [mail.deliver('INBOX', 'a'), mail.deliver('INBOX', 'b')];
    const { access, index } = await open(mail);
    index.markArrived([second]);
    expect(index.withoutArrival([first, second])).toEqual([first]);
    mail.takeOut('INBOX', [second]);
    const third = mail.deliver('INBOX', 'c');
    await index.refresh(access);
    expect(index.withoutArrival([first, third])).toEqual([first, third]);
  });
});
