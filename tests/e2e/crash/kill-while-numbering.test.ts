import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { call, signInTo } from '#support/hub-client.ts';
import { query } from '#support/open-embedded.ts';
import { clerk, startTestHub } from '#support/start-test-hub.ts';

const kills = Number(process.env['KILLS'] ?? 4);
const clients = 6;

/** A clerk who registers without a pause, and writes down what was answered 201 and what was not answered. */
function createRegistrar(token: string) {
  const answered = new Map<string, string>();
  const open = new Set<string>();
  let next = 1;

  async function ask(url: string, key: string): Promise<string> {
    const answer = await call<{ id: string }>(url, 'POST', '/api/v1/documents/incoming', {
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
      body: {
        issuerName: 'Bộ Nội vụ',
        symbol: `${key}/BNV`,
        typeCode: 'CV',
        subject: `Văn bản ${key}`,
        urgency: 'normal',
        circulation: 'none',
      },
    });
    if (answer.status !== 201) throw new Error(`${key}: ${answer.status} ${JSON.stringify(answer.body)}`);
    open.delete(key);
    answered.set(key, answer.body.id);
    return answer.body.id;
  }

  async function registerOn(url: string): Promise<void> {
    for (;;) {
      const key = String(next);
      next += 1;
      open.add(key);
      try {
        await ask(url, key);
      } catch {
        // The hub is gone: the key stays open and is asked for again later.
        return;
      }
    }
  }

  return {
    answered,
    open,
    ask,
    start: (url: string) => Promise.all(Array.from({ length: clients }, () => registerOn(url))),
  };
}

describe('kill -9 while documents are numbered', () => {
  it(
    `leaves no hole and no double in the register, ${kills} times in a row`,
    { timeout: 60_000 + kills * 20_000 },
    async () => {
      let hub = await startTestHub();
      onTestFinished(() => hub.remove());
      const { token } = await signInTo(hub, clerk);
      const registrar = createRegistrar(token);
      let unanswered = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        const before = registrar.answered.size;
        const running = registrar.start(hub.url);
        await eventually(() => expect(registrar.answered.size).toBeGreaterThan(before + 5), {
          withinMs: 20_000,
        });
        // The moment of a kill is the one thing here that must not be waited for.
        await pause(Math.random() * 60);
        await hub.kill();
        await running;
        unanswered += registrar.open.size;
        hub = await startTestHub({ on: hub });
        for (const key of registrar.open) await registrar.ask(hub.url, key);
      }
      const entries = await query<{ number: number; suffix: string; document_id: string }>(
        hub.databaseUrl,
        `select e.number, e.suffix, e.document_id from register_entry e join register r on r.id = e.register_id
         where r.kind = 'incoming' and r.organ_id = (select a.unit_id from account a where a.address = $1)
         order by e.number`,
        [clerk],
      );
      const [opened] = await query<{ next_number: number }>(
        hub.databaseUrl,
        `select next_number from register where kind = 'incoming'
           and organ_id = (select a.unit_id from account a where a.address = $1)`,
        [clerk],
      );
      expect(entries.map(({ number }) => number)).toEqual(entries.map((_, place) => place + 1));
      expect(opened?.next_number).toBe(entries.length + 1);
      const numbered = new Set(entries.map(({ document_id }) => document_id));
      expect(numbered.size).toBe(entries.length);
      expect([...registrar.answered.values()].filter((id) => !numbered.has(id))).toEqual([]);
      const [documents] = await query<{ count: string }>(
        hub.databaseUrl,
        `select count(*)::text as count from document where direction = 'incoming' and source = 'paper'`,
      );
      expect(Number(documents?.count)).toBeGreaterThanOrEqual(entries.length);
      console.info(`${kills} kills: ${entries.length} numbered, ${unanswered} of them unanswered at a kill`);
    },
  );
});
