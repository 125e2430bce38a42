import { all, type AccessCases, type AccessRole, concealed, unknownId } from './access-case.ts';

/** A file that is attached to nothing is its uploader's alone. */
const uploaderOnly = (status: number): Readonly<Record<AccessRole, number>> => ({
  ...concealed,
  recipient: 404,
  leader: status,
});

export const attachmentAccessCases: AccessCases = {
  'POST /api/v1/attachments': [{ path: () => '/api/v1/attachments?name=a.txt', expected: all(415) }],
  'GET /api/v1/attachments/{id}': [
    { path: ({ attachment }) => `/api/v1/attachments/${attachment}`, expected: uploaderOnly(200) },
    { path: () => `/api/v1/attachments/${unknownId}`, expected: all(404) },
    { path: ({ directive }) => `/api/v1/attachments/${directive}`, expected: all(404) },
  ],
  'GET /api/v1/attachments/{id}/content': [
    { path: ({ attachment }) => `/api/v1/attachments/${attachment}/content`, expected: uploaderOnly(200) },
    { path: () => `/api/v1/attachments/${unknownId}/content`, expected: all(404) },
  ],
  'DELETE /api/v1/attachments/{id}': [
    { path: ({ attachment }) => `/api/v1/attachments/${attachment}`, expected: uploaderOnly(204) },
    { path: () => `/api/v1/attachments/${unknownId}`, expected: all(404) },
  ],
};
