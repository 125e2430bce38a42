import { administratorOnly, all, type AccessCases, concealed, unknownId } from './access-case.ts';

/** The routes of mail: settings belong to whoever asks, the rest to administrators, content to neither of the others. */
export const mailAccessCases: AccessCases = {
  'GET /api/v1/mail-groups': [{ path: () => '/api/v1/mail-groups', expected: administratorOnly(200) }],
  'POST /api/v1/mail-groups': [
    {
      path: () => '/api/v1/mail-groups',
      body: () => ({
        address: 'thu-nhom@khong-co.example',
        name: 'Thử',
        source: { kind: 'list' },
        writers: 'anyone',
        moderation: 'none',
      }),
      expected: administratorOnly(400),
    },
  ],
  'GET /api/v1/mail-groups/{id}': [
    { path: () => `/api/v1/mail-groups/${unknownId}`, expected: administratorOnly(404) },
  ],
  'PATCH /api/v1/mail-groups/{id}': [
    {
      path: () => `/api/v1/mail-groups/${unknownId}`,
      body: () => ({ name: 'Thử' }),
      expected: administratorOnly(404),
    },
  ],
  'DELETE /api/v1/mail-groups/{id}': [
    { path: () => `/api/v1/mail-groups/${unknownId}`, expected: administratorOnly(404) },
  ],
  'PUT /api/v1/mail-groups/{id}/members': [
    {
      path: () => `/api/v1/mail-groups/${unknownId}/members`,
      body: () => ({ members: [] }),
      expected: administratorOnly(404),
    },
  ],
  'PUT /api/v1/mail-groups/{id}/officers': [
    {
      path: () => `/api/v1/mail-groups/${unknownId}/officers`,
      body: () => ({ moderators: [], writers: [] }),
      expected: administratorOnly(404),
    },
  ],
  'GET /api/v1/mail-aliases': [{ path: () => '/api/v1/mail-aliases', expected: administratorOnly(200) }],
  'POST /api/v1/mail-aliases': [
    {
      path: () => '/api/v1/mail-aliases',
      body: () => ({ alias: 'x@khong-co.example', account: 'y@khong-co.example' }),
      expected: administratorOnly(400),
    },
  ],
  'DELETE /api/v1/mail-aliases/{address}': [
    { path: () => '/api/v1/mail-aliases/khong-co@binhthuan.example', expected: administratorOnly(404) },
  ],
  'GET /api/v1/mail-domains': [{ path: () => '/api/v1/mail-domains', expected: administratorOnly(200) }],
  'GET /api/v1/mail-domains/{name}/records': [
    {
      path: () => '/api/v1/mail-domains/stttt.binhthuan.example/records',
      expected: administratorOnly(200),
    },
    { path: () => '/api/v1/mail-domains/khong-co.example/records', expected: administratorOnly(404) },
  ],
  'POST /api/v1/mail-domains/{name}/keys': [
    { path: () => '/api/v1/mail-domains/khong-co.example/keys', expected: administratorOnly(404) },
  ],
  'POST /api/v1/mail-domains/{name}/keys/activate': [
    { path: () => '/api/v1/mail-domains/khong-co.example/keys/activate', expected: administratorOnly(404) },
  ],
  'GET /api/v1/mail-setup': [{ path: () => '/api/v1/mail-setup', expected: all(200) }],
  'GET /api/v1/held-mail': [{ path: () => '/api/v1/held-mail', expected: all(200) }],
  'POST /api/v1/held-mail/{id}/release': [
    { path: () => `/api/v1/held-mail/${unknownId}/release`, body: () => ({}), expected: all(404) },
  ],
  'POST /api/v1/held-mail/{id}/refuse': [
    {
      path: () => `/api/v1/held-mail/${unknownId}/refuse`,
      body: () => ({ note: 'Thử' }),
      expected: all(404),
    },
  ],
  'POST /api/v1/held-mail/{id}/cancel': [
    { path: () => `/api/v1/held-mail/${unknownId}/cancel`, expected: all(404) },
  ],
  'GET /api/v1/held-mail/{id}/message': [
    { path: () => `/api/v1/held-mail/${unknownId}/message`, expected: all(404) },
  ],
  'GET /api/v1/me/mail-settings': [{ path: () => '/api/v1/me/mail-settings', expected: all(200) }],
  'PUT /api/v1/me/mail-settings': [
    { path: () => '/api/v1/me/mail-settings', body: () => ({ sentCopy: 'hub' }), expected: all(200) },
  ],
  'GET /api/v1/me/absence': [{ path: () => '/api/v1/me/absence', expected: all(200) }],
  'PUT /api/v1/me/absence': [
    {
      path: () => '/api/v1/me/absence',
      body: () => ({ enabled: false, text: '', everyDays: 7 }),
      expected: all(200),
    },
  ],
  'GET /api/v1/me/mail-rules': [{ path: () => '/api/v1/me/mail-rules', expected: all(200) }],
  'POST /api/v1/me/mail-rules': [
    {
      path: () => '/api/v1/me/mail-rules',
      body: () => ({
        name: 'Thử',
        enabled: true,
        match: 'all',
        conditions: [],
        actions: [{ kind: 'flag', flag: 'seen' }],
        stop: false,
      }),
      expected: all(201),
    },
  ],
  'PUT /api/v1/me/mail-rules/order': [
    { path: () => '/api/v1/me/mail-rules/order', body: () => ({ ids: [unknownId] }), expected: all(400) },
  ],
  'PUT /api/v1/me/mail-rules/{id}': [
    {
      path: () => `/api/v1/me/mail-rules/${unknownId}`,
      body: () => ({
        name: 'Thử',
        enabled: true,
        match: 'all',
        conditions: [],
        actions: [{ kind: 'flag', flag: 'seen' }],
        stop: false,
      }),
      expected: all(404),
    },
  ],
  'DELETE /api/v1/me/mail-rules/{id}': [
    { path: () => `/api/v1/me/mail-rules/${unknownId}`, expected: all(404) },
  ],
  'PUT /api/v1/mail-domains/{name}/sts': [
    {
      path: () => '/api/v1/mail-domains/khong-co.example/sts',
      body: () => ({ mode: 'enforce' }),
      expected: administratorOnly(404),
    },
    {
      path: () => '/api/v1/mail-domains/stttt.binhthuan.example/sts',
      body: () => ({ mode: 'enforce' }),
      expected: administratorOnly(200),
    },
    {
      path: () => '/api/v1/mail-domains/stttt.binhthuan.example/sts',
      body: () => ({ mode: 'strict' }),
      expected: all(400),
    },
  ],
  'GET /api/v1/accounts/{id}/sending-limit': [
    { path: () => `/api/v1/accounts/${unknownId}/sending-limit`, expected: administratorOnly(404) },
  ],
  'PUT /api/v1/accounts/{id}/sending-limit': [
    {
      path: () => `/api/v1/accounts/${unknownId}/sending-limit`,
      body: () => ({ messagesPerHour: 300 }),
      expected: administratorOnly(404),
    },
  ],
  'GET /api/v1/mail-trace': [{ path: () => '/api/v1/mail-trace', expected: all(200) }],
  'GET /api/v1/mail-trace.csv': [{ path: () => '/api/v1/mail-trace.csv', expected: all(200) }],
  'GET /api/v1/outbound': [{ path: () => '/api/v1/outbound', expected: all(200) }],
  'GET /api/v1/outbound/{id}': [
    {
      path: ({ outbound }) => `/api/v1/outbound/${outbound}`,
      expected: { ...concealed, recipient: 404, administrator: 403, leader: 200 },
    },
    { path: () => '/api/v1/outbound/999999999999999', expected: all(404) },
    { path: () => '/api/v1/outbound/0', expected: all(400) },
  ],
  'GET /api/v1/outbound/{id}/message': [
    {
      path: ({ outbound }) => `/api/v1/outbound/${outbound}/message`,
      expected: { ...concealed, recipient: 404, administrator: 403, leader: 200 },
    },
    { path: () => '/api/v1/outbound/999999999999999/message', expected: all(404) },
  ],
  'POST /api/v1/outbound/hold': [
    {
      path: () => '/api/v1/outbound/hold',
      body: () => ({ ids: [9_007_199_254_740_991] }),
      expected: administratorOnly(404),
    },
  ],
  'POST /api/v1/outbound/retry': [
    {
      path: () => '/api/v1/outbound/retry',
      body: () => ({ ids: [9_007_199_254_740_991] }),
      expected: administratorOnly(404),
    },
  ],
  'POST /api/v1/outbound/cancel': [
    {
      path: () => '/api/v1/outbound/cancel',
      body: () => ({ ids: [9_007_199_254_740_991], notice: false }),
      expected: all(404),
    },
  ],
};
