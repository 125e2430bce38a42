import { describe, expect, it } from 'vitest';
import { futureReleaseLine, releaseAtOf } from '#mail/smtp/future-release.ts';

const now = new Date('2016-05-11T01:45:00Z');
const offered = { secondsMax: 86_400, now: () => now };
const refused = { code: 501, status: '5.5.4' };

describe('futureReleaseLine', () => {
  it('says how far ahead, in seconds and as a moment (RFC 4865, section 4)', () => {
    expect(futureReleaseLine(offered)).toBe('FUTURERELEASE 86400 2016-05-12T01:45:00Z');
  });
});

describe('releaseAtOf', () => {
  it('is nothing for a message that goes at once', () => {
    expect(releaseAtOf({ SIZE: '10' }, offered)).toBeUndefined();
  });

  it('counts seconds from now', () => {
    expect(releaseAtOf({ HOLDFOR: '3600' }, offered)).toEqual(new Date('2016-05-11T02:45:00Z'));
  });

  it('takes a moment in UTC, also one that has passed', () => {
    expect(releaseAtOf({ HOLDUNTIL: '2016-05-11T23:00:00Z' }, offered)).toEqual(
      new Date('2016-05-11T23:00:00Z'),
    );
    expect(releaseAtOf({ HOLDUNTIL: '2016-05-10T23:00:00Z' }, offered)).toEqual(
      new Date('2016-05-10T23:00:00Z'),
    );
  });

  it.each([
    { HOLDFOR: '0' },
    { HOLDFOR: '-1' },
    { HOLDFOR: '1e3' },
    { HOLDFOR: true as const },
    { HOLDFOR: '1000000000' },
    { HOLDUNTIL: true as const },
    { HOLDUNTIL: '2016-13-11T23:00:00Z' },
    { HOLDUNTIL: '2016-05-11T23:00:00' },
    { HOLDFOR: '60', HOLDUNTIL: '2016-05-11T23:00:00Z' },
  ])('refuses %j', (asked) => {
    expect(releaseAtOf(asked, offered)).toMatchObject(refused);
  });

  it('refuses what is further ahead than it offers', () => {
    expect(releaseAtOf({ HOLDFOR: '86401' }, offered)).toMatchObject(refused);
    expect(releaseAtOf({ HOLDUNTIL: '2016-05-12T01:45:01Z' }, offered)).toMatchObject(refused);
  });
});
