import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { recallDirective } from '#app/directive/recall-directive.ts';
import { acknowledgeAssignment } from '#app/directive/receive-assignment.ts';
import { roomsOf } from '#domain/access/actor.ts';
import { audienceOf, type HubEvent } from '#domain/event.ts';
import { present } from '#protocol/present.ts';
import { presentDirective } from '#protocol/seen-directive.ts';
import { createDemoFixture, type DemoFixture } from '#support/demo-fixture.ts';

const chair = 'chutich@vpubnd.binhthuan.example';
const viceChair = 'phochutich@vpubnd.binhthuan.example';
const director = 'giamdoc@stttt.binhthuan.example';

describe('a delegation to direct', () => {
  let fixture: DemoFixture;
  let delegationId: string;

  beforeAll(async () => {
    fixture = await createDemoFixture();
    delegationId = randomUUID();
    await fixture.database.rows(
      `insert into delegation (id, from_position_id, to_position_id, scope, document_ref, valid_from, valid_to)
       select $1, f.id, t.id, 'direct', '12/GUQ-UBND', now() - interval '1 day', now() + interval '1 day'
       from position f, position t where f.person_id = $2 and t.person_id = $3`,
      [delegationId, fixture.personId(chair), fixture.personId(viceChair)],
    );
  });

  afterAll(() => fixture?.drop());

  async function issue(): Promise<string> {
    const { id } = await issueDirective(fixture.ports, {
      actor: await fixture.actor(chair),
      subject: 'Kiểm tra việc ủy quyền',
      text: 'Báo cáo trong ngày.',
      urgency: 'normal',
      recipients: [{ role: 'lead', kind: 'person', id: fixture.personId(director) }],
    });
    return id;
  }

  async function eventsOf(id: string): Promise<HubEvent[]> {
    const rows = await fixture.database.rows<{ payload: HubEvent }>(`select payload from outbox order by id`);
    return rows.map(({ payload }) => payload).filter((event) => JSON.stringify(event).includes(id));
  }

  it('lets the delegate hear live what the issuer hears, equal to what a fresh read shows', async () => {
    const id = await issue();
    const delegate = await fixture.actor(viceChair);
    const [issued] = await eventsOf(id);
    if (issued?.type !== 'directive.issued') throw new Error('nothing was issued');
    const rooms = new Set(roomsOf(delegate));
    expect(audienceOf(issued).some((room) => rooms.has(room))).toBe(true);
    const entry = { position: 1, at: new Date(), rooms: audienceOf(issued), event: issued };
    const change = present(entry, { accountId: delegate.accountId, rooms });
    const seen = await fixture.ports.store.directives.seenDirective(delegate, id);
    if (seen === undefined) throw new Error('the delegate sees nothing');
    expect(change).toMatchObject({ type: 'directive.issued', directive: presentDirective(seen) });
  });

  it('lets the delegate hear receipts and recall it', async () => {
    const id = await issue();
    const recipient = await fixture.actor(director);
    const seen = await fixture.ports.store.directives.seenDirective(recipient, id);
    await acknowledgeAssignment(fixture.ports, {
      actor: recipient,
      assignmentId: seen?.assignments[0]?.id ?? '',
    });
    const delegate = await fixture.actor(viceChair);
    await recallDirective(fixture.ports, { actor: delegate, id, reason: 'Ban hành nhầm.' });
    const rooms = new Set(roomsOf(delegate));
    const heard = (await eventsOf(id)).filter((event) => audienceOf(event).some((room) => rooms.has(room)));
    expect(heard.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['directive.issued', 'assignment.acknowledged', 'directive.recalled']),
    );
  });

  it('ends with its revocation: no path, no room, no recall', async () => {
    const id = await issue();
    await fixture.database.rows(`update delegation set revoked_at = now() where id = $1`, [delegationId]);
    const former = await fixture.actor(viceChair);
    expect(await fixture.ports.store.directives.seenDirective(former, id)).toBeUndefined();
    const [issued] = await eventsOf(id);
    const rooms = new Set(roomsOf(former));
    expect(issued !== undefined && audienceOf(issued).some((room) => rooms.has(room))).toBe(false);
    await expect(
      recallDirective(fixture.ports, { actor: former, id, reason: 'Không còn quyền.' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
