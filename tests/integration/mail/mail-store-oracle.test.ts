import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MailAccess } from '#app/ports/mail.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { accessOf, makeAccounts, wrongCounters } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const paths = ['INBOX', 'Archive', 'Trash'] as const;
type Path = (typeof paths)[number];

interface Held {
  readonly text: string;
  flags: number;
  keywords: string[];
}

/** A mailbox as RFC 9051 tells it, in memory: entries by UID, and every UID that was ever taken. */
interface Model {
  readonly held: Map<number, Held>;
  uidNext: number;
}

type Step =
  | { readonly kind: 'append'; readonly path: Path; readonly text: string; readonly flags: number }
  | {
      readonly kind: 'store';
      readonly path: Path;
      readonly picks: readonly number[];
      readonly change: 'replace' | 'add' | 'remove';
      readonly flags: number;
      readonly keywords: readonly string[];
    }
  | {
      readonly kind: 'copy' | 'move';
      readonly path: Path;
      readonly to: Path;
      readonly picks: readonly number[];
    }
  | { readonly kind: 'expunge'; readonly path: Path; readonly picks: readonly number[] | undefined };

const path = fc.constantFrom(...paths);
const picks = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 5 });
const flags = fc.integer({ min: 0, max: 31 });
const keywords = fc.uniqueArray(fc.constantFrom('a', 'b', 'Khan'), { maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('append'), path, text: fc.string({ maxLength: 20 }), flags }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('store'),
      path,
      picks,
      change: fc.constantFrom('replace', 'add', 'remove'),
      flags,
      keywords,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('copy', 'move'), path, to: path, picks }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('expunge'), path, picks: fc.option(picks, { nil: undefined }) }),
  },
) as fc.Arbitrary<Step>;

function putCopies(from: Model, to: Model, uids: readonly number[]): number[] {
  return uids.map((uid) => {
    const held = from.held.get(uid);
    if (held === undefined) throw new Error(`no ${uid}`);
    to.held.set(to.uidNext, { ...held, keywords: [...held.keywords] });
    return to.uidNext++;
  });
}

function changed(had: Held, step: Extract<Step, { kind: 'store' }>): Held {
  if (step.change === 'replace') return { ...had, flags: step.flags, keywords: [...step.keywords] };
  if (step.change === 'add')
    return {
      ...had,
      flags: had.flags | step.flags,
      keywords: [...new Set([...had.keywords, ...step.keywords])],
    };
  return {
    ...had,
    flags: had.flags & ~step.flags,
    keywords: had.keywords.filter((keyword) => !step.keywords.includes(keyword)),
  };
}

const sorted = (uids: Iterable<number>) => [...uids].sort((a, b) => a - b);

/** Runs a step on both and compares what the caller is told. */
async function take(access: MailAccess, models: Record<Path, Model>, step: Step): Promise<void> {
  const model = models[step.path];
  const mailbox = await access.open(step.path);
  if (step.kind === 'append') {
    const { text, flags } = step;
    const bytes = Buffer.from(text);
    const done = await access.append({
      accountId: access.accountId,
      path: step.path,
      bytes,
      flags,
      keywords: [],
      internalDate: undefined,
    });
    expect(done).toEqual({ uid: model.uidNext, uidValidity: mailbox.uidValidity });
    model.held.set(model.uidNext++, { text, flags, keywords: [] });
    return;
  }
  const present = sorted((step.picks ?? [...model.held.keys()]).filter((uid) => model.held.has(uid)));
  if (step.kind === 'store') {
    const done = await access.storeFlags({ ...step, mailboxId: mailbox.id, uids: step.picks });
    for (const uid of present) {
      const had = model.held.get(uid);
      if (had !== undefined) model.held.set(uid, changed(had, step));
    }
    expect(done.entries.map((entry) => [entry.uid, entry.flags])).toEqual(
      present.map((uid) => [uid, model.held.get(uid)?.flags]),
    );
  } else if (step.kind === 'expunge') {
    const gone = present.filter((uid) => ((model.held.get(uid)?.flags ?? 0) & flagBit.deleted) !== 0);
    expect(await access.expunge(mailbox.id, step.picks)).toEqual(gone);
    for (const uid of gone) model.held.delete(uid);
  } else {
    const done = await access[step.kind](mailbox.id, step.picks, step.to);
    const targetUids = putCopies(model, models[step.to], present);
    if (step.kind === 'move') for (const uid of present) model.held.delete(uid);
    expect(done).toMatchObject({ sourceUids: present, targetUids });
  }
}

