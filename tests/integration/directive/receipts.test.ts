import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueDirective, type IssuedDirective } from '#app/directive/issue-directive.ts';
import { recallDirective } from '#app/directive/recall-directive.ts';
import { acknowledgeAssignment, openAssignment } from '#app/directive/receive-assignment.ts';
import { recordArrivals } from '#app/directive/record-arrivals.ts';
import type { LogStamper } from '#app/ports/log-stamper.ts';
import type { Clock } from '#domain/clock.ts';
import type { RequestedRecipient } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { connectLogStamper } from '#store/log/log-stamper.ts';
import { createMailAccess } from '#store/mail/mail-access.ts';
import { recalledKeyword } from '#store/mail/keywords.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { clerk, districtHead, leader, official } from '#support/start-test-hub.ts';

const specialist = 'khoa.nh01@stttt.binhthuan.example';
let demo: DemoFixture;
let relay: LogStamper;

beforeAll(async () => {
  demo = await createDemoFixture({ connectionsMax: 20 });
  relay = await connectLogStamper(demo.url, () => undefined);
});
afterAll(async () => {
  await relay.close();
  await demo.drop();
});

async function issueTo(...recipients: RequestedRecipient[]): Promise<IssuedDirective> {
  const issued = await issueDirective(demo.ports, draft(await demo.actor(leader), recipients));
  await relay.stamp(1000);
  return issued;
}

const toDepartment = (): RequestedRecipient => ({
  role: 'lead',
  kind: 'unit',
  id: demo.unitId('Sở Thông tin và Truyền thông'),
});

function assignmentOf(issued: IssuedDirective, ordinal = 0): string {
  const assignment = issued.event.assignments[ordinal];
  if (assignment === undefined) throw new Error(`no assignment ${ordinal}`);
  return assignment.id;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HubError);
  return (error as HubError).code;
}

async function seen(address: string, issued: IssuedDirective) {
  return demo.ports.store.directives.seenDirective(await demo.actor(address), issued.id);
}

async function lastEvents(count: number): Promise<string[]> {
  const rows = await demo.database.rows<{ type: string }>(
    `select type from outbox order by id desc limit $1`,
    [count],
  );
  return rows.map((row) => row.type).toReversed();
}

/** The entry of the directive's mail in the account's INBOX, through its own mail session. */
async function mailOf(address: string, issued: IssuedDirective, clock: Clock = demo.ports.clock) {
  const access = createMailAccess(
    demo.database,
    clock,
    { accountId: demo.accountId(address), address },
    {
      messageBytesMax: 100_000,
      prepare: () => Promise.reject(new Error('nothing is appended here')),
      index: () => Promise.reject(new Error('nothing is searched here')),
      afterCommit: () => undefined,
    },
  );
  const inbox = await access.open('INBOX');
  const entry = async () => {
    const changes = await access.changesSince(inbox.id, 0);
    return changes.entries.find((candidate) => candidate.messageId === issued.event.messageId);
  };
  const found = await entry();
  if (found === undefined) throw new Error(`${address} has no mail of ${issued.code}`);
  return { access, mailboxId: inbox.id, uid: found.uid, entry };
}

