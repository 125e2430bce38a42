import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeIncoming } from '#app/document/incoming-acts.ts';
import { listDocuments, listWork } from '#app/document/read-documents.ts';
import { registerIncoming } from '#app/document/register-incoming.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { HubError } from '#domain/hub-error.ts';
import {
  createDocumentFixture,
  department,
  district,
  incomingFields,
  type DocumentFixture,
} from '#support/document-fixture.ts';

let demo: DocumentFixture;
let clerk: Actor;
const booked: string[] = [];

beforeAll(async () => {
  demo = await createDocumentFixture();
  clerk = await demo.holder(department, 'clerk');
  for (let place = 0; place < 12; place += 1) {
    // Two of each moment: the id then decides, and no page may skip or repeat one.
    demo.setTime(`2016-05-11T08:0${Math.floor(place / 2)}:00+07:00`);
    const fields = incomingFields({ symbol: `${place + 1}/BTTTT` });
    booked.push((await registerIncoming(demo.hub, { actor: clerk, fields })).id);
  }
});
afterAll(() => demo.drop());

async function everyPage(
  actor: Actor,
  limit: number,
  direction?: 'incoming' | 'outgoing',
): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listDocuments(demo.hub, { actor, limit, cursor, direction });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return seen;
}

describe('listDocuments', () => {
  it.each([1, 3, 5, 12, 50])('gives each once, newest first, %d at a time', async (limit) => {
    const seen = await everyPage(clerk, limit);
    expect(seen).toHaveLength(booked.length);
    expect(new Set(seen)).toEqual(new Set(booked));
    expect(seen).toEqual(await everyPage(clerk, 200));
  });

  it('keeps to the direction, and to what the reader has a path to', async () => {
    expect(await everyPage(clerk, 5, 'incoming')).toHaveLength(booked.length);
    expect(await everyPage(clerk, 5, 'outgoing')).toEqual([]);
    expect(await everyPage(await demo.holder(district, 'clerk'), 5)).toEqual([]);
    // Head and office chief belong to the registry, and see nothing twice for it.
    expect(await everyPage(await demo.holder(department, 'head'), 5)).toHaveLength(booked.length);
  });

  it.each(['x', '2016-05-11', `2016-99-99T00:00:00.000Z_${crypto.randomUUID()}`])(
    'refuses the cursor %s',
    async (cursor) => {
      const work = listDocuments(demo.hub, { actor: clerk, limit: 5, cursor });
      await expect(work).rejects.toMatchObject({ code: 'bad_input' } satisfies Partial<HubError>);
    },
  );
});

describe('listWork', () => {
  it('leaves out what is closed', async () => {
    const [first = ''] = booked;
    await closeIncoming(demo.hub, { actor: clerk, id: first });
    const { items } = await listWork(demo.hub, clerk);
    expect(items).toHaveLength(booked.length - 1);
    expect(items.map(({ id }) => id)).not.toContain(first);
  });
});
