import { administratorOnly, all, unknownId, type AccessCases } from './access-case.ts';

export const calendarAccessCases: AccessCases = {
  'GET /api/v1/calendar': [
    { path: () => '/api/v1/calendar?from=2026-01-01&to=2026-01-31', expected: all(200) },
    { path: () => '/api/v1/calendar?from=2026-02-30&to=2026-03-01', expected: all(400) },
    { path: () => `/api/v1/calendar?from=2026-01-01&to=2026-01-31&unitId=${unknownId}`, expected: all(200) },
  ],
  'GET /api/v1/calendar/deadline': [
    { path: () => '/api/v1/calendar/deadline?workingDays=3', expected: all(200) },
    { path: () => '/api/v1/calendar/deadline', expected: all(400) },
    { path: () => '/api/v1/calendar/deadline?workingDays=3&minutes=1', expected: all(400) },
  ],
  'PUT /api/v1/calendar/days/{date}': [
    {
      path: () => '/api/v1/calendar/days/2031-03-03',
      body: () => ({ kind: 'holiday', reason: 'Thử' }),
      expected: administratorOnly(200),
    },
    {
      path: () => '/api/v1/calendar/days/2031-13-03',
      body: () => ({ kind: 'holiday' }),
      expected: administratorOnly(400),
    },
  ],
  'DELETE /api/v1/calendar/days/{date}': [
    { path: () => '/api/v1/calendar/days/2031-03-04', expected: administratorOnly(404) },
  ],
  'PUT /api/v1/units/{id}/office-hours': [
    {
      path: () => `/api/v1/units/${unknownId}/office-hours`,
      body: () => ({ hours: '' }),
      expected: administratorOnly(404),
    },
  ],
};
