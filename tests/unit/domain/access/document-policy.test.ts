import { describe, expect, it } from 'vitest';
import type { Actor } from '#domain/access/actor.ts';
import { registriesOf, roomsOf } from '#domain/access/actor.ts';
import {
  draftingPost,
  mayApproveContent,
  mayApproveForm,
  mayAssignFor,
  mayEditDraft,
  mayKeepRegister,
  mayReadDocument,
  maySealFor,
  maySign,
  maySolve,
  registerOrganOf,
} from '#domain/access/document-policy.ts';
import type { Authority, DelegationScope } from '#domain/organisation/organisation.ts';
import { actorWith, post } from './actor-fixture.ts';

const authorities: readonly Authority[] = [
  'head',
  'deputy',
  'office_chief',
  'unit_head',
  'clerk',
  'specialist',
  'counter',
  'archivist',
  'admin',
];

function holding(authority: Authority, organId = 'o1', delegatedScope?: DelegationScope): Actor {
  const held = post({ authority, organId, unitId: 'u1', positionId: 'p1' });
  return actorWith({ positions: [delegatedScope === undefined ? held : { ...held, delegatedScope }] });
}

const draft = { organId: 'o1', unitId: 'u1', rooms: ['account:a-1'], createdBy: 'a-1' };

/** Every authority against every right, in the own organ and in another. */
describe('the rights to documents', () => {
  it.each<[string, (actor: Actor) => boolean, readonly Authority[]]>([
    ['keep the register', (actor) => mayKeepRegister(actor, 'o1'), ['office_chief', 'clerk']],
    ['seal', (actor) => maySealFor(actor, 'o1'), ['clerk']],
    ['assign', (actor) => mayAssignFor(actor, 'o1'), ['head', 'deputy', 'office_chief']],
    ['close', (actor) => maySolve(actor, 'o1', []), ['head', 'deputy', 'office_chief', 'clerk']],
    ['approve the form', (actor) => mayApproveForm(actor, 'o1'), ['head', 'deputy', 'office_chief']],
    [
      'approve the content of a unit',
      (actor) => mayApproveContent(actor, draft),
      ['head', 'office_chief', 'unit_head'],
    ],
    [
      'approve the content of the organ itself',
      (actor) => mayApproveContent(actor, { ...draft, unitId: 'o1' }),
      ['head', 'deputy', 'office_chief'],
    ],
    [
      'sign in own right',
      (actor) =>
        maySign(actor, 'o1', { positionId: 'p1', authority: 'own', positionAuthority: 'head' }) &&
        actor.positions[0]?.authority === 'head',
      ['head'],
    ],
  ])('%s: only %3$j', (_right, may, allowed) => {
    expect(authorities.filter((authority) => may(holding(authority)))).toEqual(allowed);
  });

  it('end at the organ', () => {
    for (const authority of authorities) {
      const actor = holding(authority, 'o2');
      expect([
        mayKeepRegister(actor, 'o1'),
        maySealFor(actor, 'o1'),
        mayAssignFor(actor, 'o1'),
        maySolve(actor, 'o1', []),
        mayApproveForm(actor, 'o1'),
      ]).toEqual([false, false, false, false, false]);
    }
  });

  it('pass with a delegation only as far as it goes: directing, not the register or the seal', () => {
    expect(mayAssignFor(holding('head', 'o1', 'direct'), 'o1')).toBe(true);
    expect(mayAssignFor(holding('head', 'o1', 'process'), 'o1')).toBe(false);
    expect(maySolve(holding('head', 'o1', 'process'), 'o1', [])).toBe(true);
    for (const scope of ['process', 'direct', 'sign_TUQ'] as const) {
      expect(mayKeepRegister(holding('clerk', 'o1', scope), 'o1')).toBe(false);
      expect(maySealFor(holding('clerk', 'o1', scope), 'o1')).toBe(false);
      expect(mayApproveForm(holding('head', 'o1', scope), 'o1')).toBe(false);
      expect(registriesOf(holding('clerk', 'o1', scope))).toEqual([]);
    }
  });

  it('let who was assigned it solve it', () => {
    const actor = holding('specialist');
    expect(maySolve(actor, 'o1', [`account:${actor.accountId}`])).toBe(true);
    expect(maySolve(actor, 'o1', ['account:another'])).toBe(false);
  });

  it('let only its drafter edit a draft', () => {
    expect(mayEditDraft(actorWith(), draft)).toBe(true);
    expect(mayEditDraft(actorWith({ accountId: 'a-2' }), draft)).toBe(false);
  });
});

describe('maySign', () => {
  const slot = { positionId: 'p1', positionAuthority: 'specialist' } as const;

  it('lets TUQ. sign only who holds a delegation of the organ to sign', () => {
    const own = post({ authority: 'specialist', organId: 'o1', positionId: 'p1' });
    const given = post({ authority: 'head', organId: 'o1', positionId: 'p9', delegatedScope: 'sign_TUQ' });
    const may = (positions: Actor['positions']) =>
      maySign(actorWith({ positions }), 'o1', { ...slot, authority: 'TUQ' });
    expect(may([own])).toBe(false);
    expect(may([own, given])).toBe(true);
    expect(may([given])).toBe(false);
    expect(may([own, { ...given, organId: 'o2' }])).toBe(false);
    expect(may([own, { ...given, delegatedScope: 'direct' }])).toBe(false);
  });

  it('lets nobody sign for the holder of another post', () => {
    const actor = holding('head');
    const other = { positionId: 'p2', authority: 'own', positionAuthority: 'head' } as const;
    expect(maySign(actor, 'o1', other)).toBe(false);
  });
});

describe('registriesOf', () => {
  it('are of clerks, office chiefs and heads, and of the organ’s own mailboxes', () => {
    expect(authorities.filter((authority) => registriesOf(holding(authority)).length > 0)).toEqual([
      'head',
      'office_chief',
      'clerk',
    ]);
    expect(registriesOf(actorWith({ kind: 'unit', organId: 'o1' }))).toEqual(['o1']);
    expect(registriesOf(actorWith({ kind: 'personal', organId: 'o1' }))).toEqual([]);
  });

  it('are not of the chair of the province, who reads what comes to the chair', () => {
    const chair = post({ authority: 'head', unitKind: 'province_pc', organId: 'o1' });
    expect(registriesOf(actorWith({ positions: [chair] }))).toEqual([]);
  });

  it('give the room in which a document of the organ is heard of', () => {
    const clerk = holding('clerk');
    expect(roomsOf(clerk)).toContain('registry:o1');
    expect(mayReadDocument(clerk, { rooms: ['registry:o1'] })).toBe(true);
    expect(mayReadDocument(clerk, { rooms: ['registry:o2', 'account:x'] })).toBe(false);
    expect(mayReadDocument(holding('admin'), { rooms: ['registry:o1'] })).toBe(false);
  });
});

describe('draftingPost', () => {
  it('is the main one of an organ; an administrator has none', () => {
    const specialist = post({ authority: 'specialist', organId: 'o1', unitId: 'u1', rank: 60 });
    const head = post({ authority: 'unit_head', organId: 'o1', unitId: 'u2', rank: 40 });
    const actor = actorWith({ positions: [specialist, head] });
    expect(draftingPost(actor)).toBe(head);
    expect(draftingPost(actor, 'u1')).toBe(specialist);
    expect(draftingPost(actor, 'u3')).toBeUndefined();
    expect(draftingPost(holding('admin'))).toBeUndefined();
    expect(registerOrganOf(actor)).toBeUndefined();
    expect(registerOrganOf(holding('clerk'))).toBe('o1');
  });
});
