import type { Seat } from './seats.ts';

/** Local parts that replace generated ones, by organ; each goes to the first of its seats. */
const wellKnown: Readonly<Record<string, Partial<Record<Seat, string>>>> = {
  vpubnd: { head: 'chutich', deputy: 'phochutich' },
  stttt: { head: 'giamdoc' },
  thanhtra: { deputy: 'kiemtra' },
  phanthiet: { head: 'chutich' },
};

export function wellKnownLocalPart(organSlug: string, seat: Seat, ordinal: number): string | undefined {
  return ordinal === 0 ? wellKnown[organSlug]?.[seat] : undefined;
}

/** The clerk's mailbox (văn thư) and the organ's own (hộp thư), before the suffix of a shared domain. */
export const clerkMailbox = 'vanthu';
export const organMailbox = 'hopthu';
