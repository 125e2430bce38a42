import { all, concealed, unknownId, type AccessCases } from './access-case.ts';

const readers = { ...concealed, recipient: 200, leader: 200 };
const path = (id: string) => `/api/v1/discussions/directive/${id}`;
const say = () => ({ text: 'Ý kiến' });

/** Whoever may read a directive may read and write beside it, and nobody else learns that it is there. */
export const discussionAccessCases: AccessCases = {
  'GET /api/v1/discussions': [{ path: () => '/api/v1/discussions', expected: all(200) }],
  'GET /api/v1/discussions/{kind}/{id}': [
    { path: ({ directive }) => path(directive), expected: readers },
    { path: () => path(unknownId), expected: all(404) },
    { path: ({ directive }) => `/api/v1/discussions/mail/${directive}`, expected: all(400) },
  ],
  'POST /api/v1/discussions/{kind}/{id}/comments': [
    {
      path: ({ directive }) => `${path(directive)}/comments`,
      body: say,
      expected: { ...concealed, recipient: 201, leader: 201 },
    },
    { path: () => `${path(unknownId)}/comments`, body: say, expected: all(404) },
  ],
  'PUT /api/v1/discussions/{kind}/{id}/read': [
    {
      path: ({ directive }) => `${path(directive)}/read`,
      body: () => ({ upTo: 0 }),
      expected: { ...concealed, recipient: 204, leader: 204 },
    },
    { path: () => `${path(unknownId)}/read`, body: () => ({ upTo: 0 }), expected: all(404) },
  ],
  'PUT /api/v1/comments/{id}': [
    {
      path: () => `/api/v1/comments/${unknownId}`,
      headers: { 'if-match': '"1"' },
      body: say,
      expected: all(404),
    },
    { path: () => `/api/v1/comments/${unknownId}`, body: say, expected: all(400) },
  ],
  'DELETE /api/v1/comments/{id}': [
    { path: () => `/api/v1/comments/${unknownId}`, headers: { 'if-match': '"1"' }, expected: all(404) },
    { path: () => `/api/v1/comments/${unknownId}`, headers: { 'if-match': '*' }, expected: all(400) },
  ],
  'GET /api/v1/comments/{id}/history': [
    { path: () => `/api/v1/comments/${unknownId}/history`, expected: all(404) },
  ],
};
