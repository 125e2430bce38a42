import { describe, expect, it } from 'vitest';
import type { AssignmentView, DirectiveView, MeView } from '#protocol/view.ts';
import { isOverdue, ownAssignment, standingOf } from '#client/directives/standing.ts';

const me: MeView = {
  accountId: 'account-1',
  address: 'a@b.example',
  name: 'Trần Quốc Bảo',
  title: 'Giám đốc',
  unit: 'Sở Thông tin và Truyền thông',
  locale: 'vi',
  mayIssue: true,
  mayIssueToEveryone: false,
  administrator: false,
  simulated: true,
  rehearsal: true,
};
const assignment = (id: string, part: Partial<AssignmentView> = {}): AssignmentView => ({
  id,
  role: 'coord',
  kind: 'unit',
  name: me.unit,
  state: 'sent',
  ...part,
});
const directive = (part: Partial<DirectiveView>): DirectiveView => ({
  id: 'd1',
  code: 'YKCĐ-2016-000123',
  subject: 'Chống hạn',
  text: 'Yêu cầu',
  urgency: 'hoa_toc',
  issuer: { name: 'Lê Hoàng Minh', title: 'Chủ tịch', unit: 'UBND tỉnh' },
  issuedAt: '2016-05-11T01:45:00Z',
  contentHash: '',
  state: 'issued',
  assignments: [],
  mine: {},
  ...part,
});

describe('standingOf', () => {
  it('tells sent, opened, acknowledged, recalled and issued apart', () => {
    expect(standingOf(directive({}))).toBe('sent');
    expect(standingOf(directive({ mine: { openedAt: 'x' } }))).toBe('opened');
    expect(standingOf(directive({ mine: { openedAt: 'x', acknowledgedAt: 'y' } }))).toBe('acknowledged');
    expect(standingOf(directive({ state: 'recalled', mine: { acknowledgedAt: 'y' } }))).toBe('recalled');
    const { mine: _mine, ...issued } = directive({});
    expect(standingOf(issued)).toBe('issued');
  });
});

describe('ownAssignment', () => {
  it('prefers the one still open, then the one that names the person', () => {
    const open = directive({
      assignments: [assignment('unit'), assignment('person', { kind: 'person', name: me.name })],
    });
    expect(ownAssignment(open, me)?.id).toBe('person');
    const half = directive({
      assignments: [
        assignment('unit'),
        assignment('person', { kind: 'person', name: me.name, state: 'acknowledged' }),
      ],
    });
    expect(ownAssignment(half, me)?.id).toBe('unit');
  });

  it('does not take the assignment of others for an issuer who is a recipient too', () => {
    const counts = { recipients: 2, delivered: 2, arrived: 0, opened: 0, acknowledged: 0 };
    const issued = directive({
      board: counts,
      assignments: [
        assignment('other', { name: 'Sở Y tế' }),
        assignment('all', { kind: 'everyone', name: '' }),
      ],
    });
    expect(ownAssignment(issued, me)?.id).toBe('all');
  });
});

describe('isOverdue', () => {
  const late = new Date('2016-05-11T02:01:00Z');

  it('counts the time to acknowledge, but not after the receipt', () => {
    expect(isOverdue(directive({ acknowledgeWithinMinutes: 15 }), late)).toBe(true);
    expect(isOverdue(directive({ acknowledgeWithinMinutes: 30 }), late)).toBe(false);
    expect(isOverdue(directive({ acknowledgeWithinMinutes: 15, mine: { acknowledgedAt: 'x' } }), late)).toBe(
      false,
    );
  });
});
