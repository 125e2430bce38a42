import { all, concealed, unknownId, type AccessCase, type AccessCases } from './access-case.ts';

/** What the assignee of a fresh assignment may not do yet, and its giver may not do at all, or the other way about. */
const performer = { ...concealed, recipient: 409, leader: 403 };
const giver = { ...concealed, recipient: 403, leader: 409 };

function onAssignment(verb: string, body: unknown, expected: AccessCase['expected']): AccessCases {
  const send = body === undefined ? {} : { body: () => body };
  return {
    [`POST /api/v1/assignments/{id}/${verb}`]: [
      { path: ({ assignment }) => `/api/v1/assignments/${assignment}/${verb}`, ...send, expected },
      { path: () => `/api/v1/assignments/${unknownId}/${verb}`, ...send, expected: all(404) },
    ],
  };
}

const reason = { reason: 'Thử' };
const soon = new Date(Date.now() + 86_400_000).toISOString();

/** Work on assignments, every act on one that nobody has taken up. */
export const workAccessCases: AccessCases = {
  ...onAssignment('accept', undefined, performer),
  ...onAssignment('report', { percent: 10, text: 'Thử' }, performer),
  ...onAssignment('submit', { text: 'Thử' }, performer),
  ...onAssignment('extension', { ...reason, newDueAt: soon }, performer),
  ...onAssignment('extension/withdraw', undefined, performer),
  ...onAssignment('extension/approve', undefined, giver),
  ...onAssignment('extension/deny', { note: 'Thử' }, giver),
  ...onAssignment('return', reason, performer),
  ...onAssignment('insist', reason, giver),
  ...onAssignment('endorse', undefined, performer),
  ...onAssignment('confirm', undefined, giver),
  ...onAssignment('reject', reason, giver),
  ...onAssignment('evaluate', { evaluation: 'good' }, giver),
  ...onAssignment('reopen', reason, giver),
  ...onAssignment('cancel', reason, { ...concealed, recipient: 403, leader: 200 }),
  ...onAssignment('remind', { text: 'Thử' }, { ...concealed, recipient: 403, leader: 200 }),
  'POST /api/v1/assignments/{id}/delegate': [
    {
      path: ({ assignment }) => `/api/v1/assignments/${assignment}/delegate`,
      body: ({ person }) => ({ parts: [{ role: 'lead', kind: 'person', id: person }] }),
      expected: { ...concealed, recipient: 409, leader: 403 },
    },
  ],
  'POST /api/v1/assignments/{id}/reassign': [
    {
      path: ({ assignment }) => `/api/v1/assignments/${assignment}/reassign`,
      body: ({ person }) => ({ to: { kind: 'person', id: person }, ...reason }),
      // It is that person's already.
      expected: { ...concealed, recipient: 403, leader: 400 },
    },
  ],
  'POST /api/v1/assignments/remind': [
    {
      path: () => '/api/v1/assignments/remind',
      body: ({ assignment }) => ({ ids: [assignment], text: 'Thử' }),
      expected: { ...concealed, recipient: 403, leader: 200 },
    },
    {
      path: () => '/api/v1/assignments/remind',
      body: () => ({ ids: [unknownId], text: 'Thử' }),
      expected: all(404),
    },
  ],
  'GET /api/v1/assignments': [
    { path: () => '/api/v1/assignments?scope=unit', expected: all(200) },
    { path: () => '/api/v1/assignments', expected: all(400) },
  ],
  'GET /api/v1/directives/{id}/timeline': [
    {
      path: ({ directive }) => `/api/v1/directives/${directive}/timeline`,
      expected: { ...concealed, recipient: 200, leader: 200 },
    },
    { path: () => `/api/v1/directives/${unknownId}/timeline`, expected: all(404) },
  ],
  'POST /api/v1/directives/{id}/supersede': [
    {
      path: ({ directive }) => `/api/v1/directives/${directive}/supersede`,
      body: () => ({ subject: 'x', text: 'x', urgency: 'normal' }),
      expected: { ...concealed, recipient: 403, leader: 201 },
    },
  ],
  'GET /api/v1/delegations': [{ path: () => '/api/v1/delegations', expected: all(200) }],
  'GET /api/v1/people/{id}/posts': [
    { path: ({ person }) => `/api/v1/people/${person}/posts`, expected: all(200) },
  ],
  'POST /api/v1/delegations': [
    {
      path: () => '/api/v1/delegations',
      body: ({ person }) => ({
        fromPositionId: unknownId,
        toPersonId: person,
        scope: 'direct',
        documentRef: '1/GUQ',
        validFrom: soon,
        validTo: new Date(Date.now() + 2 * 86_400_000).toISOString(),
      }),
      // Nobody holds that post, which only an administrator is told.
      expected: { ...all(403), administrator: 422 },
    },
  ],
  'POST /api/v1/delegations/{id}/revoke': [
    { path: () => `/api/v1/delegations/${unknownId}/revoke`, expected: all(404) },
  ],
  ...draftCases(),
};

function draftCases(): AccessCases {
  // A draft is its account's own: for everybody else there is none. The one of the path does not exist.
  const none = (verb: string, path: string, body?: unknown): AccessCases => ({
    [`${verb} /api/v1/${path.replace(unknownId, '{id}')}`]: [
      {
        path: () => `/api/v1/${path}`,
        ...(body === undefined ? {} : { body: () => body }),
        expected: all(404),
      },
    ],
  });
  const issuers = { ...all(403), outsider: 201, recipient: 201, leader: 201 };
  return {
    'GET /api/v1/drafts': [{ path: () => '/api/v1/drafts', expected: all(200) }],
    'POST /api/v1/drafts': [{ path: () => '/api/v1/drafts', body: () => ({}), expected: issuers }],
    // Without the version that was changed.
    'PUT /api/v1/drafts/{id}': [
      { path: () => `/api/v1/drafts/${unknownId}`, body: () => ({}), expected: all(400) },
    ],
    ...none('POST', `drafts/${unknownId}/discard`),
    ...none('POST', `drafts/${unknownId}/issue`),
    ...none('POST', `drafts/${unknownId}/unschedule`),
    ...none('POST', `drafts/${unknownId}/schedule`, { issueAt: soon }),
    'POST /api/v1/directives/bulk': [
      {
        path: () => '/api/v1/directives/bulk',
        body: () => ({ templateId: unknownId, listIds: [unknownId] }),
        expected: all(404),
      },
    ],
    'GET /api/v1/presets': [{ path: () => '/api/v1/presets?kind=template', expected: all(200) }],
    'POST /api/v1/presets': [
      {
        path: () => '/api/v1/presets',
        body: () => ({ kind: 'template', name: crypto.randomUUID(), content: {} }),
        expected: issuers,
      },
    ],
    'PUT /api/v1/presets/{id}': [
      {
        path: () => `/api/v1/presets/${unknownId}`,
        body: () => ({ name: 'x', content: {} }),
        expected: all(400),
      },
    ],
    ...none('DELETE', `presets/${unknownId}`),
  };
}