describe('acknowledgeAssignment', () => {
  it('by the head makes the unit’s assignment acknowledged, for everyone who may see it', async () => {
    const issued = await issueTo(toDepartment());
    await acknowledgeAssignment(demo.ports, {
      actor: await demo.actor(official),
      assignmentId: assignmentOf(issued),
    });
    const chair = await seen(leader, issued);
    expect(chair?.assignments.map(({ state }) => state)).toEqual(['acknowledged']);
    expect(chair?.counts).toEqual({ recipients: 5, delivered: 5, arrived: 1, opened: 1, acknowledged: 1 });
    const colleague = await seen('vanthu@stttt.binhthuan.example', issued);
    expect(colleague?.assignments.map(({ state }) => state)).toEqual(['acknowledged']);
    expect(colleague?.mine).toEqual({});
    const board = await demo.ports.store.directives.board(issued.id, { limit: 10 });
    expect(board.items.filter((row) => row.acknowledgedAt !== undefined).map((row) => row.address)).toEqual([
      official,
    ]);
  });

  it('is not for a specialist of the unit, who is not told that it exists', async () => {
    const issued = await issueTo(toDepartment());
    const actor = await demo.actor(specialist);
    expect(
      await refusal(acknowledgeAssignment(demo.ports, { actor, assignmentId: assignmentOf(issued) })),
    ).toBe('not_found');
    expect(await refusal(openAssignment(demo.ports, { actor, assignmentId: assignmentOf(issued) }))).toBe(
      'not_found',
    );
    expect(await seen(specialist, issued)).toBeUndefined();
    expect((await seen(leader, issued))?.counts.opened).toBe(0);
  });

  it('is not for the issuer, nor for a recipient of another assignment', async () => {
    const issued = await issueTo(toDepartment(), {
      role: 'coord',
      kind: 'unit',
      id: demo.unitId('thành phố Phan Thiết'),
    });
    const chair = await demo.actor(leader);
    expect(
      await refusal(acknowledgeAssignment(demo.ports, { actor: chair, assignmentId: assignmentOf(issued) })),
    ).toBe('not_permitted');
    const other = await demo.actor(districtHead);
    expect(
      await refusal(acknowledgeAssignment(demo.ports, { actor: other, assignmentId: assignmentOf(issued) })),
    ).toBe('not_found');
  });

  it('is refused after a recall, also when the recall commits while it waits', async () => {
    const issued = await issueTo(toDepartment());
    const actor = await demo.actor(official);
    const stored = (await seen(leader, issued))?.directive;
    if (stored === undefined) throw new Error('nothing was stored');
    const released = Promise.withResolvers<void>();
    const marked = Promise.withResolvers<void>();
    const recalling = demo.ports.store.transaction(async (tx) => {
      await tx.recallDirective(stored, new Date(), 'Nhầm');
      marked.resolve();
      await released.promise;
    });
    await marked.promise;
    const acknowledging = refusal(
      acknowledgeAssignment(demo.ports, { actor, assignmentId: assignmentOf(issued) }),
    );
    await waitsForLock();
    released.resolve();
    await recalling;
    expect(await acknowledging).toBe('directive_already_closed');
    expect(
      await refusal(acknowledgeAssignment(demo.ports, { actor, assignmentId: assignmentOf(issued) })),
    ).toBe('directive_already_closed');
    expect((await seen(leader, issued))?.counts.acknowledged).toBe(0);
    // To have read it is a fact all the same.
    await openAssignment(demo.ports, { actor, assignmentId: assignmentOf(issued) });
    expect((await seen(leader, issued))?.counts.opened).toBe(1);
  });
});

