import { all, type AccessCases, unknownId } from './access-case.ts';

/** Acts on one document: who has no path to it is told that there is none, whatever their post. */
const acts: Readonly<Record<string, unknown>> = {
  register: {},
  refuse: { reason: 'Thử' },
  'submit-to-leader': { positionId: unknownId },
  'hand-over': { to: { kind: 'unit', id: unknownId } },
  'sign-for': {},
  assign: { opinion: 'Thử', assignees: [{ role: 'lead', kind: 'unit', id: unknownId }] },
  process: {},
  close: {},
  file: { fileNotation: '01.TH' },
  'take-back/agree': {},
  'take-back/refuse': { reason: 'Thử' },
  submit: {},
  'approve-content': {},
  'approve-form': {},
  return: { reason: 'Thử' },
  discard: {},
  sign: {},
  seal: {},
  issue: {},
  void: { reason: 'Thử' },
  'take-back': { reason: 'Thử' },
};

const content = {
  typeCode: 'CV',
  subject: 'Thử',
  body: '',
  urgency: 'normal',
  circulation: 'none',
  isNormative: false,
  signer: { positionId: unknownId, authority: 'own' },
  recipients: [{ kind: 'organ', id: unknownId }],
};

/** Only the clerk among them keeps a register; the administrator has no organ's post and no document. */
export const documentAccessCases: AccessCases = {
  ...Object.fromEntries(
    Object.entries(acts).map(([act, body]) => [
      `POST /api/v1/documents/{id}/${act}`,
      [{ path: () => `/api/v1/documents/${unknownId}/${act}`, body: () => body, expected: all(404) }],
    ]),
  ),
  'GET /api/v1/documents/work': [{ path: () => '/api/v1/documents/work', expected: all(200) }],
  'GET /api/v1/documents': [{ path: () => '/api/v1/documents', expected: all(200) }],
  'GET /api/v1/documents/duplicates': [
    {
      path: () => '/api/v1/documents/duplicates?symbol=1&issuerName=x',
      expected: { ...all(403), clerk: 200 },
    },
  ],
  'GET /api/v1/documents/{id}': [{ path: () => `/api/v1/documents/${unknownId}`, expected: all(404) }],
  'GET /api/v1/documents/{id}/versions': [
    { path: () => `/api/v1/documents/${unknownId}/versions`, expected: all(404) },
  ],
  'GET /api/v1/documents/{id}/processing-slip.html': [
    { path: () => `/api/v1/documents/${unknownId}/processing-slip.html`, expected: all(404) },
  ],
  'POST /api/v1/documents/incoming': [
    {
      path: () => '/api/v1/documents/incoming',
      body: () => ({
        issuerName: 'Bộ',
        typeCode: 'CV',
        subject: 'Thử',
        urgency: 'normal',
        circulation: 'none',
      }),
      expected: { ...all(403), clerk: 201 },
    },
  ],
  'POST /api/v1/documents/drafts': [
    {
      path: () => '/api/v1/documents/drafts',
      body: () => ({ direction: 'outgoing', content }),
      expected: { ...all(422), administrator: 403 },
    },
  ],
  'PUT /api/v1/documents/{id}/draft': [
    {
      path: () => `/api/v1/documents/${unknownId}/draft`,
      body: () => ({ content }),
      expected: all(400),
    },
  ],
  'PUT /api/v1/registers/numbering': [
    {
      path: () => '/api/v1/registers/numbering',
      body: () => ({ year: 1999, numbering: 'one' }),
      // A clerk keeps the register and does not decide on it; the chair and the directors do.
      expected: { ...all(400), clerk: 403, administrator: 403 },
    },
  ],
  'GET /api/v1/registers': [{ path: () => '/api/v1/registers', expected: all(200) }],
  'GET /api/v1/registers/{id}/book': [
    { path: () => `/api/v1/registers/${unknownId}/book`, expected: all(404) },
  ],
  'GET /api/v1/registers/{id}/book.csv': [
    { path: () => `/api/v1/registers/${unknownId}/book.csv`, expected: all(404) },
  ],
  'GET /api/v1/registers/{id}/book.html': [
    { path: () => `/api/v1/registers/${unknownId}/book.html`, expected: all(404) },
  ],
};
