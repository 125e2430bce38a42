import { all, concealed, unknownId, type AccessCases } from './access-case.ts';

const path = (id: string) => `/api/v1/directives/${id}/outside-recipients`;
const nowhere = () => ({ addresses: ['khong phai dia chi'] });

/** Who acts as the issuer names people outside and sees who has acknowledged; a recipient does not. */
export const outsideAccessCases: AccessCases = {
  'POST /api/v1/directives/{id}/outside-recipients': [
    {
      path: ({ directive }) => path(directive),
      body: nowhere,
      expected: { ...concealed, recipient: 403, leader: 400 },
    },
    { path: () => path(unknownId), body: nowhere, expected: all(404) },
  ],
  'GET /api/v1/directives/{id}/outside-recipients': [
    { path: ({ directive }) => path(directive), expected: { ...concealed, recipient: 403, leader: 200 } },
    { path: () => path(unknownId), expected: all(404) },
  ],
};