async function waitsForLock(): Promise<void> {
  for (;;) {
    const rows = await demo.database.rows(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
  }
}

describe('receipts and \\Seen', () => {
  it('\\Seen set by a mail client is the receipt opened, in the same transaction', async () => {
    const issued = await issueTo(toDepartment());
    const { access, mailboxId, uid } = await mailOf(official, issued);
    await access.storeFlags({ mailboxId, uids: [uid], change: 'add', flags: flagBit.seen, keywords: [] });
    expect((await seen(official, issued))?.mine?.openedAt).toBeInstanceOf(Date);
    expect((await seen(leader, issued))?.counts).toMatchObject({ arrived: 1, opened: 1, acknowledged: 0 });
    expect(await lastEvents(2)).toEqual(['mailbox.changed', 'assignment.opened']);
    const [pair] = await demo.database.rows<{ transactions: number }>(
      `select count(distinct xmin::text) as transactions from (select xmin from outbox order by id desc limit 2) last`,
    );
    expect(pair?.transactions).toBe(1);
  });

  it('opened in the page sets \\Seen, in the same transaction', async () => {
    const issued = await issueTo(toDepartment());
    const mail = await mailOf(official, issued);
    const before = await mail.entry();
    await openAssignment(demo.ports, {
      actor: await demo.actor(official),
      assignmentId: assignmentOf(issued),
    });
    const after = await mail.entry();
    expect((before?.flags ?? 0) & flagBit.seen).toBe(0);
    expect((after?.flags ?? 0) & flagBit.seen).toBe(flagBit.seen);
    expect(after?.modseq).toBeGreaterThan(before?.modseq ?? 0);
    const written = await lastEvents(2);
    expect(written.toSorted()).toEqual(['assignment.opened', 'mailbox.changed']);
    // Nobody else's mail is touched.
    const colleague = await mailOf('vanthu@stttt.binhthuan.example', issued);
    expect(((await colleague.entry())?.flags ?? 0) & flagBit.seen).toBe(0);
  });

  it('a fetch by a mail client is the receipt arrived, once', async () => {
    const issued = await issueTo(toDepartment());
    const { access, mailboxId, uid } = await mailOf(official, issued);
    await access.arrived(mailboxId, [uid]);
    await access.arrived(mailboxId, [uid]);
    expect((await seen(leader, issued))?.counts).toMatchObject({ arrived: 1, opened: 0 });
    expect((await lastEvents(2)).filter((type) => type === 'assignment.arrived')).toHaveLength(1);
  });
});

describe('recordArrivals', () => {
  it('counts what was issued up to the position and nothing after it', async () => {
    const first = await issueTo(toDepartment());
    const upTo = await demo.ports.store.log.head();
    const second = await issueTo(toDepartment());
    await recordArrivals(demo.ports, [{ accountId: demo.accountId(official), upTo }]);
    expect((await seen(leader, first))?.counts.arrived).toBe(1);
    expect((await seen(leader, second))?.counts.arrived).toBe(0);
    const before = demo.commits();
    await recordArrivals(demo.ports, [{ accountId: demo.accountId(official), upTo }]);
    expect(demo.commits()).toBe(before);
  });
});

describe('recallDirective', () => {
  it('marks the mail in every mailbox, moved ones too, and closes every assignment', async () => {
    const issued = await issueTo({ role: 'info', kind: 'everyone' });
    const moved = await mailOf(clerk, issued);
    await moved.access.create('Lưu', undefined);
    await moved.access.move(moved.mailboxId, [moved.uid], 'Lưu');
    await recallDirective(demo.ports, {
      actor: await demo.actor(leader),
      id: issued.id,
      reason: 'Nhầm nơi nhận',
    });
    const rows = await demo.database.rows<{ keywords: string[]; fresh: boolean }>(
      `select e.keywords, e.modseq = b.highest_modseq as fresh
       from mailbox_message e join mailbox b on b.id = e.mailbox_id where e.message_id = $1`,
      [issued.event.messageId],
    );
    expect(rows).toHaveLength(60);
    expect(
      rows.filter(
        (row) => row.keywords.filter((keyword) => keyword === recalledKeyword).length === 1 && row.fresh,
      ),
    ).toHaveLength(60);
    const chair = await seen(leader, issued);
    expect(chair?.directive.state).toBe('recalled');
    expect(chair?.directive.recallReason).toBe('Nhầm nơi nhận');
    expect(chair?.assignments.map(({ state }) => state)).toEqual(['cancelled']);
    expect(await lastEvents(1)).toEqual(['directive.recalled']);
  });

  it('is the issuer’s alone, once, with a reason', async () => {
    const issued = await issueTo(toDepartment());
    const chair = await demo.actor(leader);
    const recall = (actor: typeof chair, reason: string) =>
      recallDirective(demo.ports, { actor, id: issued.id, reason });
    expect(await refusal(recall(await demo.actor(official), 'x'))).toBe('not_permitted');
    expect(await refusal(recall(await demo.actor(specialist), 'x'))).toBe('not_found');
    expect(await refusal(recall(chair, '  '))).toBe('bad_input');
    await recall(chair, 'Nhầm');
    expect(await refusal(recall(chair, 'Nhầm'))).toBe('directive_already_closed');
  });
});

interface Times {
  arrived: number | undefined;
  opened: number | undefined;
  acknowledged: number | undefined;
}

const kinds = ['arrive', 'open', 'acknowledge', 'seen', 'fetch'] as const;
const order = { arrive: 1, fetch: 1, open: 2, seen: 2, acknowledge: 3 } as const;

describe('receipts, by a model', () => {
  const readers = [
    official,
    'vanthu@stttt.binhthuan.example',
    'hopthu@stttt.binhthuan.example',
    districtHead,
    clerk,
    specialist,
  ];
  const acts = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(readers.length - 1)), {
    minLength: 10,
    maxLength: 40,
  });

  it('each implies the earlier ones, the first time wins, and counts and states are those of the rows', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (sequence) => {
        const issued = await issueTo(
          toDepartment(),
          { role: 'coord', kind: 'person', id: demo.personId(official) },
          { role: 'coord', kind: 'person', id: demo.personId(districtHead) },
          { role: 'coord', kind: 'unit', id: demo.unitId('Ủy ban nhân dân tỉnh Bình Thuận') },
        );
        await expectModel(issued, sequence);
      }),
      { numRuns: 8, seed: 20_160_511 },
    );
  });

  it('holds for everyone, whose assignment is acknowledged when all have', async () => {
    const issued = await issueTo({ role: 'info', kind: 'everyone' });
    const all = demo.province.accounts.filter(({ kind }) => kind !== 'system').map(({ address }) => address);
    for (const [index, address] of all.entries()) {
      expect((await seen(leader, issued))?.assignments[0]?.state).toBe(index === 0 ? 'sent' : 'arrived');
      await acknowledgeAssignment(demo.ports, {
        actor: await demo.actor(address),
        assignmentId: assignmentOf(issued),
      });
      expect((await seen(address, issued))?.mine?.acknowledgedAt).toBeInstanceOf(Date);
    }
    expect((await seen(leader, issued))?.assignments[0]?.state).toBe('acknowledged');
    await expectRows(issued);
  });

  /** Plays the acts at rising times, on those readers who are recipients, and compares rows with the model. */
  async function expectModel(
    issued: IssuedDirective,
    sequence: readonly (readonly [(typeof kinds)[number], number])[],
  ) {
    const head = await demo.ports.store.log.head();
    const model = new Map<string, Times>();
    let nowMs = Date.now();
    for (const [kind, index] of sequence) {
      const address = readers[index] ?? official;
      const path = await seen(address, issued);
      const assignmentId = path?.assignments[0]?.id;
      if (path === undefined || assignmentId === undefined) continue;
      nowMs += 1000;
      const ports = { ...demo.ports, clock: { now: () => new Date(nowMs) } };
      await act(kind, { ports, address, assignmentId, issued, head });
      const times = model.get(address) ?? { arrived: undefined, opened: undefined, acknowledged: undefined };
      times.arrived ??= nowMs;
      if (order[kind] >= 2) times.opened ??= nowMs;
      if (order[kind] >= 3) times.acknowledged ??= nowMs;
      model.set(address, times);
    }
    const rows = await demo.database.rows<{
      account_id: string;
      arrived_at: Date | null;
      opened_at: Date | null;
      acknowledged_at: Date | null;
    }>(`select * from recipient where directive_id = $1 and arrived_at is not null`, [issued.id]);
    const stored = rows.map((row): [string, Times] => [
      demo.address(row.account_id),
      {
        arrived: row.arrived_at?.getTime(),
        opened: row.opened_at?.getTime(),
        acknowledged: row.acknowledged_at?.getTime(),
      },
    ]);
    expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(model));
    await expectRows(issued);
  }

  interface ActInput {
    readonly ports: DemoFixture['ports'];
    readonly address: string;
    readonly assignmentId: string;
    readonly issued: IssuedDirective;
    readonly head: number;
  }

  async function act(kind: (typeof kinds)[number], input: ActInput): Promise<void> {
    const { ports, address, assignmentId, issued, head } = input;
    const actor = await demo.actor(address);
    if (kind === 'arrive') return recordArrivals(ports, [{ accountId: actor.accountId, upTo: head }]);
    if (kind === 'open') return void (await openAssignment(ports, { actor, assignmentId }));
    if (kind === 'acknowledge') return void (await acknowledgeAssignment(ports, { actor, assignmentId }));
    const { access, mailboxId, uid } = await mailOf(address, issued, ports.clock);
    if (kind === 'fetch') return access.arrived(mailboxId, [uid]);
    // Taken off first, so that it is set anew: the receipt must stay the first one all the same.
    await access.storeFlags({ mailboxId, uids: [uid], change: 'remove', flags: flagBit.seen, keywords: [] });
    await access.storeFlags({ mailboxId, uids: [uid], change: 'add', flags: flagBit.seen, keywords: [] });
  }

  /** Cached figures against what the rows of `recipient` say. */
  async function expectRows(issued: IssuedDirective): Promise<void> {
    const wrong = await demo.database.rows(
      `select a.ordinal, a.arrived_at, a.acknowledged_at, c.*
       from assignment a, lateral (
         select min(r.arrived_at) as arrived,
           case when a.assignee_kind <> 'everyone' then min(r.acknowledged_at)
                when count(*) = count(r.acknowledged_at) then max(r.acknowledged_at) end as acknowledged
         from recipient r where r.directive_id = a.directive_id and a.ordinal = any(r.ordinals)) c
       where a.directive_id = $1
         and (a.arrived_at is distinct from c.arrived or a.acknowledged_at is distinct from c.acknowledged)`,
      [issued.id],
    );
    expect(wrong).toEqual([]);
    const counts = await demo.database.rows(
      `select d.code from directive d, lateral (
         select count(*) as n, count(arrived_at) as arrived, count(opened_at) as opened, count(acknowledged_at) as acknowledged
         from recipient where directive_id = d.id) c
       where d.id = $1 and (d.recipient_count, d.arrived_count, d.opened_count, d.acknowledged_count)
         is distinct from (c.n, c.arrived, c.opened, c.acknowledged)`,
      [issued.id],
    );
    expect(counts).toEqual([]);
  }
});
