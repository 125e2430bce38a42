import { HubError } from '#domain/hub-error.ts';

/** A document on its way out, or within the organ (văn bản đi, văn bản nội bộ; Decree 30/2020, Articles 10 to 18). */
export const outgoingStates = [
  'draft',
  'in_review',
  'content_approved',
  'ready_to_sign',
  'signed',
  'numbered',
  'sealed',
  'issued',
  'takeback_pending',
  'recalled',
  'partially_recalled',
  'replaced',
  'discarded',
  'voided',
] as const;
export type OutgoingState = (typeof outgoingStates)[number];

export const outgoingActs = [
  /** A new version of the draft. */
  'edit',
  'submit',
  /** Trả lại: back to the drafter, with the reason. */
  'return',
  /** The head of the drafting unit answers for the content (Article 12.1). */
  'approve_content',
  /** The person whom the head designates answers for form and procedure (Article 12.2). */
  'approve_form',
  'sign',
  /** In the transaction of the signature. */
  'number',
  /** The organ's signature (con dấu), only after the person's (Article 32.2d). */
  'seal',
  'issue',
  'discard',
  /** The number stays in the register with the reason. */
  'void',
  'request_take_back',
  /** Every recipient agreed. */
  'settle_recalled',
  'settle_partly',
  /** Every recipient refused. */
  'settle_kept',
  /** Another of equal form stands in its place (Article 18.3). */
  'replace',
] as const;
export type OutgoingAct = (typeof outgoingActs)[number];

/** From state and act to state; what is not here is refused. */
export const outgoingTable: Readonly<Record<OutgoingState, Partial<Record<OutgoingAct, OutgoingState>>>> = {
  draft: { edit: 'draft', submit: 'in_review', discard: 'discarded' },
  in_review: { return: 'draft', approve_content: 'content_approved' },
  content_approved: { return: 'draft', approve_form: 'ready_to_sign' },
  ready_to_sign: { return: 'draft', sign: 'signed' },
  signed: { number: 'numbered' },
  numbered: { seal: 'sealed', void: 'voided' },
  sealed: { issue: 'issued', void: 'voided' },
  issued: { request_take_back: 'takeback_pending', replace: 'replaced' },
  takeback_pending: {
    settle_recalled: 'recalled',
    settle_partly: 'partially_recalled',
    settle_kept: 'issued',
  },
  recalled: {},
  partially_recalled: { request_take_back: 'takeback_pending', replace: 'replaced' },
  replaced: {},
  discarded: {},
  voided: {},
};

/** Throws `document_wrong_state`. */
export function nextOutgoing(state: OutgoingState, act: OutgoingAct): OutgoingState {
  const next = outgoingTable[state][act];
  if (next === undefined) throw new HubError('document_wrong_state');
  return next;
}

/** Somebody of the organ still has something to do with it. */
export function isOpenOutgoing(state: OutgoingState): boolean {
  return !['issued', 'recalled', 'partially_recalled', 'replaced', 'discarded', 'voided'].includes(state);
}
