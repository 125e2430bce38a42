import type { Actor, HeldPosition } from '#domain/access/actor.ts';

export function post(parts: Partial<HeldPosition> = {}): HeldPosition {
  return {
    positionId: 'p-1',
    unitId: 'department',
    unitPath: ['department', 'province'],
    unitName: 'Sở',
    unitKind: 'dept',
    title: 'Giám đốc',
    authority: 'head',
    rank: 10,
    ...parts,
  };
}

export function actorWith(parts: Partial<Actor> = {}): Actor {
  return {
    accountId: 'a-1',
    address: 'an@binhthuan.example',
    name: 'An',
    kind: 'personal',
    locale: 'vi',
    positions: [],
    ...parts,
  };
}

export const chair = post({
  positionId: 'p-chair',
  unitId: 'province',
  unitPath: ['province'],
  unitKind: 'province_pc',
  title: 'Chủ tịch',
  rank: 1,
});
