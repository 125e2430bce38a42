import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type CalendarPorts,
  readCalendar,
  readDeadline,
  resetCalendarDay,
  setCalendarDay,
  setOfficeHours,
} from '#app/calendar/manage-calendar.ts';
import { operator } from '#domain/access/administered.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { HubEvent } from '#domain/event.ts';
import { createCalendarDays } from '#store/calendar/calendar-days.ts';
import { createCalendars } from '#store/calendar/calendars.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

const now = new Date('2026-05-11T02:00:00Z');
let test: TestDatabase;
let calendars: ReturnType<typeof createCalendars>;
let ports: CalendarPorts;
let committed: number;
let organ: string;
let room: string;

beforeAll(async () => {
  test = await createTestDatabase();
  [organ, room] = [randomUUID(), randomUUID()];
  for (const [id, parent] of [
    [organ, null],
    [room, organ],
  ])
    await test.database.rows(
      `insert into org_unit (id, organ_id, code, name, name_folded, kind, level, parent_id, is_organ, valid_from)
       values ($1, '', '', 'Sở', 'so', 'dept', 'province', $2, $3, $4)`,
      [id, parent, parent === null, now],
    );
});
afterAll(() => test.drop());

beforeEach(async () => {
  await test.database.rows('delete from outbox');
  await test.database.rows('delete from calendar_day');
  await test.database.rows('delete from office_hours');
  committed = 0;
  calendars = createCalendars(test.database);
  ports = {
    calendars,
    days: createCalendarDays(test.database),
    clock: { now: () => now },
    committed: () => void (committed += 1),
  };
});

async function events(): Promise<readonly HubEvent[]> {
  const rows = await test.database.rows<{ payload: HubEvent }>('select payload from outbox order by id');
  return rows.map(({ payload }) => payload);
}

/** As the reader of the log of this process does. */
async function hear(): Promise<void> {
  for (const event of await events()) calendars.hear(event);
}

const specialist: Actor = { ...operator, accountId: randomUUID(), kind: 'personal' };
const deadline = async (from: string, days: number, unitId?: string) =>
  (
    await readDeadline(ports, {
      rule: { kind: 'working_days', days },
      from: new Date(from),
      ...(unitId === undefined ? {} : { unitId }),
    })
  ).dueAt.toISOString();

