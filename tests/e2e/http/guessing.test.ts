import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { expectProblem } from '#support/problem.ts';
import { cookiesOf, rawRequest, type RawAnswer } from '#support/raw-http.ts';
import { demoPassword, leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

let hub: TestHub;
let rows: HubRows;

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
});

afterAll(async () => {
  await rows.close();
  await hub.remove();
});

function guess(
  address: string,
  input: { from: string; password?: string; cookie?: string },
): Promise<RawAnswer> {
  return rawRequest(hub.url, '/api/v1/sessions', {
    method: 'POST',
    from: input.from,
    headers: {
      'content-type': 'application/json',
      ...(input.cookie === undefined ? {} : { cookie: input.cookie }),
    },
    body: JSON.stringify({ address, password: input.password ?? 'sai-mat-khau' }),
  });
}

const countOf = (answers: readonly RawAnswer[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

describe('guessing a password', () => {
  // 200 and not 10,000: two cores hash about 40 a second, and the limiter's part shows in the first hundred.
  it('H9 slows the guesser down, never the leader at a known browser', async () => {
    const known = await guess(leader, { from: '127.0.0.1', password: demoPassword });
    expect(known.status).toBe(201);
    const device = cookiesOf(known).find((cookie) => cookie.startsWith('hub-device=')) ?? '';
    expect(device).not.toBe('');

    const answers = await Promise.all(
      Array.from({ length: 200 }, () => guess(leader, { from: '127.0.7.1' })),
    );
    expect(countOf(answers, 401) + countOf(answers, 429)).toBe(200);
    // Sent all at once they still do not get 200 tries.
    expect(countOf(answers, 401)).toBeLessThanOrEqual(65);
    const next = await guess(leader, { from: '127.0.7.2', password: demoPassword });
    expectProblem(next, 429, 'too_many_attempts');
    expect(Number(next.headers['retry-after'])).toBeGreaterThan(0);

    const begun = performance.now();
    expect((await guess(leader, { from: '127.0.7.3', password: demoPassword, cookie: device })).status).toBe(
      201,
    );
    expect(performance.now() - begun).toBeLessThan(2000);
    // Nor is the account locked for who comes from elsewhere without it.
    expect((await guess(leader, { from: '127.0.8.1', password: demoPassword })).status).toBe(201);
  });

  it('H9 gives five free tries, then longer and longer waits', async () => {
    const waits: number[] = [];
    for (let time = 0; time < 8; time += 1) {
      const answer = await guess(official, { from: '127.0.9.1' });
      waits.push(answer.status === 429 ? Number(answer.headers['retry-after']) : 0);
    }
    expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(waits.slice(5).every((wait) => wait >= 1)).toBe(true);
  });

  it('H9 counts one address over all accounts: one password is not tried on everyone', async () => {
    const people = await rows.query<{ address: string }>(
      `select address from account where kind = 'personal' and address not in ($1, $2) order by address limit 55`,
      [leader, official],
    );
    const answers: RawAnswer[] = [];
    const unknown = Array.from(
      { length: 60 - people.length },
      (_, index) => `nguoi${index}@stttt.binhthuan.example`,
    );
    for (const address of [...people.map((person) => person.address), ...unknown])
      answers.push(await guess(address, { from: '127.0.10.1' }));
    expect(countOf(answers.slice(0, 50), 401)).toBe(50);
    expect(countOf(answers.slice(50), 429)).toBe(10);
  });

  it('H9 takes no forged device mark and no other account’s', async () => {
    const other = await guess(official, { from: '127.0.11.1', password: demoPassword });
    const device = cookiesOf(other).find((cookie) => cookie.startsWith('hub-device=')) ?? '';
    const [account] = await rows.query<{ id: string }>(`select id from account where address = $1`, [leader]);
    for (const cookie of [
      device,
      `hub-device=${account?.id}.${'A'.repeat(43)}`,
      'hub-device=',
      'hub-device=x.y',
    ])
      for (let time = 0; time < 2; time += 1) await guess(leader, { from: '127.0.12.1', cookie });
    expectProblem(
      await guess(leader, { from: '127.0.12.1', password: demoPassword, cookie: device }),
      429,
      'too_many_attempts',
    );
  });

  it('H9 writes no session for any of it', async () => {
    const before = await rows.query(`select count(*) as sessions from session`);
    await Promise.all(Array.from({ length: 5 }, () => guess(official, { from: '127.0.13.1' })));
    expect(await rows.query(`select count(*) as sessions from session`)).toEqual(before);
  });
});

/** Everything a stranger sees of an answer, but its own id and time. */
function seen(answer: RawAnswer): unknown {
  const { requestId: _requestId, ...body } = answer.json ?? {};
  const { date: _date, ...headers } = answer.headers;
  return { status: answer.status, body, headers };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe('what a sign-in tells about an address', () => {
  it('H10 is the same for a wrong password, an unknown address and a suspended account', async () => {
    const [victim] = await rows.query<{ address: string }>(
      `select address from account where kind = 'personal' order by address desc limit 1`,
    );
    const address = victim?.address ?? '';
    const wrong = await guess(address, { from: '127.0.20.1' });
    expectProblem(wrong, 401, 'wrong_credentials');
    const strangers = [
      await guess('khong-co@stttt.binhthuan.example', { from: '127.0.20.1' }),
      await guess('khong-co@evil.example', { from: '127.0.20.1' }),
      await guess('khong phai dia chi', { from: '127.0.20.1' }),
    ];
    for (const stranger of strangers) expect(seen(stranger)).toEqual(seen(wrong));
    expectProblem(await guess(`${address}\u0000`, { from: '127.0.20.1' }), 400, 'bad_input', 'address');
    await rows.query(`update account set status = 'suspended' where address = $1`, [address]);
    // Even with the right password: who is out is not told that it was right.
    expect(seen(await guess(address, { from: '127.0.20.1', password: demoPassword }))).toEqual(seen(wrong));
    await rows.query(`update account set status = 'active' where address = $1`, [address]);
    expect((await guess(address.toUpperCase(), { from: '127.0.21.1', password: demoPassword })).status).toBe(
      201,
    );
  });

  it('H10 takes the same time: the medians of known and unknown addresses lie together', async () => {
    const people = await rows.query<{ address: string }>(
      `select address from account where kind = 'personal' order by address limit 21`,
    );
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    // Turn by turn, one at a time, each address once: whatever else this machine does falls on both alike.
    for (const [index, { address }] of people.entries())
      for (const [kind, name] of [
        ['known', address],
        ['unknown', `khong-co-${index}@stttt.binhthuan.example`],
      ] as const) {
        const begun = performance.now();
        expect((await guess(name, { from: `127.0.${30 + index}.1` })).status).toBe(401);
        times[kind].push(performance.now() - begun);
      }
    const ratio = median(times.known) / median(times.unknown);
    // Without the dummy hash an unknown address answers several times sooner.
    expect(ratio).toBeLessThan(1.5);
    expect(ratio).toBeGreaterThan(1 / 1.5);
  });
});
