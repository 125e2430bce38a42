import { describe, expect, it } from 'vitest';
import { attemptFor, emptyDraft, faultsOf, readDraft, requestOf, type Draft } from '#client/compose/draft.ts';

const now = new Date('2016-05-11T01:45:00Z');
const draft: Draft = {
  ...emptyDraft,
  subject: ' Chống hạn ',
  text: 'Yêu cầu',
  recipients: [{ role: 'lead', kind: 'unit', id: 'u1', name: 'Sở NN và PTNT' }],
};
const codes = (part: Partial<Draft>) =>
  faultsOf({ ...draft, ...part }, now).map((fault) => `${fault.field ?? ''}:${fault.code}`);

describe('faultsOf', () => {
  it('finds nothing in a whole draft', () => {
    expect(codes({})).toEqual([]);
  });

  it('names each field at fault', () => {
    expect(codes({ subject: ' ' })).toEqual(['subject:bad_input']);
    expect(codes({ text: '' })).toEqual(['text:bad_input']);
    expect(codes({ recipients: [] })).toEqual(['recipients:no_recipient']);
    expect(codes({ recipients: [...draft.recipients, ...draft.recipients] })).toEqual([
      'recipients:two_leads',
    ]);
    expect(codes({ due: '2016-05-11T08:45' })).toEqual(['dueAt:deadline_in_past']);
    expect(codes({ due: '2016-05-11T08:46' })).toEqual([]);
    expect(codes({ acknowledgeWithin: '0' })).toEqual(['acknowledgeWithinMinutes:bad_input']);
    expect(codes({ acknowledgeWithin: 'mười' })).toEqual(['acknowledgeWithinMinutes:bad_input']);
  });
});

describe('requestOf', () => {
  it('sends what the hub asks for and no names', () => {
    expect(requestOf({ ...draft, due: '2016-05-13T17:00', acknowledgeWithin: '15' })).toEqual({
      subject: 'Chống hạn',
      text: 'Yêu cầu',
      urgency: 'normal',
      dueAt: '2016-05-13T10:00:00.000Z',
      acknowledgeWithinMinutes: 15,
      recipients: [{ role: 'lead', kind: 'unit', id: 'u1' }],
    });
  });
});

describe('attemptFor', () => {
  it('keeps the key while the words are the same', () => {
    let number = 0;
    const newKey = () => `key-${(number += 1)}`;
    const attempt = attemptFor(draft, newKey);
    expect(attemptFor({ ...draft, attempt }, newKey).key).toBe('key-1');
    expect(attemptFor({ ...draft, attempt, text: 'Yêu cầu khác' }, newKey).key).toBe('key-2');
  });
});

describe('readDraft', () => {
  it('starts empty from nothing and from what it cannot read', () => {
    expect(readDraft({ getItem: () => null }, 'a')).toEqual(emptyDraft);
    expect(readDraft({ getItem: () => '{' }, 'a')).toEqual(emptyDraft);
  });
});
