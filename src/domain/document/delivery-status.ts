import { HubError } from '#domain/hub-error.ts';

/**
 * What the receiver has done, as exchange codes (Decision 28/2018/QĐ-TTg, QCVN 102:2016): 01 arrived, 02 refused,
 * 03 registered, 04 assigned, 05 processing, 06 done.
 */
export const deliveryStatuses = ['01', '02', '03', '04', '05', '06'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** 13 take-back requested, 15 agreed, 16 refused; beside the other, because a refusal leaves that as it was. */
export const takeBackStatuses = ['13', '15', '16'] as const;
export type TakeBackStatus = (typeof takeBackStatuses)[number];

/** Which status may follow which. A receiver may skip steps, never go back. */
export const deliveryTable: Readonly<Record<DeliveryStatus, readonly DeliveryStatus[]>> = {
  '01': ['02', '03'],
  '02': [],
  '03': ['04', '05', '06'],
  '04': ['05', '06'],
  '05': ['06'],
  '06': [],
};

export const takeBackTable: Readonly<Record<TakeBackStatus | 'none', readonly TakeBackStatus[]>> = {
  none: ['13'],
  '13': ['15', '16'],
  '15': [],
  // What was refused once may be asked for again.
  '16': ['13'],
};

/** Whether the status moves the delivery on; the same one again, or an earlier one, changes nothing. */
export function movesOn(current: DeliveryStatus, next: DeliveryStatus): boolean {
  return deliveryTable[current].includes(next);
}

/** Throws `document_wrong_state`. */
export function nextTakeBack(current: TakeBackStatus | undefined, next: TakeBackStatus): TakeBackStatus {
  if (!takeBackTable[current ?? 'none'].includes(next)) throw new HubError('document_wrong_state');
  return next;
}

/** How a take-back stands once some have answered: undefined while anybody has not. */
export function takeBackResult(
  statuses: readonly (TakeBackStatus | undefined)[],
): 'settle_recalled' | 'settle_partly' | 'settle_kept' | undefined {
  const asked = statuses.filter((status) => status !== undefined);
  if (asked.includes('13')) return undefined;
  const agreed = asked.filter((status) => status === '15').length;
  if (agreed === statuses.length) return 'settle_recalled';
  return agreed === 0 ? 'settle_kept' : 'settle_partly';
}
