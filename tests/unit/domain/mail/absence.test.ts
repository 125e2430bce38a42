import { describe, expect, it } from 'vitest';

import { HubError } from '#domain/hub-error.ts';
import {
  checkAbsence,
  mayAnswer,
  type Absence,
  type AnswerableMail,
  type MayAnswer,
} from '#domain/mail/absence.ts';

const at = new Date('2016-05-11T02:00:00Z');
const daysAgo = (days: number) => new Date(at.getTime() - days * 24 * 3_600_000);
const absence: Absence = { enabled: true, text: 'Tôi đi công tác.', everyDays: 7 };
const mail: AnswerableMail = {
  sender: 'nguoi.dan@thu.example',
  senderVerified: true,
  from: 'Nguoi.Dan@thu.example',
  autoSubmitted: undefined,
  precedence: undefined,
  list: false,
  responseSuppress: undefined,
  report: false,
  to: ['an@so.binhthuan.example'],
};
const input: MayAnswer = {
  mail,
  ownAddresses: ['an@so.binhthuan.example', 'vanphong@so.binhthuan.example'],
  absence,
  junk: false,
  lastReplyAt: undefined,
  at,
};
const answers = (parts: Partial<AnswerableMail> = {}, rest: Partial<MayAnswer> = {}) =>
  mayAnswer({ ...input, ...rest, mail: { ...mail, ...parts } });

describe('mayAnswer', () => {
  it('answers a person who wrote to the account, its alias or its tagged address', () => {
    expect(answers()).toBe(true);
    expect(answers({ to: ['ai@khac.example', 'vanphong@so.binhthuan.example'] })).toBe(true);
    expect(answers({ to: ['an+hop@so.binhthuan.example'] })).toBe(true);
    expect(answers({ autoSubmitted: 'no', responseSuppress: 'none' })).toBe(true);
  });

  it('answers nobody while its owner is not away', () => {
    const during = (parts: Partial<Absence>) => answers({}, { absence: { ...absence, ...parts } });
    expect(during({ enabled: false })).toBe(false);
    expect(during({ startsAt: new Date(at.getTime() + 1) })).toBe(false);
    expect(during({ endsAt: at })).toBe(false);
    expect(during({ startsAt: at, endsAt: new Date(at.getTime() + 1) })).toBe(true);
  });

  it('S18 never answers the null sender or what cannot be answered', () => {
    for (const sender of ['', 'khong-co-mien', '"a b"@thu.example', 'người@thu.example'])
      expect(answers({ sender }), sender).toBe(false);
  });

  it('S18 never answers programs and those who run lists', () => {
    for (const local of [
      'mailer-daemon',
      'postmaster',
      'no-reply',
      'noreply',
      'no_reply',
      'donotreply',
      'do-not-reply',
      'bounces+an=so.example',
      'bounce-123',
      'prvs=1=an',
      'owner-tin',
      'tin-request',
      'tin-bounces',
      'thongbao-noreply',
    ]) {
      expect(answers({ sender: `${local}@thu.example` }), local).toBe(false);
      expect(answers({ from: `${local}@thu.example` }), local).toBe(false);
    }
    expect(answers({ sender: 'noreen@thu.example', from: 'norepl@thu.example' })).toBe(true);
  });

  it('S18 never answers automatic mail, lists and reports', () => {
    expect(answers({ autoSubmitted: 'auto-replied' })).toBe(false);
    expect(answers({ autoSubmitted: 'auto-generated' })).toBe(false);
    for (const precedence of ['bulk', 'list', 'junk']) expect(answers({ precedence })).toBe(false);
    expect(answers({ responseSuppress: 'oof' })).toBe(false);
    expect(answers({ list: true })).toBe(false);
    expect(answers({ report: true })).toBe(false);
  });

  it('S18 never answers itself', () => {
    expect(answers({ sender: 'an@so.binhthuan.example' })).toBe(false);
    expect(answers({ sender: 'an+x@so.binhthuan.example' })).toBe(false);
    expect(answers({ from: 'VanPhong@so.binhthuan.example' })).toBe(false);
  });

  it('S18 answers a sender once in so many days, and at least a day apart', () => {
    expect(answers({}, { lastReplyAt: daysAgo(6.9) })).toBe(false);
    expect(answers({}, { lastReplyAt: daysAgo(7) })).toBe(true);
    const hasty = { ...absence, everyDays: 0 };
    expect(answers({}, { absence: hasty, lastReplyAt: daysAgo(0.9) })).toBe(false);
    expect(answers({}, { absence: hasty, lastReplyAt: daysAgo(1) })).toBe(true);
  });

  it('answers nothing that does not name the account, or that is in Junk', () => {
    expect(answers({ to: ['toan-tinh@binhthuan.example'] })).toBe(false);
    expect(answers({ to: [] })).toBe(false);
    expect(answers({}, { junk: true })).toBe(false);
  });

  it('S17 answers no sender whom nobody has proven, and nothing without one author (S20)', () => {
    expect(answers({ senderVerified: false })).toBe(false);
    expect(answers({ from: undefined })).toBe(false);
  });
});

describe('checkAbsence', () => {
  const codeOf = (parts: Partial<Absence>): string => {
    try {
      checkAbsence({ ...absence, ...parts });
      return 'accepted';
    } catch (error) {
      return error instanceof HubError ? `${error.code} ${error.field ?? ''}` : String(error);
    }
  };

  it('keeps paragraphs and leaves an empty subject out', () => {
    expect(checkAbsence({ ...absence, text: 'a\r\nb\n\tc', subject: '  ' })).toMatchObject({
      text: 'a\r\nb\n\tc',
      subject: undefined,
    });
  });

  it('refuses line breaks in the subject, NUL and bare CR in the text (S9)', () => {
    for (const bad of ['a\nBcc: x@evil.example', 'a\r', 'a\0', 'a\u2028', 'a\u0085'])
      expect(codeOf({ subject: bad })).toBe('line_break_in_field subject');
    for (const bad of ['a\0b', 'a\rb', 'a\u001bb'])
      expect(codeOf({ text: bad })).toBe('line_break_in_field text');
  });

  it('refuses what is empty, too long, or never', () => {
    expect(codeOf({ text: ' ' })).toBe('bad_input text');
    expect(codeOf({ text: '', enabled: false })).toBe('accepted');
    expect(codeOf({ text: 'a'.repeat(5001) })).toBe('text_too_long text');
    expect(codeOf({ subject: 'a'.repeat(201) })).toBe('text_too_long subject');
    for (const everyDays of [0, 31, 1.5]) expect(codeOf({ everyDays })).toBe('bad_input everyDays');
    expect(codeOf({ startsAt: at, endsAt: at })).toBe('bad_input endsAt');
    expect(codeOf({ startsAt: new Date(Number.NaN) })).toBe('bad_input startsAt');
  });
});
