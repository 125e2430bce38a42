import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { recallDirective } from '#app/directive/recall-directive.ts';
import { acknowledgeAssignment, openAssignment } from '#app/directive/receive-assignment.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { accessOf } from '#support/mail-fixture.ts';
import { clerk, leader, official, viceLeader } from '#support/start-test-hub.ts';

const rounds = 40;
let demo: DemoFixture;

beforeAll(async () => {
  demo = await createDemoFixture({ connectionsMax: 30 });
});
afterAll(() => demo.drop());

describe('everything that takes mailboxes and a directive', () => {
  it(`never deadlocks: \\Seen, open, acknowledge, recall and issue at once, ${rounds} times`, async () => {
    const chair = await demo.actor(leader);
    const readers = await Promise.all([official, clerk, viceLeader].map((address) => demo.actor(address)));
    for (let round = 0; round < rounds; round += 1) {
      const issued = await issueDirective(demo.ports, draft(chair, [{ role: 'info', kind: 'everyone' }]));
      const assignmentId = issued.event.assignments[0]?.id ?? '';
      const works = readers.flatMap((actor) => [
        () => flagSeen(actor.accountId, actor.address, issued.event.messageId),
        () => openAssignment(demo.ports, { actor, assignmentId }),
        () => acknowledgeAssignment(demo.ports, { actor, assignmentId }),
      ]);
      const recall = () => recallDirective(demo.ports, { actor: chair, id: issued.id, reason: 'Nhầm' });
      const another = () => issueDirective(demo.ports, draft(chair, [{ role: 'info', kind: 'everyone' }]));
      // The recall comes in at another place each time.
      works.splice(round % (works.length + 1), 0, recall, another as () => Promise<never>);
      const outcomes = await Promise.allSettled(works.map((work) => work()));
      const faults = outcomes.filter(
        (outcome) =>
          outcome.status === 'rejected' &&
          !(outcome.reason instanceof HubError && outcome.reason.code === 'directive_already_closed'),
      );
      expect(faults).toEqual([]);
    }
    // An acknowledgement is before the recall or refused.
    const late = await demo.database.rows(
      `select 1 from outbox a join outbox r on r.type = 'directive.recalled' and r.payload ->> 'directiveId' = a.payload ->> 'directiveId'
       where a.type = 'assignment.acknowledged' and a.id > r.id`,
    );
    expect(late).toEqual([]);
    const wrong = await demo.database.rows(
      `select d.code from directive d, lateral (
         select count(opened_at) as opened, count(acknowledged_at) as acknowledged from recipient where directive_id = d.id) c
       where (d.opened_count, d.acknowledged_count) is distinct from (c.opened, c.acknowledged)`,
    );
    expect(wrong).toEqual([]);
  });
});

async function flagSeen(accountId: string, address: string, messageId: string): Promise<unknown> {
  const { access } = accessOf(demo.database, { accountId, address });
  const inbox = await access.open('INBOX');
  const { entries } = await access.changesSince(inbox.id, 0);
  const uids = entries.filter((entry) => entry.messageId === messageId).map((entry) => entry.uid);
  return access.storeFlags({ mailboxId: inbox.id, uids, change: 'add', flags: flagBit.seen, keywords: [] });
}
