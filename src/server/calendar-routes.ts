import { Type } from 'typebox';
import {
  type CalendarPorts,
  readCalendar,
  readDeadline,
  resetCalendarDay,
  setCalendarDay,
  setOfficeHours,
} from '#app/calendar/manage-calendar.ts';
import { dayHalves, dayKinds } from '#domain/calendar/calendar-day.ts';
import type { DueRule } from '#domain/calendar/due-rule.ts';
import { oneStopLateMinute } from '#domain/calendar/working-time.ts';
import { HubError } from '#domain/hub-error.ts';
import { answers, idParams, noNul, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const date = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'A day in the province.' });
const line = Type.String({ maxLength: 500, pattern: noNul });
const unitId = Type.Optional(
  Type.String({ format: 'uuid', description: 'At its office hours; absent: the usual ones.' }),
);
const years = Type.Array(Type.Integer(), {
  description: 'Years without days of their own: only weekends and solar holidays are known, so check them.',
});

const dayFields = {
  kind: Type.Enum([...dayKinds]),
  halfDay: Type.Optional(Type.Enum([...dayHalves], { description: 'Only this half is worked.' })),
  reason: Type.Optional(line),
  decisionRef: Type.Optional(line),
};
const dayView = Type.Object({
  date,
  ...dayFields,
  unconfirmed: Type.Optional(
    Type.Boolean({ description: 'Ships with the hub and was confirmed by nobody.' }),
  ),
});
const hours = Type.String({
  maxLength: 100,
  pattern: '^$|^[-0-9:,]+$',
  description: '`07:00-11:30,13:30-17:00`; empty: those of the unit above.',
});

/** Working days and deadlines for everyone; changes to them for administrators. */
export function calendarRoutes(app: RouteApp, ports: CalendarPorts): void {
  app.get(
    '/calendar',
    {
      schema: {
        summary: 'Days of the calendar, at most a year of them.',
        querystring: Type.Object({ from: date, to: date, unitId }, strict),
        response: answers(
          200,
          Type.Object({ days: Type.Array(dayView), yearsMissing: years, hours: Type.String() }),
        ),
      },
    },
    async (request) => {
      const span = await readCalendar(ports, request.query);
      return { ...span, days: [...span.days], yearsMissing: [...span.yearsMissing] };
    },
  );

  app.get(
    '/calendar/deadline',
    {
      schema: {
        summary: 'When something is due, by the calendar.',
        description: 'One of `workingDays`, `workingMinutes`, `minutes`, `date`.',
        querystring: Type.Object(
          {
            from: Type.Optional(Type.String({ format: 'date-time', description: 'Absent: now.' })),
            workingDays: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$' })),
            oneStop: Type.Optional(
              Type.Enum(['true'], { description: 'What comes after 15:00 is the next morning’s.' }),
            ),
            workingMinutes: Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$' })),
            minutes: Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$' })),
            date: Type.Optional(date),
            unitId,
          },
          strict,
        ),
        response: answers(
          200,
          Type.Object({ dueAt: Type.String({ format: 'date-time' }), yearsMissing: years }),
        ),
      },
    },
    async (request) => {
      const { from, unitId: unit } = request.query;
      const due = await readDeadline(ports, {
        rule: ruleOf(request.query),
        ...(from === undefined ? {} : { from: new Date(from) }),
        ...(unit === undefined ? {} : { unitId: unit }),
      });
      return { dueAt: due.dueAt.toISOString(), yearsMissing: [...due.yearsMissing] };
    },
  );

  const dateParams = Type.Object({ date }, strict);
  app.put(
    '/calendar/days/:date',
    {
      schema: {
        summary: 'Say what a day is, for administrators.',
        description:
          'Stands over what ships with the hub. Deadlines that were already given stay as they are.',
        params: dateParams,
        body: Type.Object(dayFields, strict),
        response: answers(200, dayView),
      },
    },
    (request) =>
      setCalendarDay(ports, {
        actor: sessionOf(request).actor,
        day: { ...request.body, date: request.params.date },
      }),
  );

  app.delete(
    '/calendar/days/:date',
    {
      schema: {
        summary: 'Forget what the province said of a day, for administrators.',
        params: dateParams,
        response: answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      await resetCalendarDay(ports, { actor: sessionOf(request).actor, date: request.params.date });
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/units/:id/office-hours',
    {
      schema: {
        summary: 'Set the office hours of a unit and what is below it, for administrators.',
        params: idParams,
        body: Type.Object({ hours }, strict),
        response: answers(200, Type.Object({ hours })),
      },
    },
    async (request) => {
      const input = { unitId: request.params.id, hours: request.body.hours };
      await setOfficeHours(ports, { actor: sessionOf(request).actor, ...input });
      return { hours: input.hours };
    },
  );
}

interface DeadlineQuery {
  readonly workingDays?: string;
  readonly oneStop?: string;
  readonly workingMinutes?: string;
  readonly minutes?: string;
  readonly date?: string;
}

function ruleOf(query: DeadlineQuery): DueRule {
  const rules: DueRule[] = [];
  if (query.workingDays !== undefined)
    rules.push({
      kind: 'working_days',
      days: Number(query.workingDays),
      ...(query.oneStop === undefined ? {} : { lateMinute: oneStopLateMinute }),
    });
  if (query.workingMinutes !== undefined)
    rules.push({ kind: 'working_minutes', minutes: Number(query.workingMinutes) });
  if (query.minutes !== undefined) rules.push({ kind: 'minutes', minutes: Number(query.minutes) });
  if (query.date !== undefined) rules.push({ kind: 'date', date: query.date });
  const [rule] = rules;
  if (rule === undefined || rules.length > 1) throw new HubError('bad_input', { field: 'workingDays' });
  return rule;
}
