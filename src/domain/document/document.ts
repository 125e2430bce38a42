import type { Urgency } from '#domain/directive/directive.ts';
import type { DeliveryStatus, TakeBackStatus } from './delivery-status.ts';
import type { TypeCode } from './document-type.ts';
import type { IncomingState } from './incoming-state.ts';
import type { OutgoingState } from './outgoing-state.ts';

export const directions = ['incoming', 'outgoing', 'internal'] as const;
export type Direction = (typeof directions)[number];

/** Where it came from: paper, a message, another organ of the hub, or drafted here. */
export const documentSources = ['paper', 'mail', 'hub', 'draft'] as const;
export type DocumentSource = (typeof documentSources)[number];

/** Chỉ dẫn về phạm vi lưu hành (Decree 30/2020, Appendix I). */
export const circulations = ['none', 'return_after_reading', 'internal_only'] as const;
export type Circulation = (typeof circulations)[number];
export const circulationMarks: Readonly<Record<Circulation, string>> = {
  none: '',
  return_after_reading: 'XEM XONG TRẢ LẠI',
  internal_only: 'LƯU HÀNH NỘI BỘ',
};

export type DocumentState = IncomingState | OutgoingState;

/** An official document (văn bản) as lists show it. What an organ has of it is one of these: two organs, two. */
export interface OfficialDocument {
  readonly id: string;
  readonly direction: Direction;
  /** The organ in whose registers it stands. */
  readonly organId: string;
  readonly state: DocumentState;
  /** Grows with every change; the ETag of what `GET` answers. */
  readonly version: number;
  readonly typeCode: TypeCode;
  readonly typeName: string;
  /** Số, ký hiệu; absent while it has none. */
  readonly symbol?: string;
  /** Trích yếu. */
  readonly subject: string;
  readonly issuedOn?: string;
  readonly issuerName: string;
  readonly urgency: Urgency;
  readonly circulation: Circulation;
  /** Hạn trả lời or hạn giải quyết: the end of that day. */
  readonly dueOn?: string;
  readonly source: DocumentSource;
  readonly createdAt: Date;
  readonly changedAt: Date;
  /** Of an incoming one: số đến and when it came. */
  readonly arrivalNumber?: string;
  readonly arrivedAt?: Date;
  readonly signerName?: string;
  /** A take-back that the sender asks for and the clerk has not answered. */
  readonly takeBackAsked?: boolean;
}

/** One recipient organ of an issued document, and what has become of it there. */
export interface DocumentDelivery {
  readonly ordinal: number;
  readonly kind: 'organ' | 'unit' | 'person' | 'outside';
  readonly recipientId?: string;
  readonly recipientName: string;
  /** Absent for who is outside the hub, or inside the organ. */
  readonly status?: DeliveryStatus;
  readonly statusAt?: Date;
  readonly reason?: string;
  readonly takeBack?: TakeBackStatus;
  readonly takeBackAt?: Date;
  readonly takeBackReason?: string;
}

/** Who did what to a document, in order: its history and the trace of Appendix VI. */
export interface DocumentStep {
  readonly ordinal: number;
  readonly act: string;
  readonly state: DocumentState;
  readonly at: Date;
  readonly byName: string;
  readonly byTitle: string;
  readonly note?: string;
}
