import { describe, expect, it } from 'vitest';
import {
  deliveryStatuses,
  movesOn,
  nextTakeBack,
  takeBackResult,
  takeBackStatuses,
} from '#domain/document/delivery-status.ts';
import {
  incomingActs,
  incomingStates,
  isOpenIncoming,
  nextIncoming,
  type IncomingState,
} from '#domain/document/incoming-state.ts';
import {
  isOpenOutgoing,
  nextOutgoing,
  outgoingActs,
  outgoingStates,
  type OutgoingState,
} from '#domain/document/outgoing-state.ts';

/** The machines of domain.md §5.2 written down a second time, as lines; every pair that is not here must be refused. */
const incomingLines = `
arrived register registered / arrived refuse refused / registered submit submitted
registered hand_over registered / submitted hand_over submitted / assigned hand_over assigned / processing hand_over processing
registered assign assigned / submitted assign assigned / assigned assign assigned / processing assign processing
assigned process processing / processing process processing
registered close done / submitted close done / assigned close done / processing close done
done file filed
arrived agree_take_back withdrawn / registered agree_take_back withdrawn / submitted agree_take_back withdrawn
assigned agree_take_back withdrawn / processing agree_take_back withdrawn / done agree_take_back withdrawn / filed agree_take_back withdrawn
arrived refuse_take_back arrived / registered refuse_take_back registered / submitted refuse_take_back submitted
assigned refuse_take_back assigned / processing refuse_take_back processing / done refuse_take_back done / filed refuse_take_back filed
arrived replace replaced / registered replace replaced / submitted replace replaced / assigned replace replaced
processing replace replaced / done replace replaced / filed replace replaced`;

const outgoingLines = `
draft edit draft / draft submit in_review / draft discard discarded
in_review return draft / in_review approve_content content_approved
content_approved return draft / content_approved approve_form ready_to_sign
ready_to_sign return draft / ready_to_sign sign signed / signed number numbered
numbered seal sealed / numbered void voided / sealed issue issued / sealed void voided
issued request_take_back takeback_pending / issued replace replaced
takeback_pending settle_recalled recalled / takeback_pending settle_partly partially_recalled / takeback_pending settle_kept issued
partially_recalled request_take_back takeback_pending / partially_recalled replace replaced`;

function wanted(lines: string): ReadonlyMap<string, string> {
  return new Map(
    lines
      .split(/[\n/]/)
      .map((line) => line.trim().split(' '))
      .flatMap(([from, act, to]) => (to === undefined ? [] : [[`${from} ${act}`, to] as const])),
  );
}

function answerOf(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the machine of incoming documents', () => {
  const table = wanted(incomingLines);
  it.each(incomingStates.flatMap((state) => incomingActs.map((act) => [state, act] as const)))(
    '%s, %s',
    (state, act) => {
      expect(answerOf(() => nextIncoming(state, act))).toBe(
        table.get(`${state} ${act}`) ?? 'document_wrong_state',
      );
    },
  );

  it('has every line in it', () => {
    expect(table.size).toBe(39);
  });

  it('is open while somebody has to do something', () => {
    const open: IncomingState[] = ['arrived', 'registered', 'submitted', 'assigned', 'processing'];
    expect(incomingStates.filter(isOpenIncoming)).toEqual(open);
  });
});

describe('the machine of outgoing documents', () => {
  const table = wanted(outgoingLines);
  it.each(outgoingStates.flatMap((state) => outgoingActs.map((act) => [state, act] as const)))(
    '%s, %s',
    (state, act) => {
      expect(answerOf(() => nextOutgoing(state, act))).toBe(
        table.get(`${state} ${act}`) ?? 'document_wrong_state',
      );
    },
  );

  it('has every line in it', () => {
    expect(table.size).toBe(21);
  });

  it('seals only what a person has signed, and issues only what is sealed', () => {
    const to = (act: 'seal' | 'issue') =>
      outgoingStates.filter((state) => answerOf(() => nextOutgoing(state, act)) !== 'document_wrong_state');
    expect(to('seal')).toEqual(['numbered']);
    expect(to('issue')).toEqual(['sealed']);
  });

  it('is open until it is issued, and while a take-back waits', () => {
    const open: OutgoingState[] = [
      'draft',
      'in_review',
      'content_approved',
      'ready_to_sign',
      'signed',
      'numbered',
      'sealed',
      'takeback_pending',
    ];
    expect(outgoingStates.filter(isOpenOutgoing)).toEqual(open);
  });
});

describe('the statuses of a delivery', () => {
  const allowed = new Set(['01 02', '01 03', '03 04', '03 05', '03 06', '04 05', '04 06', '05 06']);
  it.each(deliveryStatuses.flatMap((from) => deliveryStatuses.map((to) => [from, to] as const)))(
    '%s then %s',
    (from, to) => {
      expect(movesOn(from, to)).toBe(allowed.has(`${from} ${to}`));
    },
  );

  it('ask for a take-back once, or again after a refusal', () => {
    const steps = [undefined, ...takeBackStatuses].flatMap((from) =>
      takeBackStatuses.map((to) => `${from ?? 'none'} ${answerOf(() => nextTakeBack(from, to))}`),
    );
    expect(steps.filter((step) => !step.endsWith('wrong_state'))).toEqual([
      'none 13',
      '13 15',
      '13 16',
      '16 13',
    ]);
  });

  it.each([
    [['15', '15'], 'settle_recalled'],
    [['15', '16'], 'settle_partly'],
    [['16', '16'], 'settle_kept'],
    [['15', '13'], undefined],
    [['15', undefined], 'settle_partly'],
  ] as const)('of %j settle as %s', (statuses, result) => {
    expect(takeBackResult(statuses)).toBe(result);
  });
});
