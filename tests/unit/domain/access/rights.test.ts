import { describe, expect, it } from 'vitest';
import {
  dashboardReaches,
  mayAssign,
  mayDecideWork,
  mayManageOrganisation,
  mayReadAudit,
  mayReadContent,
  mayRecall,
  mayRegisterDocument,
  mayRemind,
  maySealDocument,
  maySeeDashboard,
  maySignDocument,
  mayWork,
} from '#domain/access/rights.ts';
import { actorWith, chair, post } from './actor-fixture.ts';

const holder = (authority: Parameters<typeof post>[0] & object) =>
  actorWith({ positions: [post(authority)] });
const clerk = holder({ authority: 'clerk' });
const administrator = holder({ authority: 'admin' });
const ofDepartment = { unitPath: ['department', 'province'], organId: 'department' };
const ofDistrict = { unitPath: ['district', 'province'], organId: 'district' };

describe('rights by name', () => {
  it('registers: the clerk and the office chief of the organ, no other organ’s, no head', () => {
    expect(mayRegisterDocument(clerk, 'department')).toBeDefined();
    expect(mayRegisterDocument(clerk, 'district')).toBeUndefined();
    const chief = holder({ authority: 'office_chief' });
    expect(mayRegisterDocument(chief, 'department')).toBeDefined();
    expect(mayRegisterDocument(chief, 'district')).toBeUndefined();
    expect(mayRegisterDocument(holder({}), 'department')).toBeUndefined();
  });

  it('seals only what is signed', () => {
    expect(maySealDocument(clerk, 'department', { isSigned: false })).toBeUndefined();
    expect(maySealDocument(clerk, 'department', { isSigned: true })).toBeDefined();
  });

  it('signs only from the post it was put before; a unit head with a written order', () => {
    const head = holder({});
    expect(maySignDocument(head, { positionId: 'p-1', hasWrittenOrder: false })).toBeDefined();
    expect(maySignDocument(head, { positionId: 'p-2', hasWrittenOrder: true })).toBeUndefined();
    const unitHead = holder({ authority: 'unit_head' });
    expect(maySignDocument(unitHead, { positionId: 'p-1', hasWrittenOrder: false })).toBeUndefined();
    expect(maySignDocument(unitHead, { positionId: 'p-1', hasWrittenOrder: true })).toBeDefined();
  });

  it('reminds: a clerk only of what is overdue, whatever the caller’s target says', () => {
    expect(mayRemind(clerk, ofDepartment, { isOverdue: true })).toBeDefined();
    expect(mayRemind(clerk, { ...ofDepartment, met: ['overdue'] }, { isOverdue: false })).toBeUndefined();
    expect(mayRemind(actorWith({ positions: [chair] }), ofDistrict, { isOverdue: false })).toBeDefined();
  });

  it('recalls: a clerk only issued documents of the organ', () => {
    expect(mayRecall(clerk, ofDepartment, { isIssuedDocument: true })).toBeDefined();
    expect(mayRecall(clerk, ofDepartment, { isIssuedDocument: false })).toBeUndefined();
    expect(mayRecall(clerk, ofDistrict, { isIssuedDocument: true })).toBeUndefined();
  });

  it('gives the administrator the organisation and no content, work, dashboard or audit', () => {
    const everything = { ...ofDepartment, met: ['unrestricted', 'registered', 'case', 'filed'] as const };
    expect(mayManageOrganisation(administrator)).toBe(true);
    expect(mayReadContent(administrator, everything)).toBeUndefined();
    expect(maySeeDashboard(administrator, everything)).toBeUndefined();
    expect(mayWork(administrator, everything)).toBeUndefined();
    expect(mayAssign(administrator, everything)).toBeUndefined();
    expect(mayDecideWork(administrator, everything)).toBeUndefined();
    expect(mayReadAudit(administrator)).toBe(false);
    expect(dashboardReaches(administrator)).toEqual([]);
  });

  it('gives an auditor the audit and nobody else', () => {
    expect(mayReadAudit(holder({ authority: 'auditor' }))).toBe(true);
    expect(mayReadAudit(actorWith({ positions: [chair] }))).toBe(false);
    expect(mayReadContent(holder({ authority: 'auditor' }), ofDepartment)).toBeUndefined();
  });

  it('tells a query how far dashboards reach', () => {
    const actor = actorWith({ positions: [post({ authority: 'unit_head' }), chair] });
    expect(dashboardReaches(actor).map(({ scope }) => scope)).toEqual(['province', 'unit']);
  });
});
