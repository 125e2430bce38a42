import { describe, expect, it } from 'vitest';
import type { HeldPosition } from '#domain/access/actor.ts';
import {
  conditions,
  permit,
  policyActions,
  type PolicyAction,
  policyRoles,
  type PolicyRole,
  type PolicyTarget,
  roleOf,
} from '#domain/access/permissions.ts';
import { actorWith, post } from './actor-fixture.ts';

// The matrix once more, as people read it. ▲ province, ▼ all below the organ, ● the organ alone, ■ unit, ✓ own, – no;
// a word after it is the condition.
const matrix = `
| Action              | leader | office_chief   | dept_head | unit_head | specialist | clerk             | counter   | archivist | auditor | sysadmin |
| directive.issue     | ▲      | ▼              | ▼         | ■         | –          | –                 | –         | –         | –       | –        |
| assignment.give     | ▲      | ▼              | ▼         | ■         | –          | ● by_rule         | –         | –         | –       | –        |
| document.register   | –      | ✓              | –         | –         | –          | ●                 | –         | –         | –       | –        |
| document.seal       | –      | –              | –         | –         | –          | ● signed          | –         | –         | –       | –        |
| document.sign       | ✓      | ✓              | ✓         | ✓ given   | –          | –                 | –         | –         | –       | –        |
| assignment.work     | ✓      | ✓              | ✓         | ✓         | ✓          | ✓                 | ✓         | ✓         | –       | –        |
| assignment.decide   | ✓      | ✓              | ✓         | ■         | –          | –                 | –         | –         | –       | –        |
| assignment.remind   | ▲      | ▼              | ▼         | ■         | –          | ● overdue         | ● overdue | –         | –       | –        |
| official.recall     | ✓      | ✓              | ✓         | ✓         | –          | ● issued_document | –         | –         | –       | –        |
| content.read        | ✓      | ▼ unrestricted | ●         | ■         | ✓          | ● registered      | ● case    | ● filed   | –       | –        |
| dashboard.see       | ▲      | ▼              | ▼         | ■         | ✓          | ●                 | ●         | ● filed   | ▲       | –        |
| audit.read          | –      | –              | –         | –         | –          | –                 | –         | –         | ▲       | –        |
| organisation.manage | –      | –              | –         | –         | –          | –                 | –         | –         | –       | ▲        |
`;

const rows = matrix
  .trim()
  .split('\n')
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const [header = [], ...lines] = rows;
const cells = lines.flatMap(([action = '', ...marks]) =>
  marks.map((mark, index) => ({
    action: action as PolicyAction,
    role: header[index + 1] as PolicyRole,
    mark,
  })),
);

// province ─ department ─┬ room ─ desk          province ─ district ─ commune
//                        └ centre (an organ below)
const paths = {
  desk: ['desk', 'room', 'department', 'province'],
  room: ['room', 'department', 'province'],
  department: ['department', 'province'],
  otherRoom: ['other-room', 'department', 'province'],
  centre: ['centre', 'department', 'province'],
  district: ['district', 'province'],
} as const;
const organOf: Readonly<Record<keyof typeof paths, string>> = {
  desk: 'department',
  room: 'department',
  department: 'department',
  otherRoom: 'department',
  centre: 'centre',
  district: 'district',
};
type Place = keyof typeof paths;

function postOf(role: PolicyRole): HeldPosition {
  const inRoom = { unitId: 'room', unitPath: [...paths.room], unitKind: 'dept' };
  switch (role) {
    case 'leader':
      return post({
        authority: 'head',
        unitId: 'province',
        unitPath: ['province'],
        unitKind: 'province_pc',
      });
    case 'dept_head':
      return post({ authority: 'head' });
    case 'unit_head':
    case 'specialist':
      return post({ authority: role, ...inRoom });
    case 'sysadmin':
      return post({ authority: 'admin' });
    case 'office_chief':
    case 'clerk':
    case 'counter':
    case 'archivist':
    case 'auditor':
      return post({ authority: role });
  }
}

