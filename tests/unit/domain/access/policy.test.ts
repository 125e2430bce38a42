import { describe, expect, it } from 'vitest';
import { isAdministrator } from '#domain/access/actor.ts';
import {
  issuingPosition,
  mayActAsIssuer,
  mayIssue,
  mayIssueToEveryone,
  mayReadDirective,
  type IssueTarget,
} from '#domain/access/policy.ts';
import { authorities } from '#domain/organisation/organisation.ts';
import { actorWith, chair, post } from './actor-fixture.ts';

const everyone: IssueTarget = { kind: 'everyone', unitPaths: [] };
const own: IssueTarget = { kind: 'unit', unitPaths: [['office', 'department', 'province']] };
const elsewhere: IssueTarget = { kind: 'unit', unitPaths: [['district', 'province']] };
const personOf = (...paths: string[][]): IssueTarget => ({ kind: 'person', unitPaths: paths });

describe('mayIssue', () => {
  it.each(
    authorities.map(
      (authority) =>
        [authority, ['head', 'deputy', 'office_chief', 'unit_head'].includes(authority)] as const,
    ),
  )('of %s is %s', (authority, allowed) => {
    expect(mayIssue(actorWith({ positions: [post({ authority })] }))).toBe(allowed);
  });

  it('is denied without a post, also to the system', () => {
    expect(mayIssue(actorWith())).toBe(false);
    expect(mayIssue(actorWith({ kind: 'system' }))).toBe(false);
  });
});

describe('issuingPosition', () => {
  it('lets chair and vice chair of the province reach everyone', () => {
    for (const authority of ['head', 'deputy'] as const) {
      const actor = actorWith({ positions: [{ ...chair, authority }] });
      expect(issuingPosition(actor, [everyone, own, elsewhere])?.positionId).toBe('p-chair');
      expect(mayIssueToEveryone(actor)).toBe(true);
    }
  });

  it('lets others reach what lies below their unit and nothing else', () => {
    const actor = actorWith({ positions: [post()] });
    expect(issuingPosition(actor, [own])?.positionId).toBe('p-1');
    expect(issuingPosition(actor, [own, elsewhere])).toBeUndefined();
    expect(issuingPosition(actor, [everyone])).toBeUndefined();
    expect(issuingPosition(actor, [{ kind: 'unit', unitPaths: [['province']] }])).toBeUndefined();
    expect(mayIssueToEveryone(actor)).toBe(false);
  });

  it('reaches a person by any of that person’s units, and one without a unit not at all', () => {
    const actor = actorWith({ positions: [post()] });
    expect(
      issuingPosition(actor, [personOf(['district', 'province'], ['office', 'department', 'province'])]),
    ).toBeDefined();
    expect(issuingPosition(actor, [personOf()])).toBeUndefined();
  });

  it('does not stretch one post by another: one post must reach all', () => {
    const actor = actorWith({
      positions: [
        post(),
        post({ positionId: 'p-2', unitId: 'district', unitPath: ['district', 'province'] }),
      ],
    });
    expect(issuingPosition(actor, [own, elsewhere])).toBeUndefined();
    expect(issuingPosition(actor, [elsewhere])?.positionId).toBe('p-2');
  });

  it('takes an own post before a delegated one, and the higher of two', () => {
    const delegated = { ...chair, delegatedScope: 'direct' as const };
    const low = post({ positionId: 'p-low', rank: 20 });
    const actor = actorWith({ positions: [delegated, low, post()] });
    expect(issuingPosition(actor, [own])?.positionId).toBe('p-1');
    expect(issuingPosition(actor, [everyone])?.positionId).toBe('p-chair');
  });

  it('takes no delegation that is not for directing', () => {
    for (const delegatedScope of ['process', 'sign_TUQ'] as const)
      expect(
        issuingPosition(actorWith({ positions: [{ ...chair, delegatedScope }] }), [own]),
      ).toBeUndefined();
  });
});

describe('mayActAsIssuer', () => {
  const directive = { issuerAccountId: 'a-1', issuerPositionId: 'p-chair' };
  it('is for the issuer and whom the post is delegated to for directing', () => {
    expect(mayActAsIssuer(actorWith(), directive)).toBe(true);
    const deputy = actorWith({ accountId: 'a-2', positions: [{ ...chair, delegatedScope: 'direct' }] });
    expect(mayActAsIssuer(deputy, directive)).toBe(true);
  });

  it('is for the holder of the post when a delegate has issued from it', () => {
    expect(mayActAsIssuer(actorWith({ accountId: 'a-2', positions: [chair] }), directive)).toBe(true);
  });

  it('is not for a successor in the post, other scopes, or a directive without a post', () => {
    // A successor holds a position of their own: a row is one person's tenure.
    const successor = { ...chair, positionId: 'p-next-chair' };
    expect(mayActAsIssuer(actorWith({ accountId: 'a-2', positions: [successor] }), directive)).toBe(false);
    expect(
      mayActAsIssuer(
        actorWith({ accountId: 'a-2', positions: [{ ...chair, delegatedScope: 'process' }] }),
        directive,
      ),
    ).toBe(false);
    expect(
      mayActAsIssuer(actorWith({ accountId: 'a-2', positions: [chair] }), { issuerAccountId: 'a-1' }),
    ).toBe(false);
  });
});

describe('mayReadDirective', () => {
  const directive = { issuerAccountId: 'a-9' };
  it('needs a path: issuer, recipient, or who answers for an assigned unit', () => {
    const none = { isRecipient: false, assignedUnitIds: [] };
    expect(mayReadDirective(actorWith(), directive, none)).toBe(false);
    expect(mayReadDirective(actorWith({ accountId: 'a-9' }), directive, none)).toBe(true);
    expect(mayReadDirective(actorWith(), directive, { ...none, isRecipient: true })).toBe(true);
    const unit = { isRecipient: false, assignedUnitIds: ['department'] };
    expect(mayReadDirective(actorWith({ positions: [post()] }), directive, unit)).toBe(true);
    expect(
      mayReadDirective(actorWith({ positions: [post({ authority: 'specialist' })] }), directive, unit),
    ).toBe(false);
    expect(mayReadDirective(actorWith({ positions: [post({ unitId: 'other' })] }), directive, unit)).toBe(
      false,
    );
  });

  it('is not for an administrator as such', () => {
    const administrator = actorWith({ positions: [post({ authority: 'admin' })] });
    expect(isAdministrator(administrator)).toBe(true);
    expect(
      mayReadDirective(administrator, directive, { isRecipient: false, assignedUnitIds: ['department'] }),
    ).toBe(false);
    expect(isAdministrator(actorWith({ positions: [post()] }))).toBe(false);
  });
});
