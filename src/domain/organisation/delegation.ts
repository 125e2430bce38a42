import type { Delegation, DelegationScope } from '#domain/organisation/organisation.ts';
import { HubError } from '#domain/hub-error.ts';

export const delegationScopes = [
  'process',
  'direct',
  'sign_TUQ',
] as const satisfies readonly DelegationScope[];

/** A delegation is written and limited in time and content (Decree 30/2020, Article 13.4). */
export const delegationDaysMax = 366;
export const documentRefCharactersMax = 200;
const dayMs = 24 * 3_600_000;

export const delegationStates = ['planned', 'active', 'expired', 'revoked'] as const;
export type DelegationState = (typeof delegationStates)[number];

/** Computed when asked: nothing has to run for a delegation to begin or to end. */
export function delegationStateOf(
  delegation: Pick<Delegation, 'validFrom' | 'validTo' | 'revokedAt'>,
  now: Date,
): DelegationState {
  if (delegation.revokedAt !== undefined) return 'revoked';
  if (now < delegation.validFrom) return 'planned';
  return now < delegation.validTo ? 'active' : 'expired';
}

export interface NewDelegation {
  readonly fromPositionId: string;
  readonly toPersonId: string;
  readonly scope: DelegationScope;
  /** Symbol of the written authority (văn bản ủy quyền). */
  readonly documentRef: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

// eslint-disable-next-line no-control-regex -- it is shown on one line
const lineBreaking = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** Throws `bad_input`, `deadline_in_past`, `line_break_in_field`, `text_too_long`. */
export function checkDelegation(delegation: NewDelegation, now: Date): void {
  const { documentRef, validFrom, validTo } = delegation;
  if (documentRef.trim() === '') throw new HubError('bad_input', { field: 'documentRef' });
  if (documentRef.length > documentRefCharactersMax)
    throw new HubError('text_too_long', { field: 'documentRef' });
  if (lineBreaking.test(documentRef)) throw new HubError('line_break_in_field', { field: 'documentRef' });
  if (Number.isNaN(validFrom.getTime())) throw new HubError('bad_input', { field: 'validFrom' });
  if (Number.isNaN(validTo.getTime()) || validTo <= validFrom)
    throw new HubError('bad_input', { field: 'validTo' });
  if (validTo <= now) throw new HubError('deadline_in_past', { field: 'validTo' });
  if (validTo.getTime() - validFrom.getTime() > delegationDaysMax * dayMs)
    throw new HubError('bad_input', { field: 'validTo' });
}
