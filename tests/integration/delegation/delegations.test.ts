import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDelegation } from '#app/delegation/create-delegation.ts';
import { listDelegations } from '#app/delegation/list-delegations.ts';
import { revokeDelegation } from '#app/delegation/revoke-delegation.ts';
import { turnDelegations } from '#app/delegation/turn-delegations.ts';
import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import { delegationScopes } from '#domain/organisation/delegation.ts';
import { createDemoFixture, type DemoFixture } from '#support/demo-fixture.ts';
import { administrator, leader, official, viceLeader } from '#support/start-test-hub.ts';

const hourMs = 3_600_000;
let demo: DemoFixture;
let aheadMs = 0;

beforeAll(async () => {
  demo = await createDemoFixture();
  Object.assign(demo.ports, { clock: { now: () => new Date(Date.now() + aheadMs) } });
});
afterAll(() => demo.drop());

const inHours = (hours: number) => new Date(demo.ports.clock.now().getTime() + hours * hourMs);

async function actor(address: string): Promise<Actor> {
  const found = await demo.access.actor(demo.accountId(address), demo.ports.clock.now());
  if (found === undefined) throw new Error(`${address} may not act`);
  return found;
}

async function postOf(address: string): Promise<string> {
  const [post] = await demo.ports.delegations.postsOf(demo.personId(address), demo.ports.clock.now());
  return post?.positionId ?? '';
}

async function delegation(by = leader, changed: object = {}) {
  return {
    actor: await actor(by),
    fromPositionId: await postOf(leader),
    toPersonId: demo.personId(viceLeader),
    scope: 'direct' as const,
    documentRef: '12/GUQ-UBND',
    validFrom: inHours(-1),
    validTo: inHours(5),
    ...changed,
  };
}

async function eventsAfter(work: () => Promise<unknown>): Promise<unknown[]> {
  const [last] = await demo.database.rows<{ id: number }>(`select coalesce(max(id), 0) as id from outbox`);
  await work();
  const rows = await demo.database.rows<{ payload: { type: string; accountId?: string } }>(
    `select payload from outbox where id > $1 order by id`,
    [last?.id],
  );
  return rows.map(({ payload: { type, accountId } }) =>
    accountId === undefined ? type : `${type} ${demo.address(accountId)}`,
  );
}

async function refusal(work: () => Promise<unknown>): Promise<string> {
  const counts = async () =>
    demo.database.rows(
      `select (select count(*) from outbox) as events, (select md5(string_agg(d::text, '' order by id)) from delegation d) as rows`,
    );
  const before = await counts();
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HubError);
  expect(await counts()).toEqual(before);
  return (error as HubError).code;
}

describe('a delegation', () => {
  it('works at once, names whose post it is, and ends at once', async () => {
    let id = '';
    expect(
      await eventsAfter(async () => {
        ({ id } = await createDelegation(demo.ports, await delegation()));
      }),
    ).toEqual(['administration.changed', `membership.changed ${viceLeader}`]);
    const held = (await actor(viceLeader)).positions.find((post) => post.delegatedScope === 'direct');
    expect(held).toMatchObject({ positionId: await postOf(leader), holderName: (await actor(leader)).name });
    expect(
      await eventsAfter(async () => revokeDelegation(demo.ports, { actor: await actor(leader), id })),
    ).toEqual(['administration.changed', `membership.changed ${viceLeader}`]);
    expect((await actor(viceLeader)).positions.some((post) => post.delegatedScope !== undefined)).toBe(false);
    expect(await refusal(async () => revokeDelegation(demo.ports, { actor: await actor(leader), id }))).toBe(
      'delegation_over',
    );
  });

  it('that is planned begins and ends by itself, and its delegate is told each time once', async () => {
    await createDelegation(
      demo.ports,
      await delegation(leader, { validFrom: inHours(2), validTo: inHours(4) }),
    );
    expect(await eventsAfter(() => turnDelegations(demo.ports))).toEqual([]);
    aheadMs += 3 * hourMs;
    expect((await actor(viceLeader)).positions.some((post) => post.delegatedScope === 'direct')).toBe(true);
    expect(await eventsAfter(() => turnDelegations(demo.ports))).toEqual([
      `membership.changed ${viceLeader}`,
    ]);
    expect(await eventsAfter(() => turnDelegations(demo.ports))).toEqual([]);
    aheadMs += 2 * hourMs;
    expect(await eventsAfter(() => turnDelegations(demo.ports))).toEqual([
      `membership.changed ${viceLeader}`,
    ]);
    expect((await actor(viceLeader)).positions.some((post) => post.delegatedScope !== undefined)).toBe(false);
  });

  it.each(delegationScopes)('of scope %s is not passed on by who has it', async (scope) => {
    const { id } = await createDelegation(demo.ports, await delegation(leader, { scope }));
    const again = async () =>
      createDelegation(
        demo.ports,
        await delegation(viceLeader, { scope, toPersonId: demo.personId(official) }),
      );
    expect(await refusal(again)).toBe('not_permitted');
    await revokeDelegation(demo.ports, { actor: await actor(administrator), id });
  });

  it('is made by who holds the post or an administrator, and by nobody else', async () => {
    expect(await refusal(async () => createDelegation(demo.ports, await delegation(official)))).toBe(
      'not_permitted',
    );
    const { id } = await createDelegation(demo.ports, await delegation(administrator));
    expect(
      await refusal(async () => revokeDelegation(demo.ports, { actor: await actor(official), id })),
    ).toBe('not_found');
    expect(
      await refusal(async () => revokeDelegation(demo.ports, { actor: await actor(viceLeader), id })),
    ).toBe('not_permitted');
    await revokeDelegation(demo.ports, { actor: await actor(leader), id });
  });

  it.each([
    ['bad_input', () => ({ documentRef: ' ' })],
    ['line_break_in_field', () => ({ documentRef: '12\n13' })],
    ['text_too_long', () => ({ documentRef: 'x'.repeat(201) })],
    ['bad_input', () => ({ validTo: inHours(-2) })],
    ['deadline_in_past', () => ({ validFrom: inHours(-3), validTo: inHours(-2) })],
    ['bad_input', () => ({ validTo: inHours(24 * 367) })],
    ['recipient_unknown', () => ({ toPersonId: '00000000-0000-4000-8000-000000000000' })],
    ['recipient_unknown', () => ({ toPersonId: demo.personId(leader) })],
  ])('is refused with %s', async (code, changed) => {
    expect(await refusal(async () => createDelegation(demo.ports, await delegation(leader, changed())))).toBe(
      code,
    );
  });

  it('is seen by those of both posts, and all are by an administrator', async () => {
    const seen = async (address: string) =>
      (await listDelegations(demo.ports, { actor: await actor(address), limit: 100 })).items.length;
    expect(await seen(official)).toBe(0);
    expect(await seen(leader)).toBeGreaterThan(3);
    expect(await seen(viceLeader)).toBe(await seen(leader));
    expect(await seen(administrator)).toBe(await seen(leader));
    const page = await listDelegations(demo.ports, { actor: await actor(leader), limit: 2 });
    const next = await listDelegations(demo.ports, {
      actor: await actor(leader),
      limit: 2,
      cursor: page.nextCursor,
    });
    expect(new Set([...page.items, ...next.items].map(({ id }) => id)).size).toBe(4);
  });
});