/** What a client keeps that only ever asks for changes since the last modseq it saw. */
interface Mirror {
  readonly held: Map<number, { flags: number; keywords: string[] }>;
  modseq: number;
}

async function follow(access: MailAccess, path: Path, mirror: Mirror): Promise<void> {
  const { id } = await access.open(path);
  const { mailbox, entries, expunged = [] } = await access.changesSince(id, mirror.modseq);
  expect(mailbox.highestModseq).toBeGreaterThanOrEqual(mirror.modseq);
  if (entries.length + expunged.length > 0) expect(mailbox.highestModseq).toBeGreaterThan(mirror.modseq);
  for (const uid of expunged) mirror.held.delete(uid);
  for (const entry of entries) {
    expect(entry.modseq).toBeGreaterThan(mirror.modseq);
    mirror.held.set(entry.uid, { flags: entry.flags, keywords: [...entry.keywords].sort() });
  }
  mirror.modseq = mailbox.highestModseq;
}

describe('createMailAccess', () => {
  it('keeps entries, UIDs, counters and modseqs as the model does, and a client that follows keeps up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const [account] = await makeAccounts(test.database, 1);
        if (account === undefined) throw new Error('no account');
        const { access } = accessOf(test.database, account);
        const models = Object.fromEntries(
          paths.map((each) => [each, { held: new Map(), uidNext: 1 }]),
        ) as Record<Path, Model>;
        const mirrors = Object.fromEntries(
          paths.map((each) => [each, { held: new Map(), modseq: 1 }]),
        ) as Record<Path, Mirror>;
        for (const [index, each] of steps.entries()) {
          await take(access, models, each);
          if (index % 3 === 0) for (const one of paths) await follow(access, one, mirrors[one]);
        }
        for (const one of paths) {
          await follow(access, one, mirrors[one]);
          const model = models[one];
          const expected = sorted(model.held.keys()).map((uid) => [
            uid,
            { flags: model.held.get(uid)?.flags, keywords: model.held.get(uid)?.keywords.sort() },
          ]);
          expect([...mirrors[one].held].sort(([a], [b]) => a - b)).toEqual(expected);
          const mailbox = await access.open(one);
          expect(mailbox.uidNext).toBe(model.uidNext);
          expect(mailbox.messages).toBe(model.held.size);
          for (const [uid, held] of model.held)
            expect(await access.bytes(mailbox.id, uid, 0, 100)).toEqual(Buffer.from(held.text));
        }
        expect(await wrongCounters(test.database)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps all of it while four sessions change the same mailboxes at once', async () => {
    const [account] = await makeAccounts(test.database, 1);
    if (account === undefined) throw new Error('no account');
    const sessions = Array.from({ length: 4 }, () => accessOf(test.database, account).access);
    const work = sessions.map(async (access, turn) => {
      for (let round = 0; round < 8; round += 1) {
        const [here, there] =
          (turn + round) % 2 === 0 ? (['INBOX', 'Archive'] as const) : (['Archive', 'INBOX'] as const);
        const { id } = await access.open(here);
        await access.append({
          accountId: access.accountId,
          path: here,
          bytes: Buffer.from(`${turn} ${round}`),
          flags: 0,
          keywords: [],
          internalDate: undefined,
        });
        const { entries } = await access.changesSince(id, 0);
        const uids = entries.map((entry) => entry.uid);
        await access.storeFlags({
          mailboxId: id,
          uids: uids.slice(0, 3),
          change: 'add',
          flags: flagBit.seen,
          keywords: [],
        });
        await access.move(id, uids.slice(0, 2), there);
        await access.copy(id, uids.slice(2, 3), there);
        await access.storeFlags({
          mailboxId: id,
          uids: uids.slice(3, 4),
          change: 'add',
          flags: flagBit.deleted,
          keywords: [],
        });
        await access.expunge(id, undefined);
      }
    });
    await Promise.all(work);
    expect(await wrongCounters(test.database)).toEqual([]);
    const reused = await test.database.rows(
      `select 1 from expunged x join mailbox_message e on e.mailbox_id = x.mailbox_id and e.uid = x.uid`,
    );
    expect(reused).toEqual([]);
  });
});