const reached: Readonly<Record<string, readonly Place[]>> = {
  '▲': ['desk', 'room', 'department', 'otherRoom', 'centre', 'district'],
  '▼': ['desk', 'room', 'department', 'otherRoom', 'centre'],
  '●': ['desk', 'room', 'department', 'otherRoom'],
  '■': ['desk', 'room'],
  '✓': [],
  '–': [],
};

const placeTarget = (place: Place, met: PolicyTarget['met']): PolicyTarget => ({
  unitPath: paths[place],
  organId: organOf[place],
  accountIds: ['somebody'],
  positionIds: ['p-somebody'],
  ...(met === undefined ? {} : { met }),
});

describe('the matrix', () => {
  it('has every action and every role, each once', () => {
    expect(lines.map(([action]) => action)).toEqual(policyActions);
    expect(header.slice(1)).toEqual(policyRoles);
  });

  it.each(cells)('$action of $role is $mark', ({ action, role, mark: text }) => {
    const [mark = '', condition] = text.split(' ');
    const actor = actorWith({ positions: [postOf(role)] });
    expect(roleOf(postOf(role))).toBe(role);
    const met = condition === undefined ? [] : [condition as (typeof conditions)[number]];
    const places = Object.keys(paths) as Place[];
    const allowed = (facts: PolicyTarget['met']) =>
      places.filter((place) => permit(actor, action, placeTarget(place, facts)) !== undefined);
    expect(allowed(met)).toEqual(places.filter((place) => reached[mark]?.includes(place)));
    // Without its condition there is no right, and other conditions do not stand in for it.
    if (condition !== undefined) expect(allowed(conditions.filter((name) => name !== condition))).toEqual([]);
    const own = { accountIds: [actor.accountId], met };
    const hasOwn = mark === '✓' || mark === '▲';
    expect(permit(actor, action, own) !== undefined).toBe(hasOwn);
  });

  it('gives nobody anything about a thing of which nothing is known, but who reaches the province', () => {
    const blind = cells.filter(
      ({ action, role }) => permit(actorWith({ positions: [postOf(role)] }), action) !== undefined,
    );
    expect(blind.every(({ mark }) => mark === '▲')).toBe(true);
    expect(blind.length).toBe(cells.filter(({ mark }) => mark === '▲').length);
  });

  it('gives an actor without a post nothing, also the system and an account of a unit', () => {
    for (const kind of ['personal', 'system', 'unit', 'role'] as const)
      for (const action of policyActions)
        expect(
          permit(actorWith({ kind, unitId: 'room' }), action, placeTarget('room', [...conditions])),
        ).toBe(undefined);
  });
});

describe('delegation', () => {
  const delegated = (delegatedScope: 'direct' | 'process' | 'sign_TUQ') =>
    actorWith({ accountId: 'delegate', positions: [{ ...postOf('leader'), delegatedScope }] });
  const carriedBy = (scope: 'direct' | 'process' | 'sign_TUQ') =>
    policyActions.filter(
      (action) =>
        permit(delegated(scope), action, {
          ...placeTarget('room', [...conditions]),
          positionIds: ['p-1'],
        }) !== undefined,
    );

  it('carries what its scope says and nothing else', () => {
    expect(carriedBy('direct')).toEqual([
      'directive.issue',
      'assignment.give',
      'assignment.decide',
      'assignment.remind',
      'official.recall',
      'dashboard.see',
    ]);
    expect(carriedBy('process')).toEqual(['assignment.work', 'content.read']);
    expect(carriedBy('sign_TUQ')).toEqual(['document.sign']);
  });

  it('makes what is the delegate’s own no matter of the post', () => {
    expect(permit(delegated('process'), 'content.read', { accountIds: ['delegate'] })).toBeUndefined();
  });

  it('comes after the own posts', () => {
    const own = post({ positionId: 'p-own', rank: 90 });
    const actor = actorWith({ positions: [{ ...postOf('leader'), delegatedScope: 'direct' }, own] });
    expect(permit(actor, 'assignment.give', placeTarget('room', []))?.positionId).toBe('p-own');
    expect(permit(actor, 'assignment.give', placeTarget('district', []))?.positionId).toBe('p-1');
  });
});
