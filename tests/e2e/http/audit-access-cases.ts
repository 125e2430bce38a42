import { all, type AccessCases } from './access-case.ts';

/** None of the roles is an auditor: who runs the system is among those the audit is kept for. */
export const auditAccessCases: AccessCases = {
  'GET /api/v1/audit': [{ path: () => '/api/v1/audit', expected: all(403) }],
  'GET /api/v1/audit/anchors': [{ path: () => '/api/v1/audit/anchors', expected: all(403) }],
};
