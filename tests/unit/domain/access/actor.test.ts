import { describe, expect, it } from 'vitest';
import { primaryPosition, roomsOf, unitsAnsweredFor } from '#domain/access/actor.ts';
import { authorities } from '#domain/organisation/organisation.ts';
import { actorWith, chair, post } from './actor-fixture.ts';

describe('unitsAnsweredFor', () => {
  it('are those of a head, office chief, unit head or clerk', () => {
    const answering = authorities.filter(
      (authority) => unitsAnsweredFor(actorWith({ positions: [post({ authority })] })).length > 0,
    );
    expect(answering).toEqual(['head', 'office_chief', 'unit_head', 'clerk']);
  });

  it('are not those of a delegation', () => {
    expect(unitsAnsweredFor(actorWith({ positions: [{ ...chair, delegatedScope: 'direct' }] }))).toEqual([]);
  });

  it('are the own unit of a role or unit mailbox, once, and not of a person', () => {
    expect(unitsAnsweredFor(actorWith({ kind: 'unit', unitId: 'department' }))).toEqual(['department']);
    expect(unitsAnsweredFor(actorWith({ kind: 'role', unitId: 'department', positions: [post()] }))).toEqual([
      'department',
    ]);
    expect(unitsAnsweredFor(actorWith({ kind: 'personal', unitId: 'department' }))).toEqual([]);
  });
});

describe('roomsOf', () => {
  it('are the account, everyone, the units answered for, and the posts to issue from', () => {
    expect(roomsOf(actorWith({ positions: [post(), chair] }))).toEqual([
      'account:a-1',
      'everyone',
      'unit:department',
      'unit:province',
      'position:p-1',
      'position:p-chair',
    ]);
    expect(roomsOf(actorWith({ positions: [post({ authority: 'specialist' })] }))).toEqual([
      'account:a-1',
      'everyone',
    ]);
  });

  it('of the system leave everyone out, because it is no recipient, and hear what administrators hear', () => {
    expect(roomsOf(actorWith({ kind: 'system' }))).toEqual(['account:a-1', 'administrators']);
  });
});

describe('primaryPosition', () => {
  it('is the highest of the own posts', () => {
    const actor = actorWith({
      positions: [{ ...chair, delegatedScope: 'direct' }, post({ positionId: 'low', rank: 30 }), post()],
    });
    expect(primaryPosition(actor)?.positionId).toBe('p-1');
    expect(primaryPosition(actorWith())).toBeUndefined();
  });
});
