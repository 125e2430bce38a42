import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { IndexCache } from '#mail/imap/mailbox/index-cache.ts';
import { MailboxReplaced } from '#mail/imap/mailbox/mailbox-index.ts';
import { MailboxView } from '#mail/imap/mailbox/mailbox-view.ts';
import { MemoryMail } from '#support/memory-mail-access.ts';

type Step =
  | { readonly kind: 'deliver' | 'tell' | 'tell_without_expunges' }
  | { readonly kind: 'take_out' | 'flag'; readonly pick: number };

const steps = fc.array(
  fc.oneof(
    fc.constantFrom<Step>({ kind: 'deliver' }, { kind: 'tell' }, { kind: 'tell_without_expunges' }),
    fc.record({ kind: fc.constantFrom<'take_out' | 'flag'>('take_out', 'flag'), pick: fc.nat({ max: 20 }) }),
  ),
  { maxLength: 30 },
);

/** A client that believes only what it is told: flags by position. */
function believe(client: string[], lines: readonly string[]): void {
  for (const line of lines) {
    const [, number = '', word = ''] = /^\* (\d+) (\w+)/.exec(line) ?? [];
    const position = Number(number) - 1;
    if (word === 'EXPUNGE') expect(client.splice(position, 1)).toHaveLength(1);
    else if (word === 'EXISTS') while (client.length < Number(number)) client.push('?');
    else if (word === 'FETCH') {
      expect(client[position]).toBeDefined();
      client[position] = /FLAGS \((.*?)\)/.exec(line)?.[1] ?? '?';
    }
  }
}

describe('MailboxView', () => {
  it('I9 leads a client that believes every line to what is stored, whatever happens between', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const mail = new MemoryMail();
        const access = mail.access();
        const cache = new IndexCache(1000);
        const mailbox = await access.open('INBOX');
        const index = cache.acquire(mailbox);
        await index.refresh(access);
        const view = new MailboxView(mailbox, index, false);
        const client: string[] = [];
        const uids: number[] = [];
        const told = (expunges: boolean): void =>
          believe(client, view.tell({ expunges, modseq: false, vanished: false }));
        for (const step of taken) {
          if (step.kind === 'deliver') uids.push(mail.deliver('INBOX', 'x'));
          else if (step.kind === 'take_out') mail.takeOut('INBOX', uids.splice(step.pick, 1));
          else if (step.kind === 'flag') {
            const change = { change: 'add', flags: 1, keywords: [] } as const;
            await access.storeFlags({ mailboxId: mailbox.id, uids: uids.slice(step.pick), ...change });
          } else {
            await index.refresh(access);
            const before = client.length;
            told(step.kind === 'tell');
            if (step.kind !== 'tell') expect(client.length).toBeGreaterThanOrEqual(before);
          }
          expect(view.count).toBe(client.length);
        }
        await index.refresh(access);
        told(true);
        expect(view.all().map((ref) => ref.uid)).toEqual(uids);
        const stored = (await access.changesSince(mailbox.id, 0)).entries;
        for (const [position, entry] of stored.entries()) {
          // What a client was never told of, it asks for; what it was told is true.
          expect(['?', entry.flags === 1 ? '\\Seen' : '']).toContain(client[position]);
        }
      }),
      { numRuns: 300 },
    );
  }, 30_000);

  it('I8 resolves any set without going beyond the mailbox', async () => {
    const mail = new MemoryMail();
    const access = mail.access();
    const mailbox = await access.open('INBOX');
    const index = new IndexCache(10).acquire(mailbox);
    const empty = new MailboxView(mailbox, index, false);
    const all = [{ first: 1, last: Number.POSITIVE_INFINITY }];
    expect(empty.resolve(all, false)).toEqual([]);
    expect(empty.resolve(all, true)).toEqual([]);
    for (let count = 0; count < 3; count += 1) mail.deliver('INBOX', 'x');
    mail.takeOut('INBOX', [2]);
    await index.refresh(access);
    const view = new MailboxView(mailbox, index, false);
    const shown = (first: number, last: number, byUid: boolean): string =>
      view
        .resolve([{ first, last }], byUid)
        .map(({ sequence, uid }) => `${sequence}=${uid}`)
        .join(' ');
    expect(shown(1, 4_294_967_295, false)).toBe('1=1 2=3');
    expect(shown(2, 4_294_967_295, true)).toBe('2=3');
    expect(shown(4_294_967_295, Number.POSITIVE_INFINITY, true)).toBe('2=3');
    expect(shown(3, 9, false)).toBe('');
  });
});

describe('IndexCache', () => {
  it('I10 shares an index within an account and never beyond it', async () => {
    const cache = new IndexCache(1000);
    const mailbox = await new MemoryMail().access().open('INBOX');
    const index = cache.acquire(mailbox);
    expect(cache.acquire(mailbox)).toBe(index);
    expect(cache.acquire({ ...mailbox, accountId: 'account-2' })).not.toBe(index);
    expect(cache.acquire({ ...mailbox, uidValidity: 7 })).not.toBe(index);
  });

  it('I9 gives an index up when the mailbox was restored under another UIDVALIDITY', async () => {
    const access = new MemoryMail().access();
    const mailbox = await access.open('INBOX');
    const index = new IndexCache(10).acquire({ ...mailbox, uidValidity: 7 });
    await expect(index.refresh(access)).rejects.toThrow(MailboxReplaced);
  });

  it('keeps what nobody has open only up to its limit', async () => {
    const mail = new MemoryMail();
    mail.deliver('INBOX', 'x');
    const access = mail.access();
    const mailbox = await access.open('INBOX');
    const [small, none] = [new IndexCache(1), new IndexCache(0)];
    for (const cache of [small, none]) {
      const index = cache.acquire(mailbox);
      await index.refresh(access);
      cache.release(mailbox);
      expect(cache.acquire(mailbox) === index).toBe(cache === small);
    }
  });

  it('answers callers that come during a read with one that starts after it', async () => {
    const mail = new MemoryMail();
    const access = mail.access();
    const mailbox = await access.open('INBOX');
    const index = new IndexCache(10).acquire(mailbox);
    const first = index.refresh(access);
    mail.deliver('INBOX', 'x');
    await Promise.all([first, index.refresh(access), index.refresh(access)]);
    expect(index.count).toBe(1);
  });
});
