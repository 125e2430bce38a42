import type { IssueRequest } from '#protocol/request.ts';
import { fromProvinceTime } from '#client/words/time-phrase.ts';

export type Urgency = IssueRequest['urgency'];
export type Role = IssueRequest['recipients'][number]['role'];

export const urgencies: readonly Urgency[] = ['normal', 'khan', 'thuong_khan', 'hoa_toc'];
export const roles: readonly Role[] = ['lead', 'coord', 'info'];

export interface DraftRecipient {
  readonly role: Role;
  readonly kind: IssueRequest['recipients'][number]['kind'];
  readonly id?: string;
  readonly name: string;
  /** What tells two of the same name apart. */
  readonly note?: string;
}

export interface Draft {
  readonly subject: string;
  readonly text: string;
  readonly urgency: Urgency;
  readonly recipients: readonly DraftRecipient[];
  /** As typed: provincial time, `2016-05-13T17:00`. */
  readonly due: string;
  readonly acknowledgeWithin: string;
  /** The key of the last attempt and the request it was for: the same words sent again must be the same issue. */
  readonly attempt?: { readonly key: string; readonly request: string };
}

export const emptyDraft: Draft = {
  subject: '',
  text: '',
  urgency: 'normal',
  recipients: [],
  due: '',
  acknowledgeWithin: '',
};

export type Field = 'subject' | 'text' | 'recipients' | 'dueAt' | 'acknowledgeWithinMinutes';

export interface Fault {
  readonly field: Field | undefined;
  /** A public error code of the hub. */
  readonly code: string;
}

/** What the hub would refuse, found before it is asked. The hub checks again, and more. */
export function faultsOf(draft: Draft, now: Date): Fault[] {
  const faults: Fault[] = [];
  if (draft.subject.trim() === '') faults.push({ field: 'subject', code: 'bad_input' });
  if (draft.text.trim() === '') faults.push({ field: 'text', code: 'bad_input' });
  if (draft.recipients.length === 0) faults.push({ field: 'recipients', code: 'no_recipient' });
  if (draft.recipients.filter(({ role }) => role === 'lead').length > 1)
    faults.push({ field: 'recipients', code: 'two_leads' });
  const due = draft.due === '' ? undefined : fromProvinceTime(draft.due);
  if (draft.due !== '' && due === undefined) faults.push({ field: 'dueAt', code: 'bad_input' });
  if (due !== undefined && due <= now) faults.push({ field: 'dueAt', code: 'deadline_in_past' });
  if (!/^\d{0,5}$/.test(draft.acknowledgeWithin.trim()) || Number(draft.acknowledgeWithin || 1) < 1)
    faults.push({ field: 'acknowledgeWithinMinutes', code: 'bad_input' });
  return faults;
}

export function requestOf(draft: Draft): IssueRequest {
  const due = draft.due === '' ? undefined : fromProvinceTime(draft.due);
  const within = draft.acknowledgeWithin.trim();
  return {
    subject: draft.subject.trim().normalize('NFC'),
    text: draft.text.trim().normalize('NFC'),
    urgency: draft.urgency,
    ...(due === undefined ? {} : { dueAt: due.toISOString() }),
    ...(within === '' ? {} : { acknowledgeWithinMinutes: Number(within) }),
    recipients: draft.recipients.map(({ role, kind, id }) => ({
      role,
      kind,
      ...(id === undefined ? {} : { id }),
    })),
  };
}

/** The key for issuing this draft: that of the attempt before while the words are the same, else a new one. */
export function attemptFor(draft: Draft, newKey: () => string): NonNullable<Draft['attempt']> {
  const request = JSON.stringify(requestOf(draft));
  return draft.attempt?.request === request ? draft.attempt : { key: newKey(), request };
}

const storageName = (accountId: string) => `chidao.draft.${accountId}`;

/** The part of the browser's storage that a draft needs. */
export interface DraftStorage {
  readonly getItem: (name: string) => string | null;
  readonly setItem: (name: string, value: string) => void;
  readonly removeItem: (name: string) => void;
}

export function readDraft(storage: Pick<DraftStorage, 'getItem'>, accountId: string): Draft {
  try {
    const read: unknown = JSON.parse(storage.getItem(storageName(accountId)) ?? '{}');
    return typeof read === 'object' && read !== null ? { ...emptyDraft, ...read } : emptyDraft;
  } catch {
    return emptyDraft;
  }
}

export function keepDraft(storage: Pick<DraftStorage, 'setItem'>, accountId: string, draft: Draft): void {
  storage.setItem(storageName(accountId), JSON.stringify(draft));
}

export function dropDraft(storage: Pick<DraftStorage, 'removeItem'>, accountId: string): void {
  storage.removeItem(storageName(accountId));
}
