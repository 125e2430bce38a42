import { HubError } from '#domain/hub-error.ts';

/** A document on its way in (văn bản đến; Decree 30/2020, Articles 20 to 24; domain.md §5.2). */
export const incomingStates = [
  'arrived',
  'refused',
  'registered',
  'submitted',
  'assigned',
  'processing',
  'done',
  'filed',
  'withdrawn',
  'replaced',
] as const;
export type IncomingState = (typeof incomingStates)[number];

export const incomingActs = [
  /** Đăng ký: it gets its number (số đến). */
  'register',
  /** Từ chối tiếp nhận, with the reason. */
  'refuse',
  /** Trình người có thẩm quyền. */
  'submit',
  /** Chuyển giao, signed for by who takes it. */
  'hand_over',
  /** Ý kiến chỉ đạo, phân công: lead, co-ordinating units, deadline. */
  'assign',
  /** The first report, or the first opening by who has to solve it. */
  'process',
  /** Kết thúc: solved, or only to be known of. */
  'close',
  /** Put into its file (hồ sơ). */
  'file',
  /** The sender takes it back, and the clerk agrees: its content is frozen, its metadata stay. */
  'agree_take_back',
  'refuse_take_back',
  /** The sender has sent another in its place. */
  'replace',
] as const;
export type IncomingAct = (typeof incomingActs)[number];

/** While the sender may still take it back or replace it. */
const recallable = { agree_take_back: 'withdrawn', replace: 'replaced' } as const;

/** From state and act to state; what is not here is refused. */
export const incomingTable: Readonly<Record<IncomingState, Partial<Record<IncomingAct, IncomingState>>>> = {
  arrived: { register: 'registered', refuse: 'refused', refuse_take_back: 'arrived', ...recallable },
  refused: {},
  registered: {
    submit: 'submitted',
    hand_over: 'registered',
    assign: 'assigned',
    close: 'done',
    refuse_take_back: 'registered',
    ...recallable,
  },
  submitted: {
    hand_over: 'submitted',
    assign: 'assigned',
    close: 'done',
    refuse_take_back: 'submitted',
    ...recallable,
  },
  assigned: {
    hand_over: 'assigned',
    assign: 'assigned',
    process: 'processing',
    close: 'done',
    refuse_take_back: 'assigned',
    ...recallable,
  },
  processing: {
    hand_over: 'processing',
    assign: 'processing',
    process: 'processing',
    close: 'done',
    refuse_take_back: 'processing',
    ...recallable,
  },
  done: { file: 'filed', refuse_take_back: 'done', ...recallable },
  filed: { refuse_take_back: 'filed', ...recallable },
  withdrawn: {},
  replaced: {},
};

/** Throws `document_wrong_state`. */
export function nextIncoming(state: IncomingState, act: IncomingAct): IncomingState {
  const next = incomingTable[state][act];
  if (next === undefined) throw new HubError('document_wrong_state');
  return next;
}

/** Somebody of the organ still has something to do with it. */
export function isOpenIncoming(state: IncomingState): boolean {
  return ['arrived', 'registered', 'submitted', 'assigned', 'processing'].includes(state);
}
