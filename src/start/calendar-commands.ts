import {
  type CalendarPorts,
  readCalendar,
  resetCalendarDay,
  setCalendarDay,
} from '#app/calendar/manage-calendar.ts';
import { operator } from '#domain/access/administered.ts';
import { dayHalves, dayKinds } from '#domain/calendar/calendar-day.ts';
import { HubError } from '#domain/hub-error.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { createCalendarDays } from '#store/calendar/calendar-days.ts';
import { createCalendars } from '#store/calendar/calendars.ts';
import type { CommandContext, Commands } from './command.ts';

/** Days off and days worked, for an administrator at the machine. */
export const calendarCommands: Commands = {
  'calendar list': {
    usage: 'calendar list YEAR',
    about: 'Days of a year that are not as the week has them, and what they are called.',
    words: 1,
    run: (context, [year = '']) =>
      refusing(async () => {
        const span = await readCalendar(portsOf(context), { from: `${year}-01-01`, to: `${year}-12-31` });
        for (const { date, kind, halfDay, reason, unconfirmed } of span.days) {
          const isOrdinary = kind === 'weekend' || (kind === 'workday' && halfDay === undefined);
          if (isOrdinary && reason === undefined) continue;
          const mark = unconfirmed === true ? '\tunconfirmed' : '';
          context.write(
            `${date}\t${kind}${halfDay === undefined ? '' : `/${halfDay}`}\t${reason ?? ''}${mark}\n`,
          );
        }
        if (span.yearsMissing.length > 0)
          context.write(`; ${year} has no days of its own: only weekends and solar holidays are known.\n`);
      }),
  },
  'calendar set': {
    usage: 'calendar set DATE KIND REASON',
    about: `Says what a day is: ${dayKinds.join(', ')}; \`workday/morning\` for a half day.`,
    words: 3,
    run: (context, [date = '', word = '', reason = '']) =>
      refusing(async () => {
        const [kindWord = '', halfWord] = word.split('/');
        const kind = dayKinds.find((name) => name === kindWord);
        const halfDay = dayHalves.find((name) => name === halfWord);
        if (kind === undefined || (halfWord !== undefined && halfDay === undefined))
          throw new HubError('bad_input', { field: 'kind' });
        await setCalendarDay(portsOf(context), {
          actor: operator,
          day: { date, kind, reason, ...(halfDay === undefined ? {} : { halfDay }) },
        });
        context.write('The day is set.\n');
      }),
  },
  'calendar reset': {
    usage: 'calendar reset DATE',
    about: 'Forgets what was said of a day: it is again what ships with the hub.',
    words: 1,
    run: (context, [date = '']) =>
      refusing(async () => {
        await resetCalendarDay(portsOf(context), { actor: operator, date });
        context.write('The day is as it ships.\n');
      }),
  },
};

function portsOf({ database, now }: CommandContext): CalendarPorts {
  return {
    calendars: createCalendars(database),
    days: createCalendarDays(database),
    clock: { now },
    // A running hub polls the outbox.
    committed: () => undefined,
  };
}

async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const what: Readonly<Record<string, string>> = {
      not_found: 'Nothing was said of this day.',
      bad_input: `This is no ${error.field ?? 'input'} that a calendar has.`,
    };
    throw new StartRefusal(what[error.code] ?? `Refused: ${error.code}.`);
  }
}
