import { expect } from 'vitest';
import { roomsOf, type Actor } from '#domain/access/actor.ts';
import { audienceOf, type HubEvent } from '#domain/event.ts';
import { apply, type ClientState } from '#protocol/apply.ts';
import { present } from '#protocol/present.ts';
import { presentDirective } from '#protocol/seen-directive.ts';
import type { DirectiveView } from '#protocol/view.ts';
import type { DemoFixture } from './demo-fixture.ts';

export interface FoldedViews {
  /** Old snapshot + what each hears since = fresh snapshot, for everyone who looks on. */
  expectFolded(): Promise<void>;
}

const me: ClientState['me'] = {
  accountId: '',
  address: '',
  name: '',
  title: '',
  unit: '',
  locale: 'vi',
  mayIssue: false,
  mayIssueToEveryone: false,
  administrator: false,
  simulated: true,
  rehearsal: true,
};

/** The standing proof without doors: events are taken from the outbox in the order they were written. */
export async function foldedViews(demo: DemoFixture, addresses: readonly string[]): Promise<FoldedViews> {
  const states = new Map<string, ClientState>();

  async function fresh(actor: Actor): Promise<readonly DirectiveView[]> {
    const { directives } = await demo.ports.store.directives.snapshot(actor, 200);
    return directives.map(presentDirective);
  }
  async function lastId(): Promise<number> {
    const [row] = await demo.database.rows<{ id: number }>(`select coalesce(max(id), 0) as id from outbox`);
    return row?.id ?? 0;
  }
  async function start(address: string, actor: Actor): Promise<void> {
    const directives = await fresh(actor);
    states.set(address, { position: await lastId(), at: '', me, directives: [...directives], heldMail: [] });
  }
  for (const address of addresses) await start(address, await demo.actor(address));

  return {
    async expectFolded() {
      for (const address of addresses) {
        const actor = await demo.actor(address);
        const before = states.get(address);
        if (before === undefined) throw new Error(`${address} does not look on`);
        const rooms = new Set(roomsOf(actor));
        const rows = await demo.database.rows<{ id: number; at: Date; payload: HubEvent }>(
          `select id, at, payload from outbox where id > $1 order by id`,
          [before.position],
        );
        let state = before;
        for (const { id, at, payload } of rows) {
          const audience = audienceOf(payload);
          if (!audience.some((room) => rooms.has(room))) continue;
          const viewer = { accountId: actor.accountId, rooms };
          const change = present({ position: id, at, event: payload, rooms: audience }, viewer);
          if (change !== undefined) state = apply(state, change);
        }
        expect({ address, directives: state.directives }).toEqual({
          address,
          directives: await fresh(actor),
        });
        await start(address, actor);
      }
    },
  };
}
