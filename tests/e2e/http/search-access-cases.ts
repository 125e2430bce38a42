import { all, unknownId, type AccessCases } from './access-case.ts';

/** Searching is open to who signed in; what is found is each one's own. */
export const searchAccessCases: AccessCases = {
  'GET /api/v1/search': [
    { path: () => '/api/v1/search?text=7d1f3a', expected: all(200) },
    { path: () => '/api/v1/search', expected: all(200) },
    { path: () => '/api/v1/search?from=2016-02-30', expected: all(400) },
  ],
  'GET /api/v1/search/export': [{ path: () => '/api/v1/search/export?text=7d1f3a', expected: all(200) }],
  'GET /api/v1/saved-searches': [{ path: () => '/api/v1/saved-searches', expected: all(200) }],
  'POST /api/v1/saved-searches': [
    { path: () => '/api/v1/saved-searches', body: () => ({ name: 'Thử', query: '' }), expected: all(201) },
  ],
  'DELETE /api/v1/saved-searches/{id}': [
    { path: () => `/api/v1/saved-searches/${unknownId}`, expected: all(404) },
  ],
};
