import type { DelegationScope } from '#domain/organisation/organisation.ts';
import type { Actor, HeldPosition } from './actor.ts';

/**
 * The matrix of domain.md §5.3: who may do what, and how far. Denying by default: an empty cell is a no, and a cell with a
 * condition is a no until the use case has found the condition met.
 */

export const policyRoles = [
  'leader',
  'office_chief',
  'dept_head',
  'unit_head',
  'specialist',
  'clerk',
  'counter',
  'archivist',
  'auditor',
  'sysadmin',
] as const;
export type PolicyRole = (typeof policyRoles)[number];

/**
 * How far a right reaches: what is the person's own; the post's unit and below; the post's organ without the organs below
 * it; everything below the post's organ; the province.
 */
export type Scope = 'own' | 'unit' | 'organ' | 'below' | 'province';

/** What must be so besides. */
export const conditions = [
  /** The authorised person has signed (Decree 30/2020, Article 32.2d). */
  'signed',
  /** A written authority to sign by order (TL.) was given. */
  'given',
  /** A rule of the organ says where such a document goes. */
  'by_rule',
  /** It is on the list of what is overdue. */
  'overdue',
  /** An issued document, whose taking back is asked of its recipients. */
  'issued_document',
  'unrestricted',
  /** In a register of the organ, or content of the organ. */
  'registered',
  'case',
  'filed',
] as const;
export type Condition = (typeof conditions)[number];

type Cell = '' | Scope | `${Scope} if ${Condition}`;
type Row = readonly [Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell];

// In the order of `policyRoles`. The provincial leaders' own scope of reading is what they issued or received.
const table = {
  'directive.issue': ['province', 'below', 'below', 'unit', '', '', '', '', '', ''],
  'assignment.give': ['province', 'below', 'below', 'unit', '', 'organ if by_rule', '', '', '', ''],
  'document.register': ['', 'own', '', '', '', 'organ', '', '', '', ''],
  'document.seal': ['', '', '', '', '', 'organ if signed', '', '', '', ''],
  'document.sign': ['own', 'own', 'own', 'own if given', '', '', '', '', '', ''],
  'assignment.work': ['own', 'own', 'own', 'own', 'own', 'own', 'own', 'own', '', ''],
  'assignment.decide': ['own', 'own', 'own', 'unit', '', '', '', '', '', ''],
  'assignment.remind': [
    'province',
    'province',
    'below',
    'unit',
    '',
    'organ if overdue',
    'organ if overdue',
    '',
    '',
    '',
  ],
  'official.recall': ['own', 'own', 'own', 'own', '', 'organ if issued_document', '', '', '', ''],
  'content.read': [
    'own',
    'province if unrestricted',
    'organ',
    'unit',
    'own',
    'organ if registered',
    'organ if case',
    'organ if filed',
    '',
    '',
  ],
  'dashboard.see': [
    'province',
    'province',
    'below',
    'unit',
    'own',
    'organ',
    'organ',
    'organ if filed',
    'province',
    '',
  ],
  'audit.read': ['', '', '', '', '', '', '', '', 'province', ''],
  'organisation.manage': ['', '', '', '', '', '', '', '', '', 'province'],
} as const satisfies Readonly<Record<string, Row>>;

export type PolicyAction = keyof typeof table;
export const policyActions = Object.keys(table) as readonly PolicyAction[];

/** Which delegation carries a right to the delegate; what is not named is carried by none. */
const delegable: Readonly<Partial<Record<PolicyAction, DelegationScope>>> = {
  'directive.issue': 'direct',
  'assignment.give': 'direct',
  'assignment.decide': 'direct',
  'assignment.remind': 'direct',
  'official.recall': 'direct',
  'dashboard.see': 'direct',
  'assignment.work': 'process',
  'content.read': 'process',
  'document.sign': 'sign_TUQ',
};

/** What a right is asked about. What is not known of it gives no right. */
export interface PolicyTarget {
  /** Ids from its unit up to the province, the unit first. */
  readonly unitPath?: readonly string[];
  /** The organ that keeps it: the nearest one of the path with a seal and registers. */
  readonly organId?: string;
  /** Whose it is: issued, received, assigned to, registered by. */
  readonly accountIds?: readonly string[];
  readonly positionIds?: readonly string[];
  readonly met?: readonly Condition[];
}

/** The post a right is used from, so that the record can show it; own ones before delegated ones, the higher first. */
export function permit(
  actor: Actor,
  action: PolicyAction,
  target: PolicyTarget = {},
): HeldPosition | undefined {
  return byPrecedence(actor).find((position) => {
    const grant = grantOf(position, action);
    if (grant === undefined) return false;
    if (grant.condition !== undefined && target.met?.includes(grant.condition) !== true) return false;
    return isWithin(grant.scope, { actor, position, target });
  });
}

/** How far the actor may read or act, for a query that lists: each post with its reach. */
export function reachesOf(
  actor: Actor,
  action: PolicyAction,
  met: readonly Condition[] = [],
): readonly { readonly position: HeldPosition; readonly scope: Scope }[] {
  return byPrecedence(actor).flatMap((position) => {
    const grant = grantOf(position, action);
    if (grant === undefined) return [];
    const isMet = grant.condition === undefined || met.includes(grant.condition);
    return isMet ? [{ position, scope: grant.scope }] : [];
  });
}

export interface PolicyGrant {
  readonly scope: Scope;
  readonly condition?: Condition;
}

/** What the matrix gives a post. A delegated post gives what its delegation carries. */
export function grantOf(position: HeldPosition, action: PolicyAction): PolicyGrant | undefined {
  if (position.delegatedScope !== undefined && delegable[action] !== position.delegatedScope)
    return undefined;
  const role = roleOf(position);
  const cell: Cell = table[action][policyRoles.indexOf(role)] ?? '';
  if (cell === '') return undefined;
  const [scope, condition] = cell.split(' if ') as [Scope, Condition | undefined];
  // The office of an organ speaks for the organ: only that of the People's Committee reaches the province.
  const held = role === 'office_chief' && scope === 'province' ? 'below' : scope;
  return { scope: held, ...(condition === undefined ? {} : { condition }) };
}

export function roleOf(position: HeldPosition): PolicyRole {
  switch (position.authority) {
    case 'head':
    case 'deputy':
      return position.unitKind === 'province_pc' ? 'leader' : 'dept_head';
    case 'admin':
      return 'sysadmin';
    case 'office_chief':
    case 'unit_head':
    case 'specialist':
    case 'clerk':
    case 'counter':
    case 'archivist':
    case 'auditor':
      return position.authority;
  }
}

function isWithin(
  scope: Scope,
  { actor, position, target }: { actor: Actor; position: HeldPosition; target: PolicyTarget },
): boolean {
  switch (scope) {
    case 'own':
      return (
        (position.delegatedScope === undefined && target.accountIds?.includes(actor.accountId) === true) ||
        target.positionIds?.includes(position.positionId) === true
      );
    case 'organ':
      return target.organId === (position.organId ?? position.unitId);
    case 'unit':
    case 'below':
      return target.unitPath?.includes(position.unitId) === true;
    case 'province':
      return true;
  }
}

function byPrecedence(actor: Actor): readonly HeldPosition[] {
  return actor.positions.toSorted(
    (left, right) =>
      Number(left.delegatedScope !== undefined) - Number(right.delegatedScope !== undefined) ||
      left.rank - right.rank,
  );
}
