import { documentType, type TypeCode } from './document-type.ts';

/** Books of an organ, one per kind, series and year (Decree 30/2020, Article 15; domain.md §5.4). */
export const registerKinds = ['incoming', 'outgoing', 'per_type', 'normative', 'advisory', 'copy'] as const;
export type RegisterKind = (typeof registerKinds)[number];

export interface RegisterKey {
  readonly kind: RegisterKind;
  /** The type of a normative or per-type series, the code of an advisory body; empty otherwise. */
  readonly series: string;
}

/** How the head of an organ has administrative documents numbered in a year: all in one series, or each type apart. */
export const numberings = ['one', 'per_type'] as const;
export type Numbering = (typeof numberings)[number];

export const incomingRegister: RegisterKey = { kind: 'incoming', series: '' };

/** The book that a document going out is numbered in. Each normative type has its own series, whatever the head says. */
export function outgoingRegister(input: {
  readonly typeCode: TypeCode;
  readonly isNormative: boolean;
  readonly advisoryCode?: string | undefined;
  readonly numbering: Numbering;
}): RegisterKey {
  const { typeCode, isNormative, advisoryCode, numbering } = input;
  if (documentType(typeCode).isCopy) return { kind: 'copy', series: '' };
  if (advisoryCode !== undefined) return { kind: 'advisory', series: advisoryCode };
  if (isNormative) return { kind: 'normative', series: typeCode };
  return numbering === 'one' ? { kind: 'outgoing', series: '' } : { kind: 'per_type', series: typeCode };
}

/** The rules that a register year is kept by. Decree 30/2020 came into force on 5 March 2020. */
export function legalRegimeOf(year: number): string {
  return year < 2020 ? '110/2004/NĐ-CP' : '30/2020/NĐ-CP';
}
