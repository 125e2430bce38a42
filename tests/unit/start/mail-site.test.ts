import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '#root/config.ts';
import { mailSiteOf } from '#root/start/mail-site.ts';

function siteOf(environment: Record<string, string>, listening = {}) {
  return mailSiteOf(loadConfig(environment, { folder: tmpdir() }), listening);
}

describe('mailSiteOf', () => {
  it('names the ports where a hub without a name listens', () => {
    expect(siteOf({}, { https: 40_443, imaps: 40_993 })).toEqual({
      mailHost: 'localhost',
      webHost: 'localhost',
      ports: { https: 40_443, submission: 2587, submissions: 2465, imap: 2143, imaps: 40_993 },
    });
  });

  it('names the ports of the public side for a hub with a name', () => {
    const environment = {
      HUB_MAIL_HOST: 'thu.binhthuan.example',
      HUB_PUBLIC_URL: 'https://hub.binhthuan.example',
    };
    expect(siteOf(environment, { https: 8443, imaps: 2993 })).toEqual({
      mailHost: 'thu.binhthuan.example',
      webHost: 'hub.binhthuan.example',
      ports: { https: 443, submission: 587, submissions: 465, imap: 143, imaps: 993 },
    });
  });

  it('keeps the port that a door was given', () => {
    const { ports } = siteOf({ HUB_MAIL_HOST: 'thu.binhthuan.example', IMAPS_PORT: '10993' });
    expect(ports).toMatchObject({ imaps: 10_993, submissions: 465 });
  });

  it('knows the smarthost without its password', () => {
    const site = siteOf({ HUB_SMARTHOST: 'smtp://user:secret@relay.example:587' });
    expect(site.smarthost).toBe('relay.example');
    expect(JSON.stringify(site)).not.toContain('secret');
  });
});