describe('a day that the province sets', () => {
  const day = { date: '2026-05-13', kind: 'holiday', reason: ' Ngày hội tỉnh ' } as const;

  it('moves deadlines once it is heard of, and is recorded with who set it', async () => {
    expect(await deadline('2026-05-11T02:00:00Z', 2)).toBe('2026-05-13T10:00:00.000Z');
    await setCalendarDay(ports, { actor: operator, day });
    expect(committed).toBe(1);
    await hear();
    expect(await deadline('2026-05-11T02:00:00Z', 2)).toBe('2026-05-14T10:00:00.000Z');
    expect(await events()).toEqual([
      {
        type: 'administration.changed',
        act: 'calendar_day.set',
        object: '2026-05-13',
        by: { kind: 'operator' },
        before: {},
        after: { kind: 'holiday', reason: 'Ngày hội tỉnh' },
      },
    ]);
  });

  it('leaves no record when it is set again as it is', async () => {
    await setCalendarDay(ports, { actor: operator, day });
    await setCalendarDay(ports, { actor: operator, day });
    expect(await events()).toHaveLength(1);
  });

  it('stands over what ships, and is no longer unconfirmed', async () => {
    await setCalendarDay(ports, {
      actor: operator,
      day: { date: '2027-02-05', kind: 'workday', halfDay: 'morning', decisionRef: '12/TB' },
    });
    const { days } = await readCalendar(ports, { from: '2027-02-05', to: '2027-02-05' });
    expect(days).toEqual([{ date: '2027-02-05', kind: 'workday', halfDay: 'morning', decisionRef: '12/TB' }]);
  });

  it('is what ships again after a reset', async () => {
    await setCalendarDay(ports, { actor: operator, day });
    await resetCalendarDay(ports, { actor: operator, date: day.date });
    await hear();
    expect((await readCalendar(ports, { from: day.date, to: day.date })).days).toEqual([
      { date: day.date, kind: 'workday' },
    ]);
    expect((await events()).at(-1)).toMatchObject({ act: 'calendar_day.reset', after: {} });
    await expect(resetCalendarDay(ports, { actor: operator, date: day.date })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it.each([
    [{ date: '2026-02-30', kind: 'holiday' }, 'bad_input'],
    [{ date: '2026-05-13', kind: 'holiday', halfDay: 'morning' }, 'bad_input'],
    [{ date: '2026-05-13', kind: 'holiday', reason: 'a\nb' }, 'line_break_in_field'],
    [{ date: '2026-05-13', kind: 'holiday', reason: 'x'.repeat(501) }, 'text_too_long'],
  ] as const)('is refused and leaves nothing: %j', async (bad, code) => {
    await expect(setCalendarDay(ports, { actor: operator, day: bad })).rejects.toMatchObject({ code });
    expect(await events()).toEqual([]);
    expect(await test.database.rows('select 1 from calendar_day')).toEqual([]);
  });

  it('is set by an administrator only', async () => {
    const refused = { code: 'not_permitted' };
    await expect(setCalendarDay(ports, { actor: specialist, day })).rejects.toMatchObject(refused);
    await expect(resetCalendarDay(ports, { actor: specialist, date: day.date })).rejects.toMatchObject(
      refused,
    );
    await expect(
      setOfficeHours(ports, { actor: specialist, unitId: organ, hours: '' }),
    ).rejects.toMatchObject(refused);
    expect(await events()).toEqual([]);
  });
});

describe('office hours', () => {
  it('hold for the unit and what is below it, and are given back', async () => {
    await setOfficeHours(ports, { actor: operator, unitId: organ, hours: '07:30-11:30,13:00-16:30' });
    expect(await deadline('2026-05-11T02:00:00Z', 1, room)).toBe('2026-05-12T09:30:00.000Z');
    expect(await deadline('2026-05-11T02:00:00Z', 1)).toBe('2026-05-12T10:00:00.000Z');
    await setOfficeHours(ports, { actor: operator, unitId: organ, hours: '' });
    await hear();
    expect(await deadline('2026-05-11T02:00:00Z', 1, room)).toBe('2026-05-12T10:00:00.000Z');
    expect((await events()).map((event) => event.type === 'administration.changed' && event.act)).toEqual([
      'office_hours.set',
      'office_hours.set',
    ]);
  });

  it('of no unit are refused', async () => {
    const input = { actor: operator, unitId: randomUUID(), hours: '07:30-11:30,13:00-16:30' };
    await expect(setOfficeHours(ports, input)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a year without days', () => {
  it('is named with the answer', async () => {
    const late = await readDeadline(ports, {
      rule: { kind: 'working_days', days: 5 },
      from: new Date('2027-12-29T02:00:00Z'),
    });
    expect(late.yearsMissing).toEqual([2028]);
    await expect(readCalendar(ports, { from: '2028-01-01', to: '2029-12-31' })).rejects.toMatchObject({
      code: 'bad_input',
    });
  });
});

describe('what is kept in memory', () => {
  it('is read again after a minute without a word', async () => {
    let clock = 0;
    const patient = createCalendars(test.database, () => clock);
    await patient.ofProvince();
    await setCalendarDay(ports, { actor: operator, day: { date: '2026-05-13', kind: 'holiday' } });
    expect((await patient.ofProvince()).days.has('2026-05-13')).toBe(false);
    clock = 60_000;
    expect((await patient.ofProvince()).days.get('2026-05-13')?.kind).toBe('holiday');
  });

  it('is not an error that happened once', async () => {
    let broken = true;
    const flaky = createCalendars({
      rows: (text, parameters) =>
        broken ? Promise.reject(new Error('away')) : test.database.rows(text, parameters),
    });
    await expect(flaky.ofProvince()).rejects.toThrow('away');
    broken = false;
    expect((await flaky.ofProvince()).years.has(2016)).toBe(true);
  });
});
