import { describe, expect, it } from 'vitest';

import { HubError } from '#domain/hub-error.ts';
import {
  checkSendingLimit,
  decideSending,
  defaultSendingLimit,
  sendingHour,
} from '#domain/mail/sending-limit.ts';

const limit = { messagesPerHour: 3, recipientsPerHour: 10 };

describe('decideSending', () => {
  it('sends up to the limit and holds beyond it, by messages and by recipients', () => {
    const one = { messages: 1, recipients: 1 };
    expect(decideSending({ messages: 2, recipients: 2 }, limit, one)).toBe('send');
    expect(decideSending({ messages: 3, recipients: 3 }, limit, one)).toBe('hold');
    expect(decideSending({ messages: 1, recipients: 1 }, limit, { messages: 1, recipients: 9 })).toBe('send');
    expect(decideSending({ messages: 1, recipients: 1 }, limit, { messages: 1, recipients: 10 })).toBe(
      'hold',
    );
  });

  it('lets nothing out at 0', () => {
    const none = { messagesPerHour: 0, recipientsPerHour: 0 };
    expect(decideSending({ messages: 0, recipients: 0 }, none, { messages: 1, recipients: 1 })).toBe('hold');
  });
});

describe('defaultSendingLimit', () => {
  it('lets an office send five times as much as a person', () => {
    expect(defaultSendingLimit('personal')).toEqual({ messagesPerHour: 200, recipientsPerHour: 2000 });
    for (const kind of ['role', 'unit'] as const)
      expect(defaultSendingLimit(kind)).toEqual({ messagesPerHour: 1000, recipientsPerHour: 10_000 });
  });
});

describe('sendingHour', () => {
  it('is the clock hour, its end exclusive', () => {
    const hour = new Date('2016-05-11T02:00:00Z');
    expect(sendingHour(hour)).toEqual({ hour, until: new Date('2016-05-11T03:00:00Z') });
    expect(sendingHour(new Date('2016-05-11T02:59:59.999Z')).hour).toEqual(hour);
  });
});

describe('checkSendingLimit', () => {
  it('takes whole numbers or nothing', () => {
    expect(checkSendingLimit({})).toEqual({});
    expect(checkSendingLimit({ messagesPerHour: 0, recipientsPerHour: 5 })).toBeDefined();
    for (const bad of [-1, 1.5, Number.NaN, 100_001])
      expect(() => checkSendingLimit({ messagesPerHour: bad })).toThrow(HubError);
  });
});
